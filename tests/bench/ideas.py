"""The ideas of the measured city: a call with 5,000 of them, one with 500 comments, and people who support.

The rows are written past the actions, as many in one statement as there are: what is measured is how they are read."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy import func, insert, select, update

from portal.base import clock, db, ground
from portal.base.normal import normalise
from portal.base.search import SearchText
from portal.comments.models import Comment
from portal.ideas.models import Idea, Support
from portal.identity.models import Person
from tests.bench.town import Town
from tests.ideas.town import add_call

CALL, IDEAS, COMMENTS = "ideas-2027", 5000, 500
DEBATED, QUIET = 1, 2  # numbers of the idea with 500 comments and of one with 20
WORDS = (
    "bench tree playground bicycle path lamp library river meadow tram shelter square fountain kiosk crossing wall roof"
    " garden hall stage swing court pier stairs ramp signpost orchard pond bridge school market"
).split()


def fill(town: Town, ideas: int = IDEAS) -> None:
    """Hand in the ideas, talk about two of them, and make all of them findable."""
    call_id = add_call(town.app, slug=CALL)
    town.voter(0)
    with db.read() as s:
        author = s.scalar(select(func.max(Person.id)))
    draw, now = random.Random(2027), clock.now()  # the same city at every run
    rows, found = [], []
    for n in range(1, ideas + 1):
        title = f"A {draw.choice(WORDS)} by the {draw.choice(WORDS)} {n}"
        lead = " ".join(draw.choice(WORDS) for _ in range(24))
        rows.append(
            {
                "number": n, "call_id": call_id, "author_id": author, "language": "en", "title": title, "lead": lead,
                "body": lead, "html": f"<p>{lead}</p>", "state": "submitted", "supports": 0, "comments": 0,
                "place": "Mill Street",
                "x": draw.random(), "y": draw.random(), "shuffle": draw.randrange(1, 2**31 - 2), "version": 1,
                "created_at": now - timedelta(minutes=ideas - n), "published_at": now, "changed_at": now,
            }
        )  # fmt: skip
        found.append({"kind": "idea", "object_id": n, "lang": "en", "body": normalise(f"{title} {lead}")})
    with db.write() as s:
        s.execute(insert(Idea.__table__), rows)
        ids = dict(s.execute(select(Idea.number, Idea.id)).all())
        s.execute(insert(SearchText.__table__), [{**one, "object_id": ids[one["object_id"]]} for one in found])
        for number, count in ((DEBATED, COMMENTS), (QUIET, 20)):
            _talk(ids[number], count, author, draw)
            s.execute(update(Idea).where(Idea.number == number).values(comments=count))


def _talk(idea_id: int, count: int, author: int | None, draw: random.Random) -> None:
    """So many comments on an idea: a fifth of them begin conversations, the others answer."""
    s, now = db.session(), clock.now()
    plain = {"kind": "idea", "object_id": idea_id, "lang": "en", "author_id": author, "counted": True, "version": 1,
             "for_name": "", "badge": "", "by_author": False, "helped": False, "created_at": now}  # fmt: skip
    roots = max(count // 5, 1) if count > 100 else count
    first = (s.scalar(select(func.max(Comment.id))) or 0) + 1

    def said(number: int, root: int | None) -> dict[str, object]:
        words = " ".join(draw.choice(WORDS) for _ in range(30))
        side = None if root else ("for", "against")[number % 2]
        return {**plain, "id": first + number, "body": words, "html": f"<p>{words}</p>", "side": side, "root_id": root,
                "parent_id": root, "useful": draw.randrange(40), "replies": 0 if root or roots == count else 4}  # fmt: skip

    rows = [said(n, None) for n in range(roots)]
    rows += [said(n, first + n % roots) for n in range(roots, count)]
    s.execute(insert(Comment.__table__), rows)


def stored(town: Town) -> tuple[int, int]:
    """The supports that are there, and the sum of what the ideas say of them."""
    ground.stand_on(town.app.ground)
    with db.read() as s:
        rows = s.scalar(select(func.count()).select_from(Support)) or 0
        return rows, s.scalar(select(func.sum(Idea.supports))) or 0
