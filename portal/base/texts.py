"""What the city writes in several languages: one row per object, field and language.

Markdown fields keep their rendered HTML beside the source, made when the text is stored. A missing language falls
back to another with an honest mark; a machine's text is marked as such.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape
from sqlalchemy import CheckConstraint, String, Text, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base import ground, i18n
from portal.base.markdown import render
from portal.base.tables import Base, Id
from portal.base.textfield import TextField


class Wording(Base):
    """A text of one object's field in one language."""

    __tablename__ = "wording"
    __table_args__ = (
        CheckConstraint("origin IN ('human', 'machine')", name="origin"),
        {"sqlite_with_rowid": False},
    )

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    object_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    lang: Mapped[str] = mapped_column(String(12), primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    origin: Mapped[str] = mapped_column(String(8), default="human")
    source_hash: Mapped[str] = mapped_column(String(64), default="")


@dataclass(frozen=True, slots=True)
class Said:
    """A text as it can be shown: `fallback` when it is not in the language asked for."""

    body: str
    lang: str
    html: str = ""
    fallback: bool = False
    machine: bool = False

    @property
    def dir(self) -> str:
        """Writing direction of this text's own language."""
        return i18n.direction(self.lang)

    def __str__(self) -> str:
        return self.body

    @classmethod
    def own(cls, body: str, lang: str) -> Said:
        """Words that somebody wrote in one language and that are shown as they are, whatever was asked for."""
        return cls(body, lang, fallback=lang != i18n.lang())


def languages(codes: Iterable[str]) -> list[tuple[str, Said]]:
    """These languages with their own names, which are words of those languages: the choices of a form."""
    return [(code, Said.own(i18n.own_name(code), code)) for code in codes]


OTHER_LANGUAGES = ("es", "fa", "ru", "tr", "uk")  # in which people write, beside those of the site


def written() -> list[tuple[str, Said]]:
    """The languages in which people can write, each in its own name: those of the site first."""
    return languages(dict.fromkeys([*ground.settings().languages, *OTHER_LANGUAGES]))


# Stands in a sentence of the page where words of another language come: no person types it.
HOLE = "\ufffc"


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words that may be in another language than the page, with those of the page beside them: plain in sentences,
    marked on a page."""

    said: Said
    before: str = ""
    after: str = ""

    @classmethod
    def within(cls, sentence: str, said: Said) -> Spoken:
        """The words in a sentence of the page that has a `HOLE` where they stand."""
        before, _hole, after = sentence.partition(HOLE)
        return cls(said, before, after)

    @property
    def marks(self) -> dict[str, str]:
        """lang and dir of an element that can hold nothing but text; empty where the page's are right."""
        return {"lang": self.said.lang, "dir": self.said.dir} if self.said.fallback else {}

    def __str__(self) -> str:
        # isolated: words in another script must not turn a number beside them around
        words = (
            f"\u2068{self.said.body}\u2069" if (self.before or self.after) and self.said.fallback else self.said.body
        )
        return f"{self.before}{words}{self.after}"

    def __html__(self) -> str:
        if not self.said.fallback:
            return str(escape(str(self)))
        mark = Markup('{}<bdi lang="{}" dir="{}">{}</bdi>{}')
        return str(mark.format(self.before, self.said.lang, self.said.dir, self.said.body, self.after))


def digest(body: str) -> str:
    """What a translation was made from, to see when it is stale."""
    return hashlib.sha256(body.encode()).hexdigest()


def put(
    s: Session,
    kind: str,
    object_id: int,
    field: str,
    lang: str,
    body: str,
    *,
    origin: str = "human",
    markdown: bool = False,
    source: str = "",
) -> None:
    """Store a text; an empty one removes the row."""
    row = s.get(Wording, (kind, object_id, field, lang))
    if not body.strip():
        if row is not None:
            s.delete(row)
            s.flush()
        return
    if row is None:
        row = Wording(kind=kind, object_id=object_id, field=field, lang=lang)
        s.add(row)
    row.body, row.origin = body, origin
    row.html = render(body, lang) if markdown else ""
    row.source_hash = digest(source) if source else ""
    s.flush()


_W = Wording.__table__.c
_BARE = select(_W.object_id, _W.field, _W.lang, _W.body, _W.origin).where(
    _W.kind == bindparam("kind"),
    _W.object_id.in_(bindparam("ids", expanding=True)),
    _W.field.in_(bindparam("fields", expanding=True)),
)
_RENDERED = _BARE.add_columns(_W.html)


def put_all(
    s: Session,
    kind: str,
    object_id: int,
    said: Mapping[str, Mapping[str, str]],
    fields: Mapping[str, TextField],
    *,
    origin: str = "human",
) -> None:
    """Store texts per field and language; an empty one is taken away, one that did not change keeps its origin.

    One select and one flush: a project has two dozen texts. Raises KeyError for a field that is not among `fields`.
    """
    put_each(s, kind, {object_id: said}, fields, origin=origin)


def put_each(
    s: Session,
    kind: str,
    said: Mapping[int, Mapping[str, Mapping[str, str]]],
    fields: Mapping[str, TextField],
    *,
    origin: str = "human",
) -> None:
    """The same for several objects of a kind, by their id, still with one select and one flush."""
    rows = s.scalars(select(Wording).where(Wording.kind == kind, Wording.object_id.in_(said)))
    stored = {(row.object_id, row.field, row.lang): row for row in rows}
    for object_id, by_field in said.items():
        for field, by_lang in by_field.items():
            spec = fields[field]
            for lang, body in by_lang.items():
                row, body = stored.get((object_id, field, lang)), body.strip()
                if not body:
                    if row is not None:
                        s.delete(row)
                    continue
                if row is None:
                    row = Wording(kind=kind, object_id=object_id, field=field, lang=lang, body="")
                    s.add(row)
                if row.body != body:
                    row.body, row.origin, row.source_hash = body, origin, ""
                    row.html = render(body, lang) if spec.markdown else ""
    s.flush()


def load(
    s: Session, kind: str, ids: Iterable[int], fields: Iterable[str], lang: str | None = None, *, html: bool = False
) -> dict[tuple[int, str], Said]:
    """The best text per (id, field) in one select: the language asked for, else English, else any other.

    `html` loads the rendered form too; lists leave it away.
    """
    wanted, ids, fields = lang or i18n.lang(), list(ids), list(fields)
    if not ids or not fields:
        return {}
    rows = s.execute(_RENDERED if html else _BARE, {"kind": kind, "ids": ids, "fields": fields}).all()
    rank = {wanted: 0, i18n.SOURCE: 1}
    found: dict[tuple[int, str], Said] = {}
    best: dict[tuple[int, str], tuple[int, str]] = {}
    for row in rows:
        key, order = (row[0], row[1]), (rank.get(row[2], 2), row[2])
        if key not in best or order < best[key]:
            best[key] = order
            found[key] = Said(
                body=row[3],
                lang=row[2],
                html=row[5] if html else "",
                fallback=row[2] != wanted,
                machine=row[4] == "machine",
            )
    return found


def all_languages(s: Session, kind: str, object_id: int) -> dict[tuple[str, str], Wording]:
    """Every text of one object by (field, language), for the form that edits them."""
    rows = s.scalars(select(Wording).where(Wording.kind == kind, Wording.object_id == object_id))
    return {(row.field, row.lang): row for row in rows}


def missing(
    s: Session, kind: str, ids: Iterable[int], fields: Iterable[str], languages: Iterable[str]
) -> dict[str, list[tuple[int, str]]]:
    """What each language lacks: language -> [(id, field)]."""
    ids, fields = list(ids), list(fields)
    rows = s.execute(
        select(Wording.object_id, Wording.field, Wording.lang).where(
            Wording.kind == kind, Wording.object_id.in_(ids), Wording.field.in_(fields)
        )
    )
    have = {(row.object_id, row.field, row.lang) for row in rows}
    return {language: [(i, f) for i in ids for f in fields if (i, f, language) not in have] for language in languages}
