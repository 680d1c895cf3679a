"""After the count somebody holds everything that the portal left behind (database, files, logs) and tries to say who chose
what. Each way of joining a voter and a ballot is tried on both databases."""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from portal.base import db
from portal.base.ground import Ground
from portal.base.tables import Base
from portal.voting import actions_chain, actions_count, queries, sealing_files
from portal.voting.models import Participation, PlainBallot, Receipt, RollEntry, SealedBallot
from tests.voting.town import cast, close, facts, found, opened, start_count

VOTERS = 30
# each voter chooses something that nobody else chooses, so that a ballot that is found is a voter who is found
CHOICES = [list(one) for one in itertools.combinations([f"P{n}" for n in range(8)], 2)]
CHOICES += [list(one) for one in itertools.combinations([f"P{n}" for n in range(8)], 3)]
CHOICES = CHOICES[:VOTERS]


class Left:
    """A counted vote, with what its voters did, in their order, and what was said to a log meanwhile."""

    def __init__(self, here: Ground, capfd: Any) -> None:
        self.here, self.vote = here, opened()
        self.codes = [cast(self.vote, f"resident {n}", {"1": CHOICES[n]}).receipt_code for n in range(VOTERS)]
        with db.read() as s:
            row = found(s, self.vote)
            self.claims = [queries.roll_claim(row, facts(f"resident {n}").claim or "") for n in range(VOTERS)]
            self.slots = list(s.scalars(sa.select(SealedBallot.slot)))
            keys = here.settings.keys
            self.key = sealing_files.load_key(keys, self.vote, row.key_check or "")
        actions_chain.seal_due(self.vote)
        close(self.vote)
        start_count(self.vote)
        actions_count.run_count(self.vote)
        self.said = "".join(capfd.readouterr())

    def order(self) -> list[int]:
        """The voters' places in the plain list: where the ballot of the first one lies, and so on."""
        with db.read() as s:
            lying = [
                sorted(json.loads(one)) for one in s.scalars(sa.select(PlainBallot.choice).order_by(PlainBallot.number))
            ]
        return [lying.index(sorted(choice)) for choice in CHOICES]


@pytest.fixture
def left(here: Ground, capfd: Any) -> Iterator[Left]:
    yield Left(here, capfd)


def alike(places: list[int]) -> float:
    """Spearman's rank correlation of places with the order of votes: 1 the same order, -1 the reverse, 0 none."""
    n = len(places)
    return 1 - 6 * sum((place - at) ** 2 for at, place in enumerate(places)) / (n * (n * n - 1))


def test_ballots_lie_in_no_order_of_voters(left: Left) -> None:
    """Neither as they were cast, nor as roll, slots or receipts lie. Chance alone stays below 0.75 in all but one of about
    a million runs."""
    places = left.order()
    assert abs(alike(places)) < 0.75
    by_claim = sorted(range(VOTERS), key=left.claims.__getitem__)
    by_code = sorted(range(VOTERS), key=left.codes.__getitem__)
    for other in (by_claim, by_code):
        assert abs(alike([places[one] for one in other])) < 0.75
    shuffled = places[:]
    random.Random(1).shuffle(shuffled)
    assert alike(sorted(places)) == 1  # what is measured would show an order


def test_no_hidden_column_of_the_database_joins_them(left: Left) -> None:
    """PostgreSQL: the number of the transaction (xmin) and the place in the file (ctid). SQLite: the rowid."""
    if db.is_sqlite():
        with sqlite3.connect(left.here.settings.instance / "portal.db") as plain:
            for table in ("participation", "receipt", "roll_entry", "plain_ballot", "sealed_ballot", "vote_commitment"):
                with pytest.raises(sqlite3.OperationalError, match="rowid"):
                    plain.execute(f"SELECT rowid FROM {table}")
        return
    with db.read() as s:
        written = {
            one.__tablename__: {
                row.xmin for row in s.execute(sa.text(f"SELECT xmin::text AS xmin FROM {one.__tablename__}"))
            }
            for one in (Participation, Receipt, RollEntry, PlainBallot)
        }
        lying = s.execute(sa.text("SELECT number, choice FROM plain_ballot ORDER BY ctid")).all()
    assert len(written["participation"]) == VOTERS and len(written["plain_ballot"]) == 1
    for table in ("participation", "receipt", "roll_entry"):
        assert not written[table] & written["plain_ballot"]
    by_place = [sorted(json.loads(row.choice)) for row in lying]
    assert abs(alike([by_place.index(sorted(choice)) for choice in CHOICES])) < 0.75


def test_no_other_table_knows_of_voter_and_choice(left: Left) -> None:
    """Jobs, outbox, audit, limits and all the rest: each row of each table is read as text."""
    own = {"participation", "receipt", "roll_entry", "plain_ballot", "vote_commitment"}
    told = [*left.claims, *left.codes, *left.slots]
    with db.read() as s:
        assert not s.execute(sa.select(SealedBallot.slot)).all()
        hashes = list(s.scalars(sa.select(Receipt.code_hash)))
        for table in Base.metadata.sorted_tables:
            if table.name in own:
                continue
            text = "\n".join(str(tuple(row)) for row in s.execute(sa.select(table)))
            for mark in [*told, *hashes]:
                assert mark not in text, table.name
        chain = "\n".join(str(tuple(row)) for row in s.execute(sa.text("SELECT * FROM vote_commitment")))
        assert not any(mark in chain for mark in [*told, *hashes])


def test_no_line_of_a_log_knows_of_them(left: Left) -> None:
    for mark in [*left.claims, *left.codes, *left.slots]:
        assert mark not in left.said
    for choice in CHOICES:
        assert json.dumps(choice) not in left.said and str(choice) not in left.said


def test_no_file_holds_the_key_or_joins_them(left: Left) -> None:
    """Sealed ballots may lie in free pages, in the log of the database and in backups for ever: nothing opens them. Where
    plain ballots lie in a file, no voter lies beside them."""
    files = [path for path in Path(left.here.settings.instance).rglob("*") if path.is_file()]
    assert files
    kept = [path for path in files if path.name.startswith("vote-")]
    assert len(kept) == 1
    for path in files:
        content = path.read_bytes()
        assert left.key not in content and left.key.hex().encode() not in content, path.name
    text = kept[0].read_text()
    assert not any(mark in text for mark in [*left.claims, *left.codes, *left.slots])
    document = json.loads(text)
    assert document["receipts"] == sorted(document["receipts"])
    lying = [sorted(one) for one in document["ballots"]["1"]]
    assert [lying.index(sorted(choice)) for choice in CHOICES] == left.order()  # no second order to compare with


def test_receipts_prove_no_choice(left: Left) -> None:
    """A receipt is in the counted set; what the database says of it is the same for all."""
    with db.read() as s:
        vote = found(s, left.vote)
        assert {str(queries.receipt(s, vote, code)) for code in left.codes} == {
            str(queries.receipt(s, vote, left.codes[0]))
        }
