"""What moderation and comments ask of ideas: the contracts of base/feature.py, said for an idea."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.actor import Actor
from portal.base.feature import Content, Discussion, Hit
from portal.base.i18n import _l
from portal.base.markdown import render
from portal.base.search import forget as unfind
from portal.base.verdict import Verdict, no
from portal.ideas import actions_change, queries, queries_idea, queries_ties, rules
from portal.ideas.actions import index, lead, publish
from portal.ideas.models import Call, Change, Idea, Picture, Revision


def _author(s: Session, idea_id: int) -> int | None:
    return s.scalar(select(Idea.author_id).where(Idea.id == idea_id))


def _show(s: Session, ids: list[int], _lang: str) -> dict[int, Hit]:
    rows = s.execute(select(Idea.id, Idea.number, Idea.title, Idea.lead, Idea.language).where(Idea.id.in_(ids)))
    return {row.id: Hit(row.title, row.language, "ideas.idea", {"number": row.number}, row.lead) for row in rows}


def _texts(s: Session, idea_id: int) -> dict[str, str]:
    idea = s.get(Idea, idea_id)
    if idea is None:
        return {}
    found = {"title": idea.title, "body": idea.body, "place": idea.place, "withdrawn_reason": idea.withdrawn_reason}
    for row in s.execute(select(Picture.id, Picture.alt).where(Picture.idea_id == idea_id).order_by(Picture.position)):
        found[f"picture_{row.id}"] = row.alt
    return {name: text for name, text in found.items() if text}


def _rewrite(s: Session, idea_id: int, texts: Mapping[str, str]) -> None:
    """Puts other words there; earlier wordings would still say what was taken out, so they go."""
    idea = s.get(Idea, idea_id)
    if idea is None:
        return
    idea.title = texts.get("title", idea.title)[:200]
    idea.place = texts.get("place", idea.place)[:200]
    idea.withdrawn_reason = texts.get("withdrawn_reason", idea.withdrawn_reason)[:500]
    idea.body = texts.get("body", idea.body)
    idea.html = render(idea.body, idea.language)
    idea.lead = lead(idea.html)
    idea.changed_at = clock.now()
    for name, text in texts.items():
        if name.startswith("picture_") and name[8:].isdecimal():
            s.execute(
                update(Picture).where(Picture.id == int(name[8:]), Picture.idea_id == idea_id).values(alt=text[:250])
            )
    s.execute(delete(Revision).where(Revision.idea_id == idea_id))
    s.flush()
    index(s, idea)


def _changed(s: Session, idea_id: int) -> None:
    row = s.execute(select(Idea, Call).join(Call, Call.id == Idea.call_id).where(Idea.id == idea_id)).one_or_none()
    if row is None:
        return
    idea, call = row
    if idea.shown:
        publish(s, call, idea)
    else:
        unfind(s, "idea", idea.id)


def _scope(s: Session, idea_id: int) -> Mapping[str, Any]:
    found = queries_idea.by_id(s, idea_id)
    return found.scope if found is not None else {}


def _open(s: Session, actor: Actor, idea_id: int) -> bool:
    found = queries_idea.by_id(s, idea_id)
    return found is not None and found.idea.hidden_at is None and queries_idea.may_read(s, actor, found)


CONTENT = Content(
    author=_author, show=_show, texts=_texts, rewrite=_rewrite, changed=_changed, scope=_scope, open=_open
)


# --- other words that a moderator reads first -------------------------------------------------------------------------


def _change_author(s: Session, change_id: int) -> int | None:
    return s.scalar(select(Change.by_id).where(Change.id == change_id))


def _show_changes(s: Session, ids: list[int], _lang: str) -> dict[int, Hit]:
    rows = s.execute(
        select(Change.id, Change.title, Change.body, Change.language, Idea.number)
        .join(Idea, Idea.id == Change.idea_id)
        .where(Change.id.in_(ids))
    )
    return {
        row.id: Hit(row.title, row.language, "ideas.idea", {"number": row.number}, lead(render(row.body, row.language)))
        for row in rows
    }


def _change_texts(s: Session, change_id: int) -> dict[str, str]:
    row = s.get(Change, change_id)
    found = {} if row is None else {"title": row.title, "body": row.body, "place": row.place}
    return {name: text for name, text in found.items() if text}


def _rewrite_change(s: Session, change_id: int, texts: Mapping[str, str]) -> None:
    row = s.get(Change, change_id)
    if row is None:
        return
    row.title = texts.get("title", row.title)[:200]
    row.place = texts.get("place", row.place)[:200]
    row.body = texts.get("body", row.body)
    s.flush()


def _change_scope(s: Session, change_id: int) -> Mapping[str, Any]:
    idea_id = s.scalar(select(Change.idea_id).where(Change.id == change_id))
    return _scope(s, idea_id) if idea_id is not None else {}


CHANGE_CONTENT = Content(
    author=_change_author,
    show=_show_changes,
    texts=_change_texts,
    rewrite=_rewrite_change,
    changed=actions_change.decided,
    scope=_change_scope,
    open=lambda _s, _actor, _id: False,  # nobody but moderators sees it, so nobody reports it
)


# --- comments ---------------------------------------------------------------------------------------------------------


def _about(s: Session, actor: Actor, idea_id: int, _lang: str) -> Hit | None:
    found = queries_idea.by_id(s, idea_id)
    found = queries_idea.seen_by(s, actor, found) if found is not None else None
    if found is None or found.idea.hidden_at is not None:
        return None
    idea = found.idea
    return Hit(idea.title, idea.language, queries_ties.page_of(idea), {"number": idea.number}, idea.lead)


def _may(s: Session, actor: Actor, idea_id: int) -> Verdict:
    found = queries_idea.by_id(s, idea_id)
    if found is None:
        return no(_l("The debate on this idea is over."))
    # the time of a call runs on the city's clock, as everywhere
    dates = queries.phases(s, found.call)
    if actor.may(*rules.OFFICERS, scope=found.scope):
        return rules.may_talk(found.idea, found.call, dates, clock.city_now())
    return rules.may_comment(queries.taker(s, actor, found.call), found.idea, found.call, dates, clock.city_now())


def _shape(s: Session, idea_id: int) -> str:
    shape = s.scalar(select(Call.debate).join(Idea, Idea.call_id == Call.id).where(Idea.id == idea_id))
    return shape.value if shape is not None else "thread"


def _counted(s: Session, idea_id: int, by: int) -> None:
    s.execute(
        update(Idea)
        .where(Idea.id == idea_id)
        .values(comments=Idea.comments + by)
        .execution_options(synchronize_session=False)
    )


def _told(s: Session, idea_id: int) -> list[int]:
    idea = s.get(Idea, idea_id)
    return queries_idea.author_ids(s, idea) if idea is not None else []


def _premoderated(s: Session, idea_id: int) -> bool:
    asked = select(Call.premoderated).join(Idea, Idea.call_id == Call.id).where(Idea.id == idea_id)
    return bool(s.scalar(asked))


def _moved(s: Session, idea_id: int) -> int | None:
    root = queries_ties.root(s, idea_id)
    return root.id if root.id != idea_id else None


def _promised(s: Session, idea_id: int) -> int:
    return s.scalar(select(Call.promised_hours).join(Idea, Idea.call_id == Call.id).where(Idea.id == idea_id)) or 24


DISCUSSION = Discussion(
    about=_about,
    may=_may,
    shape=_shape,
    counted=_counted,
    told=_told,
    premoderated=_premoderated,
    promised=_promised,
    moved=_moved,
)
