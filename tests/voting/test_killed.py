"""The portal is killed while people vote: what was acknowledged is there, nothing is doubled, and the chain and the count
agree."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.base import db
from portal.base.ground import Ground
from portal.voting import actions_chain, actions_count, actions_verify, sealing
from portal.voting.models import Participation, Receipt, ReceiptState, RollEntry, SealedBallot, Vote, VoteState
from tests import child
from tests.voting.town import close, found, opened, start_count

VOTERS = 40
PROGRAM = """
import os, random, threading
from portal import app, config
from portal.base import db, ground
from tests.voting.town import cast
here = app.stand(config.load({{}}, instance={instance!r}, testing=True, database_url={url!r}, journal={journal!r}))
def come(part):
    ground.enter(here)
    draw = random.Random({cycle} * 10 + part)
    while True:
        person = "resident %d" % draw.randrange({voters})
        code = cast({vote!r}, person, {{"1": ["P%d" % draw.randrange(8)]}}).receipt_code
        os.write(1, ("%s\\n" % code).encode())
threads = [threading.Thread(target=come, args=(part,), daemon=True) for part in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.fixture
def cycles(request: pytest.FixtureRequest) -> int:
    """How many times it is killed."""
    return 200 if request.config.getoption("--long") else 20


def test_killed_at_any_moment_no_acknowledged_ballot_is_lost_and_none_doubled(
    here: Ground, tmp_path: Path, cycles: int
) -> None:
    vote, settings, draw = opened(), here.settings, random.Random(20261124)
    given = {"instance": str(settings.instance), "url": settings.database_url, "journal": settings.journal}
    codes: set[str] = set()
    for cycle in range(cycles):
        said = tmp_path / "said"
        said.unlink(missing_ok=True)
        portal = child.start(PROGRAM.format(vote=vote, cycle=cycle, voters=VOTERS, **given), said)
        wanted, ends = draw.randrange(1, 25), time.monotonic() + 60
        while not said.exists() or said.read_text().count("\n") < wanted:
            assert time.monotonic() < ends and portal.is_alive(), said.read_text() if said.exists() else ""
            time.sleep(0.001)
        time.sleep(draw.random() * 0.01)
        portal.kill()  # in the middle of whatever its four threads do
        portal.join()
        assert portal.exitcode == -9
        at_rest()
        codes |= {line for line in said.read_text().splitlines() if len(line) > 20}
        if cycle % 5 == 4:
            actions_chain.seal(vote, "day")
    with db.read() as s:
        receipts = {row.code_hash: row.state for row in s.execute(select(Receipt.__table__))}
        lost = [code for code in codes if sealing.receipt_hash(vote, code) not in receipts]
        standing = [s.scalar(select(func.count()).select_from(one)) for one in (SealedBallot, Participation, RollEntry)]
    assert lost == [] and len(codes) >= cycles
    recorded = sum(state is ReceiptState.RECORDED for state in receipts.values())
    assert standing == [recorded] * 3 and recorded <= VOTERS
    assert actions_verify.verify(vote).differences == []
    close(vote)
    start_count(vote)
    actions_count.run_count(vote)
    with db.read() as s:
        counted = found(s, vote)
        assert counted.state is VoteState.FINISHED and (counted.numbers or {})["ballots"] == recorded


def at_rest() -> None:
    """PostgreSQL sees that the other side is gone when it next writes to it: wait until no transaction is open."""
    if not db.is_sqlite():
        with db.write() as s:
            s.execute(select(Vote).with_for_update())
