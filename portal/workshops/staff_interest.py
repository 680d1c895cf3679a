"""What people want to hear of, for those who plan the programme."""

from __future__ import annotations

from flask import render_template

from portal.base import db
from portal.base.security import actor, staff
from portal.workshops import queries_interest, rules
from portal.workshops.rules_languages import SIGNED
from portal.workshops.staff import desk


@desk.get("/interest")
@staff(*rules.PLANNERS, scoped=True)
def interest() -> str:
    """How many people wish for what, and when it would suit them."""
    s, who = db.session(), actor()
    return render_template(
        "workshops/staff/interest.html",
        counts=queries_interest.counts(s, who),
        suits=queries_interest.suits(s, who),
        signed=SIGNED,
    )
