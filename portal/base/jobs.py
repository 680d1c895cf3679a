"""Work for later: rows written in the business transaction, done by the worker at least once.

A job is claimed with a lease; a worker that dies loses the lease and the job is taken again. Handlers are idempotent
and open their own short transactions. Heavy work runs in a child process of the worker. Work that waits for other
servers has lanes, one thread each: a mail server that hangs holds up no count.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import JSON, ColumnElement, Index, String, Text, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base import clock, db, ground
from portal.base.feature import Job as Handler
from portal.base.tables import Base, Id, UtcTime

log = structlog.get_logger("portal.jobs")

LEASE = timedelta(minutes=2)
MOST_TRIES = 8
HEAVY_LIMIT = timedelta(hours=1)


class JobRow(Base):
    """One piece of work."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "done_at", "run_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[Any] = mapped_column(JSON)
    dedup: Mapped[str | None] = mapped_column(String(200), unique=True)
    run_at: Mapped[datetime] = mapped_column(UtcTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    last_error: Mapped[str] = mapped_column(Text, default="")


def enqueue(
    s: Session, kind: str, payload: dict[str, Any], *, dedup: str | None = None, run_at: datetime | None = None
) -> None:
    """Add work in this transaction. The same `dedup` key is added once."""
    values = {
        "kind": kind,
        "payload": payload,
        "dedup": dedup,
        "run_at": run_at or clock.now(),
        "tries": 0,
        "last_error": "",
    }
    dialect = s.get_bind().dialect.name
    insert = sqlite.insert(JobRow) if dialect == "sqlite" else postgresql.insert(JobRow)
    s.execute(insert.values(**values).on_conflict_do_nothing(index_elements=["dedup"]))


def handlers() -> dict[str, Handler]:
    """Every kind of work by its name, from the manifests; of wings that are off what has to be done all the same."""
    here = ground.current()
    return {job.kind: job for feature in (*here.features, *here.off) for job in feature.jobs}


def _of_lane(lane: str | None) -> list[ColumnElement[bool]]:
    """The condition for one lane's work; the main lane ("") takes every kind that no other has, None takes all."""
    if lane is None:
        return []
    kinds = [job.kind for job in handlers().values() if job.lane and lane in ("", job.lane)]
    return [JobRow.kind.not_in(kinds) if lane == "" else JobRow.kind.in_(kinds)]


def _claim(lane: str | None) -> tuple[int, str, dict[str, Any], int] | None:
    now = clock.now()
    with db.write() as s:
        due = (
            select(JobRow.id)
            .where(*_of_lane(lane))
            .where(JobRow.done_at.is_(None), JobRow.failed_at.is_(None), JobRow.run_at <= now)
            .where((JobRow.lease_until.is_(None)) | (JobRow.lease_until < now))
            .order_by(JobRow.run_at, JobRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = s.execute(
            update(JobRow)
            .where(JobRow.id == due.scalar_subquery())
            .values(lease_until=now + LEASE, tries=JobRow.tries + 1)
            .returning(JobRow.id, JobRow.kind, JobRow.payload, JobRow.tries)
        ).first()
        return tuple(row) if row else None


def _due(lane: str | None) -> bool:
    """A cheap look without the write lock."""
    now = clock.now()
    with db.read() as s:
        return (
            s.scalar(
                select(JobRow.id)
                .where(*_of_lane(lane))
                .where(JobRow.done_at.is_(None), JobRow.failed_at.is_(None), JobRow.run_at <= now)
                .where((JobRow.lease_until.is_(None)) | (JobRow.lease_until < now))
                .limit(1)
            )
            is not None
        )


def _keep_lease(job_id: int) -> None:
    with db.write() as s:
        s.execute(update(JobRow).where(JobRow.id == job_id).values(lease_until=clock.now() + LEASE))


def _close(job_id: int, error: str, tries: int) -> None:
    now = clock.now()
    with db.write() as s:
        if not error:
            values: dict[str, Any] = {"done_at": now, "lease_until": None, "last_error": ""}
        elif tries >= MOST_TRIES:
            values = {"failed_at": now, "lease_until": None, "last_error": error}
        else:
            values = {"run_at": now + timedelta(seconds=2**tries), "lease_until": None, "last_error": error}
        s.execute(update(JobRow).where(JobRow.id == job_id).values(**values))


def _in_child(job_id: int, kind: str, payload: dict[str, Any]) -> None:
    """Run one heavy job in a process of its own, renewing the lease while it works.

    Raises RuntimeError when the child failed or took too long.
    """
    settings = ground.settings()
    env = {**os.environ, "PORTAL_INSTANCE": str(settings.instance), **ground.current().extra.get("env", {})}
    child = subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "run-job", kind],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )
    started = clock.now()
    feed: bytes | None = json.dumps(payload).encode()
    while True:
        try:
            _out, errors = child.communicate(feed, timeout=LEASE.total_seconds() / 3)
            break
        except subprocess.TimeoutExpired:
            feed = None
            if clock.now() - started > HEAVY_LIMIT:
                child.kill()
                raise RuntimeError("took longer than allowed") from None
            _keep_lease(job_id)
    if child.returncode:
        raise RuntimeError(errors.decode(errors="replace")[-2000:] or f"exit code {child.returncode}")


def _die_with_parent() -> None:
    """A killed worker must not leave its child working beside the next one's."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def work_once(lane: str | None = None) -> bool:
    """Do one job that is due, of this lane or of any. True if there was one."""
    claimed = _claim(lane) if _due(lane) else None
    if claimed is None:
        return False
    job_id, kind, payload, tries = claimed
    handler = handlers().get(kind)
    try:
        if handler is None:
            raise RuntimeError(f"no handler for {kind}")
        if handler.heavy:
            _in_child(job_id, kind, payload)
        else:
            handler.handler(payload)
        _close(job_id, "", tries)
    except Exception as error:
        log.error("job_failed", job=job_id, kind=kind, tries=tries, exc_info=error)
        _close(job_id, f"{type(error).__name__}: {error}"[:2000], tries)
    return True


def run_due(most: int = 1000) -> int:
    """Do everything that is due now (tests and `portal worker --once`). Returns how many jobs were done."""
    done = 0
    while done < most and work_once():
        done += 1
    return done


def _plan(now: datetime) -> None:
    """Enqueue the jobs that come round by themselves, each once per period."""
    regular = [h for h in handlers().values() if h.every]
    due = [(h, f"every:{h.kind}:{int(now.timestamp()) // (h.every or 1)}") for h in regular]
    with db.read() as s:
        known = set(s.scalars(select(JobRow.dedup).where(JobRow.dedup.in_([key for _h, key in due]))))
    if len(known) < len(due):
        with db.write() as s:
            for handler, key in due:
                if key not in known:
                    enqueue(s, handler.kind, {}, dedup=key)


def run_worker(stop: threading.Event, pause: float = 1.0) -> None:
    """Work until told to stop, each lane in a thread of its own. A fault of the database is waited out."""
    here = ground.current()
    lanes = sorted({job.lane for job in handlers().values()} - {""})
    beside = [
        threading.Thread(target=_run_beside, args=(here, lane, stop, pause), name=f"worker-{lane}", daemon=True)
        for lane in lanes
    ]
    for thread in beside:
        thread.start()
    _run_lane("", stop, pause)
    for thread in beside:
        thread.join()


def _run_beside(here: ground.Ground, lane: str, stop: threading.Event, pause: float) -> None:
    ground.enter(here)
    _run_lane(lane, stop, pause)


def _run_lane(lane: str, stop: threading.Event, pause: float) -> None:
    planned = 0.0
    while not stop.is_set():
        try:
            stamp = clock.now().timestamp()
            if lane == "" and stamp - planned > 20:
                _plan(clock.now())
                planned = stamp
            busy = work_once(lane)
        except Exception as error:
            log.error("worker_fault", lane=lane, kind=type(error).__name__, exc_info=error)
            busy = False
            stop.wait(5)
        if not busy:
            stop.wait(pause)
