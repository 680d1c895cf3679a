"""Who may be heard in a case, who may state what until when, and the words for it. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date

from portal.base import codes
from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.services.models import LIVE, CaseState
from portal.services.models_hearing import Heard, Shared, Stance

MOST = 50  # neighbours who are asked at once
MOST_IN_CASE = 300
CODE_BYTES = 10  # of a neighbour's code: 80 bits
GUESSES = 10  # of made-up codes from one place in a quarter of an hour
TURN_DAYS = 14  # that are proposed for an answer


class Standing(enum.StrEnum):
    """How far a hearing is."""

    OPEN = "open"
    ANSWERED = "answered"
    SILENT = "silent"
    STOPPED = "stopped"


STANDINGS: Mapping[Standing, Text] = {
    Standing.OPEN: _l("Asked"),
    Standing.ANSWERED: _l("Answered"),
    Standing.SILENT: _l("No answer"),
    Standing.STOPPED: _l("Taken back"),
}
COLOURS: Mapping[Standing, str] = {
    Standing.OPEN: "sea",
    Standing.ANSWERED: "green",
    Standing.SILENT: "sand",
    Standing.STOPPED: "sand",
}
STANCES: Mapping[Stance, Text] = {
    Stance.AGREES: _l("Nothing stands against it"),
    Stance.REMARKS: _l("There are remarks"),
    Stance.OBJECTS: _l("There are objections"),
}
KINDS: Mapping[Heard, Text] = {Heard.OFFICE: _l("Office"), Heard.NEIGHBOUR: _l("Neighbour")}
SHARES: Mapping[Shared, Text] = {
    Shared.NOTHING: _l("The applicant does not see it"),
    Shared.TEXT: _l("The applicant sees the statement without a name"),
    Shared.NAME: _l("The applicant sees the statement and from whom it is"),
}


def standing(*, answered: bool, stopped: bool, due_on: date, today: date) -> Standing:
    """How far one hearing is today. That nobody answered in time is a fact from the day after."""
    if stopped:
        return Standing.STOPPED
    if answered:
        return Standing.ANSWERED
    return Standing.OPEN if today <= due_on else Standing.SILENT


def may_hear(*, state: CaseState, asked: int, new: int) -> Verdict:
    """May others be asked in this case? While it is checked, and not more than can be read."""
    if state not in LIVE:
        return no(_l("The case is decided."))
    if state is CaseState.DECIDING:
        return no(_l("The decision is written already. Send it back first."))
    if asked + new > MOST_IN_CASE:
        return no(_l("In one case at most %(most)s statements can be asked for.", most=MOST_IN_CASE))
    return YES


def may_state(*, live: bool, stopped: bool, due_on: date, today: date) -> Verdict:
    """May whoever was asked still answer, or change what they said? Until the day is over."""
    if stopped or not live:
        return no(_l("Your statement is not asked for any more: the case went on without it."))
    if today > due_on:
        return no(_l("The last day for statements is over. Write to the office that sent you the letter."))
    return YES


def may_enter(*, state: CaseState, stopped: bool) -> Verdict:
    """May a statement that came by letter or at a counter still be entered? Until the decision, late ones too."""
    if stopped:
        return no(_l("This statement was taken back: it is not asked for any more."))
    if state not in LIVE:
        return no(_l("The case is decided."))
    return YES


def may_decide(*, open_hearings: int, open_steps: int) -> Verdict:
    """May the decision be written, as far as hearings and the steps of the procedure are concerned?"""
    if open_hearings:
        return no(_l("A hearing is still on. Decide when its day is over or everybody has answered, or take it back."))
    if open_steps:
        return no(_l("Steps of the procedure that come before a decision are not ticked yet."))
    return YES


def read_code(typed: str) -> str | None:
    """A typed code as it was made; None where a sign is mistyped, which is no guess."""
    signs = codes.normal(typed[:60])
    try:
        codes.unprinted(signs, CODE_BYTES)
    except codes.CodeError:
        return None
    return signs


class BadAddress(ValueError):
    """An address that a letter cannot be sent to; `line` is how it begins."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


def addresses(typed: str) -> list[tuple[str, tuple[str, ...]]]:
    """Names and addresses as they are typed, one like an envelope, with an empty line between: (name, lines). The same
    one twice counts once. Raises BadAddress for a block that has no address under its name, or that is far too long."""
    found: dict[tuple[str, tuple[str, ...]], None] = {}
    block: list[str] = []
    for raw in [*typed.splitlines(), ""]:
        line = " ".join(raw.split())
        if line:
            block.append(line)
            continue
        if not block:
            continue
        if len(block) < 2 or len(block) > 7 or len(block[0]) > 200 or len("\n".join(block[1:])) > 500:
            raise BadAddress(block[0][:60])
        found[block[0], tuple(block[1:])] = None
        block = []
    return list(found)
