"""A text is written, reported, hidden, appealed against and restored whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from portal.audit.models import Entry
from portal.base import clock, db, ground, limits
from portal.base.actor import NOBODY, Actor
from portal.base.web import Portal
from portal.moderation import actions, actions_appeal, actions_decide, queries, rules
from portal.moderation.models import Act, Appeal, Decision, Ground, Held, Outcome, Reason, Report, Suspension
from portal.moderation.rules import Statement
from portal.notifications.models import Message
from tests.client import Client
from tests.identity.help import enter
from tests.moderation import board


@pytest.fixture
def people(app: Portal) -> Iterator[dict[str, Actor]]:
    board.put_up(app)
    found = {}
    for name, roles in (("Ana", ()), ("Tom", ()), ("Mo", ("moderator",)), ("Meg", ("moderator",))):
        number = enter(Client(app), name, roles=roles)
        board.older(number)
        found[name] = Actor(person_id=number, name=name, roles=frozenset(roles))
    yield found


def told(person: Actor) -> list[str]:
    with db.read() as s:
        return [row.notice for row in s.query(Message).filter_by(person_id=person.person_id).order_by(Message.id)]


def decision_of(number: int) -> Decision:
    with db.read() as s:
        rows = s.query(Decision).filter_by(flagged_id=board.queued(number).id).order_by(Decision.id.desc())
        return rows[0]


def test_a_reported_text_is_hidden_appealed_and_restored_whole(people: dict[str, Actor]) -> None:
    note = board.note("You fools", people["Ana"].person_id)
    report = board.report(note, people["Tom"])
    assert board.report(note, people["Tom"]).id == report.id, "once for each person"
    board.report(note, NOBODY)
    assert board.queued(note).reports == 2

    assert board.decide(people["Mo"], note)
    shown = board.stored(note)
    assert not shown.shown and shown.body == "You fools" and board.changed[-1] == note
    assert told(people["Ana"]) == ["moderation.decided"] and told(people["Tom"]) == ["moderation.report_decided"]
    with db.read() as s:
        message = s.query(Message).filter_by(person_id=people["Ana"].person_id).one()
        assert (message.free_lang, message.free_text) == ("de", "He calls them names.")
        assert not queries.content("note").open(s, people["Tom"], note)

    decision = decision_of(note)
    assert (decision.reports, decision.texts_before) == (2, {"body": "You fools"})
    with db.write():
        assert actions_appeal.appeal(people["Ana"], decision, words="It was a quote", lang="en")
        assert not actions_appeal.appeal(people["Ana"], decision, words="", lang="en")
        assert not actions_appeal.appeal(people["Tom"], decision, words="", lang="en")
    assert told(people["Meg"]) == ["moderation.appeal_waits"] and told(people["Mo"]) == []

    with db.write() as s:
        row = s.query(Appeal).one()
        assert row.due_at - row.at == timedelta(days=14)
        assert actions_appeal.decide_appeal(
            people["Meg"], row.id, outcome=Outcome.OVERTURNED, reasons="A quote", lang="en"
        )
    assert board.stored(note).shown and board.changed[-1] == note
    assert told(people["Ana"])[-1] == "moderation.appeal_decided"
    with db.write(), pytest.raises(actions_decide.Late):
        actions_appeal.decide_appeal(people["Meg"], row.id, outcome=Outcome.UPHELD, reasons="x", lang="en")
    with db.read() as s:
        verbs = [line.verb for line in s.query(Entry).filter_by(kind="note").order_by(Entry.id)]
    assert verbs == ["reported text", "reported text", "hid text", "appealed", "decided appeal"]


def test_of_two_moderators_one_decides_and_the_other_is_told(people: dict[str, Actor], app: Portal) -> None:
    note = board.note(author=people["Ana"].person_id)
    board.report(note, people["Tom"])
    row, found, start = board.queued(note), [], threading.Barrier(2)

    def go(who: Actor) -> None:
        ground.stand_on(app.ground)
        start.wait()
        try:
            with db.write():
                found.append(bool(actions_decide.decide(who, row.id, board.HIDE, version=row.version)))
        except actions_decide.Late as late:
            found.append(str(late.reason))

    both = [threading.Thread(target=go, args=(people[name],)) for name in ("Mo", "Meg")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(map(str, found))[1] == "True" and "A colleague has decided already" in sorted(map(str, found))[0]
    with db.read() as s:
        assert s.query(Decision).count() == 1
    assert told(people["Ana"]) == ["moderation.decided"]


def test_a_claim_keeps_colleagues_off_until_they_take_over(people: dict[str, Actor]) -> None:
    note = board.note(author=people["Ana"].person_id)
    board.report(note, people["Tom"])
    with db.write() as s:
        actions.claim(people["Mo"], s.get_one(type(board.queued(note)), board.queued(note).id))
    assert "colleague" in str(board.decide(people["Meg"], note).reason)
    assert board.decide(people["Mo"], note)


def test_nobody_decides_on_their_own_text_or_on_words_they_have_not_read(people: dict[str, Actor]) -> None:
    own = board.note(author=people["Mo"].person_id)
    board.report(own, people["Tom"])
    assert not board.decide(people["Mo"], own)
    row = board.queued(own)
    with db.write(), pytest.raises(actions_decide.Late, match="changed"):
        actions_decide.decide(people["Meg"], row.id, board.HIDE, version=row.version, seen="another text")
    with db.write(), pytest.raises(ValueError, match="statement"):
        actions_decide.decide(people["Meg"], row.id, Statement(Act.HIDE), version=row.version)
    assert board.stored(own).shown


def test_personal_data_go_and_stand_in_the_log(people: dict[str, Actor]) -> None:
    note = board.note("Call Jo, 555 123", people["Ana"].person_id)
    board.report(note, NOBODY, Reason.PRIVATE)
    out = Statement(Act.REMOVE_DATA, Ground.RULE, "private", "private", texts={"body": "Call Jo, […]"})
    assert board.decide(people["Mo"], note, out)
    assert board.stored(note).body == "Call Jo, […]" and board.stored(note).shown
    assert decision_of(note).texts_before == {"body": "Call Jo, 555 123"}
    with db.write() as s:
        actions_decide.undo(s, s.get_one(Decision, decision_of(note).id), clock.now())
    assert board.stored(note).body == "Call Jo, 555 123"


def test_a_suspended_person_cannot_write_until_it_ends(people: dict[str, Actor]) -> None:
    note = board.note(author=people["Ana"].person_id)
    board.report(note, NOBODY)
    with db.read() as s:
        assert queries.may_write(s, people["Ana"]) and queries.may_write(s, NOBODY)
    assert board.decide(people["Mo"], note, Statement(Act.SUSPEND, Ground.RULE, "hate", "hate", days=7))
    with db.read() as s:
        verdict = queries.may_write(s, people["Ana"])
        assert not verdict and "until" in str(verdict.reason)
        assert queries.may_write(s, people["Tom"])
        silence = queries.suspension(s, people["Ana"].person_id)
        assert silence is not None and silence.decision_id == decision_of(note).id
    assert board.stored(note).shown, "the text itself is another decision"
    assert board.decide(people["Mo"], note, Statement(Act.RESTORE, phrase="mistake"))
    with db.read() as s:
        assert queries.may_write(s, people["Ana"])
        assert s.query(Suspension).one().lifted_at is not None


def test_what_is_hidden_for_some_days_comes_back_by_itself(people: dict[str, Actor]) -> None:
    note = board.note(author=people["Ana"].person_id)
    board.report(note, NOBODY)
    assert board.decide(people["Mo"], note, Statement(Act.HIDE, Ground.RULE, "hate", "hate", days=2))
    with db.write() as s:
        assert actions_decide.end_timed(s, clock.now() + timedelta(days=1)) == 0
        assert actions_decide.end_timed(s, clock.now() + timedelta(days=3)) == 1
        assert actions_decide.end_timed(s, clock.now() + timedelta(days=3)) == 0
    assert board.stored(note).shown


def screened(who: Actor, text: str = "More trees", **how: Any) -> tuple[int, actions.Screened]:
    note = board.note(text, who.person_id)
    with db.write() as s:
        return note, actions.screen(s, who, "note", note, text, **how)


def test_new_accounts_links_wait_and_then_pass(people: dict[str, Actor], app: Portal) -> None:
    fresh = Actor(person_id=enter(Client(app), "Nora"), name="Nora")
    note, said = screened(fresh, "Come to https://shop.example")
    assert said.held and said.message is not None and said.due_at is not None
    assert board.stored(note).held_at is not None and board.queued(note).held is Held.LINKS
    assert not screened(people["Ana"], "Come to https://shop.example")[1].held
    assert board.decide(people["Mo"], note, Statement(Act.RELEASE))
    assert board.stored(note).shown and told(fresh) == ["moderation.released"]
    assert not screened(fresh, "Also https://shop.example/2")[1].held, "a moderator has looked: not new any more"


def test_premoderation_promises_a_time_and_staff_do_not_wait(people: dict[str, Actor]) -> None:
    note, said = screened(people["Ana"], premoderated=True, promised_hours=8)
    assert said.held and said.due_at is not None
    assert timedelta(hours=7) < said.due_at - clock.city_now() <= timedelta(hours=8)
    assert board.queued(note).due_at == said.due_at
    assert not screened(people["Mo"], premoderated=True)[1].held


def test_a_flood_waits_and_the_library_does_not(people: dict[str, Actor], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "TEXTS_PER_HOUR", 2)
    assert [screened(people["Ana"], origin="10.0.0.1")[1].held for _n in range(3)] == [False, False, True]
    assert not screened(people["Tom"], origin="10.0.0.1")[1].held, "another reader at the same address"


def test_bulk_advertising_goes_with_one_reason(people: dict[str, Actor]) -> None:
    notes = [board.note(f"Cheap loans number {n}", people["Ana"].person_id) for n in range(3)]
    for note in notes:
        board.report(note, NOBODY, Reason.SPAM)
    things = [(board.queued(note).id, board.queued(note).version) for note in notes]
    board.decide(people["Meg"], notes[2], Statement(Act.DISMISS))
    with db.write():
        done = actions_decide.decide_many(
            people["Mo"], things, Statement(Act.HIDE, Ground.RULE, "spam", "spam", "The same offer", "en")
        )
    assert (len(done.done), len(done.late), len(done.refused)) == (2, 1, 0)
    marks = {decision_of(note).bulk for note in notes[:2]}
    assert len(marks) == 1 and marks != {""}


def test_the_sorting_learns_from_decisions_and_forgets_mistakes(people: dict[str, Actor]) -> None:
    for n in range(6):
        spam = board.note(f"Cheap loans today {n}")
        board.report(spam, NOBODY)
        board.decide(people["Mo"], spam, Statement(Act.HIDE, Ground.RULE, "spam", "spam"))
        fair = board.note(f"Trees for the square {n}")
        board.report(fair, NOBODY)
        board.decide(people["Mo"], fair, Statement(Act.DISMISS))
    with db.read() as s:
        before = queries.likeness(s, "cheap loans")
        assert before > 0.9 > 0.1 > queries.likeness(s, "trees on the square")
    board.decide(people["Mo"], spam, Statement(Act.RESTORE, phrase="mistake"))
    with db.read() as s:
        assert queries.likeness(s, "cheap loans") < before
    later = board.note("Cheap loans for you")
    board.report(later, NOBODY)
    assert board.queued(later).score > 0.8 and board.stored(later).shown, "it sorts and decides nothing"


def test_many_reports_from_one_place_count_once(people: dict[str, Actor]) -> None:
    note = board.note("You fools", people["Ana"].person_id)

    def send(who: Actor, origin: str) -> int:
        with db.write():
            actions.report(who, "note", note, reason=Reason.INSULT, words="x", lang="en", origin=origin)
        return board.queued(note).reports

    assert [send(NOBODY, "198.51.100.7") for _n in range(4)] == [1, 1, 1, 1]
    assert send(NOBODY, "198.51.100.8") == 2, "somebody elsewhere"
    assert send(people["Tom"], "198.51.100.7") == 3, "somebody who is signed in counts for themselves"
    with db.read() as s:
        assert s.query(Report).count() == 6, "every word reaches the moderators"
        kept = [(row.scope, row.key_hash) for row in s.query(limits.Attempt)]
    assert kept and "198.51.100" not in repr(kept)
    assert board.decide(people["Mo"], note, Statement(Act.DISMISS))
    assert send(NOBODY, "198.51.100.7") == 1, "after a decision the count begins anew"


def test_limits_of_reports_are_high_above_what_a_library_sends(
    people: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "REPORTS_PER_HOUR", 1)
    board.report(board.note(), people["Tom"])
    with db.read() as s:
        assert not actions.may_report(s, people["Tom"], "10.0.0.1")
        assert actions.may_report(s, people["Ana"], "10.0.0.1") and actions.may_report(s, NOBODY, "10.0.0.1")
