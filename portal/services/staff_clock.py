"""The simulator of the law's clock."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.base.deadlines import Resume, Rule, Unit
from portal.base.security import staff
from portal.services import queries_clock, rules
from portal.services.forms_clock import ClockForm
from portal.services.staff import desk


@desk.get("/clock")
@staff(*rules.READERS, "administrator", scoped=True)
def clock() -> ResponseReturnValue:
    """Reckon a day by a rule, with pauses and an extension, step by step. Nothing is stored."""
    form, found = ClockForm(), None
    asked = request.args.get("go") == "1"
    if asked and form.checked():
        rule = Rule(form.period.data or 1, Unit(form.unit.data), Resume(form.resume.data))
        assert form.start.data is not None
        found = queries_clock.simulate(
            rule, form.start.data, form.spans(), form.extension.data or 0, form.today.data or queries_clock.today()
        )
    elif not asked:
        form.prepare(queries_clock.today())
    html = render_template("services/staff/clock.html", form=form, clock=found)
    return html, 422 if asked and form.errors else 200
