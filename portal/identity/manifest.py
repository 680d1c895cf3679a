"""What identity puts on the door."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request, url_for

from portal.base import clock, personal
from portal.base.feature import Fate, Feature, Job, Kind, Menu, Record, Role
from portal.base.i18n import _l
from portal.base.web import LONGEST_REPEATED
from portal.identity import (
    commands,
    jobs,
    queries,
    records,
    register,
    sealed_letters,
    staff,
    staff_absence,
    staff_desk,
    staff_help,
    staff_letters,
    staff_sheets,
    staff_slips,
    staff_terminals,
    views,
    views_confirm,
    views_drafts,
    views_email,
    views_here,
    views_mandates,
    views_out,
    views_residence,
    views_terminal,
)
from portal.identity.models import Person


def page() -> dict[str, Any]:
    """Addresses that every page shows."""
    return {
        "sign_in_url": url_for(
            "identity.sign_in",
            next=request.path if request.method == "GET" and len(request.path) <= LONGEST_REPEATED else None,
        ),
        "sign_out_url": url_for("identity.sign_out"),
        "account_url": url_for("identity.account"),
        "my_url": url_for("identity.my"),
        "residence_url": url_for("identity.residence"),
        "myself_url": url_for("identity.act_for_myself"),
        "hand_over_url": url_for("identity.hand_over"),
        "end_help_url": url_for("identity.end_help"),
        "draft_open": "kept" in g and not g.get("kept_for_page"),
        "typed_again": bool(g.get("kept_for_page")),
        **views_here.page(),
    }


def _setup(app: Flask) -> None:
    register.ready(app)
    sealed_letters.ready(app.ground.settings, clock.now())  # type: ignore[attr-defined]
    views_here.install(app)
    views_drafts.install(app)


_LAW = _l("The city's public task of letting residents take part")
_PROOF = _l("To know which resident somebody is, once, whatever the way in")
RECORDS = [
    Record(
        "mail_code",
        _l("Codes sent by e-mail"),
        _l("To prove that an address is somebody's own"),
        _l("Steps that the person asked for"),
        _l("At most a day"),
        Fate.DELETED,
        hidden=("code_hash",),
        days=1,
        since="expires_at",
    ),
    Record(
        "sealed_number",
        _l("Number in the register of residents, encrypted"),
        _PROOF,
        _LAW,
        _l("Until the account is closed"),
        Fate.DELETED,
        hidden=("blind", "key", "ciphertext"),
    ),
    Record(
        "paper_code",
        _l("Codes on paper"),
        _PROOF,
        _LAW,
        _l("Until 30 days after a code is over"),
        Fate.DELETED,
        by=("given_by_id", "second_id"),
        hidden=("blind", "key", "ciphertext", "code_hash"),
    ),
    Record(
        "counter_proof",
        _l("Proofs that wait for a second clerk"),
        _PROOF,
        _LAW,
        _l("At most a day"),
        Fate.DELETED,
        by=("first_id",),
        hidden=("blind",),
        days=1,
        since="expires_at",
    ),
    Record(
        "letter_reprint",
        _l("Second printings of letters that wait for a colleague"),
        _l("To see that no clerk alone makes new codes in place of those in the post"),
        _LAW,
        _l("At most a day"),
        Fate.DELETED,
        person=("first_id",),
        days=1,
        since="expires_at",
    ),
    Record(
        "desk_code",
        _l("Code for the counter"),
        _l("To find the account of somebody at a counter"),
        _l("Steps that the person asked for"),
        _l("At most a day"),
        Fate.DELETED,
        hidden=("code_hash",),
        days=1,
        since="expires_at",
    ),
    Record(
        "mandate",
        _l("Mandates"),
        _l("To show who acted for whom"),
        _l("Steps that the person asked for"),
        _l("As long as the record of what was done under it"),
        Fate.KEPT,
        person=("agent_id", "principal_id", "confirmed_by_id", "revoked_by_id"),
        hidden=("code_hash",),
        reason=_l("The other side and the city must be able to show who acted for whom."),
    ),
    Record(
        "assisted_session",
        _l("Help at a desk and by telephone"),
        _l("To show who acted for whom"),
        _l("Steps that the person asked for"),
        _l("As long as the record of what was done under it"),
        Fate.KEPT,
        person=("person_id", "helper_id"),
        reason=_l("The other side and the city must be able to show who acted for whom."),
    ),
    Record(
        "kept_draft",
        _l("Forms kept half filled in"),
        _l("So that you can go on with a form later, here or elsewhere"),
        _l("Steps that the person asked for"),
        _l("Until the form is sent, 14 days at most"),
        Fate.DELETED,
        hidden=("code_hash", "sealed", "open_hash"),
        who=personal.SELF,
        days=14,
    ),
    Record(
        "role_place",
        _l("Houses where a role counts"),
        _l("To let staff act in their own house only"),
        _LAW,
        _l("As long as the role"),
        Fate.DELETED,
    ),
]

FEATURE = Feature(
    name="identity",
    blueprints=[
        views_confirm.pages,
        staff.desk,
        staff_absence.away,
        staff_desk.desk,
        staff_help.desk,
        staff_terminals.desk,
    ],
    plain=[views.plain],
    staff_menu=[
        Menu(_l("Absence and deputy"), "identity_absence.absence", roles=staff_absence.ROLES, order=5),
        Menu(_l("Counter"), "identity_desk.counter", roles=staff_desk.ROLES, order=60),
        Menu(_l("Codes given at the counter"), "identity_desk.slips", roles=("administrator", "auditor"), order=62),
        Menu(_l("Help somebody"), "identity_help.begin", roles=staff_help.ROLES, order=59),
        Menu(_l("Terminals"), "identity_terminals.listed", roles=staff_terminals.ROLES, order=62),
        Menu(_l("Letters with codes"), "identity_desk.letters", roles=("clerk", "administrator"), order=61),
        Menu(_l("People and roles"), "identity_staff.people", roles=("administrator",), order=80),
    ],
    footer=[Menu(_l("Go on with a form that you kept"), "identity.draft", order=45)],
    jobs=[Job("identity.sweep", jobs.sweep, every=24 * 3600)],
    kinds=[Kind("person", Person, "identity_staff.person", _l("Person"), people=queries.people_of_person)],
    roles=[
        Role("moderator", _l("Moderator")),
        Role("budget_officer", _l("Budget officer")),
        Role("case_officer", _l("Case officer")),
        Role("planner", _l("Planner")),
        Role("librarian", _l("Librarian")),
        Role("clerk", _l("Counter clerk")),
        Role("auditor", _l("Auditor")),
        Role("administrator", _l("Administrator")),
    ],
    cli=[commands.invite, commands.keys],
    machines=records.MACHINES,
    page=page,
    setup=_setup,
    personal=[*records.PERSONAL, *RECORDS],
    todo=staff_letters.todo,
    sheets=staff_sheets.SHEETS,
    no_paper=staff_sheets.NO_PAPER,
)

# Modules whose views stand on the blueprints above: importing them is what puts the views there.
PIECES = (
    staff_letters,
    staff_slips,
    views_drafts,
    views_email,
    views_mandates,
    views_out,
    views_residence,
    views_terminal,
)
