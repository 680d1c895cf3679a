"""The chain of a vote as it is stored, and its heads as everybody reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base import i18n
from portal.base.actor import Actor
from portal.base.feature import News
from portal.base.i18n import _
from portal.processes import queries as processes
from portal.voting import chain
from portal.voting.models import Channel, Participation, RollEntry, Vote, VoteState
from portal.voting.models_chain import ChainEntry, Commitment
from portal.voting.queries import city_day

MOST = 100  # entries in the feed
ANYBODY = Actor()
PUBLIC = (VoteState.OPEN, VoteState.FINISHED, VoteState.PUBLISHED, VoteState.BROKEN_OFF)
_E, _C = ChainEntry.__table__.c, Commitment.__table__.c


def entries(s: Session, vote_id: int) -> list[chain.Entry]:
    """The whole chain in its order, commitments included: two selects."""
    new: dict[int, list[str]] = defaultdict(list)
    gone: dict[int, list[str]] = defaultdict(list)
    for commitment, entry, replaced_in in s.execute(
        select(_C.commitment, _C.entry, _C.replaced_in).where(_C.vote_id == vote_id).order_by(_C.commitment)
    ):
        new[entry].append(commitment)
        if replaced_in is not None:
            gone[replaced_in].append(commitment)
    return [_entry(row, new[row.number], gone[row.number]) for row in heads(s, vote_id)]


def _entry(row: Any, new: Sequence[str], gone: Sequence[str]) -> chain.Entry:
    return chain.Entry(
        row.number, row.kind, row.day.isoformat(), row.previous, tuple(new), tuple(gone), row.ballots, row.body, row.head
    )  # fmt: skip


def heads(s: Session, vote_id: int) -> Sequence[Any]:
    """The entries in their order without commitments: one select. Each row has number, kind, day, previous, ballots, body
    and head."""
    return s.execute(select(ChainEntry.__table__).where(_E.vote_id == vote_id).order_by(_E.number)).all()


def last(s: Session, vote_id: int) -> chain.Entry | None:
    """The newest entry, without the commitments that it names: one select."""
    row = s.execute(
        select(ChainEntry.__table__).where(_E.vote_id == vote_id).order_by(_E.number.desc()).limit(1)
    ).one_or_none()
    return _entry(row, (), ()) if row is not None else None


def shown(s: Session, vote: Vote) -> Sequence[Any]:
    """The heads that everybody reads. Nothing of the count shows before the key is destroyed."""
    rows = heads(s, vote.id)
    hidden = vote.state in (VoteState.COUNTED, VoteState.KEPT)
    return [row for row in rows if row.kind != chain.COUNT] if hidden else rows


@dataclass(frozen=True, slots=True)
class Roll:
    """The roll in numbers: entries; participations by channel, and by day; those of today, and numbers below ten while the
    vote is open, are left out."""

    entries: int
    channels: Sequence[tuple[Channel, int | None]]
    days: Sequence[tuple[date, int | None]]


def roll(s: Session, vote: Vote, now: datetime) -> Roll:
    """What an auditor sees of the roll: three selects."""
    open_, today = vote.state is VoteState.OPEN, city_day(now)
    mine = Participation.vote_id == vote.id
    past = (mine, Participation.day < today) if open_ else (mine,)
    number = func.count()
    channels = s.execute(select(Participation.channel, number).where(*past).group_by(Participation.channel)).all()
    days = s.execute(select(Participation.day, number).where(*past).group_by(Participation.day)).all()
    total = s.scalar(select(number).select_from(RollEntry).where(RollEntry.vote_id == vote.id)) or 0

    def told(found: int) -> int | None:
        return found if not open_ or found >= chain.LEAST else None

    return Roll(
        told(total) or 0,
        sorted((channel, told(found)) for channel, found in channels),
        sorted((day, told(found)) for day, found in days),
    )


def feed(s: Session, lang: str) -> list[News]:
    """The newest entries of public votes, newest first: two selects."""
    told = processes.readable_or_none(ANYBODY, (), Vote.process_id)
    rows = s.execute(
        select(ChainEntry, Vote)
        .join(Vote, Vote.id == ChainEntry.vote_id)
        .where(told, Vote.state.in_(PUBLIC))
        .order_by(ChainEntry.day.desc(), ChainEntry.vote_id.desc(), ChainEntry.number.desc())
        .limit(MOST)
    )
    return [_news(entry, vote, lang) for entry, vote in rows]


def _news(entry: ChainEntry, vote: Vote, lang: str) -> News:
    spoken = lang if lang in vote.titles else next(iter(vote.titles), "en")
    title = _("%(title)s: entry %(n)s", title=vote.titles.get(spoken) or vote.public_id, n=i18n.number(entry.number))
    return News(
        f"{vote.public_id}-{entry.number}",
        title,
        datetime.combine(entry.day, time(), UTC),
        "voting.heads",
        {"public_id": vote.public_id},
        entry.head,
        lang,
    )


def document(s: Session, vote: Vote) -> dict[str, Any]:
    """The document `chain.json`: every entry that everybody reads, whole. Three selects."""
    last_shown = len(shown(s, vote))
    told = [one.document() for one in entries(s, vote.id)[:last_shown]]
    return {"format": chain.FORMAT, "vote": vote.public_id, "entries": told}


def heads_document(s: Session, vote: Vote) -> dict[str, Any]:
    """The document `heads.json`: what one keeps to compare later. One select."""
    told = [
        {"number": row.number, "kind": row.kind, "date": row.day.isoformat(), "head": row.head}
        for row in shown(s, vote)
    ]
    return {"format": chain.FORMAT, "vote": vote.public_id, "heads": told}
