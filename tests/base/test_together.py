"""Statements sent together: what they answer, what a fault leaves, and that prepared ones outlive a rollback's sweep."""

from __future__ import annotations

import pytest
from sqlalchemy import Float, Integer, bindparam, cast, insert, literal_column, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import DetachedInstanceError

from portal.base import db
from portal.base.marks import Mark
from portal.base.together import Ready, along, apart, ask, first, rows, told
from portal.base.web import Portal

MARK = Mark.__table__
NEW = Ready(insert(MARK).values(name=bindparam("named"), value=literal_column("'[\"ö\"]'")))
VALUE = Ready(select(MARK.c.value).where(MARK.c.name == bindparam("asked")))
ONE = Ready(select(literal_column("1").label("one")))


def test_answers_come_in_the_order_asked_and_see_what_went_before(app: Portal) -> None:
    with db.write() as s:
        answers = ask(s, (NEW, {"named": "a"}), (VALUE, {"asked": "a"}), (ONE, {}))
        assert answers[0] == []
        assert answers[1][0].value == ["ö"]
        assert answers[2][0].one == 1


def test_a_fault_is_sqlalchemys_own_and_undoes_everything(app: Portal) -> None:
    for _again in range(2):  # the second time on a connection that has seen the fault
        with pytest.raises(IntegrityError), db.write() as s:
            ask(s, (NEW, {"named": "b"}), (NEW, {"named": "b"}), (ONE, {}))
        with db.read() as s:
            assert ask(s, (VALUE, {"asked": "b"}))[0] == []


def test_prepared_statements_are_prepared_anew_after_a_rollback(app: Portal) -> None:
    for _again in range(7):  # so often that the driver prepares its own, and throws all away at the rollback
        with pytest.raises(RuntimeError, match="over"), db.write() as s:
            for _often in range(7):
                s.execute(select(MARK.c.name).where(MARK.c.name == "a")).all()
            ask(s, (ONE, {}))
            with pytest.raises(IntegrityError), s.begin_nested():
                s.execute(insert(MARK).values(name="c", value=1))
                s.execute(insert(MARK).values(name="c", value=1))
            assert ask(s, (ONE, {}), (ONE, {}))[1][0].one == 1
            raise RuntimeError("over")
        with db.read() as s:
            assert ask(s, (ONE, {}))[0][0].one == 1


def test_what_goes_along_with_the_first_question_is_answered_once(app: Portal) -> None:
    with db.write() as s:
        s.execute(insert(MARK).values(name="a", value=["ö"]))
    with db.read() as s:
        along(a=(VALUE, {"asked": "a"}), b=(VALUE, {"asked": "b"}))
        assert first(s, (ONE, {}), (ONE, {}))[1][0].one == 1
        answers = told("a"), told("b"), told("a")
        if db.is_sqlite():  # no trip to save: whoever needs them asks
            assert answers == (None, None, None)
        else:
            assert answers[0] is not None and answers[0][0].value == ["ö"]
            assert answers[1:] == ([], None)
        assert first(s, (ONE, {}))[0][0].one == 1
        assert told("b") is None
    with db.read() as s:  # another request
        along(a=(VALUE, {"asked": "a"}))
    with db.read() as s:
        first(s, (ONE, {}))
        assert told("a") is None


def test_what_was_not_read_of_an_object_apart_is_not_made_up(app: Portal) -> None:
    made = apart(Mark, name="a")
    assert made.name == "a"
    with pytest.raises(DetachedInstanceError):
        _ = made.value


def test_numbers_come_as_they_went(app: Portal) -> None:
    same = Ready(
        select(
            *(cast(bindparam(name, type_=kind), kind).label(name) for name, kind in (("x", Float()), ("n", Integer())))
        )
    )
    with db.read() as s:
        [row] = rows(s, same, {"x": 0.125, "n": 7})
        assert (row.x, row.n) == (0.125, 7)
        [row] = rows(s, same, {"x": None, "n": None})
        assert (row.x, row.n) == (None, None)


def test_a_list_of_unknown_length_is_refused(app: Portal) -> None:
    with db.read() as s, pytest.raises(TypeError, match="list"):
        rows(s, Ready(select(MARK.c.name).where(MARK.c.name.in_(["a", "b"]))), {})


def test_what_the_session_holds_is_written_before_a_question(app: Portal) -> None:
    with db.write() as s:
        s.add(Mark(name="late", value=[1]))
        assert rows(s, VALUE, {"asked": "late"})[0].value == [1]


def test_the_commit_goes_along(app: Portal) -> None:
    with db.write() as s:
        ask(s, (NEW, {"named": "d"}), commit=True)
    with db.read() as s:
        assert ask(s, (VALUE, {"asked": "d"}))[0][0].value == ["ö"]
