"""One act on many cases of the queue: chosen there, said here, and told per case what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.base import db, i18n
from portal.base.errors import Refused
from portal.base.i18n import _l
from portal.base.security import acting, actor, reads, staff
from portal.services import actions_batch, queries_clock, queries_desk, queries_letters, rules, rules_batch
from portal.services.forms_batch import BatchForm
from portal.services.models import CaseState
from portal.services.models_steps import Letter, Use
from portal.services.queries_desk import Row, Wish
from portal.services.rules_batch import Act
from portal.services.staff import desk


def _chosen() -> list[Row]:
    """The cases that were ticked, or all of the list that was shown; only those in reach. Raises Refused for none, or for
    too many."""
    s, who, back = db.session(), actor(), url_for("services_staff.cases")
    raw = [one.partition(":")[0] for one in request.form.getlist("case")]
    verdict = rules_batch.few_enough(len(set(raw)))
    if not verdict:
        assert verdict.reason is not None
        raise Refused(verdict.reason, 422, next_label=_l("Back to the cases"), next_url=back)
    if request.form.get("all") == "1":
        wish = Wish(
            q=request.form.get("q", "").strip()[:100],
            state=_known(request.form.get("state", ""), tuple(CaseState)),
            service=int(request.form["service"]) if request.form.get("service", "").isdecimal() else None,
            whose=_known(request.form.get("whose", ""), ("mine", "nobody", "others")),
            due=_known(request.form.get("due", ""), ("late", "week")),
        )
        rows, _total = queries_desk.queue(s, who, wish, queries_clock.today(), i18n.lang(), most=rules_batch.MOST)
    else:
        rows = queries_desk.these(s, who, [one for one in map(rules.read_reference, raw) if one], i18n.lang())
    if not rows:
        raise Refused(_l("Choose at least one case."), 422, next_label=_l("Back to the cases"), next_url=back)
    return rows


def _known(raw: str, words: Any) -> str:
    return raw if raw in words else ""


def _form(rows: list[Row], **more: Any) -> BatchForm:
    form = BatchForm(**more)
    form.officer.choices = queries_desk.officers_of(db.session(), {row.case.service_id for row in rows})
    form.letter.choices = [(one.id, one.name) for one in _letters(rows)]
    return form


def _letters(rows: list[Row]) -> Sequence[Letter]:
    return queries_letters.offered(db.session(), {row.case.service_id for row in rows}, (Use.MESSAGE,))


def _page(rows: list[Row], form: BatchForm, status: int = 200) -> ResponseReturnValue:
    note_look(
        actor(), queries_desk.people(rows), page="services_staff.batch", why="list", how=How.SEARCH, roles=rules.READERS
    )
    html = render_template(
        "services/staff/batch.html", lines=rows, form=form, states=rules.DESK_STATES, colours=rules.COLOURS
    )
    return html, status


@desk.post("/batch/choose")
@staff(*rules.DESK, scoped=True)
@reads
def batch() -> ResponseReturnValue:
    """What is to be done with the chosen cases?"""
    rows = _chosen()
    return _page(rows, _form(rows, formdata=None))


@desk.post("/batch/do")
@staff(*rules.DESK, scoped=True)
def do_batch() -> ResponseReturnValue:
    """Do it, and say per case what came of it."""
    if request.form.get("all") == "1":
        abort(422)  # the page before this one names its cases
    sent = [one.partition(":") for one in request.form.getlist("case")]
    rows = _chosen()
    form = _form(rows)
    if not form.checked():
        return _page(rows, form, 422)
    shown = {
        rules.read_reference(one[0]): int(one[2]) if one[2].isdecimal() and len(one[2]) < 9 else -1 for one in sent
    }
    act = Act(form.act.data)
    found = actions_batch.run(
        acting(), {row.case.id: shown.get(row.case.reference, -1) for row in rows}, act,
        officer_id=form.officer.data, text=form.text.data or "", language=i18n.lang(),
        letter=next((one for one in _letters(rows) if one.id == form.letter.data), None),
    )  # fmt: skip
    told = {one.case_id: one.why for one in found}
    done, not_done = actions_batch.counted(found)
    return render_template(
        "services/staff/batch_done.html", act=rules_batch.ACTS[act], done=done, not_done=not_done,
        lines=[(row, told[row.case.id]) for row in rows],
    )  # fmt: skip
