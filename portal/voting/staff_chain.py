"""What an auditor reads of a vote: chain, roll, what the count noted, and the way to every act of the staff. It changes
nothing, and nothing here leads from a person to a ballot. On the blueprint of staff.py."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, ui
from portal.base.security import actor, staff
from portal.voting import queries, queries_chain, rules, rules_chain, rules_ways
from portal.voting.staff import desk, find


@desk.get("/<public_id>/record")
@staff("budget_officer", "auditor", scoped=True)
def record(public_id: str) -> ResponseReturnValue:
    """The chain and the roll of one vote."""
    s, vote = db.session(), find(public_id)
    acts = ui.address(url_for("admin.audit"), {"kind": "vote", "object": vote.public_id})
    return render_template(
        "voting/staff/record.html",
        vote=vote,
        title=rules.Named({"names": vote.titles, "id": vote.public_id}),
        entries=queries_chain.heads(s, vote.id)[::-1],
        kinds=rules_chain.KINDS,
        roll=queries_chain.roll(s, vote, clock.city_now()),
        ways=rules_ways.NAMES,
        run=queries.count_run(s, vote),
        acts=acts if actor().may("auditor", "administrator") else None,
    )
