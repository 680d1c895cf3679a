"""Questions about the check of an idea: who values it, what may still be changed, who objects to what and until when, who
decides, when the list can be frozen. Pure; moments and days are passed in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from portal.base import i18n
from portal.base.actor import Actor
from portal.base.i18n import Text, _l, _n
from portal.base.verdict import YES, Verdict, no
from portal.ideas import rules
from portal.ideas.models import IdeaState
from portal.ideas.models_value import Subject
from portal.processes import rules as process_rules

# Whoever can be given an idea to value. Those who make calls give it, and decide on objections.
VALUERS = (*rules.OFFICERS, "planner", "case_officer")

LONGEST_REASON = 8000
LONGEST_WORDS = 4000
LONGEST_NOTE = 4000
LONGEST_LABEL = 200
MOST_LINES = 30
MOST_AT_ONCE = 50
DECIDE_DAYS = 14  # within which an objection is to be decided

# An idea in one of these states can be valued, again too.
VALUED = frozenset({IdeaState.SUBMITTED, IdeaState.UNDER_REVIEW, IdeaState.FEASIBLE, IdeaState.NOT_FEASIBLE})
# Nobody has said yet whether it is feasible.
UNVALUED = frozenset({IdeaState.SUBMITTED, IdeaState.UNDER_REVIEW})

SUBJECTS: dict[Subject, Text] = {
    Subject.FEASIBILITY: _l("That it is not feasible"),
    Subject.COST: _l("The cost"),
    Subject.MERGE: _l("That it was joined with another idea"),
}


class CallLike(Protocol):
    """What the questions need of a call."""

    @property
    def frozen_at(self) -> datetime | None: ...
    @property
    def closed_at(self) -> datetime | None: ...
    @property
    def objection_days(self) -> int: ...


class ValuationLike(Protocol):
    """What the questions need of a published valuation."""

    @property
    def feasible(self) -> bool | None: ...
    @property
    def cost(self) -> int | None: ...
    @property
    def corrected(self) -> bool: ...
    @property
    def objectable_until(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cost, in cents."""

    label: str
    amount: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What an officer says of an idea; `feasible` None: not said yet, as in a draft."""

    feasible: bool | None
    reason: str
    language: str
    lines: tuple[Line, ...] = ()

    @property
    def cost(self) -> int | None:
        """The sum of the lines in cents; None where there are none."""
        return sum(line.amount for line in self.lines) if self.lines else None


def faults(finding: Finding) -> dict[str, Text]:
    """What is missing before a valuation can be published: field -> sentence."""
    found: dict[str, Text] = {}
    if finding.feasible is None:
        found["feasible"] = _l("Choose whether the idea is feasible.")
    if not finding.reason.strip():
        found["reason"] = _l("Explain it. Everybody reads this, first of all the authors.")
    if finding.feasible and not finding.lines:
        found["label_1"] = _l("Enter at least one line of the cost. An idea that costs nothing has a line with 0.")
    return found


# --- valuing ----------------------------------------------------------------------------------------------------------


def given(who: Actor, *, officer_id: int | None, department_id: int | None) -> bool:
    """Has this person the idea to value: themselves, in place of somebody absent, or by their department?"""
    if officer_id is not None:
        stands_in = {grant.deputy_for for grant in who.grants if grant.role in VALUERS}
        return officer_id == who.person_id or officer_id in stands_in - {None}
    return department_id is not None and department_id in who.scopes(VALUERS, "department")


def changes(idea: rules.IdeaLike, call: CallLike) -> Verdict:
    """Can an idea be given to somebody or valued now, whoever asks?"""
    if call.closed_at is not None or call.frozen_at is not None:
        return no(_l("The list is frozen. What was found about the ideas stands."))
    if idea.hidden_at is not None or idea.held_at is not None:
        return no(_l("A moderator has not let this idea through."))
    if idea.state not in VALUED:
        return no(_l("This idea is not checked any more: %(state)s.", state=rules.STATES[idea.state]))
    return YES


def may_value(
    who: Actor,
    idea: rules.IdeaLike,
    call: CallLike,
    *,
    mine: bool,
    officer: bool,
    authors: Collection[int],
    objection: bool,
) -> Verdict:
    """May this person write the valuation? `mine`: they have the idea; `officer`: they work on all ideas of the call.
    `objection`: one is open, so what was found waits for its decision."""
    if not (mine or officer):
        return no(_l("Somebody else has this idea."))
    if who.person_id in authors:
        return no(_l("You are an author of this idea. Somebody else has to value it."))
    if objection:
        return no(_l("An objection is open. What was found stays as it is until it is decided."))
    return changes(idea, call)


def days_left(due_on: date, today: date) -> int:
    """Whole days to a due day: 0 today, below nothing when it is late."""
    return (due_on - today).days


def how_late(days: int) -> Text:
    """The same in words."""
    if days < 0:
        return _n("%(n)s day late", "%(n)s days late", -days)
    if days == 0:
        return _l("due today")
    return _n("%(n)s day left", "%(n)s days left", days)


# --- objections -------------------------------------------------------------------------------------------------------


NOTHING = no(_l("There is nothing of the kind to object to."))


def objectable(call: CallLike, at: datetime, *, corrected: bool = False) -> datetime:
    """Until when authors can object to what was found at that instant: whole days on the city's clock. What was put right
    after an objection is final, so that the matter comes to an end."""
    if corrected or not call.objection_days:
        return at
    local = i18n.in_zone(at)
    return datetime.combine(local.date() + timedelta(days=call.objection_days + 1), time(), local.tzinfo)


def may_object(
    subject: Subject,
    idea: rules.IdeaLike,
    call: CallLike,
    *,
    author: bool,
    valuation: ValuationLike | None,
    merged_at: datetime | None,
    objected: bool,
    now: datetime,
) -> Verdict:
    """May somebody object to this now? `valuation`: the newest published one; `objected`: somebody has, to the same."""
    if not author:
        return no(_l("Only its authors can object to what was decided about an idea."))
    if call.closed_at is not None or call.frozen_at is not None:
        return no(_l("The list is frozen. Nobody can object any more."))
    if subject is Subject.MERGE:
        if idea.state is not IdeaState.MERGED or merged_at is None:
            return NOTHING
        until: datetime | None = objectable(call, merged_at)
    elif valuation is None or idea.state not in (IdeaState.FEASIBLE, IdeaState.NOT_FEASIBLE):
        return NOTHING
    elif subject is Subject.FEASIBILITY and valuation.feasible is not False:
        return NOTHING
    elif subject is Subject.COST and valuation.cost is None:
        return NOTHING
    elif valuation.corrected:
        return no(_l("This was put right after an objection. It is final."))
    else:
        until = valuation.objectable_until
    if objected:
        return no(_l("An author has objected to this already."))
    if until is None or now >= until:
        return no(_l("The time to object is over."))
    return YES


def may_decide(who: Actor, *, decided: bool, found_by: Collection[int], authors: Collection[int]) -> Verdict:
    """May this officer decide an objection? Not who valued or joined the ideas, not in their place, and no author."""
    if decided:
        return no(_l("This objection has been decided."))
    mine = {who.person_id, who.deputy_for} - {None}
    if mine & set(found_by):
        return no(_l("You took part in what the author objects to. Somebody else decides."))
    if mine & set(authors):
        return no(_l("You are an author of this idea. Somebody else decides."))
    return YES


def settled(contested: Sequence[int]) -> Verdict:
    """May something be made of ideas: a project, one idea of two? Not while an objection waits: whoever decides it would
    come too late. `contested`: the public numbers of those to which an author objects."""
    if not contested:
        return YES
    return no(
        _l(
            "An author has objected to what was decided about idea %(number)s. Nobody has decided the objection yet.",
            number=str(contested[0]),
        )
    )


# --- the short list ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the way of freezing: open objections, the end of the last time to object, and how many ideas would
    be on the list if somebody found them feasible."""

    objections: int = 0
    objectable_until: datetime | None = None
    unvalued: int = 0


def may_freeze(
    call: rules.CallLike, phases: Sequence[process_rules.PhaseLike], now: datetime, standing: Standing
) -> list[Text]:
    """Why the list of a call cannot be frozen now; nothing stands in its way where the answer is empty."""
    if call.closed_at is not None or call.frozen_at is not None:
        return [_l("The list is frozen already.")]
    found: list[Text] = []
    if not call.always_open and (rules.supports(call, phases, now) or rules.submits(call, phases, now)):
        found.append(_l("People can still hand in or support ideas, as the dates of the call promise."))
    if standing.objections:
        found.append(
            _n("%(n)s objection is not decided yet.", "%(n)s objections are not decided yet.", standing.objections)
        )
    if standing.objectable_until is not None and now < standing.objectable_until:
        until = process_rules.Until(standing.objectable_until)
        found.append(_l("Authors can still object, until %(moment)s.", moment=until))
    if standing.unvalued:
        found.append(
            _n(
                "%(n)s idea would be on the list if it were feasible, and nobody has valued it.",
                "%(n)s ideas would be on the list if they were feasible, and nobody has valued them.",
                standing.unvalued,
            )
        )
    return found


def may_pick(idea: rules.IdeaLike, call: CallLike, *, on_list: bool) -> Verdict:
    """May the council put this idea onto the frozen list?"""
    if call.frozen_at is None:
        return no(_l("Freeze the list first. What the council picks comes on top of it."))
    if call.closed_at is not None:
        return no(_l("This call is closed. Nothing about it can be changed."))
    if on_list:
        return no(_l("This idea is on the list already."))
    if idea.hidden_at is not None or idea.held_at is not None or idea.state is not IdeaState.FEASIBLE:
        return no(_l("Only an idea that was found feasible can be picked."))
    return YES


def may_unpick(idea: rules.IdeaLike, call: CallLike) -> Verdict:
    """May an idea that the council picked be taken off again? As long as nothing more came of it."""
    if call.closed_at is not None:
        return no(_l("This call is closed. Nothing about it can be changed."))
    if idea.state is not IdeaState.SHORTLISTED:
        return no(_l("More has come of this idea already: %(state)s.", state=rules.STATES[idea.state]))
    return YES
