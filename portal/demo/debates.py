"""Fills the debates about ideas: what people of Sundhaven say for and against them, and what others found useful."""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.base import clock, i18n
from portal.base.actor import Actor
from portal.comments import actions, queries
from portal.comments.models import Comment, Revision, Side
from portal.demo import content
from portal.ideas.models import Call, Debate, Idea
from portal.identity.demo_idp import ISSUER
from portal.identity.models import Identity, Person


def seed_debates(s: Session) -> None:
    """All debates whose idea is there. Each comment is dated back, so that nobody seems to have written all at once."""
    people = _people(s)
    for one in content.debates():
        idea = s.scalars(select(Idea).where(Idea.title == one["idea"])).one_or_none()
        if idea is None:
            continue
        if one.get("thread"):
            s.execute(update(Call).where(Call.id == idea.call_id).values(debate=Debate.THREAD))
        said: list[int] = []
        for line in one["comment"]:
            said.append(_comment(s, idea.id, line, people, said))


def _people(s: Session) -> dict[str, Actor]:
    """Everybody who can sign in, by the name that the provider knows them by."""
    roles = {one.sub: frozenset(one.roles) for one in content.personas()}
    rows = s.execute(
        select(Identity.sub, Person.id, Person.name)
        .join(Person, Person.id == Identity.person_id)
        .where(Identity.issuer == ISSUER)
        .order_by(Person.id)
    )
    return {row.sub: Actor(person_id=row.id, name=row.name, roles=roles.get(row.sub, frozenset())) for row in rows}


def _comment(s: Session, idea_id: int, line: dict[str, Any], people: dict[str, Actor], said: list[int]) -> int:
    who = people[line["by"]]
    with i18n.use_locale(line["lang"]):
        thing = queries.thing(s, who, "idea", idea_id, line["lang"])
        answers = queries.found(s, who, said[line["answers"] - 1], line["lang"]) if "answers" in line else None
        assert thing is not None
        written = actions.write(
            who,
            thing,
            body=line.get("first", line["text"]),
            lang=line["lang"],
            side=Side(line["side"]) if "side" in line else None,
            answers=answers,
            badge=min(who.roles, default=""),
        )
    assert isinstance(written, actions.Written), written
    row = written.comment
    if "first" in line:
        assert actions.edit(who, row, body=line["text"], lang=line["lang"], version=row.version)
    others = [one for one in people.values() if one.person_id != who.person_id and not one.roles]
    start = zlib.crc32(line["text"].encode()) % len(others)
    for n in range(min(line["useful"], len(others))):
        reader = others[(start + n) % len(others)]
        found = queries.found(s, reader, row.id, line["lang"])
        assert found is not None
        actions.rate(reader, found, useful=True)
    at = clock.now() - timedelta(days=line["days"], minutes=zlib.crc32(line["text"].encode()) % 300)
    changed = at + timedelta(minutes=4) if "first" in line else None
    s.execute(update(Comment).where(Comment.id == row.id).values(created_at=at, edited_at=changed))
    s.execute(update(Revision).where(Revision.comment_id == row.id).values(created_at=at))
    return row.id
