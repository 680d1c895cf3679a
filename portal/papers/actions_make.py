"""The worker's side: make a paper's file, put a batch together, sweep what was left lying.

Nothing is rendered or signed inside a transaction. A paper is made in three steps: read (short), make (long, no
database), call it ready (short). Whoever is killed in between leaves at most a file that no row names; the job is taken
again, makes the paper anew, and the sweep takes the stray file away.
"""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import structlog
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground, i18n, jobs
from portal.base.actor import SYSTEM
from portal.notifications.actions import tell
from portal.papers import actions, queries, render, rules, sign, sign_keys, structure
from portal.papers.models import Fault, Paper, PaperState, PostBatch, SignerCertificate

log = structlog.get_logger("portal.papers")

STRAY_SECONDS = 24 * 3600
TRIED_EVERY = timedelta(minutes=10)


class WrongStructure(Exception):
    """The file lacks something of the written list."""


@dataclass(frozen=True)
class Made:
    """A signed file and the certificate it was signed with."""

    data: bytes
    key: sign.Key


def make(paper_id: int) -> None:
    """Make one paper. Twice is once; one that cannot be made now keeps waiting and says why."""
    with db.read() as s:
        paper = s.get(Paper, paper_id)
        if paper is None or paper.state is not PaperState.BEING_MADE:
            return
        values = _values(paper)
    fault: Fault | None = None
    try:
        made = _make(paper, values)
    except sign.NoKey as error:
        fault = Fault.NO_KEY
        log.warning("paper_waits", paper=paper_id, why=str(error))
    except sign.NoTimeStamp:
        fault = Fault.NO_TIME_STAMP
        log.warning("paper_waits", paper=paper_id, why="no time-stamp")
    except NoPress as error:
        fault = Fault.NO_PRESS
        log.warning("paper_waits", paper=paper_id, why=str(error))
    except render.UnknownLetters as error:
        fault = Fault.LETTERS
        log.error("paper_failed", paper=paper_id, letters=str(error))
    except WrongStructure as error:
        fault = Fault.STRUCTURE
        log.error("paper_failed", paper=paper_id, lacks=str(error))
    except Exception as error:
        fault = Fault.BROKEN
        log.error("paper_failed", paper=paper_id, kind=type(error).__name__, exc_info=error)
    if fault is not None:
        _not_made(paper_id, fault)
        return
    sha = store(made.data)
    with db.write() as s:
        _ready(s, paper_id, sha, made)


class NoPress(Exception):
    """This machine cannot make PDFs."""


def _values(paper: Paper) -> dict[str, Any]:
    settings, code = ground.settings(), actions.code_of(paper)
    base = settings.base_url or "http://127.0.0.1"
    return {
        **(paper.values or {}),
        "number": paper.number,
        "title": paper.title or paper.number,
        "issued_at": paper.issued_at,
        "expires_at": paper.expires_at,
        "large": paper.large,
        "code": rules.grouped(code),
        "verify": urljoin(base, "/verify"),
        "address": urljoin(base, f"/verify/{code}"),
    }


def _make(paper: Paper, values: dict[str, Any]) -> Made:
    settings = ground.settings()
    lacks = render.missing()
    if lacks:
        raise NoPress(lacks)
    with sign_keys.opened(settings, clock.now()) as key:
        kind = queries.kinds()[paper.kind]
        i18n.set_locale(paper.lang, settings.city.time_zone or "UTC", settings.city.currency)
        plain = render.pdf(render.html(kind.template, settings, **values), settings)
        signed = sign.sign(plain, paper.number, key, sign.time_stamper(settings))
    lacking = structure.faults(signed, lang=paper.lang, title=str(values["title"]))
    if lacking:
        raise WrongStructure("; ".join(lacking))
    return Made(signed, key)


def _not_made(paper_id: int, fault: Fault) -> None:
    with db.write() as s:
        paper = _locked(s, paper_id)
        if paper.state is PaperState.BEING_MADE and (paper.fault is not fault or fault not in rules.WAITING):
            paper.fault = fault
            if fault not in rules.WAITING:
                paper.state = PaperState.FAILED
            s.flush()
            record(SYSTEM, "paper_not_made", "paper", paper_id, after={"fault": fault.value})


def _locked(s: Session, paper_id: int) -> Paper:
    return s.scalars(
        db.locked(select(Paper).where(Paper.id == paper_id)).execution_options(populate_existing=True)
    ).one()


def _ready(s: Session, paper_id: int, sha: str, made: Made) -> None:
    """The last step: from here on the paper is found by its code, and its text is nowhere but on it."""
    paper = _locked(s, paper_id)
    if paper.state is not PaperState.BEING_MADE:  # revoked meanwhile, or made by a second worker
        return
    _know(s, made.key)
    paper.state, paper.fault, paper.values = PaperState.READY, None, None
    paper.file, paper.size, paper.made_at = sha, len(made.data), clock.now()
    s.flush()
    record(SYSTEM, "paper_ready", "paper", paper_id, after={"number": paper.number, "sha256": sha})
    if paper.person_id is not None:
        tell(
            paper.person_id,
            "papers.ready",
            {"title": {paper.lang: paper.title} if paper.title else paper.number, "number": paper.number},
            link=("papers.paper", {"paper_id": paper_id}),
            about=("paper", paper_id),
            dedup=f"paper:{paper_id}",
        )


def _know(s: Session, key: sign.Key) -> None:
    insert = sqlite.insert(SignerCertificate) if db.is_sqlite() else postgresql.insert(SignerCertificate)
    s.execute(
        insert.values(
            fingerprint=key.fingerprint, name=key.name[:300], pem=key.pem, first_used_at=clock.now()
        ).on_conflict_do_nothing(index_elements=["fingerprint"])
    )


def store(data: bytes) -> str:
    """Put a file under its hash, durably; returns the hash."""
    sha = sign.sha256(data)
    target = queries.path_of(sha)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = target.with_name(f".{sha[:16]}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(target)
    handle = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return sha


def make_batch(batch_id: int) -> None:
    """Put the pages of a batch together for the post room's printer."""
    with db.read() as s:
        batch = s.get(PostBatch, batch_id)
        if batch is None or batch.file:
            return
        shas = s.scalars(
            select(Paper.file)
            .where(Paper.batch_id == batch_id, Paper.state == PaperState.READY)
            .order_by(Paper.series_id, Paper.sequence)
        ).all()
    data, sheets = render.together([queries.path_of(sha).read_bytes() for sha in shas])
    sha = store(data)
    with db.write() as s:
        row = s.scalars(db.locked(select(PostBatch).where(PostBatch.id == batch_id))).one()
        if not row.file:
            row.file, row.size, row.sheets, row.count = sha, len(data), sheets, len(shas)


def try_waiting(now: datetime) -> int:
    """Put papers that have waited for a while in line again: what they lacked may be there now."""
    with db.read() as s:
        waiting = s.execute(
            select(Paper.id, Paper.attempt).where(
                Paper.state == PaperState.BEING_MADE, Paper.issued_at < now - TRIED_EVERY
            )
        ).all()
    if waiting:
        period = int(now.timestamp() // TRIED_EVERY.total_seconds())
        with db.write() as s:
            for paper_id, attempt in waiting:
                key = f"{actions.MAKE}:{paper_id}:{attempt}:again:{period}"
                jobs.enqueue(s, actions.MAKE, {"paper": paper_id}, dedup=key)
    return len(waiting)


def sweep() -> int:
    """Take away files that no row names: of a worker that was killed, of people who are forgotten. Returns how many."""
    old = [path for path in queries.folder().glob("*/*") if path.stat().st_mtime < time.time() - STRAY_SECONDS]
    gone = 0
    with db.read() as s:
        known = set(s.scalars(select(Paper.file).where(Paper.file != "", Paper.kept.is_(True))))
        known |= set(s.scalars(select(PostBatch.file).where(PostBatch.file != "", PostBatch.printed_at.is_(None))))
    for path in old:
        if path.stem not in known or path.name.startswith("."):
            _remove(path)
            gone += 1
    return gone


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
