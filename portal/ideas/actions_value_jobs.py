"""What the worker tells about the check of ideas, in short transactions of its own: each person once, whether they
support an idea or follow it. Nothing in a message says which of the two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select, union

from portal.base import db, texts
from portal.ideas import queries_idea
from portal.ideas.actions_value import result
from portal.ideas.models import Author, AuthorState, Call, Idea, Support
from portal.ideas.models_value import ShortList, ShortListLine, Valuation
from portal.identity.queries import city_day
from portal.notifications import actions as notifications
from portal.notifications.models import Follow

BATCH = 500


def tell_valued(valuation_id: int) -> int:
    """Tells authors, supporters and followers what the city found about an idea. Returns how many were told; running it
    twice tells nobody twice."""
    with db.write() as s:
        row = s.get_one(Valuation, valuation_id)
        idea = s.get_one(Idea, row.idea_id)
        authors = queries_idea.author_ids(s, idea)
        values: dict[str, Any] = {"idea": {idea.language: idea.title}, "result": result(row.feasible)}
        link = ("ideas.idea", {"number": idea.number})
        dedup = f"idea:{idea.id}:valued:{row.version}"
        notice, own = "idea.valued", dict(values)
        assert row.published_at is not None and row.objectable_until is not None
        if row.objectable_until > row.published_at:
            notice = "idea.valued_own"
            own["day"] = city_day(row.objectable_until - timedelta(seconds=1))
        told = notifications.tell(authors, notice, own, link=link, about=("idea", idea.id), dedup=dedup)
        idea_id = idea.id
    return told + _tell_all(union(*_circle([idea_id])), "idea.valued", values, link, dedup, ("idea", idea_id))


def tell_short_list(list_id: int) -> int:
    """Tells the authors of the ideas on a short list that theirs is on it, and everybody who supports an idea of the call
    or follows it that there is a list: that message names no idea. Returns how many were told."""
    with db.write() as s:
        row = s.get_one(ShortList, list_id)
        call = s.get_one(Call, row.call_id)
        link = ("ideas.short_list", {"slug": call.slug})
        chosen = s.scalars(
            select(Idea)
            .join(ShortListLine, ShortListLine.idea_id == Idea.id)
            .where(ShortListLine.list_id == row.id, ShortListLine.chosen.is_(True))
        ).all()
        told = 0
        for idea in chosen:
            told += notifications.tell(
                queries_idea.author_ids(s, idea),
                "idea.shortlisted",
                {"idea": {idea.language: idea.title}},
                link=link,
                about=("idea", idea.id),
                dedup=f"idea:{idea.id}:shortlisted:{row.id}",
            )
        said = texts.all_languages(s, "call", call.id)
        call_id = call.id
        title = {lang: words.body for (name, lang), words in said.items() if name == "title"} or {"en": call.slug}
        ideas = select(Idea.id).where(Idea.call_id == call.id)
        people = union(
            *_circle(ideas),
            select(Follow.person_id).where(Follow.kind == "call", Follow.object_id == call.id),
            select(Idea.author_id).where(Idea.call_id == call.id, Idea.author_id.is_not(None)),
            select(Author.person_id).where(Author.idea_id.in_(ideas), Author.state == AuthorState.ACCEPTED),
        )
    return told + _tell_all(
        people, "idea.short_list", {"call": title}, link, f"short_list:{list_id}", ("call", call_id)
    )


def _circle(ideas: Any) -> list[Any]:
    """Who supports one of these ideas, and who follows it."""
    return [
        select(Support.person_id).where(Support.idea_id.in_(ideas), Support.person_id.is_not(None)),
        select(Follow.person_id).where(Follow.kind == "idea", Follow.object_id.in_(ideas)),
    ]


def _tell_all(
    people: Any, notice: str, values: Mapping[str, Any], link: tuple[str, dict[str, Any]], dedup: str, about: Any = None
) -> int:
    with db.read() as s:
        ids = sorted({number for number in s.scalars(people) if number is not None})
    told = 0
    for start in range(0, len(ids), BATCH):
        with db.write():
            told += notifications.tell(ids[start : start + BATCH], notice, values, link=link, about=about, dedup=dedup)
    return told
