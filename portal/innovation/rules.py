"""Questions about proposals, screenings, pilots and funds: who does what, and when. Pure; days are passed in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence, Sized
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from portal.base import i18n
from portal.base.i18n import Text, _l
from portal.base.textfield import TextField
from portal.base.verdict import YES, Verdict, no
from portal.innovation.models import Move, Outcome, Stage, StopWay

LEAD = "innovation_lead"  # decides, gives coaches and money
COACH = "innovation_coach"  # screens, and accompanies proposals
STAFF = (LEAD, COACH)
READERS = (*STAFF, "auditor")

LONGEST_TITLE = 120
LONGEST_TEXT = 3000
LONGEST_REASON = 500
LONGEST_NOTE = 1000
MOST_OPEN = 20  # proposals of one person that wait for their screening
SCREENERS = 2
LATE_DAYS = 35  # so long without a measured value is too long

STAGES: dict[Stage, Text] = {
    Stage.PROPOSED: _l("Waits for its screening"),
    Stage.TRY: _l("Will be tried"),
    Stage.PILOT: _l("Pilot is running"),
    Stage.ENDED: _l("Pilot has ended"),
    Stage.NOT_NOW: _l("Not now"),
    Stage.NO: _l("Will not be tried"),
    Stage.WITHDRAWN: _l("Withdrawn"),
}
OUTCOMES: dict[Outcome, Text] = {
    Outcome.SCALED: _l("Scaled up"),
    Outcome.CHANGED: _l("Goes on in a changed form"),
    Outcome.STOPPED: _l("Stopped"),
}
OUTCOMES_MEAN: dict[Outcome, Text] = {
    Outcome.SCALED: _l("It worked. The city does it for more people, or everywhere."),
    Outcome.CHANGED: _l("Part of it worked. The city goes on with what did."),
    Outcome.STOPPED: _l("It did not do what was hoped for. What was learnt is worth as much as a success."),
}
MOVES: dict[Move, Text] = {
    Move.BUDGET: _l("Amount of the year"),
    Move.GRANT: _l("Grant"),
    Move.RETURN: _l("Given back"),
}
# What a decision after the screening can be.
DECISIONS = (Stage.TRY, Stage.NOT_NOW, Stage.NO)


@dataclass(frozen=True)
class Criterion:
    """A question of the screening list, and what it is about."""

    key: str
    label: Any  # a sentence, or Spoken
    hint: Any


# What the city may write about a question, per language.
TEXTS: dict[str, TextField] = {
    "label": TextField(_l("Question"), 200, needed=True),
    "hint": TextField(_l("What it is about"), 300, rows=2),
}
LEAST_QUESTIONS = 2
MOST_QUESTIONS = 12

# The list that the portal brings. It is the same for every proposal, and public: whoever proposes something can go through
# it first. A city can write its own in its place.
CRITERIA = (
    Criterion("need", _l("Do people really have this problem?"), _l("Who says so, and how many are they?")),
    Criterion(
        "open",
        _l("Is it open whether this would work?"),
        _l("What is known to work needs no pilot. It can be done at once."),
    ),
    Criterion(
        "small",
        _l("Can it be tried small, soon and for little money?"),
        _l("With few people, in one place, within a year."),
    ),
    Criterion(
        "seen",
        _l("Can we see whether it works?"),
        _l("There is something to count or to measure, before and after."),
    ),
    Criterion(
        "safe",
        _l("Is it safe, fair and lawful to try it?"),
        _l("Nobody is harmed, left out or watched, and it can be undone."),
    ),
    Criterion(
        "kept",
        _l("Would somebody carry on with it if it works?"),
        _l("A department that has, or can find, the people and the money."),
    ),
)
KEYS = tuple(one.key for one in CRITERIA)
OWN_KEY = "own"  # with a number: of the questions that a city writes


def is_key(raw: str) -> bool:
    """Can there have been a question of this key?"""
    return raw in KEYS or (raw.startswith(OWN_KEY) and raw[len(OWN_KEY) :].isdecimal())


SCORES: dict[int, Text] = {0: _l("No"), 1: _l("Rather not"), 2: _l("Rather yes"), 3: _l("Yes")}


def best(criteria: Sized) -> int:
    """The highest sum that a screener can give with this list."""
    return max(SCORES) * len(criteria)


def may_add(number: int) -> Verdict:
    """Is there room for another question in a list of so many?"""
    if number >= MOST_QUESTIONS:
        return no(_l("A list has %(n)s questions at most.", n=MOST_QUESTIONS))
    return YES


def may_take_away(number: int) -> Verdict:
    """Are there questions enough in a list of so many to do without one?"""
    if number <= LEAST_QUESTIONS:
        return no(_l("A list has %(n)s questions at least.", n=LEAST_QUESTIONS))
    return YES


class Denied(Exception):
    """An act that the rules do not allow; the verdict has the sentence."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason.msgid if verdict.reason else "refused")
        self.verdict = verdict


class ProposalLike(Protocol):
    """What the questions need of a proposal."""

    @property
    def stage(self) -> Stage: ...
    @property
    def proposer_id(self) -> int | None: ...
    @property
    def coach_id(self) -> int | None: ...
    @property
    def department_id(self) -> int | None: ...
    @property
    def shown(self) -> bool: ...
    @property
    def locked_at(self) -> object: ...


class PilotLike(Protocol):
    """What the questions need of a pilot."""

    @property
    def baseline(self) -> int: ...
    @property
    def target(self) -> int: ...
    @property
    def stop_way(self) -> StopWay | None: ...
    @property
    def stop_at(self) -> int | None: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...
    @property
    def cost(self) -> int: ...


def scope(proposal: ProposalLike) -> dict[str, set[int]]:
    """The part of the administration that it belongs to; nothing as long as no department is known."""
    return {} if proposal.department_id is None else {"department": {proposal.department_id}}


def lead_of(text: str, longest: int = 240) -> str:
    """The first words of a text, in one line, for lists."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[:longest].rsplit(" ", 1)[0] + " …"


def paragraphs(text: str) -> list[str]:
    """A plain text by its paragraphs: a blank line stands between two."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


# --- proposing --------------------------------------------------------------------------------------------------------


def may_propose(waiting: int) -> Verdict:
    """May somebody with so many proposals that wait for their screening hand in one more?"""
    if waiting >= MOST_OPEN:
        return no(_l("You have %(n)s proposals that wait for their screening. That is the most.", n=MOST_OPEN))
    return YES


def may_withdraw(proposal: ProposalLike, person_id: int | None) -> Verdict:
    """May this person take the proposal back? Nobody has begun to spend money on it."""
    if person_id is None or proposal.proposer_id != person_id:
        return no(_l("This is the proposal of somebody else."))
    if proposal.stage not in (Stage.PROPOSED, Stage.NOT_NOW):
        return no(_l("The city has decided about this proposal. It can no longer be withdrawn."))
    return YES


def may_talk(proposal: ProposalLike) -> Verdict:
    """Can people comment on it?"""
    if not proposal.shown or proposal.locked_at is not None or proposal.stage in (Stage.NO, Stage.WITHDRAWN):
        return no(_l("The debate on this proposal is over."))
    return YES


# --- screening --------------------------------------------------------------------------------------------------------

OWN = _l("This is your own proposal. Somebody else decides about it.")


def may_screen(proposal: ProposalLike, person_id: int | None) -> Verdict:
    """May this member of staff fill in the screening list? Their own earlier answers may be changed until the
    decision."""
    if proposal.stage not in (Stage.PROPOSED, Stage.NOT_NOW):
        return no(_l("The screening of this proposal is over."))
    if person_id is not None and person_id == proposal.proposer_id:
        return no(OWN)
    return YES


def may_see_scores(person_id: int | None, screeners: Collection[int]) -> bool:
    """The second screener does not read the first one's answers before their own are stored."""
    return len(screeners) >= SCREENERS or person_id in screeners


def may_decide(proposal: ProposalLike, person_id: int | None, screeners: Collection[int]) -> Verdict:
    """May this member of staff say what becomes of the proposal? Two others or they themselves have screened it."""
    if proposal.stage not in (Stage.PROPOSED, Stage.NOT_NOW):
        return no(_l("This proposal is decided."))
    if person_id is not None and person_id == proposal.proposer_id:
        return no(OWN)
    if len(screeners) < SCREENERS:
        return no(_l("Two people screen a proposal before it is decided."))
    return YES


def disagreements(answers: Sequence[Mapping[str, int]]) -> list[str]:
    """Questions that the screeners answer on different sides by two steps or more: worth a talk before the decision."""
    found = []
    for key in KEYS:
        given = [one[key] for one in answers if key in one]
        if given and max(given) - min(given) >= 2:
            found.append(key)
    return found


# --- coach and plan ---------------------------------------------------------------------------------------------------


def may_have_coach(proposal: ProposalLike, person_id: int) -> Verdict:
    """May this colleague become the coach of the proposal?"""
    if proposal.stage not in (Stage.TRY, Stage.PILOT):
        return no(_l("A proposal has a coach from the decision to try it until its outcome."))
    if person_id == proposal.proposer_id:
        return no(_l("Nobody is the coach of their own proposal."))
    return YES


def may_accompany(proposal: ProposalLike, person_id: int | None, *, lead: bool) -> Verdict:
    """May this member of staff write the plan, check-ins and outcome? Its coach and the leads do."""
    if lead or (person_id is not None and person_id == proposal.coach_id):
        return YES
    return no(_l("The coach of this proposal does that."))


def may_plan(proposal: ProposalLike) -> Verdict:
    """Can the plan of the pilot still be written? Not once it has begun: the goal is not moved afterwards."""
    if proposal.stage is not Stage.TRY:
        return no(_l("The plan of a pilot is written before it begins, and stays as it is from then on."))
    return YES


def may_begin(proposal: ProposalLike, pilot: PilotLike | None, granted: int, today: date) -> Verdict:
    """Can the pilot begin? `granted`: what it has been given, in cents."""
    if proposal.stage is not Stage.TRY:
        return no(_l("Only a proposal that is to be tried can become a pilot."))
    if pilot is None:
        return no(_l("Write the plan of the pilot first."))
    if proposal.coach_id is None:
        return no(_l("The proposal needs a coach first."))
    if granted < pilot.cost:
        return no(
            _l(
                "The pilot costs %(cost)s, and %(granted)s are granted.",
                cost=i18n.money(pilot.cost),
                granted=i18n.money(granted),
            )
        )
    if pilot.ends_on <= today:
        return no(_l("The end of the pilot is past. Change its dates first."))
    return YES


def may_check_in(proposal: ProposalLike, pilot: PilotLike | None, day: date | None, today: date) -> Verdict:
    """Can a value be entered, and for this day? Without a day: at all."""
    if proposal.stage is not Stage.PILOT or pilot is None:
        return no(_l("Values are entered while a pilot is running."))
    if day is not None and not pilot.starts_on <= day <= today:
        return no(_l("Enter a day between the beginning of the pilot and today."))
    return YES


def stops(pilot: PilotLike, value: int) -> bool:
    """Does a value fulfil the stop rule's threshold?"""
    if pilot.stop_at is None:
        return False
    return value < pilot.stop_at if pilot.stop_way is StopWay.BELOW else value > pilot.stop_at


def threshold(pilot: PilotLike, unit: str) -> Text | None:
    """The stop rule's threshold in words; None without one."""
    if pilot.stop_at is None:
        return None
    if pilot.stop_way is StopWay.BELOW:
        return _l("Stop when the value is below %(value)s", value=said(pilot.stop_at, unit))
    return _l("Stop when the value is above %(value)s", value=said(pilot.stop_at, unit))


def reached(pilot: PilotLike, value: int) -> bool:
    """Does a value reach the target, from whichever side the baseline lies?"""
    return value >= pilot.target if pilot.target > pilot.baseline else value <= pilot.target


def share(pilot: PilotLike, value: int) -> int:
    """How much of the way from the baseline to the target a value has gone, in percent; more than 100 beyond it, less
    than 0 on the other side."""
    return round(100 * (value - pilot.baseline) / (pilot.target - pilot.baseline))


def is_due(pilot: PilotLike, stage: Stage, today: date) -> bool:
    """Has a pilot ended by its plan, without an outcome?"""
    return stage is Stage.PILOT and pilot.ends_on < today


def is_quiet(pilot: PilotLike, stage: Stage, last: date | None, today: date) -> bool:
    """Was nothing measured for too long, while it runs by its plan?"""
    if stage is not Stage.PILOT or today > pilot.ends_on:
        return False
    return today - (last or pilot.starts_on) > timedelta(days=LATE_DAYS)


def may_end(proposal: ProposalLike, pilot: PilotLike | None, spent: int | None, granted: int) -> Verdict:
    """Can the outcome be published? `spent` of what was `granted`, in cents; None: at all."""
    if proposal.stage is not Stage.PILOT or pilot is None:
        return no(_l("A pilot that is running has an outcome, once."))
    if spent is not None and spent > granted:
        return no(
            _l(
                "More was spent than the %(granted)s that were granted. A lead grants the rest first.",
                granted=i18n.money(granted),
            )
        )
    return YES


# --- money ------------------------------------------------------------------------------------------------------------


def may_grant(
    proposal: ProposalLike, person_id: int | None, cents: int | None, balance: int | None, year: int, today: date
) -> Verdict:
    """May this lead give the pilot money from a fund of that year with that balance? Without an amount: at all. Nobody
    grants money to what they proposed or accompany."""
    if proposal.stage not in (Stage.TRY, Stage.PILOT):
        return no(_l("Money is for proposals that are tried."))
    if person_id is not None and person_id in (proposal.proposer_id, proposal.coach_id):
        return no(_l("Whoever proposed or accompanies a pilot does not grant it money. Another lead does."))
    if year != today.year:
        return no(_l("This fund is of another year. Choose the fund of this year."))
    if cents is not None and balance is not None and cents > balance:
        return no(
            _l("The fund has %(balance)s left. Grant less, or raise the fund first.", balance=i18n.money(balance))
        )
    return YES


def may_set(amount: int, granted: int) -> Verdict:
    """Can the year's amount of a fund be this, when so much is granted?"""
    if amount < granted:
        return no(_l("%(granted)s are granted already. The fund cannot be smaller.", granted=i18n.money(granted)))
    return YES


# --- values -----------------------------------------------------------------------------------------------------------


def said(value: int, unit: str = "") -> str:
    """A value in hundredths as people write it, with its unit."""
    number = i18n.number(Decimal(value) / 100)
    return f"{number}\N{NO-BREAK SPACE}{unit}" if unit else number


def plain(value: int) -> str:
    """The same for files, with a point: 12.5."""
    return f"{Decimal(value) / 100:f}".rstrip("0").rstrip(".") if value % 100 else str(value // 100)
