"""A kind of thing that people write, as a wing would bring it: notes on a board. Its table lies beside the portal's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.base.feature import Content, Feature, Hit, Kind
from portal.base.i18n import _l
from portal.base.tables import Id
from portal.base.web import Portal
from portal.identity.models import Person
from portal.moderation import actions, actions_decide, queries
from portal.moderation.models import Act, Flagged, Ground, Moderated, Reason, Report
from portal.moderation.rules import Statement


class Board(DeclarativeBase):
    """Not the portal's tables."""


class Note(Moderated, Board):
    """A note."""

    __tablename__ = "board_note"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    author_id: Mapped[int | None] = mapped_column(Id)
    body: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(Text, default="en")
    process_id: Mapped[int | None] = mapped_column(Id)


changed: list[int] = []  # what the wing was told to bring up to date


def _show(s: Session, ids: list[int], lang: str) -> dict[int, Hit]:
    rows = s.query(Note).filter(Note.id.in_(ids))
    return {row.id: Hit(row.body[:60], row.lang, "home.index", {}, row.body) for row in rows}


def _scope(s: Session, number: int) -> Mapping[str, Any]:
    process = s.get_one(Note, number).process_id
    return {"process": {process}} if process else {}


def _rewrite(s: Session, number: int, texts: dict[str, str]) -> None:
    s.get_one(Note, number).body = texts["body"]


CONTENT = Content(
    author=lambda s, n: s.get_one(Note, n).author_id,
    show=_show,
    texts=lambda s, n: {"body": s.get_one(Note, n).body},
    rewrite=_rewrite,
    changed=lambda s, n: changed.append(n),
    scope=_scope,
    open=lambda s, actor, n: (
        (row := s.get(Note, n)) is not None and (row.shown or (actor.signed_in and row.author_id == actor.person_id))
    ),
)


def put_up(app: Portal) -> None:
    """Hang the board: its kind among the features, its table in the database."""
    changed.clear()
    app.ground.features.append(Feature("board", kinds=[Kind("note", Note, label=_l("Notice"), content=CONTENT)]))
    Board.metadata.create_all(app.ground.database.engine)
    ground.stand_on(app.ground)


def note(
    body: str = "Benches by the pond", author: int | None = None, lang: str = "en", process: int | None = None
) -> int:
    """Write a note, past every check."""
    with db.write() as s:
        return pin(s, body, author, lang, process)


def pin(s: Session, body: str, author: int | None = None, lang: str = "en", process: int | None = None) -> int:
    """The same in an open transaction."""
    row = Note(body=body, author_id=author, lang=lang, process_id=process)
    s.add(row)
    s.flush()
    return row.id


def stored(number: int) -> Note:
    """A note as it stands."""
    with db.read() as s:
        return s.get_one(Note, number)


def report(number: int, who: Actor, reason: Reason = Reason.INSULT) -> Report:
    """Report a note."""
    with db.write():
        return actions.report(who, "note", number, reason=reason, words="Look at this", lang="en")


def queued(number: int) -> Flagged:
    """The note's row in the queue."""
    with db.read() as s:
        return s.query(Flagged).filter_by(kind="note", object_id=number).one()


HIDE = Statement(Act.HIDE, Ground.RULE, "insult", "insult", "He calls them names.", "de")


def decide(who: Actor, number: int, told: Statement = HIDE, version: int | None = None) -> Any:
    """Decide on a note that was reported or held."""
    row = queued(number)
    with db.write():
        return actions_decide.decide(who, row.id, told, version=row.version if version is None else version)


def older(person_id: int, days: int = 30) -> None:
    """Make an account that many days old."""
    with db.write() as s:
        s.get_one(Person, person_id).created_at = clock.now() - timedelta(days=days)


def hits(number: int) -> Any:
    """What the queue shows of a note."""
    with db.read() as s:
        return queries.hits(s, [("note", number)], "en")
