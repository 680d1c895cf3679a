"""A GET changes nothing, and the database itself refuses it; the few that must write are listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import portal
from portal.base import db, security
from portal.base.web import Portal
from tests.client import Client
from tests.house import world

# Where a reading request writes, in a short transaction of its own, and why.
GETS_THAT_WRITE = {
    "portal/identity/views.py": "the way back from the provider ends in a session row",
    "portal/identity/views_confirm.py": "the way back from the provider confirms a session or adds a way to sign in",
    "portal/identity/views_out.py": "posts only: a session ends in a short transaction, then the provider is asked",
    "portal/identity/views_here.py": "a page at a terminal says until when its session may stand",
    "portal/identity/views_terminal.py": "posts that only end or prolong; and the page on which an idle session ends",
    "portal/identity/staff_help.py": "posts only: the register is asked outside the write lock, and tries count",
    "portal/identity/views_email.py": "posts only: codes asked for and tried count however the page answers",
    "portal/identity/views_account.py": "posts only: the code for a new address counts in the same way",
    "portal/identity/views_residence.py": "posts only: the register is asked between short transactions, and tries count",
    "portal/ideas/staff_lists.py": "posts only: the register is asked outside the write lock",
    "portal/comments/views.py": "posts only: the translation engine is asked outside the write lock",
    "portal/identity/views_drafts.py": "posts only: wrong codes count; a kept form is opened, and goes once it was sent",
    "portal/identity/views_step.py": "posts only: an act is kept until its person is confirmed",
    "portal/identity/staff_slips.py": "posts only: the register is asked outside the write lock",
    "portal/identity/staff_desk.py": "posts only: the register is asked outside the write lock",
    "portal/identity/staff_letters.py": "posts only: register and press work outside the write lock",
    "portal/identity/actions_proof.py": "the rotation of keys, a word of the command line",
    "portal/identity/queries.py": "last seen, at most once a minute",
    "portal/identity/actions.py": "the session row and last seen",
    "portal/audit/actions_looks.py": "the line of the access log: who saw whose data, before the page is read",
    "portal/base/db.py": "the transactions themselves, and lines that outlive a refusal",
    "portal/base/jobs.py": "the worker",
    "portal/base/mail.py": "the worker",
    "portal/base/files.py": "the worker",
}
# Programs of the operator and the worker's jobs hold no request.
NO_REQUEST = (
    "budgeting/actions/imports.py",
    "budgeting/actions/leftovers.py",
    "budgeting/actions/news.py",
    "budgeting/actions/translation.py",
    "commands.py",
    "jobs.py",
    "backup/",
    "demo/",
    "cli.py",
    "actions_import.py",
    "ideas/actions_tables.py",
    "actions_count.py",
    "actions_count_open.py",
    "voting/actions_chain.py",
    "actions_keep.py",
    "actions_make.py",
    "actions_remind.py",
    "workshops/actions_after.py",
    "workshops/actions_interest.py",
    "actions_letters.py",
    "notifications/actions_route.py",
    "notifications/actions_newsletter.py",
)


def test_own_transactions_are_listed() -> None:
    root = Path(portal.__file__).parent.parent
    found = {
        str(file.relative_to(root))
        for file in (root / "portal").rglob("*.py")
        if re.search(r"db\.write\(\)|(?<!def )\bwrite\(\) as", file.read_text("utf-8"))
    }
    unlisted = {name for name in found if name not in GETS_THAT_WRITE and not any(part in name for part in NO_REQUEST)}
    assert not unlisted, "a transaction of one's own: list it with its reason, or let the request's do"


def test_the_database_refuses_to_write_while_reading(app: Portal) -> None:
    def stray() -> str:
        db.session().execute(text("DELETE FROM mark"))
        return "deleted"

    app.add_url_rule("/stray", "stray", security.public(stray))
    assert app.test_client().get("/stray", base_url="http://127.0.0.1:8000").status_code == 500


def test_a_reading_post_cannot_write_either(app: Portal) -> None:
    def stray() -> str:
        db.session().execute(text("DELETE FROM mark"))
        return "deleted"

    app.add_url_rule("/stray", "stray", security.reads(security.public(stray)), methods=["POST"])
    client = Client(app)
    world.enter_as(client, "nobody")
    answer = client.http.post("/stray", data={"csrf_token": world.form_token(app)}, base_url="http://127.0.0.1:8000")
    assert answer.status_code == 500


def test_a_stray_write_is_an_error_of_the_database(app: Portal, db_session: Session) -> None:
    db.stop(db.start(write=False))
    with app.app_context(), pytest.raises(DBAPIError, match="(?i)read.?only"):
        token = db.start(write=False)
        try:
            db.session().execute(text("DELETE FROM mark"))
        finally:
            db.stop(token)
