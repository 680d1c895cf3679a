"""What nobody touches tells somebody; and the guard of forms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.datastructures import MultiDict

from portal.base import clock, db, fields
from portal.base.actor import NOBODY, Actor
from portal.base.web import Portal
from portal.moderation import actions_appeal, jobs
from portal.moderation.forms_guard import Guarded
from portal.moderation.models import Act, Appeal, Decision, Ground, Report, Suspension
from portal.moderation.rules import Statement
from portal.notifications.models import Message
from portal.rights import actions_erase
from portal.rights.models import Cause
from tests.client import Client
from tests.identity.help import enter, limited
from tests.moderation import board


def told(person_id: int) -> list[str]:
    with db.read() as s:
        return [row.notice for row in s.query(Message).filter_by(person_id=person_id).order_by(Message.id)]


def test_a_queue_that_nobody_touched_for_a_day_tells_somebody(app: Portal) -> None:
    board.put_up(app)
    mo = enter(Client(app), "Mo", roles=["moderator"])
    boss = enter(Client(app), "Boss", roles=["administrator"])
    part, other = enter(Client(app), "Part"), enter(Client(app), "Other")
    limited(part, "moderator", "process", 7)
    limited(other, "moderator", "process", 8)
    note = board.note(process=7)
    board.report(note, NOBODY)
    now = clock.city_now()
    with db.write() as s:
        assert jobs.untouched(s, now + timedelta(hours=23)) == 0
        noon = (now + timedelta(days=2)).replace(hour=12)
        assert jobs.untouched(s, noon) == 3
        assert jobs.untouched(s, noon + timedelta(hours=1)) == 0, "once a day"
    assert told(mo) == told(boss) == told(part) == ["moderation.untouched"] and told(other) == []
    second = board.note(process=7)
    board.report(second, NOBODY)
    board.decide(Actor(person_id=mo, roles=frozenset({"moderator"})), second)
    with db.write() as s:
        assert jobs.untouched(s, now + timedelta(hours=24)) == 0, "somebody has been at it"
    jobs.hourly({})


def test_an_overdue_appeal_tells_those_who_may_decide_it(app: Portal) -> None:
    board.put_up(app)
    people = {
        name: Actor(person_id=enter(Client(app), name, roles=roles), name=name, roles=frozenset(roles))
        for name, roles in (("Ana", ()), ("Mo", ("moderator",)), ("Meg", ("moderator",)))
    }
    note = board.note(author=people["Ana"].person_id)
    board.report(note, NOBODY)
    board.decide(people["Mo"], note)
    with db.write() as s:
        actions_appeal.appeal(people["Ana"], s.query(Decision).one(), words="", lang="en")
    now = clock.city_now()
    with db.write() as s:
        assert jobs.late_appeals(s, now + timedelta(days=13)) == 0
        assert jobs.late_appeals(s, now + timedelta(days=15)) == 1
        assert jobs.late_appeals(s, now + timedelta(days=16)) == 0
    assert told(people["Meg"].person_id or 0)[-1] == "moderation.appeals_late"


def test_what_is_kept_goes_in_its_time_and_with_its_person(app: Portal) -> None:
    board.put_up(app)
    ana, mo = enter(Client(app), "Ana"), enter(Client(app), "Mo", roles=["moderator"])
    moderator = Actor(person_id=mo, roles=frozenset({"moderator"}))
    note = board.note("You fools", ana)
    for told in (board.HIDE, Statement(Act.SUSPEND, Ground.RULE, "hate", "hate", days=7)):
        board.report(note, Actor(person_id=ana))
        board.decide(moderator, note, told)
    with db.write() as s:
        actions_appeal.appeal(
            Actor(person_id=ana), s.query(Decision).order_by(Decision.id).first(), words="My", lang="en"
        )  # type: ignore[arg-type]
    with db.write() as s:
        actions_erase.erase(s, actions_erase.confirm(s, ana, Cause.ASKED, clock.now()), clock.now())
    with db.read() as s:
        for one in s.query(Decision):
            assert (one.author_id, one.title, one.facts, one.texts_before) == (None, "", "", None)
            assert one.ground is Ground.RULE, "what was decided stays countable"
        assert (s.query(Appeal).one().by_id, s.query(Appeal).one().words) == (None, "")
        assert {row.person_id for row in s.query(Report)} == {None} and s.query(Suspension).count() == 0
    later = clock.now() + timedelta(days=1200)
    for record in actions_erase.dated():
        with db.write() as s:
            actions_erase.clear_old(s, record, later)
    with db.read() as s:
        assert s.query(Decision).count() == s.query(Appeal).count() == s.query(Report).count() == 0


class NoteForm(Guarded, fields.Form):
    """As a wing has it."""

    body = fields.Text("Text")


def sent(app: Flask, **values: Any) -> dict[str, Any]:
    with app.test_request_context("/en/", method="POST", data=values):
        return NoteForm(formdata=MultiDict(values), meta={"csrf": False}).guard()


def test_the_guard_of_forms_suspects_programs_and_refuses_nobody(app: Portal) -> None:
    with app.test_request_context("/en/"):
        form = NoteForm(formdata=None, meta={"csrf": False})
        mark = form.started.params()["value"]
        trap = form.homepage.params()
    assert trap["kind"] == "trap"
    fair = sent(app, started=mark, body="x")
    assert not fair["trapped"] and abs(clock.now() - fair["started_at"]) < timedelta(minutes=1)
    assert sent(app, started=mark, body="x", homepage="https://x.example")["trapped"]
    assert sent(app, body="x")["trapped"] and sent(app, started=mark + "x", body="x")["trapped"]
    with app.test_request_context("/en/", method="POST", data={"started": mark}):
        again = NoteForm(formdata=MultiDict({"started": mark}), meta={"csrf": False})
        assert again.started.params()["value"] == mark, "a form that is shown again keeps its first moment"
        forged = NoteForm(formdata=MultiDict({"started": "forged"}), meta={"csrf": False})
        assert forged.started.params()["value"] != "forged"
