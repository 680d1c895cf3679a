"""Writing, changing, taking back, rating, and what follows from a moderator's decision."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from portal.base import clock, db, ground, search
from portal.base.errors import Refused
from portal.base.verdict import Verdict
from portal.base.web import Portal
from portal.comments import actions, jobs, queries, queries_lists, rules
from portal.comments.models import Comment, Revision, Translation, Useful
from portal.notifications.models import Announcement, Message
from tests.comments.help import actor, found, put_on, row, say


def rate(who: Any, number: int, useful: bool = True) -> Verdict:
    with db.write() as s:
        return actions.rate(who, found(s, who, number), useful=useful)


def act(number: int, **state: Any) -> None:
    """What a moderator does."""
    with db.write() as s:
        for name, value in state.items():
            setattr(s.get_one(Comment, number), name, value)
        actions.changed(s, number)


def test_numbers_follow_what_everybody_sees(app: Portal) -> None:
    probe, ana, bo = put_on(app), actor(app), actor(app, "Bo Berg")
    first = say(ana)
    reply = say(bo, "Yes", answers=first)
    assert (probe.comments, row(first).replies) == (2, 1)
    act(reply, hidden_at=clock.now())
    act(reply)  # told twice
    assert (probe.comments, row(first).replies) == (1, 0)
    act(reply, hidden_at=None)
    assert (probe.comments, row(first).replies) == (2, 1)
    with db.write() as s:
        assert actions.take_back(bo, s.get_one(Comment, reply))
    assert (probe.comments, row(first).replies) == (1, 0)


def test_hidden_words_are_gone_from_search_and_come_back_whole(app: Portal) -> None:
    put_on(app)
    number = say(actor(app), "Hedgehogs need *gardens*")

    def hits() -> tuple[list[int], int]:
        with db.read() as s:
            ids = search.find(s, "comment", "hedgehog", "en")
            return ids, len(queries_lists.public_hits(s, [number], "en"))

    assert hits() == ([number], 1)
    act(number, hidden_at=clock.now())
    assert hits() == ([], 0)
    act(number, hidden_at=None)
    assert hits() == ([number], 1)


def test_a_closed_thing_lends_its_comments_to_no_list(app: Portal) -> None:
    put_on(app, closed=True)
    number = say(actor(app), "Hedgehogs")
    with db.read() as s:
        assert queries_lists.public_hits(s, [number], "en") == {}


def test_the_same_form_twice_is_one_comment(app: Portal) -> None:
    probe, ana = put_on(app), actor(app)
    assert say(ana, once="form-1") == say(ana, once="form-1")
    assert say(ana, once="form-2") != say(actor(app, "Bo Berg"), once="form-2")
    assert probe.comments == 3


def test_a_person_writes_so_many_and_the_next_one_at_the_same_desk_goes_on(app: Portal) -> None:
    put_on(app)
    ana, bo = actor(app, channel="library"), actor(app, "Bo Berg", channel="library")
    for n in range(rules.PER_MINUTE):
        say(ana, f"Number {n}")
    with db.write() as s:
        about = queries.thing(s, ana, "probe", 1, "en")
        assert about is not None
        refused = actions.write(ana, about, body="One more", lang="en")
    assert isinstance(refused, Verdict) and not refused
    say(bo)


def test_an_edit_keeps_what_was_said_and_a_stale_one_is_refused(app: Portal) -> None:
    put_on(app)
    ana = actor(app)
    number = say(ana, "Frist")
    with db.write() as s:
        assert actions.edit(ana, s.get_one(Comment, number), body="First", lang="en", version=1)
    with pytest.raises(Refused), db.write() as s:
        actions.edit(ana, s.get_one(Comment, number), body="Third", lang="en", version=1)
    with db.read() as s:
        it = s.get_one(Comment, number)
        assert (it.body, it.version, it.html) == ("First", 2, "<p>First</p>")
        assert [one.body for one in queries.revisions(s, number)] == ["Frist"]
        assert search.find(s, "comment", "first", "en") == [number]


def test_taking_personal_data_out_takes_the_earlier_words_too(app: Portal) -> None:
    put_on(app)
    ana = actor(app)
    number = say(ana, "Call 555 1234")
    with db.write() as s:
        actions.edit(ana, s.get_one(Comment, number), body="Call me on 555 1234", lang="en", version=1)
        actions.keep_translation(s, number, 2, "de", "Ruf 555 1234 an")
    with db.write() as s:
        actions.rewrite(s, number, {"body": "Call me"})
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(Revision)) == 0
        assert s.scalar(select(func.count()).select_from(Translation)) == 0
        assert search.find(s, "comment", "1234", "en") == []
    assert row(number).html == "<p>Call me</p>"


def test_a_translation_of_other_words_is_not_kept(app: Portal) -> None:
    put_on(app)
    ana = actor(app)
    number = say(ana, "One")
    with db.write() as s:
        assert actions.edit(ana, s.get_one(Comment, number), body="Two", lang="en", version=1)
        assert not actions.keep_translation(s, number, 1, "de", "Eins")
        assert actions.keep_translation(s, number, 2, "de", "Zwei **fett**")
        kept = queries.translation(s, s.get_one(Comment, number), "de")
    assert kept is not None and kept.html == "<p>Zwei <strong>fett</strong></p>"


def together(app: Portal, acts: list[Callable[[], Any]]) -> list[BaseException]:
    """Everything at the same moment, each in a thread of its own."""
    start, faults = threading.Barrier(len(acts)), list[BaseException]()

    def run(one: Callable[[], Any]) -> None:
        ground.stand_on(app.ground)
        start.wait()
        try:
            one()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def test_useful_is_exact_under_parallel_clicks(app: Portal) -> None:
    """Ten people click five times each, some of them off again; each counts once."""
    put_on(app)
    number = say(actor(app))
    people = [actor(app, f"Person {n}") for n in range(10)]
    clicks = [lambda who=who: rate(who, number) for who in people for _n in range(3)]
    assert together(app, clicks) == []  # type: ignore[arg-type]
    assert row(number).useful == 10
    off = [lambda who=who: rate(who, number, False) for who in people[:4] for _n in range(3)]
    assert together(app, off) == []  # type: ignore[arg-type]
    with db.read() as s:
        assert row(number).useful == s.scalar(select(func.count()).select_from(Useful)) == 6


def test_parallel_replies_are_all_counted(app: Portal) -> None:
    put_on(app)
    number = say(actor(app))
    people = [actor(app, f"Person {n}") for n in range(8)]
    assert together(app, [lambda who=who: say(who, answers=number, once="x") for who in people for _n in (1, 2)]) == []  # type: ignore[misc]
    assert row(number).replies == 8


def test_who_rated_is_forgotten_and_the_number_stays(app: Portal) -> None:
    put_on(app)
    ana, bo = actor(app), actor(app, "Bo Berg")
    old, new = say(ana, "Old"), say(ana, "New")
    rate(bo, old)
    rate(bo, new)
    with db.write() as s:
        s.execute(update(Comment).where(Comment.id == old).values(created_at=clock.now() - rules.RATE_FOR))
    jobs.sweep({})
    with db.read() as s:
        assert list(s.scalars(select(Useful.comment_id))) == [new]
    assert row(old).useful == 1
    assert not rate(bo, old), "a second click would count twice"


def test_what_was_taken_back_is_emptied_after_a_month(app: Portal) -> None:
    put_on(app)
    ana = actor(app)
    number = say(ana, "Words")
    with db.write() as s:
        actions.take_back(ana, s.get_one(Comment, number))
    jobs.sweep({})
    assert row(number).body == "Words"
    with db.write() as s:
        s.execute(update(Comment).values(removed_at=clock.now() - rules.REMOVED_KEPT - timedelta(minutes=1)))
    jobs.sweep({})
    assert (row(number).body, row(number).html) == ("", "")


def test_those_concerned_are_told_once_and_read_no_words(app: Portal) -> None:
    author, ana, bo = actor(app, "Cleo Idea"), actor(app), actor(app, "Bo Berg")
    put_on(app, authors=[author.person_id])
    first = say(ana, "Secret words")
    reply = say(bo, "More secret words", answers=first)
    say(author, "Thanks", answers=first)
    act(reply, hidden_at=clock.now())
    act(reply, hidden_at=None)
    with db.read() as s:
        told = [(one.person_id, one.notice) for one in s.scalars(select(Message).order_by(Message.id))]
        news = s.scalars(select(Announcement)).all()
        words = " ".join(str(one.values) for one in s.scalars(select(Message)))
    assert told == [
        (author.person_id, "comments.new"),
        (ana.person_id, "comments.reply"),
        (author.person_id, "comments.new"),
        (ana.person_id, "comments.reply"),
    ]
    assert len(news) == 1, "followers hear of a debate once a day"
    assert "secret" not in words.lower() and "Bo" not in words
