"""What voting puts on the door."""

from __future__ import annotations

from portal.base.feature import Feature, Job, Kind, Menu, Mine
from portal.base.i18n import _l
from portal.voting import commands, jobs, queries, records, staff, views
from portal.voting.actions_count import JOB
from portal.voting.actions_interruption import DESTROY
from portal.voting.models import Vote

FEATURE = Feature(
    name="voting",
    blueprints=[views.pages, staff.desk],
    staff_menu=[Menu(_l("All votes"), "voting_staff.votes", roles=("budget_officer", "auditor"), order=20)],
    no_paper={"ReceiptForm": "it checks a code at once; by telephone the help line does the same"},
    footer=[Menu(_l("Votes and receipts"), "voting.votes", order=60)],
    todo=staff.todo,
    jobs=[
        Job(JOB, jobs.count, heavy=True),
        Job(DESTROY, jobs.destroy_key),
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
    kinds=[Kind("vote", Vote, label=_l("Vote"))],
    cli=[commands.restore_vote_key, commands.vote_keys],
    used=queries.used_entries,
    personal=records.PERSONAL,
    machines=records.MACHINES,
    wing=True,
)
