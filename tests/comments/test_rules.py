"""Who may do what with a comment, and when: each cell of the table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.base.actor import ActingFor, Actor
from portal.comments import rules
from portal.comments.models import Comment

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
AUTHOR, OTHER, NOBODY = Actor(person_id=1), Actor(person_id=2), Actor()
MINUTE = timedelta(minutes=1)


def comment(age: timedelta = MINUTE, **more: object) -> Comment:
    row = Comment(id=5, author_id=1, created_at=NOW - age, replies=0)
    for name, value in more.items():
        setattr(row, name, value)
    return row


EDITS = [
    # who, how old, what happened, may change, may take back
    (AUTHOR, MINUTE, {}, True, True),
    (AUTHOR, 14 * MINUTE, {}, True, True),
    (AUTHOR, 15 * MINUTE, {}, False, True),
    (AUTHOR, MINUTE, {"replies": 1}, False, True),
    (AUTHOR, MINUTE, {"held_at": NOW}, True, True),
    (AUTHOR, MINUTE, {"hidden_at": NOW}, False, False),
    (AUTHOR, MINUTE, {"locked_at": NOW}, False, False),
    (AUTHOR, MINUTE, {"removed_at": NOW}, False, False),
    (OTHER, MINUTE, {}, False, False),
    (NOBODY, MINUTE, {}, False, False),
    (NOBODY, MINUTE, {"author_id": None}, False, False),
]


@pytest.mark.parametrize(("who", "age", "state", "edit", "back"), EDITS)
def test_who_changes_and_takes_back(
    who: Actor, age: timedelta, state: dict[str, object], edit: bool, back: bool
) -> None:
    row = comment(age, **state)
    may_edit, may_back = rules.may_edit(row, who, NOW), rules.may_take_back(row, who)
    assert (bool(may_edit), bool(may_back)) == (edit, back)
    assert edit or may_edit.reason
    assert back or may_back.reason


RATES = [
    (OTHER, MINUTE, {}, True),
    (AUTHOR, MINUTE, {}, False),
    (NOBODY, MINUTE, {}, False),
    (OTHER, rules.RATE_FOR - MINUTE, {}, True),
    (OTHER, rules.RATE_FOR, {}, False),
    (OTHER, MINUTE, {"hidden_at": NOW}, False),
    (OTHER, MINUTE, {"held_at": NOW}, False),
    (OTHER, MINUTE, {"removed_at": NOW}, False),
    (OTHER, MINUTE, {"locked_at": NOW}, False),
]


@pytest.mark.parametrize(("who", "age", "state", "allowed"), RATES)
def test_who_rates(who: Actor, age: timedelta, state: dict[str, object], allowed: bool) -> None:
    assert bool(rules.may_rate(comment(age, **state), who, NOW)) is allowed


@pytest.mark.parametrize("closed", ["hidden_at", "held_at", "removed_at", "locked_at"])
def test_nobody_replies_to_what_is_closed(closed: str) -> None:
    assert rules.may_reply(comment(), comment())
    assert not rules.may_reply(comment(**{closed: NOW}), comment())
    # the root's own words may be gone while people talk on below; only a closed conversation is closed
    assert bool(rules.may_reply(comment(), comment(**{closed: NOW}))) is (closed != "locked_at")


def test_a_mandate_must_reach_to_comments() -> None:
    for scope, allowed in (("all", True), ("ideas", True), ("cases", False), ("bookings", False)):
        assert bool(rules.may_act(Actor(person_id=1, acting_for=ActingFor(1, None, "Firm", scope)))) is allowed
    assert not rules.may_act(NOBODY)


def test_a_reply_never_goes_deeper_than_the_shape_allows() -> None:
    root, reply = comment(), comment(id=6, root_id=5)
    deep = comment(id=7, root_id=5, branch_id=6)
    assert rules.place(root, "thread") == rules.Place(5, None) == rules.place(root, "points")
    assert rules.place(reply, "thread") == rules.Place(5, 6) == rules.place(deep, "thread")
    assert rules.place(reply, "points") == rules.Place(5, None)


def test_many_comments_are_many_of_one_person() -> None:
    assert rules.not_too_many(rules.PER_MINUTE - 1, rules.PER_HOUR - 1)
    assert not rules.not_too_many(rules.PER_MINUTE, 1)
    assert not rules.not_too_many(1, rules.PER_HOUR)


def test_the_order_is_one_that_there_is() -> None:
    assert rules.order("points", None) is rules.Sort.USEFUL
    assert rules.order("thread", "<script>") is rules.Sort.NEWEST
    assert rules.order("thread", "oldest") is rules.Sort.OLDEST


def test_a_heading_in_a_comment_is_no_heading_of_the_page() -> None:
    assert rules.flat("<h2>Loud</h2><p>x</p>") == "<p><strong>Loud</strong></p><p>x</p>"


def test_the_opening_has_no_marks() -> None:
    assert rules.opening("# **Bold** [link](https://x.example) word") == "Bold link word"
    assert rules.opening("word " * 40, 20) == "word word word word …"


@pytest.mark.parametrize(
    ("conversations", "replies"), [(0, 3), (1, 3), (5, 3), (10, 3), (11, 2), (13, 2), (14, 1), (20, 1), (60, 1)]
)
def test_the_more_conversations_the_fewer_replies_below_each(conversations: int, replies: int) -> None:
    assert rules.replies_shown(conversations) == replies
