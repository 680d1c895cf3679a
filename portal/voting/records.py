"""What votes keep about people. A ballot is not among it: nobody can tell whose it is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, false, or_, select

from portal.base import clock, db, personal
from portal.base.feature import Fate, Machine, Record
from portal.base.i18n import _l
from portal.identity import queries as people
from portal.voting.models import Participation, RollEntry, Vote, VoteState
from portal.voting.queries import roll_claim


def own_claims(person_id: int) -> list[tuple[int, str]]:
    """A person's keys in the rolls of all votes, as far as their account's facts lead there: (vote, claim)."""
    s = db.session()
    residents = people.facts(s, person_id, clock.now()).residents
    found = []
    for vote in s.scalars(select(Vote).where(Vote.state.not_in([VoteState.PREPARED, VoteState.IMPORTING]))):
        scheme = vote.document["roll"]["claim"]
        if scheme == "account":
            raw: str | None = f"account {person_id}"
        elif scheme == "resident":
            raw = residents[min(residents)] if residents else None
        else:
            raw = residents.get(scheme)
        if raw:
            found.append((vote.id, roll_claim(vote, raw)))
    return found


def own_roll_entries(person_id: int) -> Any:
    """The person's lines in the rolls."""
    mine = [and_(RollEntry.vote_id == vote, RollEntry.claim == claim) for vote, claim in own_claims(person_id)]
    return or_(*mine) if mine else false()


def own_participations(person_id: int) -> Any:
    """Where the person's roll entries have been used."""
    mine = [and_(Participation.vote_id == vote, Participation.claim == claim) for vote, claim in own_claims(person_id)]
    return or_(*mine) if mine else false()


_ONCE = _l("So that everybody votes once")
_COUNTED = _l("A vote that has begun must stay countable. The line is a keyed fingerprint without your name.")

PERSONAL = [
    Record(
        "roll_entry",
        _l("Your line in the roll of a vote"),
        _ONCE,
        personal.TASK,
        _l("As long as the vote’s documents"),
        Fate.KEPT,
        person=(),
        reach=own_roll_entries,
        hidden=("claim",),
        reason=_COUNTED,
        who=personal.NOBODY,
    ),
    Record(
        "participation",
        _l("That you took part in a vote: the day and the way"),
        _ONCE,
        personal.TASK,
        _l("As long as the vote’s documents"),
        Fate.KEPT,
        person=(),
        reach=own_participations,
        hidden=("claim",),
        reason=_COUNTED,
        who=personal.SELF,
    ),
    Record(
        "sealed_ballot",
        _l("Ballots"),
        _l("To count the vote"),
        personal.TASK,
        _l("Sealed until the count; then as a list without names"),
        Fate.KEPT,
        person=(),
        hidden=("slot", "envelope", "choices"),
        reason=_l(
            "A ballot that was cast is counted. Nobody can tell whose it is, so it can be neither found nor deleted."
        ),
        who=personal.NOBODY,
    ),
    Record(
        "vote_complaint",
        _l("Your complaints about the result of a vote"),
        _l("To look into the result, and to answer you"),
        personal.TASK,
        _l("As long as the vote’s documents; your name and how to reach you for a year after the answer"),
        Fate.ANONYMOUS,
        person=("person_id",),
        by=("answered_by_id",),
        blank={"name": "", "contact": ""},
        reason=_l("A result rests on how complaints were answered, so they stay; your name does not."),
        who=personal.OWN_STAFF,
        since="at",
    ),
    Record(
        "count_run",
        _l("Who started a count"),
        _l("So that two officers answer for a count"),
        personal.TASK,
        _l("As long as the vote’s documents"),
        Fate.KEPT,
        person=("first_id", "second_id"),
        hidden=("backup", "backup_hash"),
        reason=_l("An official act. It holds a number that leads to no name once the account is erased."),
        who=personal.AUDITORS,
    ),
]

MACHINES = [
    Machine(
        "may-vote",
        _l("Who may vote"),
        _l("The portal decides at the ballot page whether you may vote."),
        _l(
            "It applies the vote’s published rules on age, residence and district to what your sign-in service vouched for."
        ),
        _l("The residents’ registration office, and until the close the city’s help desk."),
    ),
    Machine(
        "count",
        _l("The count"),
        _l("Ballots are opened, counted, and projects chosen by a program."),
        _l(
            "The rules are published and frozen before the vote opens. With the published lists anybody can count again."
        ),
        _l("Two officers start the count; auditors check it; complaints are answered by people."),
    ),
    Machine(
        "lots",
        _l("Lots"),
        _l("Where the rules name lots, they decide between projects that are equal in everything else."),
        _l("They are derived from a public draw and a number that was fixed before it."),
        _l("Anybody can repeat it with the published numbers."),
    ),
]
