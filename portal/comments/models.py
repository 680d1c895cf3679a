"""Comments, who found them useful, what they said before they were changed, and what a machine made of them."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.tables import Base, Id, UtcTime, choice
from portal.identity.models import Person
from portal.moderation.models import Moderated


class Side(enum.StrEnum):
    """On which side a point stands."""

    FOR = "for"
    AGAINST = "against"


class Comment(Moderated, Base):
    """Something said about a thing (kind, object_id): a point for or against it, a contribution to a thread, a reply.

    `parent_id`: what it answers. `root_id`: the comment that began the conversation; `branch_id`: the reply to it under
    which a reply of the third level stands. Both are empty above their level, and no level is deeper.
    """

    __tablename__ = "comment"
    __table_args__ = (
        UniqueConstraint("author_id", "once"),
        Index(None, "kind", "object_id", "root_id"),
        Index(None, "root_id"),
        Index(None, "parent_id"),
        Index(None, "author_id", "created_at"),
        Index(None, "removed_at"),
        Index(None, "kind", "object_id", "imported_id", unique=True),
        CheckConstraint("useful >= 0 AND replies >= 0", name="numbers"),
        CheckConstraint("(root_id IS NULL) = (parent_id IS NULL)", name="root"),
        CheckConstraint("branch_id IS NULL OR root_id IS NOT NULL", name="branch"),
        CheckConstraint("side IS NULL OR root_id IS NULL", name="side_of_root"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int] = mapped_column(Id)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    root_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    side: Mapped[Side | None] = mapped_column(choice(Side, name="side"))
    body: Mapped[str] = mapped_column(Text)  # Markdown, as it was typed
    html: Mapped[str] = mapped_column(Text)  # made from it when it was stored
    lang: Mapped[str] = mapped_column(String(12))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # what stands there for somebody without an account here: the text came from another platform, which knew it as this
    author_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    imported_id: Mapped[str | None] = mapped_column(String(120))
    for_name: Mapped[str] = mapped_column(String(200), default="")  # for whom the author acted, by a mandate
    badge: Mapped[str] = mapped_column(String(40), default="")  # the staff role in which it was written
    by_author: Mapped[bool] = mapped_column(default=False)  # written by an author of the thing
    helped: Mapped[bool] = mapped_column(default=False)  # entered by somebody who helped
    once: Mapped[str | None] = mapped_column(String(24))  # the form it came from, so that two clicks write it once
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)  # taken back by its author
    version: Mapped[int] = mapped_column(default=1)
    useful: Mapped[int] = mapped_column(default=0)
    replies: Mapped[int] = mapped_column(default=0)  # direct ones that everybody sees
    # whether it is in the numbers of its thing and of its parent, and in the search index
    counted: Mapped[bool] = mapped_column(default=False)

    author: Mapped[Person | None] = relationship(lazy="raise")


class Useful(Base):
    """A person found a comment useful. Shown to that person alone; the row goes after a while, the number stays."""

    __tablename__ = "comment_useful"
    __table_args__ = (UniqueConstraint("comment_id", "person_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Revision(Base):
    """What a comment said before its author changed it."""

    __tablename__ = "comment_revision"
    __table_args__ = (UniqueConstraint("comment_id", "version"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    version: Mapped[int]
    lang: Mapped[str] = mapped_column(String(12))
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)  # when it came to say that


class Translation(Base):
    """What the city's engine made of one version of a comment in another language."""

    __tablename__ = "comment_translation"
    __table_args__ = (UniqueConstraint("comment_id", "lang"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    lang: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
