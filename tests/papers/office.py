"""What tests of papers do again and again: write a letter, let the worker make it, look at it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from portal.base import db, ground
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.papers import actions, actions_make, queries
from portal.papers.models import Paper

CLERK = Actor(person_id=None, name="Bo Kask", roles=frozenset({"case_officer"}))


def values(**given: Any) -> dict[str, Any]:
    """What the letter's template asks for."""
    return {
        "recipient": "Ana Ilves",
        "address_lines": ["Pärna 5", "10111 Sundhaven"],
        "address_dir": "ltr",
        "body": "<p>Your application was granted.</p>",
        **given,
    }


def issue(app: Portal, **given: Any) -> int:
    """A letter in a transaction of its own; returns its id."""
    ground.stand_on(app.ground)
    wish = {"kind": "letter", "lang": "en", "title": "Your permit", "values": values(), **given}
    with db.write():
        return actions.issue(CLERK, **wish).id


def made(app: Portal, **given: Any) -> Paper:
    """A letter that the worker has made."""
    paper_id = issue(app, **given)
    actions_make.make(paper_id)
    return look(app, paper_id)


def look(app: Portal, paper_id: int) -> Paper:
    """The paper as it is now."""
    ground.stand_on(app.ground)
    with db.read() as s:
        found = s.get(Paper, paper_id)
        assert found is not None
        return found


def file_of(paper: Paper) -> bytes:
    """Its signed file."""
    return path_of(paper).read_bytes()


def path_of(paper: Paper) -> Path:
    """Where it lies."""
    return queries.path_of(paper.file)
