"""Questions about votes: who may vote, what a ballot may hold, who may count and publish. Pure; `now` is passed in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from portal.base import i18n
from portal.base.i18n import _l, _n
from portal.base.verdict import YES, Verdict, no
from portal.voting.rules_interruption import BROKEN_OFF, ENDED, WAITING, pending
from portal.voting.rules_officer import OF_ONE_HAND, OFFICER, ActorLike, is_officer

__all__ = ["OFFICER", "ActorLike"]

PREPARED, OPEN, COUNTED, KEPT, FINISHED, PUBLISHED, IMPORTING = (
    "prepared",
    "open",
    "counted",
    "kept",
    "finished",
    "published",
    "importing",
)
MOST_ANSWERS = 10_000  # of one post: more are refused before anything is looked up
KEYLESS = _l("This vote takes no ballots at the moment: its key has to be put back first.")
FEWEST_SHOWN = 10  # smaller numbers of ballots or voters are never published

TOO_WEAK = _l("Your sign-in is not strong enough for voting.")
DESK = _l("If this is wrong, ask the residents' registration office.")


@dataclass(frozen=True, slots=True)
class Named:
    """The name of a pot or project in the reader's language, else in any; at last its number."""

    what: Mapping[str, Any]

    def __str__(self) -> str:
        names = self.what.get("names") or {}
        return str(names.get(i18n.lang()) or names.get(i18n.SOURCE) or next(iter(names.values()), self.what["id"]))


@dataclass(frozen=True, slots=True)
class Sum:
    """Cents that are written as money of the reader's language when the sentence is shown."""

    cents: int
    currency: str

    def __str__(self) -> str:
        return i18n.money(self.cents, self.currency)


@dataclass(frozen=True, slots=True)
class VoterFacts:
    """What the sign-in told about a person. `claim` is the keyed hash of the resident's number, None where the
    provider sent none; `ages` answers single age rules (years, day as YYYY-MM-DD); None means "not known"."""

    claim: str | None = None
    provider: str | None = None
    resident: bool | None = None
    district: str | None = None
    ages: Mapping[tuple[int, str], bool | None] = field(default_factory=dict)
    enough_assurance: bool = True
    weak: bool = False  # known by what anybody might know of the resident; a letter or a counter makes it sure
    alone: bool = False  # known by a document that one clerk alone looked at
    acting_for: str = ""  # somebody else's name while the person acts for them
    helped: bool = False  # somebody else enters what this session does


class VoteLike(Protocol):
    """What the questions need of a vote."""

    @property
    def state(self) -> str: ...
    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...
    @property
    def document(self) -> Mapping[str, Any]: ...
    @property
    def interruptions(self) -> Sequence[Mapping[str, Any]] | None: ...


def is_running(vote: VoteLike, now: datetime) -> Verdict:
    """Whether ballots are taken at this moment. The close is an instant: at it, the vote is closed."""
    if vote.state == PREPARED or vote.state == IMPORTING:
        return no(_l("This vote has not been opened yet."))
    if vote.state == BROKEN_OFF:
        return no(ENDED)
    if pending(vote):
        return no(WAITING)
    if vote.state == OPEN and now < vote.opens_at:
        opening = _l("Voting opens on %(when)s.", when=vote.opens_at)
        return no(opening, _l("Until then you can look at the projects."))
    if vote.state != OPEN or now >= vote.closes_at:
        return no(
            _l("Voting closed on %(when)s.", when=vote.closes_at), _l("The result is published here after the count.")
        )
    return YES


def may_vote(facts: VoterFacts | None, vote: VoteLike, phase: Verdict, now: datetime) -> Verdict:
    """Whether this person may cast a ballot now; a no says why and what the person can do.

    `facts` is None for somebody who is not signed in; `phase` is the answer of the process whose phase this is.
    """
    running = is_running(vote, now)
    if not running:
        return running
    if not phase:
        return phase
    if facts is None:
        return no(_l("You are not signed in."), _l("Sign in to vote."))
    return is_entitled(facts, vote.document)


def is_entitled(facts: VoterFacts, regulation: Mapping[str, Any]) -> Verdict:
    """Whether the electorate of the regulation includes this person, whatever the time."""
    roll, electorate = regulation["roll"], regulation["electorate"]
    if facts.helped:
        return no(
            _l("Nobody votes in the browser of a helper."), _l("Your helper hands over to you, and you vote alone.")
        )
    if facts.acting_for:
        return no(
            _l("You act for %(name)s just now, and nobody votes for another.", name=facts.acting_for),
            _l("Act for yourself again to vote."),
        )
    if roll.get("provider") and facts.provider != roll["provider"]:
        return no(
            _l("This vote does not admit the way you signed in."),
            _l("Sign out, and sign in with the way that the vote's rules name."),
        )
    wants_residence = electorate.get("residence") or electorate.get("districts")
    if wants_residence and facts.resident is False:  # no other way of signing in would help
        return no(_l("Only residents of the city can vote here."), DESK)
    if not facts.claim:
        return no(
            _l("Your sign-in does not tell the city which resident you are."),
            _l("Sign in another way, or prove your residence by a letter or at a counter."),
        )
    if facts.weak:
        return no(
            _l("To vote, the city has to be surer who you are."),
            _l("Ask for a letter with a code, bring a document to a counter, or sign in with a stronger way."),
        )
    if not facts.enough_assurance:
        return no(TOO_WEAK, _l("Sign in again with the stronger way of your provider."))
    return _lives_right(facts, electorate) and _is_old_enough(facts, electorate)


def _lives_right(facts: VoterFacts, electorate: Mapping[str, Any]) -> Verdict:
    districts = electorate.get("districts")
    if not electorate.get("residence") and not districts:
        return YES
    if facts.resident is None:
        return no(
            _l("Your sign-in does not say whether you live in the city."),
            _l("Sign in another way, or ask at the help desk."),
        )
    if districts and facts.district not in districts:
        return no(_l("Only residents of certain districts can vote here, and yours is not one of them."), DESK)
    return YES


def _is_old_enough(facts: VoterFacts, electorate: Mapping[str, Any]) -> Verdict:
    age = electorate.get("age")
    if not age:
        return YES
    answer = facts.ages.get((int(age["years"]), age["on"]))
    if answer is None:
        return no(
            _l("Your sign-in did not say whether you are old enough to vote."),
            _l("Sign out and sign in again; the city then asks for it."),
        )
    if not answer:
        return no(
            _l(
                "You can vote here if you are at least %(years)s years old on %(day)s.",
                years=int(age["years"]),
                day=date.fromisoformat(age["on"]),
            ),
            DESK,
        )
    return YES


def pots_for(facts: VoterFacts | None, regulation: Mapping[str, Any]) -> list[str]:
    """The pots in which this person may choose: all, or the city-wide ones and that of the own district."""
    own_only = regulation["electorate"].get("pots") == "own"
    district = facts.district if facts else None
    return [
        pot["id"]
        for pot in regulation["pots"]
        if not own_only or pot.get("district") is None or pot["district"] == district
    ]


# --- the ballot -------------------------------------------------------------------------------------------------------


def check_ballot(
    choices_by_pot: Mapping[str, Any], regulation: Mapping[str, Any], pots: Collection[str] | None = None
) -> Verdict:
    """Whether a ballot keeps the regulation. The same answer for the page, the cast, keyed paper and imports.

    `pots` are those this voter may use (None: all). The sentence of a no names the first fault.
    """
    known = {pot["id"]: pot for pot in regulation["pots"]}
    if not any(choices_by_pot.values()):
        return no(_l("Choose at least one project."))
    if sum(len(choice) for choice in choices_by_pot.values()) > MOST_ANSWERS:
        return no(_l("This ballot names more projects than there are."))
    for pot_id, choice in choices_by_pot.items():
        pot = known.get(pot_id)
        if pot is None:
            return no(_l("The ballot names a pot that is not part of this vote."), _l("Start a new ballot."))
        if pots is not None and pot_id not in pots and choice:
            return no(_l("In %(pot)s only its residents can choose.", pot=Named(pot)))
        if choice:
            verdict = _check_pot(pot, choice, regulation)
            if not verdict:
                return verdict
    return YES


def _check_pot(pot: Mapping[str, Any], choice: Any, regulation: Mapping[str, Any]) -> Verdict:
    ballot = regulation["ballot"]
    projects = {project["id"]: project for project in regulation["projects"] if project["pot"] == pot["id"]}
    chosen = list(choice)
    if len(set(chosen)) != len(chosen):
        return no(_l("The ballot names a project twice."))
    for one in chosen:
        if one not in projects:
            return no(_l("The ballot names a project that is not part of this vote."), _l("Start a new ballot."))
        if projects[one].get("withdrawn"):
            return no(
                _l("“%(project)s” was withdrawn and can no longer be chosen.", project=Named(projects[one])),
                _l("Choose another project."),
            )
    verdict = _check_number(pot, len(chosen), ballot)
    if not verdict:
        return verdict
    if ballot["kind"] == "knapsack":
        return _check_cost(pot, [projects[one] for one in chosen], regulation)
    if ballot["kind"] == "cumulative":
        return _check_points(pot, choice, ballot)
    return YES


def _check_number(pot: Mapping[str, Any], count: int, ballot: Mapping[str, Any]) -> Verdict:
    low = ballot.get("min") or 1
    high = 1 if ballot["kind"] == "choose-1" else ballot.get("max")
    if count < low:
        return no(
            _n(
                "In %(pot)s choose at least %(n)s project, or none at all.",
                "In %(pot)s choose at least %(n)s projects, or none at all.",
                low,
                pot=Named(pot),
            )
        )
    if high is not None and count > high:
        return no(
            _n(
                "In %(pot)s choose at most %(n)s project; you chose %(chosen)s.",
                "In %(pot)s choose at most %(n)s projects; you chose %(chosen)s.",
                high,
                pot=Named(pot),
                chosen=count,
            )
        )
    return YES


def _check_cost(pot: Mapping[str, Any], chosen: Iterable[Mapping[str, Any]], regulation: Mapping[str, Any]) -> Verdict:
    cost = sum(project["cost_cents"] for project in chosen)
    limit = knapsack_limit(pot, regulation)
    if cost > limit:
        currency = regulation.get("currency", "EUR")
        return no(
            _l(
                "In %(pot)s your projects cost %(over)s more than the %(limit)s there are.",
                pot=Named(pot),
                over=Sum(cost - limit, currency),
                limit=Sum(limit, currency),
            ),
            _l("Take out a project."),
        )
    return YES


def knapsack_limit(pot: Mapping[str, Any], regulation: Mapping[str, Any]) -> int:
    """What a knapsack ballot may cost in this pot, in cents."""
    limit = regulation["ballot"].get("limit_cents")
    return int(pot["budget_cents"] if limit is None else limit)


def _check_points(pot: Mapping[str, Any], points: Any, ballot: Mapping[str, Any]) -> Verdict:
    if not isinstance(points, Mapping) or any(
        not isinstance(n, int) or isinstance(n, bool) or not 0 < n <= 1_000_000 for n in points.values()
    ):
        return no(_l("Points are whole numbers from 1 on."))
    total, most, each = sum(points.values()), ballot.get("max_sum_points"), ballot.get("max_points")
    least = ballot.get("min_sum_points")
    if most is not None and total > most:
        return no(
            _n("In %(pot)s give at most %(n)s point.", "In %(pot)s give at most %(n)s points.", most, pot=Named(pot))
        )
    if least is not None and total < least:
        return no(
            _n("In %(pot)s give at least %(n)s point.", "In %(pot)s give at least %(n)s points.", least, pot=Named(pot))
        )
    if each is not None and any(n > each for n in points.values()):
        return no(_n("Give a project at most %(n)s point.", "Give a project at most %(n)s points.", each))
    return YES


# --- officers ---------------------------------------------------------------------------------------------------------


def may_open(vote: VoteLike, actor: ActorLike, faults: Sequence[object], now: datetime) -> Verdict:
    """Whether the prepared vote may be frozen and opened."""
    officer = is_officer(actor)
    if not officer and actor.channel != "system":  # the demo's seed opens a vote by itself
        return officer
    if vote.state != PREPARED:
        return no(_l("This vote has been opened already."))
    if faults:
        return no(_l("The regulation of this vote is not complete."))
    if vote.closes_at <= vote.opens_at:
        return no(_l("The close of the vote has to be after its opening."))
    if now >= vote.closes_at:
        return no(_l("The close of this vote has passed."), _l("Change the dates of the voting phase."))
    draw = vote.document.get("draw")
    if draw and date.fromisoformat(draw["on"]) <= i18n.in_zone(vote.closes_at).date():
        return no(_l("The public draw for lots has to be on a day after the close."))
    return YES


def may_start_count(vote: VoteLike, actor: ActorLike, now: datetime) -> Verdict:
    """Whether this officer may be the first of the two who start the count."""
    officer = is_officer(actor)
    if not officer:
        return officer
    if vote.state != OPEN:
        return no(_l("This vote is not waiting for its count."))
    if pending(vote):
        return no(_l("This vote is interrupted. Decide first how it goes on."))
    if now < vote.closes_at:
        return no(_l("The vote can be counted after its close on %(when)s.", when=vote.closes_at))
    return YES


def may_confirm_count(
    vote: VoteLike,
    actor: ActorLike,
    now: datetime,
    *,
    first: int | None,
    draws_agree: bool = True,
    one_hand: bool = False,
) -> Verdict:
    """Whether this officer may be the second; `first` is the person who asked for the count; `one_hand`: one of the
    two has given the other the role since the vote was opened."""
    verdict = may_start_count(vote, actor, now)
    if not verdict:
        return verdict
    if first is None:
        return no(_l("Nobody has asked for the count yet."))
    if first == actor.person_id:
        return no(
            _l("The count needs two budget officers, and you are the first."),
            _l("Ask a colleague to confirm the count."),
        )
    if one_hand:
        return OF_ONE_HAND
    if not draws_agree:
        return no(_l("The two officers typed different results of the public draw."), _l("Check it, and start again."))
    return YES


def may_publish(vote: VoteLike, actor: ActorLike) -> Verdict:
    """Whether the counted result may be published: not before ballots are kept safe and the vote key is destroyed."""
    officer = is_officer(actor)
    if not officer:
        return officer
    if vote.state == PUBLISHED:
        return no(_l("The result is published already."))
    if vote.state != FINISHED:
        return no(_l("The count of this vote is not finished."))
    return YES
