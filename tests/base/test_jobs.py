"""The worker: every job at least once, once only in effect, also when the worker is killed in the middle."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.base import clock, db, jobs, mail, marks
from portal.base.feature import Feature, Job
from portal.base.jobs import JobRow
from portal.base.web import Portal
from tests import child


def put_on(app: Portal, handler: Callable[[dict[str, Any]], None], **given: Any) -> None:
    app.ground.features.append(Feature(name="probe", jobs=[Job("probe", handler, **given)]))


def test_a_job_of_a_rolled_back_act_is_never_done(app: Portal) -> None:
    done: list[int] = []
    put_on(app, lambda payload: done.append(payload["n"]))
    with pytest.raises(RuntimeError), db.write() as s:
        jobs.enqueue(s, "probe", {"n": 1})
        raise RuntimeError
    assert jobs.run_due() == 0 and done == []


def test_the_same_key_is_done_once(app: Portal) -> None:
    done: list[int] = []
    put_on(app, lambda payload: done.append(payload["n"]))
    with db.write() as s:
        jobs.enqueue(s, "probe", {"n": 1}, dedup="a")
        jobs.enqueue(s, "probe", {"n": 2}, dedup="a")
    assert jobs.run_due() == 1 and done == [1]


def test_a_failing_job_waits_longer_each_time_and_is_given_up_in_the_end(app: Portal) -> None:
    def fail(_payload: dict[str, Any]) -> None:
        raise ValueError("no paper")

    put_on(app, fail)
    with db.write() as s:
        jobs.enqueue(s, "probe", {})
    for _try in range(jobs.MOST_TRIES):
        assert jobs.work_once()
        with db.write() as s:
            s.execute(update(JobRow).values(run_at=clock.now() - timedelta(seconds=1)))
    assert not jobs.work_once()
    with db.read() as s:
        row = s.scalars(select(JobRow)).one()
    assert row.failed_at is not None and "no paper" in row.last_error and row.tries == jobs.MOST_TRIES


def test_a_killed_workers_job_is_taken_again(app: Portal, tmp_path: Path) -> None:
    """The worker is killed with SIGKILL in the middle of a mail; another one sends it after the lease."""
    settings = app.ground.settings
    with db.write() as s:
        mail.put(s, to="ana@example.org", subject="Hello", body="A line", lang="en")
    program = (
        "import sys, time\n"
        "from portal.base import mail\n"
        "from portal import app, config\n"
        "from portal.base import jobs, ground\n"
        f"ground_ = app.stand(config.load({{}}, instance={str(settings.instance)!r}, testing=True,"
        f" database_url={settings.database_url!r}, journal={settings.journal!r}))\n"
        "def hang(payload):\n"
        "    print('began', flush=True)\n"
        "    time.sleep(60)\n"
        "object.__setattr__(mail.JOB, 'handler', hang)\n"
        "jobs.work_once()\n"
    )
    said = tmp_path / "said"
    worker = child.start(program, said)
    ends = time.monotonic() + 60
    while not (said.exists() and said.read_text() == "began\n"):
        assert worker.is_alive() and time.monotonic() < ends, said.read_text()
        time.sleep(0.02)
    worker.kill()
    worker.join()
    assert not jobs.work_once()  # the lease still runs
    with db.write() as s:
        s.execute(update(JobRow).values(lease_until=clock.now() - timedelta(seconds=1)))
    assert jobs.work_once()
    with db.read() as s:
        row = s.scalars(select(JobRow)).one()
    assert row.done_at is not None and row.tries == 2


def test_regular_jobs_come_round_once_per_period(app: Portal) -> None:
    put_on(app, lambda _payload: None, every=3600)
    now = clock.now()
    jobs._plan(now)
    jobs._plan(now)
    with db.read() as s:
        assert len(s.scalars(select(JobRow).where(JobRow.kind == "probe")).all()) == 1


def test_heavy_work_runs_in_a_child_and_its_fault_is_kept(app: Portal) -> None:
    put_on(app, lambda _payload: marks.get("x"), heavy=True)  # the child does not know this kind: it fails, we live
    with db.write() as s:
        jobs.enqueue(s, "probe", {})
    started = time.monotonic()
    assert jobs.work_once()
    assert time.monotonic() - started < 30
    with db.read() as s:
        row = s.scalars(select(JobRow)).one()
    assert row.done_at is None and "RuntimeError" in row.last_error
