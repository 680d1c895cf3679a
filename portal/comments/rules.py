"""Who may write, change, take back and rate a comment, where a reply goes, and how long things are kept. Pure."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from portal.base.actor import Actor
from portal.base.i18n import Text, _l, _n
from portal.base.verdict import YES, Verdict, no
from portal.comments.models import Side
from portal.moderation.rules import HELD_NOTE, HIDDEN_NOTE

POINTS, THREAD = "points", "thread"
DEEPEST = {POINTS: 1, THREAD: 2}  # levels below a comment; deeper replies stand on the lowest one
LONGEST = 3000  # characters
PER_PAGE = 20
PER_COLUMN = PER_PAGE // 2
REPLIES_SHOWN = 3  # below each comment of a page, at most; the others stand on the page of the conversation
LINES = 2 * PER_PAGE  # of a page, replies included, but for the first reply to each
EDIT_WINDOW = timedelta(minutes=15)
RATE_FOR = timedelta(days=180)  # then the number stands, and who rated is forgotten
REMOVED_KEPT = timedelta(days=30)  # the words of what was taken back, for complaints about them
PER_MINUTE, PER_HOUR = 6, 40  # comments of one person, wherever they sit
MANDATES = ("all", "ideas")  # the scopes of a mandate that reach to comments

SIDES: Mapping[Side, Text] = {Side.FOR: _l("Points for"), Side.AGAINST: _l("Points against")}
NOTES: Mapping[str, Text] = {
    "hidden": HIDDEN_NOTE,
    "held": HELD_NOTE,
    "removed": _l("The author has taken this comment back."),
}


class Said(Protocol):
    """What the rules look at: a comment, or a line of a list that was loaded without its words."""

    id: int
    root_id: int | None
    branch_id: int | None
    author_id: int | None
    created_at: datetime
    removed_at: datetime | None
    hidden_at: datetime | None
    held_at: datetime | None
    locked_at: datetime | None
    replies: int


class Sort(enum.StrEnum):
    """The order in which comments stand; the replies to each come oldest first."""

    USEFUL = "useful"
    NEWEST = "newest"
    OLDEST = "oldest"


SORTS: Mapping[Sort, Text] = {
    Sort.USEFUL: _l("Most useful first"),
    Sort.NEWEST: _l("Newest first"),
    Sort.OLDEST: _l("Oldest first"),
}


def order(shape: str, asked: str | None) -> Sort:
    """The order that the address asks for; points stand by use, threads by time where it asks for none."""
    if asked in {one.value for one in Sort}:
        return Sort(asked)
    return Sort.USEFUL if shape == POINTS else Sort.NEWEST


def per_column(shape: str) -> int:
    """How many comments (without replies) stand in a column of a page."""
    return PER_COLUMN if shape == POINTS else PER_PAGE


def replies_shown(conversations: int) -> int:
    """How many replies stand below each comment of a page with so many conversations. The longer the debate, the fewer:
    whoever reads a page of twenty points looks for other points first, and a phone has to draw them all."""
    return max(1, min(REPLIES_SHOWN, LINES // max(conversations, 1) - 1))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reply stands: its root, and the branch under which it stands on the third level."""

    root_id: int
    branch_id: int | None


def place(parent: Said, shape: str) -> Place:
    """Where a reply to this comment goes; below the deepest level it stands beside what it answers."""
    if parent.root_id is None:
        return Place(parent.id, None)
    if DEEPEST[shape] == 1:
        return Place(parent.root_id, None)
    return Place(parent.root_id, parent.branch_id or parent.id)


def public(comment: Said) -> bool:
    """Does everybody see what it says?"""
    return comment.hidden_at is None and comment.held_at is None and comment.removed_at is None


def may_act(actor: Actor) -> Verdict:
    """May this session take part in debates at all?"""
    if not actor.signed_in:
        return no(_l("You are not signed in."), _l("Sign in to take part in the debate."))
    if actor.acting_for is not None and actor.acting_for.scope not in MANDATES:
        return no(_l("Your mandate does not reach to comments."), _l("Act for yourself again to take part."))
    return YES


def not_too_many(last_minute: int, last_hour: int) -> Verdict:
    """A person writes so many comments in a minute and in an hour. What is counted is the person, never the place: a
    library's visitors share an address."""
    if last_minute >= PER_MINUTE or last_hour >= PER_HOUR:
        return no(_l("You have written many comments in a short time. Wait a little and send it again."))
    return YES


def may_reply(parent: Said, root: Said) -> Verdict:
    """Is this comment open for replies?"""
    if not public(parent):
        return no(_l("This comment is not shown any more, so nobody can reply to it."))
    if parent.locked_at is not None or root.locked_at is not None:
        return no(_l("A moderator has closed this conversation."))
    return YES


def may_edit(comment: Said, actor: Actor, now: datetime) -> Verdict:
    """May this person change the words? For a quarter of an hour, and only while nobody has replied, so that nobody
    ever seems to have answered something else."""
    if not _own(comment, actor):
        return no(_l("Only the author can change a comment."))
    if comment.removed_at is not None or comment.hidden_at is not None:
        return no(_l("This comment is not shown any more."))
    if comment.locked_at is not None:
        return no(_l("A moderator has closed this conversation."))
    if comment.replies:
        return no(_l("Somebody has replied, so the words stay as they are."), _l("You can write a reply yourself."))
    if now - comment.created_at >= EDIT_WINDOW:
        minutes = int(EDIT_WINDOW.total_seconds()) // 60
        return no(
            _n(
                "A comment can be changed for %(n)s minute after it was written.",
                "A comment can be changed for %(n)s minutes after it was written.",
                minutes,
            ),
            _l("You can write a reply, or take it back."),
        )
    return YES


def may_take_back(comment: Said, actor: Actor) -> Verdict:
    """May this person take the comment back?"""
    if not _own(comment, actor):
        return no(_l("Only the author can take a comment back."))
    if comment.removed_at is not None:
        return no(_l("This comment was taken back already."))
    if comment.hidden_at is not None or comment.locked_at is not None:
        return no(_l("A moderator has decided about this comment. You can appeal against the decision."))
    return YES


def may_rate(comment: Said, actor: Actor, now: datetime) -> Verdict:
    """May this person say that the comment is useful, or take that back?"""
    allowed = may_act(actor)
    if not allowed:
        return allowed
    if not public(comment):
        return no(_l("This comment is not shown any more."))
    if _own(comment, actor):
        return no(_l("You cannot rate your own comment."))
    if comment.locked_at is not None or not rates(comment.created_at, now):
        return no(_l("This comment is not rated any more. Its number stands."))
    return YES


def rates(created_at: datetime, now: datetime) -> bool:
    """Is a comment of this time still rated?"""
    return now - created_at < RATE_FOR


def _own(comment: Said, actor: Actor) -> bool:
    return actor.person_id is not None and comment.author_id == actor.person_id


_HEADING = re.compile(r"<(/?)h[2-4]>")


def flat(html: str) -> str:
    """Clean HTML of a comment without headings: a comment has no place in the outline of the page it stands on."""
    return _HEADING.sub(lambda found: "</strong></p>" if found[1] else "<p><strong>", html)


_MARKS = re.compile(r"[*_`#>|~\[\]]+|\(https?:[^)]*\)|^\s*[-+]\s+", re.M)


def opening(body: str, most: int = 80) -> str:
    """The first words of a comment, without marks, for lists and titles."""
    words = " ".join(_MARKS.sub(" ", body).split())
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"
