"""Elections from elsewhere: hidden until the last step, the same row twice is one ballot, leftovers are swept."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.base import clock, db
from portal.voting import actions, actions_count, actions_import, queries, queries_publication
from portal.voting.models import Participation, PlainBallot, Receipt, SealedBallot, Vote
from tests.voting.town import OFFICER, cast, close, found, opened, regulation, start_count

pytestmark = pytest.mark.usefixtures("here")


def begin(document: dict[str, Any] | None = None) -> str:
    now = clock.city_now()
    with db.write() as s:
        vote = actions_import.import_finished_begin(
            s,
            OFFICER,
            kind="budget",
            object_id=7,
            title={"en": "An election of last year"},
            regulation=document or regulation(),
            opens_at=now - timedelta(days=400),
            closes_at=now - timedelta(days=380),
        )
        return vote.public_id


def hidden(s: Any, public_id: str) -> Vote:
    vote: Vote = s.scalars(select(Vote).where(Vote.public_id == public_id)).one()
    return vote


def rows(model: type) -> int:
    with db.read() as s:
        return s.scalar(select(func.count()).select_from(model)) or 0


def test_a_finished_election_is_shown_by_its_last_step_and_not_before() -> None:
    vote = begin()
    for start in (0, 10):
        with db.write() as s:
            actions_import.import_finished_chunk(s, hidden(s, vote), "1", start, [["P1", "P2"]] * 10)
    with db.read() as s:
        assert queries.by_public_id(s, vote) is None and queries.vote_for(s, "budget", 7) is None
        assert queries.votes_listed(s) == [] and queries.votes_for(s, "budget", [7]) == {}
        summed = actions_import.import_finished_sum(s, hidden(s, vote))
    with db.write() as s:
        actions_import.import_finished_end(s, OFFICER, hidden(s, vote), summed)
    with db.read() as s:
        public = queries.published(s, found(s, vote))
        assert public is not None and public.numbers["ballots"] == 20 and public.withheld == ("2",)
        assert public.outcome["pots"][0]["winners"][0]["votes"] == 20
        assert queries.published_ballots(s, found(s, vote)) == {"1": [["P1", "P2"]] * 20}
        queries_publication.archive(s, found(s, vote))
    with pytest.raises(actions.NotPossible), db.write() as s:
        actions_import.import_finished_end(s, OFFICER, hidden(s, vote), summed)


def test_points_are_kept_as_pairs() -> None:
    vote = begin(regulation("equal-shares-assen", ballot={"kind": "cumulative"}, rule={"utility": "score"}))
    with db.write() as s:
        actions_import.import_finished_chunk(s, hidden(s, vote), "1", 0, [{"P2": 3, "P1": 5}] * 12)
    with db.read() as s:
        assert queries.plain_lists(s, hidden(s, vote))["1"][0] == [["P1", 5], ["P2", 3]]
        outcome = json.loads(actions_import.import_finished_sum(s, hidden(s, vote)).outcome)
    assert outcome["pots"][0]["winners"][0]["score"] in (60, 36)


def test_an_object_has_one_vote() -> None:
    begin()
    with pytest.raises(actions.NotPossible, match="already"):
        begin()


def test_leftovers_of_a_broken_import_are_swept_and_fresh_ones_spared() -> None:
    vote = begin()
    with db.write() as s:
        actions_import.import_finished_chunk(s, hidden(s, vote), "1", 0, [["P1"]] * 25)
    with db.write() as s:
        assert actions_import.sweep_imports(s) == 0
    done = []
    while True:
        with db.write() as s:
            done.append(actions_import.sweep_imports(s, most=10, older_than=timedelta(0)))
        if not done[-1]:
            break
    assert done == [10, 10, 5, 1, 0] and rows(PlainBallot) == 0 and rows(Vote) == 0


def test_ballots_for_an_open_vote_are_sealed_and_counted_beside_the_others() -> None:
    vote = opened()
    for _ in range(2):  # an import that is repeated changes nothing
        with db.write() as s:
            actions_import.import_open_chunk(s, found(s, vote), 0, [{"1": ["P5"]}, {"1": ["P6"], "2": ["P8"]}])
    assert [rows(m) for m in (SealedBallot, Participation, Receipt)] == [2, 0, 0]
    cast(vote, "Ana", {"1": ["P5"]})
    with pytest.raises(actions.NotPossible), db.write() as s:
        actions_import.import_open_chunk(s, found(s, vote), 9, [{"1": ["P1", "P1"]}])
    close(vote)
    start_count(vote)
    actions_count.run_count(vote)
    with db.read() as s:
        numbers = found(s, vote).numbers
    assert numbers is not None and numbers["channels"] == {"imported": 2, "web": 1} and numbers["receipts"] == 1
