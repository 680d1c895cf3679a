"""What leaves as a table, and what the check of a table needs to know. No person leaves but by the name that everybody
reads, and never who supports what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import texts
from portal.base.ground import settings
from portal.base.texts import Wording
from portal.comments.models import Comment
from portal.ideas import rules_csv, rules_tables
from portal.ideas.models import Call, CallCategory, Debate, Idea
from portal.ideas.models_answers import Answer, AnswerIdea, Outcome, Standing
from portal.ideas.models_paper import Import
from portal.ideas.queries import Names
from portal.identity.models import Person
from portal.identity.rules import folded
from portal.identity.rules_ways import shown_name
from portal.places.models import District

MOST = 20_000
ANSWER = "idea_answer"  # the kind under which its texts stand
SHOWN_IMPORTS = 20


def own_id(number: int) -> str:
    """How an idea of this portal is known elsewhere: by its address, which no other portal has."""
    return f"{settings().base_url.rstrip('/')}/ideas/{number}"


def own_comment_id(number: int) -> str:
    """The same of a comment."""
    return f"{settings().base_url.rstrip('/')}/comments/{number}"


def _name(row: Any) -> str:
    return shown_name(row.name, row.public_name or "") if row.name else row.author_name


def ideas(s: Session, call: Call, names: Names) -> Iterable[Mapping[str, object]]:
    """The ideas of a call that everybody may see, for rules_csv.write: one select."""
    rows = s.execute(
        select(Idea, District.code, Person.name, Person.public_name)
        .outerjoin(District, District.id == Idea.district_id)
        .outerjoin(Person, Person.id == Idea.author_id)
        .where(Idea.call_id == call.id, Idea.hidden_at.is_(None), Idea.held_at.is_(None))
        .order_by(Idea.number)
        .limit(MOST)
    )
    for idea, code, name, public_name in rows:
        yield {
            "id": idea.imported_id or own_id(idea.number),
            "number": idea.number,
            "title": idea.title,
            "text": idea.body,
            "language": idea.language,
            "category": str(names.categories.get(idea.category_id or 0, "")),
            "district": code or "",
            "place": idea.place,
            "x": idea.x,
            "y": idea.y,
            "cost": rules_csv.amount(idea.cost_guess),
            "author": shown_name(name, public_name or "") if name else idea.author_name,
            "created": rules_csv.instant(idea.created_at),
            "state": idea.state.value,
            "supports": idea.supports,
            "supports_on_paper": idea.on_paper,
            "comments": idea.comments,
        }


_SHOWN = (Comment.hidden_at.is_(None), Comment.held_at.is_(None), Comment.removed_at.is_(None))


def comments(s: Session, call: Call) -> Iterable[Mapping[str, object]]:
    """The comments on these ideas that everybody may see: two selects. An answer to one that is not shown stands for
    itself."""
    number = {
        row.id: row.imported_id or own_id(row.number)
        for row in s.execute(
            select(Idea.id, Idea.number, Idea.imported_id).where(
                Idea.call_id == call.id, Idea.hidden_at.is_(None), Idea.held_at.is_(None)
            )
        )
    }
    on = select(Idea.id).where(Idea.call_id == call.id, Idea.hidden_at.is_(None), Idea.held_at.is_(None))
    rows = s.execute(
        select(Comment, Person.name, Person.public_name)
        .outerjoin(Person, (Person.id == Comment.author_id) & Person.closed_at.is_(None))
        .where(Comment.kind == "idea", Comment.object_id.in_(on), *_SHOWN)
        .order_by(Comment.id)
        .limit(MOST * 5)
    ).all()
    ids = {row[0].id: row[0].imported_id or own_comment_id(row[0].id) for row in rows}
    for row, name, public_name in rows:
        yield {
            "id": ids[row.id],
            "idea": number[row.object_id],
            "answers": ids.get(row.parent_id or 0, ""),
            "side": row.side.value if row.side else "",
            "text": row.body,
            "language": row.lang,
            "author": shown_name(name, public_name or "") if name else row.author_name,
            "created": rules_csv.instant(row.created_at),
            "useful": row.useful,
        }


def answers(s: Session, call: Call) -> Iterable[Mapping[str, object]]:
    """The city's public answers to these ideas, one row for each idea and language: two selects."""
    shown = (Idea.call_id == call.id, Idea.hidden_at.is_(None), Idea.held_at.is_(None))
    rows = s.execute(
        select(Answer, Idea.number, Idea.imported_id)
        .join(AnswerIdea, AnswerIdea.answer_id == Answer.id)
        .join(Idea, Idea.id == AnswerIdea.idea_id)
        .where(AnswerIdea.standing == Standing.CURRENT, Answer.published_at.is_not(None), *shown)
        .order_by(Answer.id, Idea.number)
        .limit(MOST)
    ).all()
    said: dict[int, dict[str, dict[str, str]]] = {}
    for row in s.execute(
        select(Wording.object_id, Wording.field, Wording.lang, Wording.body)
        .where(Wording.kind == ANSWER, Wording.object_id.in_(select(Answer.id).where(Answer.call_id == call.id)))
        .order_by(Wording.lang)
    ):
        said.setdefault(row.object_id, {}).setdefault(row.lang, {})[row.field] = row.body
    for answer, number, imported_id in rows:
        for lang, words in said.get(answer.id, {}).items():
            if words.get("body"):
                yield {
                    "answer": f"{settings().base_url.rstrip('/')}/answers/{answer.id}",
                    "idea": imported_id or own_id(number),
                    "outcome": answer.outcome.value,
                    "status": words.get("state", ""),
                    "language": lang,
                    "text": words["body"],
                    "role": words.get("role", ""),
                    "by": answer.answered_by,
                    "published": rules_csv.instant(answer.published_at or answer.changed_at),
                }


def answered(s: Session, call: Call) -> set[int]:
    """The ideas of a call that have an answer, public or drafted: one select."""
    return set(
        s.scalars(
            select(AnswerIdea.idea_id)
            .join(Idea, Idea.id == AnswerIdea.idea_id)
            .where(Idea.call_id == call.id, AnswerIdea.standing.is_not(None))
        )
    )


# --- the check of a file ----------------------------------------------------------------------------------------------


def known(s: Session, call: Call, what: str) -> rules_tables.Known:
    """What the cells of a file for this call may name: three selects at most."""
    languages = frozenset(code for code, _name in texts.written())
    if what == rules_csv.ANSWERS:
        outcomes = frozenset(one.value for one in Outcome)
        return rules_tables.Known(
            languages, ideas=_ideas(s, call), outcomes=outcomes, site=frozenset(settings().languages)
        )
    if what == rules_csv.COMMENTS:
        return rules_tables.Known(languages, ideas=_ideas(s, call), points=call.debate is Debate.POINTS)
    categories = {
        folded(row.body): row.object_id
        for row in s.execute(
            select(Wording.object_id, Wording.body)
            .join(CallCategory, CallCategory.id == Wording.object_id)
            .where(Wording.kind == "call_category", Wording.field == "name", CallCategory.call_id == call.id)
        )
    }
    districts = {
        folded(row.body): row.object_id
        for row in s.execute(
            select(Wording.object_id, Wording.body).where(Wording.kind == "district", Wording.field == "name")
        )
    }
    districts |= {folded(row.code): row.id for row in s.execute(select(District.id, District.code))}
    return rules_tables.Known(languages, categories, districts)


def _ideas(s: Session, call: Call) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in s.execute(select(Idea.id, Idea.number, Idea.imported_id).where(Idea.call_id == call.id)):
        found |= {str(row.number): row.id, own_id(row.number): row.id}
        if row.imported_id:
            found[row.imported_id] = row.id
    return found


def here(s: Session, call: Call, what: str) -> dict[str, int]:
    """What this call has of a kind, by every id by which a file may know it; for comments with the number of their idea.
    One select."""
    if what == rules_csv.IDEAS:
        return {key: number for key, number in _ideas(s, call).items() if not key.isdecimal()}
    found: dict[str, int] = {}
    on = select(Idea.id).where(Idea.call_id == call.id)
    rows = s.execute(
        select(Comment.id, Comment.imported_id, Comment.object_id).where(
            Comment.kind == "idea", Comment.object_id.in_(on)
        )
    )
    for row in rows:
        found[own_comment_id(row.id)] = row.object_id
        if row.imported_id:
            found[row.imported_id] = row.object_id
    return found


def comment_ids(s: Session, call: Call) -> dict[str, int]:
    """The comments of a call by every id by which a file may know them. One select."""
    on = select(Idea.id).where(Idea.call_id == call.id)
    rows = s.execute(select(Comment.id, Comment.imported_id).where(Comment.kind == "idea", Comment.object_id.in_(on)))
    found: dict[str, int] = {}
    for row in rows:
        found[own_comment_id(row.id)] = row.id
        if row.imported_id:
            found[row.imported_id] = row.id
    return found


def imports(s: Session, call: Call) -> Sequence[Import]:
    """The files of a call, the newest first: one select."""
    return s.scalars(
        select(Import).where(Import.call_id == call.id).order_by(Import.id.desc()).limit(SHOWN_IMPORTS)
    ).all()


def one_import(s: Session, call: Call, import_id: int) -> Import | None:
    """A file of this call."""
    return s.scalars(select(Import).where(Import.id == import_id, Import.call_id == call.id)).one_or_none()
