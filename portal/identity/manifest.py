"""What identity puts on the door."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from portal.base.feature import Feature, Job, Kind, Menu, Role
from portal.base.i18n import _l
from portal.identity import commands, jobs, staff, views, views_account
from portal.identity.models import Person


def page() -> dict[str, Any]:
    """Addresses that every page shows."""
    return {
        "sign_in_url": url_for("identity.sign_in", next=request.path if request.method == "GET" else None),
        "sign_out_url": url_for("identity.sign_out"),
        "account_url": url_for("identity.account"),
    }


FEATURE = Feature(
    name="identity",
    blueprints=[views_account.pages, staff.desk],
    plain=[views.plain],
    staff_menu=[Menu(_l("People and roles"), "identity_staff.people", roles=("administrator",), order=80)],
    jobs=[Job("identity.sweep", jobs.sweep, every=24 * 3600)],
    kinds=[Kind("person", Person, "identity_staff.person", _l("Person"))],
    roles=[
        Role("moderator", _l("Moderator")),
        Role("budget_officer", _l("Budget officer")),
        Role("case_officer", _l("Case officer")),
        Role("planner", _l("Planner")),
        Role("librarian", _l("Librarian")),
        Role("auditor", _l("Auditor")),
        Role("administrator", _l("Administrator")),
    ],
    cli=[commands.invite],
    page=page,
)
