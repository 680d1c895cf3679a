"""Questions about calls and ideas: who takes part, until when, what an author may still change. Pure; `now` is passed
in."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import unescape
from typing import Protocol

from portal.base.i18n import Text, _l
from portal.base.textfield import TextField
from portal.base.verdict import YES, Verdict, no
from portal.base.verdict import Denied as Denied
from portal.ideas.models import Audience, AuthorState, IdeaState
from portal.processes import rules as process_rules
from portal.processes.models import PhaseKind

# Who makes calls and works on their ideas.
OFFICERS = ("moderator", "budget_officer")

LONGEST_TITLE = 120
LONGEST_BODY = 8000
LONGEST_PLACE = 200
LONGEST_REASON = 500
LONGEST_LEAD = 240
MOST_PICTURES = 3
MOST_FILES = 3
MOST_AUTHORS = 5
MOST_IDEAS = 30  # of one person in one call
MOST_SEARCHES = 20  # kept by one person

# An idea in one of these states takes supports, as long as its call does.
SUPPORTED = frozenset(
    {IdeaState.SUBMITTED, IdeaState.UNDER_REVIEW, IdeaState.FEASIBLE, IdeaState.SHORTLISTED, IdeaState.ON_BALLOT}
)
# Nothing was decided about it yet: its author may still take it back.
OPEN = frozenset({IdeaState.SUBMITTED, IdeaState.UNDER_REVIEW, IdeaState.FEASIBLE, IdeaState.SHORTLISTED})

STATES: dict[IdeaState, Text] = {
    IdeaState.SUBMITTED: _l("New"),
    IdeaState.UNDER_REVIEW: _l("Being checked"),
    IdeaState.FEASIBLE: _l("Feasible"),
    IdeaState.NOT_FEASIBLE: _l("Not feasible"),
    IdeaState.MERGED: _l("Joined with another idea"),
    IdeaState.SHORTLISTED: _l("On the short list"),
    IdeaState.ON_BALLOT: _l("On the ballot"),
    IdeaState.ANSWERED: _l("Answered"),
    IdeaState.WITHDRAWN: _l("Withdrawn"),
}


def state_of(word: str) -> IdeaState | None:
    """The state that a word of an address or a kept search means; None for anything else."""
    return IdeaState(word) if word in set(IdeaState) else None


AUDIENCES: dict[Audience, Text] = {
    Audience.SIGNED_IN: _l("Everybody who has signed in"),
    Audience.RESIDENT: _l("Residents of the city"),
    Audience.PROVED: _l("Residents whom the city knows as surely as for a vote"),
}


TEXTS: dict[str, dict[str, TextField]] = {
    "call": {
        "title": TextField(_l("Title"), 120),
        "summary": TextField(_l("Introduction in one or two sentences"), 400, rows=3),
        "rules": TextField(_l("Rules of the call"), 20_000, markdown=True, rows=8),
    },
    "call_category": {"name": TextField(_l("Name of the category"), 80)},
    "idea_answer": {
        "state": TextField(_l("The outcome in your own words, if you like"), 80),
        "body": TextField(_l("Answer"), 10_000, markdown=True, rows=8),
        "role": TextField(_l("Role of who answers, such as: Head of the parks department"), 160),
    },
}


class CallLike(Protocol):
    """What the questions need of a call."""

    @property
    def always_open(self) -> bool: ...
    @property
    def challenge(self) -> bool: ...
    @property
    def audience(self) -> Audience: ...
    @property
    def age(self) -> int | None: ...
    @property
    def age_on(self) -> date | None: ...
    @property
    def edit_minutes(self) -> int: ...
    @property
    def forget_days(self) -> int: ...
    @property
    def takes_pictures(self) -> bool: ...
    @property
    def takes_files(self) -> bool: ...
    @property
    def support_until(self) -> datetime | None: ...
    @property
    def frozen_at(self) -> datetime | None: ...
    @property
    def closed_at(self) -> datetime | None: ...


class IdeaLike(Protocol):
    """What the questions need of an idea."""

    @property
    def state(self) -> IdeaState: ...
    @property
    def supports(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def hidden_at(self) -> datetime | None: ...
    @property
    def held_at(self) -> datetime | None: ...
    @property
    def locked_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Taker:
    """What is known about somebody who wants to take part. `resident`: the keyed hash by which the city knows them;
    None means "not known" everywhere."""

    person_id: int
    lives_here: bool | None = None
    resident: str | None = None
    weak: bool = False  # known by what anybody might know of the resident
    old_enough: bool | None = None  # by the age of this call
    acting_for: str = ""  # the firm, school, association or person for whom they act
    organisation: bool = False  # that is not a person, and the mandate covers ideas
    name_only: bool = False  # helped at a desk, and known by nothing but the name that was typed there


# --- the call ---------------------------------------------------------------------------------------------------------


def submits(call: CallLike, phases: Iterable[process_rules.PhaseLike], now: datetime) -> Verdict:
    """Are ideas taken at this moment, whoever hands them in?"""
    if call.closed_at is not None or call.frozen_at is not None:
        return no(_l("This call is closed. It takes no more ideas."))
    return YES if call.always_open else process_rules.phase_allows(phases, "submit", now)


def supports(call: CallLike, phases: Sequence[process_rules.PhaseLike], now: datetime) -> Verdict:
    """Do supports come and go at this moment? As long as ideas are handed in, or until the day that the call names."""
    if call.closed_at is not None or call.frozen_at is not None:
        return no(_l("The supports were counted. None can be added or taken back."))
    if call.always_open:
        return YES
    begun = process_rules.find(phases, PhaseKind.SUBMIT)
    if call.support_until is not None and begun is not None and begun.opens_at <= now:
        if now < call.support_until:
            return YES
        return no(_l("Ideas could be supported until %(moment)s.", moment=process_rules.Until(call.support_until)))
    return process_rules.phase_allows(phases, "submit", now)


def ended_at(call: CallLike, phases: Iterable[process_rules.PhaseLike]) -> datetime | None:
    """When the call ended: closed for good, or its dates for ideas, supports and the check have passed (UTC). None: it
    has no end yet."""
    if call.closed_at is not None:
        return call.closed_at
    if call.always_open:
        return None
    ends = [p.closes_at for p in phases if p.kind in (PhaseKind.SUBMIT, PhaseKind.REVIEW) and p.closes_at]
    ends += [call.support_until] if call.support_until else []
    return max(ends, default=None)


def forgets(call: CallLike, phases: Iterable[process_rules.PhaseLike], now: datetime) -> bool:
    """Is it time to delete who supported what?"""
    ended = ended_at(call, phases)
    return ended is not None and now >= ended + timedelta(days=call.forget_days)


# --- who takes part ---------------------------------------------------------------------------------------------------


def may_take_part(taker: Taker | None, call: CallLike) -> Verdict:
    """Is somebody among those whom the call asks? None: nobody is signed in."""
    if taker is None:
        return no(_l("You are not signed in."), _l("Sign in to take part."))
    if taker.acting_for and not call.challenge:
        return no(
            _l("You act for %(name)s just now, and here everybody takes part for themselves.", name=taker.acting_for),
            _l("Act for yourself again to take part."),
        )
    if call.challenge and not taker.organisation:
        return no(
            _l("This call asks firms, schools and associations."),
            _l("Act for yours by a mandate, and you can take part."),
        )
    if call.audience is not Audience.SIGNED_IN and not call.challenge:
        if taker.lives_here is False:
            return no(_l("Only residents of the city can take part here."))
        if taker.lives_here is None and taker.resident is None:
            return no(
                _l("Your sign-in does not tell the city whether you live here."),
                _l("Sign in another way, or prove your residence by a letter or at a counter."),
            )
    if call.audience is Audience.PROVED and not call.challenge and (taker.resident is None or taker.weak):
        return no(
            _l("To take part here, the city has to be surer who you are."),
            _l("Ask for a letter with a code, bring a document to a counter, or sign in with a stronger way."),
        )
    if call.age is not None and not taker.old_enough:
        if taker.old_enough is None:
            return no(_l("Your sign-in does not tell the city whether you are old enough."))
        return no(_l("You have to be %(n)s years old to take part here.", n=call.age))
    return YES


def may_submit(
    taker: Taker | None, call: CallLike, phases: Iterable[process_rules.PhaseLike], now: datetime
) -> Verdict:
    """May this person hand in an idea now?"""
    return submits(call, phases, now) and may_take_part(taker, call)


LOOKED_AT = _l("A moderator is looking at this idea. Until that is done, nothing can be added.")


def may_support(
    taker: Taker | None, idea: IdeaLike, call: CallLike, phases: Sequence[process_rules.PhaseLike], now: datetime
) -> Verdict:
    """May this person support this idea now? Authors may support their own, once like everybody."""
    if idea.state not in SUPPORTED or idea.hidden_at is not None:
        return no(_l("This idea takes no supports."))
    if idea.held_at is not None:
        return no(LOOKED_AT)
    if idea.locked_at is not None:
        return no(_l("A moderator has locked this idea. Nothing can be added."))
    if taker is not None and taker.name_only:
        return no(
            _l("A name alone cannot be counted: nobody could say whether it was counted before."),
            _l("Open an account with an e-mail address, prove your residence at the counter, or sign a list on paper."),
        )
    return supports(call, phases, now) and may_take_part(taker, call)


def may_take_back(call: CallLike) -> Verdict:
    """May somebody take their support back? Until the supports are counted, whatever became of the idea."""
    if call.closed_at is not None or call.frozen_at is not None:
        return no(_l("The supports were counted. None can be added or taken back."))
    return YES


# --- the author -------------------------------------------------------------------------------------------------------


def edits_until(idea: IdeaLike, call: CallLike) -> datetime:
    """The end of the time in which an idea can be changed whatever happens (UTC)."""
    return idea.created_at + timedelta(minutes=call.edit_minutes)


def may_edit(idea: IdeaLike, call: CallLike, *, author: bool, now: datetime) -> Verdict:
    """May an author change the words? Until the first support, and within the time that the call gives in any case:
    nobody is to find themselves supporting something else."""
    if not author:
        return no(_l("Only its authors change an idea."))
    if idea.locked_at is not None or idea.hidden_at is not None:
        return no(_l("A moderator has locked this idea. Nothing can be changed."))
    if idea.state is not IdeaState.SUBMITTED or call.closed_at is not None:
        return no(_l("This idea cannot be changed any more, because the city works on it."))
    if idea.supports and now >= edits_until(idea, call):
        return no(
            _l("Others support this idea as it is, so it cannot be changed any more."),
            _l("Write in the debate what you would add, or withdraw the idea."),
        )
    return YES


def may_withdraw(idea: IdeaLike, call: CallLike, *, author: bool) -> Verdict:
    """May an author take the idea back? Until the city has decided."""
    if not author:
        return no(_l("Only its authors withdraw an idea."))
    if idea.state not in OPEN or call.closed_at is not None:
        return no(_l("This idea cannot be withdrawn any more, because the city has decided on it."))
    return YES


def may_invite(idea: IdeaLike, *, owner: bool, invited: int) -> Verdict:
    """May the author invite one more co-author? `invited`: how many were."""
    if not owner:
        return no(_l("Only the one who handed in an idea invites others to it."))
    if idea.state not in OPEN or idea.locked_at is not None or idea.hidden_at is not None:
        return no(_l("Nobody can be invited to this idea any more."))
    if invited >= MOST_AUTHORS:
        return no(_l("At most %(n)s people can be invited to an idea.", n=MOST_AUTHORS))
    return YES


def may_answer(state: AuthorState) -> Verdict:
    """May an invitation be accepted or declined? Once."""
    return YES if state is AuthorState.INVITED else no(_l("You have answered this invitation already."))


def may_talk(idea: IdeaLike, call: CallLike, phases: Iterable[process_rules.PhaseLike], now: datetime) -> Verdict:
    """Does the debate on an idea take anything, whoever writes? As long as it is not decided and its call not closed, to
    the end of the check, so that people can speak to what officers say."""
    if idea.locked_at is not None or idea.hidden_at is not None:
        return no(_l("A moderator has locked this idea. Nothing can be added."))
    if idea.held_at is not None:
        return no(LOOKED_AT)
    ended = ended_at(call, phases)
    over = ended is not None and now >= ended
    if over or call.closed_at is not None or idea.state in (IdeaState.MERGED, IdeaState.WITHDRAWN):
        return no(_l("The debate on this idea is over."))
    return YES


def may_comment(
    taker: Taker | None, idea: IdeaLike, call: CallLike, phases: Iterable[process_rules.PhaseLike], now: datetime
) -> Verdict:
    """May this person write about the idea now? Everybody whom the call asks, and everybody signed in where it asks
    organisations: residents speak to what firms propose."""
    during = may_talk(idea, call, phases, now)
    if not during or taker is None or call.challenge:
        return (
            during if not during or taker is not None else no(_l("You are not signed in."), _l("Sign in to take part."))
        )
    return may_take_part(taker, call)


# --- what is handed in ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """The words of an idea as they are handed in or changed. Cost in cents; x and y on the city's plan, from 0 to 1."""

    title: str
    body: str
    language: str
    category_id: int | None = None
    district_id: int | None = None
    place: str = ""
    x: float | None = None
    y: float | None = None
    cost_guess: int | None = None


def known(words: Written, categories: Container[int | None], districts: Container[int | None]) -> Written:
    """The same without a category or a district that is no longer there: a draft may be old."""
    return replace(
        words,
        category_id=words.category_id if words.category_id in categories else None,
        district_id=words.district_id if words.district_id in districts else None,
    )


def lead_of(plain: str) -> str:
    """The first words of a text, for lists: whole words, at most so many characters."""
    words = " ".join(plain.split())
    if len(words) <= LONGEST_LEAD:
        return words
    return words[:LONGEST_LEAD].rsplit(" ", 1)[0].rstrip(".,;:–-") + " …"


def lead_of_html(html: str) -> str:
    """The same of a rendered text."""
    return lead_of(unescape(re.sub(r"<[^>]+>", " ", html)))


# The steps in which an idea is handed in; `check` is the last page before it is sent.
STEPS = ("idea", "place", "pictures", "check")


def steps(call: CallLike) -> tuple[str, ...]:
    """The steps of this call, in order: those that ask nothing are left out."""
    return tuple(step for step in STEPS if step != "pictures" or call.takes_pictures or call.takes_files)
