"""The log says where something broke, and repeats nothing that a person wrote."""

from __future__ import annotations

import json

import pytest
import structlog
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from portal.base import db, log, marks
from portal.base.web import Portal

SECRET = "ana.tamm@mail.example"


def test_a_refusal_of_the_database_is_logged_without_what_it_refused(
    app: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    log.set_up()
    with db.write() as s:
        marks.put(s, SECRET, 1)
    try:
        with db.write() as s:
            try:
                s.execute(insert(marks.Mark).values(name=SECRET, value=2))
            except DBAPIError as met:
                raise RuntimeError("twice") from met
    except RuntimeError as error:
        structlog.get_logger("test").error("fault", exc_info=error)
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert SECRET not in line["exception"]
    assert "IntegrityError" in line["exception"] and "INSERT INTO mark" in line["exception"]
    assert "RuntimeError: twice" in line["exception"] and "test_log.py" in line["exception"]


def test_after_a_refused_flush_the_next_writer_does_not_wait(app: Portal) -> None:
    with db.write() as s:
        marks.put(s, "twice", 1)
    with pytest.raises(DBAPIError), db.write() as s:
        s.add(marks.Mark(name="twice", value=2))
        s.flush()
    with db.write() as s:
        marks.put(s, "after", 3)
    with db.read():
        assert marks.get("after") == 3
