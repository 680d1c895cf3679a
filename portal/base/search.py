"""Search: one table of normalised texts, one question. FTS5 trigrams on SQLite, pg_trgm on PostgreSQL.

Each object has one row per language. Triggers keep the SQLite trigram table equal to it, so copies, imports and
restores need no special care. Words under three characters have no trigram and are looked up with LIKE.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    DDL,
    ColumnElement,
    Integer,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    event,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base import db, together
from portal.base.normal import normalise, tokens
from portal.base.tables import Base, Id
from portal.base.together import Ready

MOST = 1000


class SearchText(Base):
    """What can be found of one object in one language, in comparable form: the title first, then the rest."""

    __tablename__ = "search_text"
    __table_args__ = (UniqueConstraint("kind", "object_id", "lang"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int] = mapped_column(Id)
    lang: Mapped[str] = mapped_column(String(12))
    body: Mapped[str] = mapped_column(LongText)


TRIGRAM_UP = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(body, content='search_text', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN "
    "INSERT INTO search_fts(rowid, body) VALUES (new.id, new.body); END",
    "CREATE TRIGGER search_text_removed AFTER DELETE ON search_text BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, body) VALUES ('delete', old.id, old.body); END",
    "CREATE TRIGGER search_text_changed AFTER UPDATE ON search_text BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, body) VALUES ('delete', old.id, old.body); "
    "INSERT INTO search_fts(rowid, body) VALUES (new.id, new.body); END",
)
ddl: Any = DDL  # untyped in SQLAlchemy
for _statement in TRIGRAM_UP:
    event.listen(SearchText.__table__, "after_create", ddl(_statement).execute_if(dialect="sqlite"))
TRIGRAM_POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX ix_search_text_trigram ON search_text USING gin (body gin_trgm_ops)",
)
for _statement in TRIGRAM_POSTGRES:
    event.listen(SearchText.__table__, "after_create", ddl(_statement).execute_if(dialect="postgresql"))


def put(s: Session, kind: str, object_id: int, lang: str, text: str) -> None:
    """Make an object findable by this text in this language; an empty text takes it out. Title first, then the rest."""
    body = normalise(text)
    row = s.scalar(
        select(SearchText).where(SearchText.kind == kind, SearchText.object_id == object_id, SearchText.lang == lang)
    )
    if not body:
        if row is not None:
            s.delete(row)
    elif row is None:
        s.add(SearchText(kind=kind, object_id=object_id, lang=lang, body=body))
    elif row.body != body:
        row.body = body
    s.flush()


def forget(s: Session, kind: str, *object_ids: int) -> None:
    """Take objects out in every language."""
    s.execute(delete(SearchText).where(SearchText.kind == kind, SearchText.object_id.in_(object_ids)))


def find(s: Session, kind: str, query: str, lang: str, most: int = MOST) -> list[int]:
    """The ids of a kind's objects that hold every word of the query, best first, each once.

    Texts in the reader's language come before finds in other languages; word beginnings before what only stands inside
    a word; then the earlier the first word stands, the better. Which of them the reader may see is the caller's
    question. An empty query finds nothing.
    """
    return [object_id for _kind, object_id in find_any(s, [kind], query, lang, most)]


def find_any(s: Session, kinds: list[str], query: str, lang: str, most: int = MOST) -> list[tuple[str, int]]:
    """The same over several kinds: (kind, id), best first."""
    words = tokens(query)
    if not words or not kinds:
        return []
    sqlite = db.is_sqlite()
    long, others, values = _typed(words, sqlite)
    statement = _ranked(sqlite, bool(long), len(others), len(words), len(kinds))
    values |= {f"kind_{n}": kind for n, kind in enumerate(kinds)} | {"lang": lang, "word_0": words[0]}
    values |= {f"begins_{n}": f" {word}" for n, word in enumerate(words)}
    return [(row[0], row[1]) for row in together.rows(s, statement, {**values, "most": most})]


def _typed(words: list[str], sqlite: bool) -> tuple[list[str], list[str], dict[str, Any]]:
    """The words that the trigram table answers, those that are looked for in the texts, and the values of both. Each
    word is a quoted phrase: nothing a reader types is an operator of the query language."""
    long = [word for word in words if len(word) >= 3] if sqlite else []
    others = [word for word in words if word not in long]
    values: dict[str, Any] = {}
    if long:
        values["found_phrase"] = " ".join('"' + word.replace('"', '""') + '"' for word in long)
    for n, word in enumerate(others):
        part = word.replace("/", "//").replace("%", "/%").replace("_", "/_")
        values[f"found_{n}"] = f"%{part}%"
    return long, others, values


_X: Any = SearchText.__table__.c


# The rows of texts that hold a phrase, by way of the trigram table: it gives few of many.
_TRIGRAMS = text("SELECT rowid FROM search_fts WHERE search_fts MATCH :found_phrase").columns(
    literal_column("rowid", Integer)
)


def _where(sqlite: bool, phrase: bool, parts: int) -> tuple[Any, list[ColumnElement[bool]]]:
    """Where texts are looked up that hold a phrase of the trigram table and so many parts, and on which conditions."""
    held = [_X.body.like(bindparam(f"found_{n}"), escape="/") for n in range(parts)]
    if not (sqlite and phrase):
        return SearchText.__table__, held
    rows = _TRIGRAMS.subquery("trigrams")
    return SearchText.__table__.join(rows, rows.c[0] == _X.id), held


@lru_cache(maxsize=64)
def _holding(sqlite: bool, phrase: bool, parts: int) -> Select[Any]:
    """The ids of what holds a phrase of the trigram table and so many parts; its values come from `holding`."""
    source, held = _where(sqlite, phrase, parts)
    return select(_X.object_id).select_from(source).where(_X.kind == bindparam("found_kind"), *held)


@lru_cache(maxsize=256)
def _ranked(sqlite: bool, phrase: bool, parts: int, words: int, kinds: int) -> Ready:
    """Kind and id of what holds so many words, best first, each once. The rank is one expression without
    a table beside it, in which every place is asked for once and only where it matters: the database reckons it for all
    that is found, however few lines are wanted."""
    at: Any = func.instr if sqlite else func.strpos
    source, held = _where(sqlite, phrase, parts)
    body = literal(" ", String).concat(_X.body)
    begun = [at(body, bindparam(f"begins_{n}", type_=String)) for n in range(words)]
    inside = at(_X.body, bindparam("word_0", type_=String))
    # a "tree" is sought before a "street": a word that only holds what was typed comes after one that begins with it
    rank = (
        case((_X.lang == bindparam("lang", type_=String), 0), else_=100_000_000)
        + func.coalesce(func.nullif(begun[0], 0), 1_000_000 + inside)
        + sum((case((one > 0, 0), else_=1_000_000) for one in begun[1:]), literal(0))
        + func.length(_X.body) / 1_000_000.0
    )
    return Ready(
        select(_X.kind, _X.object_id)
        .select_from(source)
        .where(_X.kind.in_([bindparam(f"kind_{n}", type_=String) for n in range(kinds)]), *held)
        .group_by(_X.kind, _X.object_id)
        .order_by(func.min(rank), _X.kind, _X.object_id)
        .limit(bindparam("most", type_=Integer))
    )


def holding(s: Session, kind: str, query: str) -> tuple[Select[Any], dict[str, str]] | None:
    """The same as `find` for a list that has an order of its own: a select of ids to stand inside the list's own
    statement, and the values for it. The same object for the same kind of query, so that what is built of it can be
    kept. None for a query without a word, which finds nothing."""
    words = tokens(query)
    if not words:
        return None
    sqlite = db.is_sqlite()
    long, others, values = _typed(words, sqlite)
    values["found_kind"] = kind
    return _holding(sqlite, bool(long), len(others)), values


def holding_any(s: Session, kind: str, parts: list[str], most: int = 300) -> list[tuple[int, str]]:
    """Objects of a kind whose text holds at least one of these parts of words (normalised, three letters or more), the
    newest first: (id, normalised text). For finding what is alike, which the caller judges."""
    parts = [part for part in parts if len(part) >= 3]
    if not parts:
        return []
    if s.get_bind().dialect.name == "sqlite":
        phrase = " OR ".join('"' + part.replace('"', '""') + '"' for part in parts)
        rows = text("SELECT rowid FROM search_fts WHERE search_fts MATCH :phrase").bindparams(phrase=phrase)
        condition: ColumnElement[bool] = SearchText.id.in_(rows.columns(literal_column("rowid")))
    else:
        condition = or_(*(SearchText.body.contains(part, autoescape=True) for part in parts))
    statement = (
        select(SearchText.object_id, SearchText.body)
        .where(SearchText.kind == kind, condition)
        .order_by(SearchText.object_id.desc())
        .limit(most)
    )
    return [(row[0], row[1]) for row in s.execute(statement)]
