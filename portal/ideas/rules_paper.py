"""Ideas and supporters on paper: what a paper may still do, by the day on which it was handed in; what a line of a list
is. Pure.

The day on the paper decides, not the day on which somebody enters it: a paper that lay in a tray over the end of a call
counts. Once the supports were counted or the call was closed, nothing is entered any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.ideas import rules
from portal.ideas.models import Audience, IdeaState
from portal.ideas.models_paper import COUNTED
from portal.identity.rules import ELSEWHERE, AgeRule, Birth, folded, old_enough
from portal.identity.rules_ways import read_name
from portal.processes.models import PhaseKind
from portal.processes.rules import PhaseLike, find

PAPER = "idea-"  # begins the name of a call's form on paper; its number follows
ROWS = 14  # on a printed list
MOST_LINES = 100  # of one list
OLDEST = timedelta(days=366)  # a paper handed in longer ago is a slip of the pen
_SECOND = timedelta(seconds=1)

OUTCOMES: dict[str, Text] = {
    COUNTED: _l("Counted"),
    "again": _l("Supports the idea already"),
    "unknown": _l("The register does not know the person"),
    "elsewhere": _l("Lives outside the city"),
    "young": _l("Not old enough"),
    "unsigned": _l("No signature"),
    "unreadable": _l("Cannot be read, or something is missing"),
}
SIGNERS: dict[Audience, Text] = {
    Audience.SIGNED_IN: _l("Everybody may sign."),
    Audience.RESIDENT: _l("Residents of the city may sign."),
    Audience.PROVED: _l("Residents whom the register knows may sign."),
}
# What the one who enters a list may say of a line; the others are found by the portal.
BY_HAND = ("unsigned", "unreadable", "elsewhere", "unknown")


# --- the day ----------------------------------------------------------------------------------------------------------


def _moments(day: date, zone: tzinfo, phases: Iterable[PhaseLike]) -> list[datetime]:
    """Instants of a day at which something may have been allowed: its first, its last, and whenever a phase began."""
    start = datetime.combine(day, datetime.min.time(), zone)
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone) - _SECOND
    return [start, end, *(phase.opens_at for phase in phases if start <= phase.opens_at <= end)]


def on_day(
    day: date, today: date, zone: tzinfo, phases: Sequence[PhaseLike], asked: Callable[[datetime], Verdict]
) -> Verdict:
    """Was it allowed at some moment of the day on which a paper was handed in? In doubt about the hour, for the person
    who handed it in."""
    if day > today:
        return no(_l("This day has not come yet."))
    if today - day > OLDEST:
        return no(_l("This day is more than a year ago. Look at the paper again."))
    verdicts = [asked(moment) for moment in _moments(day, zone, phases)]
    return next((one for one in verdicts if one), verdicts[-1])


def may_enter_idea(call: rules.CallLike, phases: Sequence[PhaseLike], day: date, today: date, zone: tzinfo) -> Verdict:
    """May an idea that was handed in on paper on this day be entered now?"""
    return on_day(day, today, zone, phases, lambda moment: rules.submits(call, phases, moment))


def may_enter_list(call: rules.CallLike, phases: Sequence[PhaseLike], day: date, today: date, zone: tzinfo) -> Verdict:
    """May supports from a list that was handed in on this day be entered now?"""
    return on_day(day, today, zone, phases, lambda moment: rules.supports(call, phases, moment))


def lists_until(call: rules.CallLike, phases: Iterable[PhaseLike]) -> datetime | None:
    """The end of the time in which a list can be handed in; None where there is none yet."""
    if call.always_open or call.support_until is not None:
        return call.support_until if not call.always_open else None
    begun = find(phases, PhaseKind.SUBMIT)
    return begun.closes_at if begun is not None else None


# --- what exists on paper ---------------------------------------------------------------------------------------------


def idea_on_paper(call: rules.CallLike) -> bool:
    """Are ideas of this call taken on paper? Not where firms and associations take part: theirs need a mandate."""
    return not call.challenge


def needs_account(call: rules.CallLike) -> bool:
    """Does a paper count for an account only? Where the call asks where somebody lives or how old they are: only an
    account carries that."""
    return call.audience is not Audience.SIGNED_IN or call.age is not None


def may_collect(idea: rules.IdeaLike, call: rules.CallLike, *, closed: bool, register: bool) -> Verdict:
    """Are there lists on paper for this idea at all? `closed`: its process is for members; `register`: the city can ask
    one."""
    if call.challenge:
        return no(_l("This call asks firms, schools and associations. They support an idea here, by a mandate."))
    if closed:
        return no(_l("Only members support ideas here, each with their account."))
    if call.audience is Audience.PROVED and not register:
        return no(
            _l("This call asks for residents whom the city is sure of. Without a register, paper cannot show that.")
        )
    if idea.state not in rules.SUPPORTED or idea.hidden_at is not None or idea.held_at is not None:
        return no(_l("This idea takes no supports."))
    if idea.locked_at is not None:
        return no(_l("A moderator has locked this idea. Nothing can be added."))
    return YES


# --- a line -----------------------------------------------------------------------------------------------------------


def mode(call: rules.CallLike, *, register: bool) -> str:
    """What a line is asked for: `register`, the number by which the city knows its residents, where the call asks for
    residents and a register can answer; `either` that or the name, where everybody takes part; `name` without one."""
    if not register:
        return "name"
    return "either" if call.audience is Audience.SIGNED_IN else "register"


def is_number(typed: str) -> bool:
    """Is it a number of the register that was typed, not a name? No name has digits in it."""
    return any(sign.isdecimal() for sign in typed)


def named(name: str, birth: Birth) -> str:
    """What stands for a person where no register is asked: the name without case, accents and order of its words, and
    the day of birth. Two people who share both count once, one person who writes the name in two ways twice."""
    words = "".join(c if c.isalnum() else " " for c in folded(read_name(name)))
    return " ".join(sorted(words.split())) + f" {birth.year:04}-{birth.month or 0:02}-{birth.day or 0:02}"


def refusal(call: rules.CallLike, birth: Birth | None, district: str | None) -> str | None:
    """Why somebody on a list is not among those whom the call asks; None where they are. `district`: what the register
    says, None where none was asked."""
    if call.audience is not Audience.SIGNED_IN and district == ELSEWHERE:
        return "elsewhere"
    if call.age is not None and call.age_on is not None:
        if birth is None or not old_enough(birth, AgeRule(call.age, call.age_on)):
            return "young"
    return None


# --- the list ---------------------------------------------------------------------------------------------------------


def may_add_line(*, entered: int, lines: int, finished: bool) -> Verdict:
    """May one more line be entered?"""
    if finished:
        return no(_l("This list is finished."))
    if entered >= lines:
        return no(_l("Every line of this list was entered."))
    return YES


def may_finish(*, entered: int, typed: int) -> Verdict:
    """Is a list complete? `typed`: the lines on the paper, counted once more at the end."""
    if entered != typed:
        return no(
            _l("You counted %(typed)s lines on the paper, and %(entered)s were entered.", typed=typed, entered=entered)
        )
    return YES


def may_look_again(*, finished: bool, entered_by: int | None, person: int | None) -> Verdict:
    """May this person take the second look? Whoever entered a list does not."""
    if not finished:
        return no(_l("This list is not finished yet."))
    if person is None or entered_by == person:
        return no(_l("Nobody takes the second look at a list that they entered. Ask a colleague."))
    return YES


def may_discard(call: rules.CallLike, state: IdeaState) -> Verdict:
    """May a list be taken back with all its supports? Until they are counted."""
    verdict = rules.may_take_back(call)
    if verdict and state is IdeaState.MERGED:
        return no(_l("The idea was joined with another one, and the supports went with it."))
    return verdict
