"""What is done with papers: issue, revoke, replace, show, make again, put into a batch, close a day of the register.

The making itself (PDF, signature, file) is the worker's: portal/papers/actions_make.py.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground, jobs
from portal.base.actor import SYSTEM, Actor
from portal.base.errors import Refused
from portal.base.i18n import _l
from portal.base.verdict import Verdict
from portal.config import key_of
from portal.papers import queries, rules
from portal.papers.models import Paper, PaperState, PostBatch, RegisterHead, Revocation, Series

MAKE = "papers.make"
BATCH = "papers.batch"


def issue(
    actor: Actor,
    *,
    kind: str,
    values: Mapping[str, Any],
    lang: str,
    title: str = "",
    person_id: int | None = None,
    expires_at: datetime | None = None,
    lines: Sequence[tuple[str, str]] = (),
    shown: Iterable[int] = (),
    large: bool = False,
    by_post: bool = False,
) -> Paper:
    """Give out a paper in the caller's transaction: it gets its number and code now, the worker makes its file.

    `kind` names a PaperKind of some manifest, which gives template and series. `values` is what the template prints
    (plain JSON). `lines` are [label, value] pairs, in the paper's language, that its holder may let others see when they
    check it; `shown` the places of those seen from the start. `by_post`: it goes into the post room's next batch.
    Raises KeyError for an unknown kind.
    """
    s, now = db.session(), clock.now()
    declared = queries.kinds()[kind]
    series, sequence = _next_number(s, declared.series, queries.day_of(now).year)
    key = key_of(ground.settings(), queries.KEY)
    code = rules.code_of(secrets.token_bytes(10))
    paper = Paper(
        series_id=series.id,
        sequence=sequence,
        number=rules.number_of(series.name, series.year, sequence),
        kind=kind,
        title=title,
        lang=lang,
        large=large,
        by_post=by_post,
        state=PaperState.BEING_MADE,
        person_id=person_id,
        code_hash=rules.code_hash(key, code),
        code_sealed=_seal(key, code),
        values=dict(values),
        lines=[list(pair) for pair in lines],
        shown=rules.chosen(shown, lines),
        issued_at=now,
        expires_at=expires_at,
    )
    s.add(paper)
    s.flush()
    _enqueue(s, paper)
    record(actor, "paper_issue", "paper", paper.id, after={"number": paper.number, "kind": kind})
    return paper


def _next_number(s: Session, name: str, year: int) -> tuple[Series, int]:
    """Take the next number of a series. The row stays locked until the caller's transaction ends: who rolls back gives
    the number back, and nobody else can have taken the one behind it."""
    insert = sqlite.insert(Series) if db.is_sqlite() else postgresql.insert(Series)
    s.execute(insert.values(name=name, year=year, last=0).on_conflict_do_nothing(index_elements=["name", "year"]))
    series = s.scalars(
        db.locked(select(Series).where(Series.name == name, Series.year == year)).execution_options(
            populate_existing=True
        )
    ).one()
    series.last += 1
    s.flush()
    return series, series.last


def _seal(key: bytes, code: str) -> str:
    nonce = secrets.token_bytes(12)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, code.encode(), b"paper code")).decode()


def code_of(paper: Paper) -> str:
    """A paper's code, for printing it."""
    key, sealed = key_of(ground.settings(), queries.KEY), base64.b64decode(paper.code_sealed)
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], b"paper code").decode()


def _enqueue(s: Session, paper: Paper) -> None:
    jobs.enqueue(s, MAKE, {"paper": paper.id}, dedup=f"{MAKE}:{paper.id}:{paper.attempt}")


def revoke(actor: Actor, paper: Paper, reason: Revocation) -> Verdict:
    """Say that a paper does not count any more, from now on and for a reason that everybody may read."""
    verdict = rules.may_revoke(_fresh(paper).state)
    if verdict:
        _withdraw(actor, paper, PaperState.REVOKED, reason)
    return verdict


def replace(actor: Actor, paper: Paper, by: Paper, reason: Revocation = Revocation.CHANGED) -> Verdict:
    """Put a new paper in the place of an old one."""
    verdict = rules.may_revoke(_fresh(paper).state)
    if verdict:
        paper.replaced_by_id = by.id
        _withdraw(actor, paper, PaperState.REPLACED, reason)
    return verdict


def _fresh(paper: Paper) -> Paper:
    """The paper's row, locked, as it is now: the worker may be about to call it ready."""
    return (
        db.session()
        .scalars(db.locked(select(Paper).where(Paper.id == paper.id)).execution_options(populate_existing=True))
        .one()
    )


def _withdraw(actor: Actor, paper: Paper, state: PaperState, reason: Revocation) -> None:
    before = paper.state.value
    paper.state, paper.reason, paper.revoked_at, paper.fault = state, reason, clock.now(), None
    paper.values = None
    db.session().flush()
    record(
        actor, "paper_replace" if state is PaperState.REPLACED else "paper_revoke", "paper", paper.id,
        before={"state": before},
        after={"state": state.value, "reason": reason.value, "number": paper.number},
    )  # fmt: skip


def show_lines(actor: Actor, paper: Paper, places: Iterable[int]) -> None:
    """The holder's choice of what others see when they check the paper."""
    before, paper.shown = paper.shown, rules.chosen(places, paper.lines)
    db.session().flush()
    record(actor, "paper_show", "paper", paper.id, before={"shown": before}, after={"shown": paper.shown})


def make_again(actor: Actor, paper: Paper) -> Verdict:
    """Begin anew with a paper that could not be made; number and code stay."""
    verdict = rules.may_make_again(_fresh(paper).state)
    if verdict:
        paper.state, paper.fault, paper.attempt = PaperState.BEING_MADE, None, paper.attempt + 1
        db.session().flush()
        _enqueue(db.session(), paper)
        record(actor, "paper_make_again", "paper", paper.id, after={"attempt": paper.attempt})
    return verdict


def put_into_batch(actor: Actor) -> PostBatch:
    """Gather every finished paper that goes by post and is in no batch; the worker puts their pages together.

    Raises Refused when there is none.
    """
    s = db.session()
    batch = PostBatch(made_at=clock.now(), count=0)
    s.add(batch)
    s.flush()
    taken = s.execute(update(Paper).where(*queries.for_post()).values(batch_id=batch.id).returning(Paper.id)).all()
    if not taken:
        raise Refused(_l("No paper waits for the post room."), 409)
    batch.count = len(taken)
    s.flush()
    jobs.enqueue(s, BATCH, {"batch": batch.id}, dedup=f"{BATCH}:{batch.id}")
    record(actor, "paper_batch", "paper_batch", batch.id, after={"papers": batch.count})
    return batch


def mark_printed(actor: Actor, batch: PostBatch) -> None:
    """Note that a batch has gone to the post."""
    if batch.printed_at is None:
        batch.printed_at = clock.now()
        db.session().flush()
        record(actor, "paper_batch_printed", "paper_batch", batch.id)


def close_days(s: Session, now: datetime) -> int:
    """Close every day that has been over for an hour: write its head, chained to the one before. Days without a paper
    are closed too, so that a missing day shows. Returns how many were closed; twice is once."""
    newest = s.scalars(db.locked(select(RegisterHead).order_by(RegisterHead.day.desc()).limit(1))).first()
    first = newest.day + timedelta(days=1) if newest else _first_day(s)
    last = queries.day_of(now - timedelta(hours=1)) - timedelta(days=1)
    if first is None or first > last:
        return 0
    told = queries.entries(s, first, last)
    previous, day, closed = newest.head if newest else rules.FIRST, first, 0
    while day <= last:
        issued, revoked = told.get(day, ([], []))
        head = rules.head(day, previous, issued, revoked)
        s.add(
            RegisterHead(day=day, previous=previous, head=head, issued=len(issued), revoked=len(revoked), closed_at=now)
        )
        previous, day, closed = head, day + timedelta(days=1), closed + 1
    s.flush()
    record(SYSTEM, "paper_register_close", "paper_register_head", last.isoformat(), after={"days": closed})
    return closed


def _first_day(s: Session) -> date | None:
    firsts = s.execute(select(func.min(Paper.made_at), func.min(Paper.revoked_at))).one()
    days = [queries.day_of(at) for at in firsts if at is not None]
    return min(days) if days else None
