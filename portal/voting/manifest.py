"""What voting puts on the door."""

from __future__ import annotations

from portal.base.feature import Feature, Feed, Job, Kind, Menu, Mine, Notice
from portal.base.i18n import _l
from portal.voting import (
    commands,
    jobs,
    queries,
    queries_chain,
    records,
    staff,
    staff_chain,
    staff_complaint,
    views,
    views_chain,
    views_complaint,
)
from portal.voting.actions_count import JOB
from portal.voting.actions_interruption import DESTROY
from portal.voting.models import Vote

FEATURE = Feature(
    name="voting",
    blueprints=[views.pages, staff.desk],
    staff_menu=[Menu(_l("All votes"), "voting_staff.votes", roles=("budget_officer", "auditor"), order=20)],
    no_paper={
        "ReceiptForm": "it checks a code at once; by telephone the help line does the same",
        "ComplaintForm": "a letter to the city does the same; the help line enters it here",
    },
    footer=[Menu(_l("Votes and receipts"), "voting.votes", order=60)],
    todo=staff.todo,
    jobs=[
        Job(JOB, jobs.count, heavy=True),
        Job("voting.seal", jobs.seal, every=900, heavy=True),
        Job(DESTROY, jobs.destroy_key),
        Job("voting.forget", jobs.forget, every=86400, always=True),
        Job("voting.sweep", jobs.sweep, every=3600),
    ],
    mine=[
        Mine(
            "taking-part",
            _l("Votes you took part in"),
            queries.taking_part,
            _l("You have not voted yet. What you choose is never shown here."),
            start="voting.votes",
            order=20,
            alone=True,
        )
    ],
    feeds=[Feed("heads", _l("Votes: the heads of their chains"), "voting.votes", queries_chain.feed)],
    notices=[
        Notice(
            "vote.complaint_answered",
            "budgets",
            _l("Your complaint %(reference)s is answered"),
            _l("The city has answered your complaint %(reference)s about the result of a vote. The answer is public."),
        )
    ],
    kinds=[Kind("vote", Vote, label=_l("Vote"))],
    cli=[commands.restore_vote_key, commands.verify, commands.vote_keys],
    used=queries.used_entries,
    personal=records.PERSONAL,
    machines=records.MACHINES,
    wing=True,
)

# Modules whose views stand on the blueprints above: importing them is what puts the views there.
PIECES = (views_chain, views_complaint, staff_chain, staff_complaint)
