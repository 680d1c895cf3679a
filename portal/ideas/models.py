"""Call, Idea and what hangs on them: supports, drafts, co-authors, earlier wordings, changes
that wait for a moderator, pictures, files, saved searches.

Texts that the city writes in several languages stand in base.texts under these kinds and fields:
call: title, summary, rules · call_category: name
An idea is written by one person in one language; its words stand in its own row, in that language.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Cents, Id, UtcTime, choice
from portal.moderation.models import Moderated


class Debate(enum.StrEnum):
    """How people talk about an idea: points for and against in two columns, or a thread."""

    POINTS = "points"
    THREAD = "thread"


class Audience(enum.StrEnum):
    """Who hands in and supports: everybody signed in, residents by the word of their provider, or residents whom the
    city is sure of (as for a vote)."""

    SIGNED_IN = "signed_in"
    RESIDENT = "resident"
    PROVED = "proved"


class IdeaState(enum.StrEnum):
    """How far an idea is. What moderators hide or hold says nothing here: that stands in the moderated columns."""

    SUBMITTED = "submitted"  # people support and talk
    UNDER_REVIEW = "under_review"  # officers look at it
    FEASIBLE = "feasible"
    NOT_FEASIBLE = "not_feasible"
    MERGED = "merged"  # lives on in merged_into
    SHORTLISTED = "shortlisted"
    ON_BALLOT = "on_ballot"  # a project of a budget came of it
    ANSWERED = "answered"  # the city has answered and nothing more follows
    WITHDRAWN = "withdrawn"  # by its author, with a reason


class AuthorState(enum.StrEnum):
    """What became of the invitation of a co-author."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Call(Base):
    """A call for ideas. Its dates are those of its process, its own or a budget's; one that is always open has none."""

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("slug"),
        Index(None, "process_id"),
        CheckConstraint("(age IS NULL) = (age_on IS NULL)", name="age_on_a_day"),
        CheckConstraint("promised_hours > 0", name="promise"),
        CheckConstraint("edit_minutes >= 0", name="edit_minutes"),
        CheckConstraint("forget_days >= 0", name="forget_days"),
        CheckConstraint("objection_days >= 0", name="objection_days"),
        CheckConstraint("threshold >= 0", name="threshold"),
        CheckConstraint("short_list_size > 0", name="short_list_size"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    # drafts are the staff's alone
    shown: Mapped[bool] = mapped_column(default=False, server_default=false())
    # handed in and supported at any time, whatever the dates of the process
    always_open: Mapped[bool] = mapped_column(default=False, server_default=false())
    # asks firms, schools and associations: people take part for one of them, by a mandate
    challenge: Mapped[bool] = mapped_column(default=False, server_default=false())
    debate: Mapped[Debate] = mapped_column(choice(Debate, name="debate"), default=Debate.POINTS)
    # every new idea waits for a moderator, who looks at it within so many hours
    premoderated: Mapped[bool] = mapped_column(default=False, server_default=false())
    promised_hours: Mapped[int] = mapped_column(Integer, default=48, server_default="48")
    audience: Mapped[Audience] = mapped_column(choice(Audience, name="audience"), default=Audience.SIGNED_IN)
    age: Mapped[int | None] = mapped_column(Integer)  # at least so old on that day
    age_on: Mapped[date | None] = mapped_column(Date)
    # fewest supports for the short list, and how many ideas of each district come onto it
    threshold: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    short_list_size: Mapped[int] = mapped_column(Integer, default=5, server_default="5")
    # an author changes the idea for so long, or until the first support if that comes later
    edit_minutes: Mapped[int] = mapped_column(Integer, default=60, server_default="60")
    # so long after the end of the call nobody can be linked to what they supported
    forget_days: Mapped[int] = mapped_column(Integer, default=90, server_default="90")
    objection_days: Mapped[int] = mapped_column(Integer, default=14, server_default="14")
    asks_place: Mapped[bool] = mapped_column(default=True, server_default=true())
    asks_cost: Mapped[bool] = mapped_column(default=True, server_default=true())
    takes_pictures: Mapped[bool] = mapped_column(default=True, server_default=true())
    takes_files: Mapped[bool] = mapped_column(default=False, server_default=false())
    # supports can be given for longer than ideas can be handed in; empty: as long as those
    support_until: Mapped[datetime | None] = mapped_column(UtcTime)
    # the list was frozen for the short list: no support comes or goes any more
    frozen_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # closed for good, with every idea answered
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # the links between people and what they supported were deleted
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(Integer, default=1)  # grows with every change that a public page shows
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class CallCategory(Base):
    """A subject by which the ideas of a call are sorted."""

    __tablename__ = "call_category"
    __table_args__ = (UniqueConstraint("call_id", "position"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    position: Mapped[int] = mapped_column(Integer)


class Idea(Moderated, Base):
    """An idea, and the one row that lists and its page read: counters change in the transaction of what they count.

    `number` names it in its address for ever, in whatever call it lies. The language belongs to title and body."""

    __tablename__ = "idea"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("supports >= 0", name="supports"),
        CheckConstraint("comments >= 0", name="comments"),
        CheckConstraint("cost_guess >= 0", name="cost_guess"),
        CheckConstraint("(x IS NULL) = (y IS NULL)", name="whole_place"),
        CheckConstraint("x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1", name="place_on_plan"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_one"),
        CheckConstraint("merged_into_id <> id", name="merged_into_another"),
        Index(None, "call_id", "listed", "created_at"),
        Index(None, "call_id", "listed", "supports"),
        Index(None, "call_id", "listed", "comments"),
        Index(None, "call_id", "listed", "shuffle"),
        Index(None, "author_id"),
        Index(None, "helped_by_id"),
        Index(None, "merged_into_id"),
        Index(None, "district_id"),
        Index(None, "published_at"),
        Index(None, "call_id", "imported_id", unique=True),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    # empty: forgotten, imported, or without an account; author_name is what then stands there, if anything
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    author_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    # the firm, school or association for which its author acted
    acting_for: Mapped[str] = mapped_column(String(200), default="", server_default="")
    language: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    lead: Mapped[str] = mapped_column(String(300))  # the first words of the text, plain, for lists
    body: Mapped[str] = mapped_column(Text)  # Markdown, as written
    html: Mapped[str] = mapped_column(Text)  # made of it when it was written
    category_id: Mapped[int | None] = mapped_column(ForeignKey("call_category.id"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))  # empty: the whole city
    place: Mapped[str] = mapped_column(String(200), default="", server_default="")
    # where it lies on the city's plan, each from 0 to 1 from the upper left corner; both or none
    x: Mapped[float | None] = mapped_column(Float)
    y: Mapped[float | None] = mapped_column(Float)
    cost_guess: Mapped[int | None] = mapped_column(Cents)  # what the author thinks it costs
    state: Mapped[IdeaState] = mapped_column(choice(IdeaState, name="state"), default=IdeaState.SUBMITTED)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    withdrawn_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    supports: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    on_paper: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # of the supports, those from lists
    comments: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # stands in lists; reckoned by the database, so that whoever hides or merges an idea need not think of it
    listed: Mapped[bool] = mapped_column(
        Computed("hidden_at IS NULL AND held_at IS NULL AND state NOT IN ('merged', 'withdrawn')", persisted=True)
    )
    # drawn by lot once; the order "random" is made of it and of a number in the address
    shuffle: Mapped[int] = mapped_column(BigInteger)
    # how it came: web, terminal, helped, paper, import; who entered it for the author, and the number of the paper
    channel: Mapped[str] = mapped_column(String(20), default="web", server_default="web")
    helped_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    paper_number: Mapped[str] = mapped_column(String(40), default="", server_default="")
    # how another platform knows it, for files that are taken in a second time
    imported_id: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when everybody could see it for the first time
    changed_at: Mapped[datetime] = mapped_column(UtcTime)  # of the text, or of its state
    version: Mapped[int] = mapped_column(Integer, default=1)  # of the text: one more than its revisions


class Support(Base):
    """One support. When the link is deleted both columns that lead to a person become empty, and the row still counts:
    an idea has as many supports as rows. One that was joined with another counts none itself: what rows it still has are of
    people who support the other one too, and count there.

    `resident`: the keyed hash by which a resident is known, so that one resident with two accounts, or online and on a
    paper list, counts once. The day alone is kept, so that no other record of the moment leads to the person."""

    __tablename__ = "support"
    __table_args__ = (
        UniqueConstraint("idea_id", "person_id"),
        UniqueConstraint("idea_id", "resident"),
        Index(None, "person_id"),
        Index(None, "list_id"),
        Index(None, "came_from_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    resident: Mapped[str | None] = mapped_column(String(64))
    on_day: Mapped[date] = mapped_column(Date)
    # the list on paper from which it was entered, so that a list can be taken back as a whole
    list_id: Mapped[int | None] = mapped_column(ForeignKey("support_list.id"))
    # given to that idea, which was joined with this one since; it goes back there when the two are parted
    came_from_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))


class Draft(Base):
    """What somebody has typed so far for one call; kept until it is handed in or thrown away."""

    __tablename__ = "idea_draft"
    __table_args__ = (UniqueConstraint("call_id", "person_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    step: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class Author(Base):
    """A co-author, from the invitation on. Invited is an address, kept as a keyed hash: whoever has confirmed it is
    told, now or when they do."""

    __tablename__ = "idea_author"
    __table_args__ = (
        UniqueConstraint("idea_id", "person_id"),
        UniqueConstraint("idea_id", "hash"),
        Index(None, "person_id"),
        Index(None, "hash"),
        Index(None, "came_from_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[AuthorState] = mapped_column(choice(AuthorState, name="state"), default=AuthorState.INVITED)
    invited_at: Mapped[datetime] = mapped_column(UtcTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # an author of that idea, which was joined with this one; such an invitation stands under a mark drawn by lot
    came_from_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))


class Revision(Base):
    """An earlier wording of an idea, kept when another took its place. `at` and `by_id`: when that happened, and who wrote
    the new one."""

    __tablename__ = "idea_revision"
    __table_args__ = (UniqueConstraint("idea_id", "version"), Index(None, "by_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    version: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("call_category.id"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    place: Mapped[str] = mapped_column(String(200), default="")
    cost_guess: Mapped[int | None] = mapped_column(Cents)
    at: Mapped[datetime] = mapped_column(UtcTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Change(Moderated, Base):
    """Other words for an idea that everybody can read already, which a moderator reads first: the idea stands as it was
    until then. `by_id`: the author who wrote them, at `at`. `ended_at`: when they took the place of the old ones, or were
    let go, since somebody supports the old ones by then or newer ones were written."""

    __tablename__ = "idea_change"
    __table_args__ = (
        Index(
            "uq_idea_change_waiting",
            "idea_id",
            unique=True,
            sqlite_where=text("held_at IS NOT NULL AND hidden_at IS NULL AND ended_at IS NULL"),
            postgresql_where=text("held_at IS NOT NULL AND hidden_at IS NULL AND ended_at IS NULL"),
        ),
        Index(None, "idea_id"),
        Index(None, "by_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    language: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("call_category.id"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    place: Mapped[str] = mapped_column(String(200), default="")
    cost_guess: Mapped[int | None] = mapped_column(Cents)
    x: Mapped[float | None] = mapped_column(Float)
    y: Mapped[float | None] = mapped_column(Float)
    at: Mapped[datetime] = mapped_column(UtcTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Picture(Base):
    """A picture of an idea; the alternative text is in the idea's language."""

    __tablename__ = "idea_picture"
    __table_args__ = (UniqueConstraint("idea_id", "position"), Index(None, "file_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    position: Mapped[int] = mapped_column(Integer)
    alt: Mapped[str] = mapped_column(String(250))


class Attachment(Base):
    """A file that belongs to an idea, below the instance's uploads by its hash; only ever given out to be saved.
    Without an idea it still belongs to a draft."""

    __tablename__ = "idea_attachment"
    __table_args__ = (Index(None, "idea_id"), Index(None, "draft_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("idea_draft.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(120))
    mime: Mapped[str] = mapped_column(String(60))
    bytes: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcTime)


class SavedSearch(Base):
    """A search that somebody keeps: the filters of a list as they stand in its address. Ideas published after `seen_at`
    are new to it. Without a call: all calls."""

    __tablename__ = "idea_search"
    __table_args__ = (Index(None, "person_id"), Index(None, "call_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    name: Mapped[str] = mapped_column(String(120))
    query: Mapped[dict[str, str]] = mapped_column(JSON)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
