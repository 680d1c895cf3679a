"""What may happen to a case, who may do it, and the words for it. Pure.

One table says which state follows which, and who may bring it about; everything else is refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from portal.base import codes
from portal.base.deadlines import Resume
from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Denied, Verdict, no
from portal.services.models import LIVE, CaseState, Outcome, Silence, Wanted

__all__ = ["Denied", "REASONS", "STATES", "TRANSITIONS", "may_move", "new_reference", "read_reference"]

OFFICER = "case_officer"
DESK = (OFFICER,)
READERS = (OFFICER, "auditor")

KEPT_APPLICATION = timedelta(days=90)  # since it was last touched
WARNING = timedelta(days=14)  # before that, its owner is told
CLOSED_AFTER = timedelta(days=30)  # after the decision, when nothing is open any more
FORGET_AFTER = timedelta(days=3650)  # after a case was closed: ten years, as most archive laws of cities ask

APPLICANT, STAFF, PORTAL = "applicant", "officer", "portal"
REVIEW = "review"  # an appeal that was allowed: it alone opens a decided case again

# Who may bring a case from one state into another.
TRANSITIONS: Mapping[tuple[CaseState, CaseState], frozenset[str]] = {
    (CaseState.FILED, CaseState.CHECKING): frozenset({STAFF}),
    (CaseState.FILED, CaseState.WITHDRAWN): frozenset({APPLICANT}),
    (CaseState.FILED, CaseState.GRANTED): frozenset({PORTAL}),  # issued at once from the register; silence
    (CaseState.FILED, CaseState.REFUSED): frozenset({PORTAL}),  # silence
    (CaseState.CHECKING, CaseState.WAITING): frozenset({STAFF}),
    (CaseState.CHECKING, CaseState.DECIDING): frozenset({STAFF}),
    (CaseState.CHECKING, CaseState.WITHDRAWN): frozenset({APPLICANT}),
    (CaseState.CHECKING, CaseState.GRANTED): frozenset({PORTAL}),
    (CaseState.CHECKING, CaseState.REFUSED): frozenset({PORTAL}),
    (CaseState.WAITING, CaseState.CHECKING): frozenset({APPLICANT, STAFF}),
    (CaseState.WAITING, CaseState.WITHDRAWN): frozenset({APPLICANT}),
    (CaseState.DECIDING, CaseState.CHECKING): frozenset({STAFF}),
    (CaseState.DECIDING, CaseState.GRANTED): frozenset({STAFF, PORTAL}),
    (CaseState.DECIDING, CaseState.REFUSED): frozenset({STAFF, PORTAL}),
    (CaseState.DECIDING, CaseState.WITHDRAWN): frozenset({APPLICANT}),
    (CaseState.GRANTED, CaseState.CLOSED): frozenset({STAFF, PORTAL}),
    (CaseState.REFUSED, CaseState.CLOSED): frozenset({STAFF, PORTAL}),
    (CaseState.WITHDRAWN, CaseState.CLOSED): frozenset({STAFF, PORTAL}),
    (CaseState.GRANTED, CaseState.CHECKING): frozenset({REVIEW}),
    (CaseState.REFUSED, CaseState.CHECKING): frozenset({REVIEW}),
    (CaseState.CLOSED, CaseState.CHECKING): frozenset({REVIEW}),
}

STATES: Mapping[CaseState, Text] = {
    CaseState.FILED: _l("Filed"),
    CaseState.CHECKING: _l("Being checked"),
    CaseState.WAITING: _l("Waiting for you"),
    CaseState.DECIDING: _l("In decision"),
    CaseState.GRANTED: _l("Granted"),
    CaseState.REFUSED: _l("Refused"),
    CaseState.WITHDRAWN: _l("Withdrawn"),
    CaseState.CLOSED: _l("Closed"),
}
# The same for staff, to whom nobody's case waits for "you".
DESK_STATES: Mapping[CaseState, Text] = {**STATES, CaseState.WAITING: _l("Waiting for the applicant")}
COLOURS: Mapping[CaseState, str] = {
    CaseState.FILED: "sand",
    CaseState.CHECKING: "sea",
    CaseState.WAITING: "coral",
    CaseState.DECIDING: "sea",
    CaseState.GRANTED: "green",
    CaseState.REFUSED: "coral",
    CaseState.WITHDRAWN: "sand",
    CaseState.CLOSED: "sand",
}
NEXT: Mapping[CaseState, Text] = {
    CaseState.FILED: _l("An officer takes your case and checks whether everything is there."),
    CaseState.CHECKING: _l("An officer checks your case. If something is missing, you are asked for it here."),
    CaseState.WAITING: _l("The city waits for your answer. Until it is here, the time of the law stands still."),
    CaseState.DECIDING: _l(
        "The check is done. The decision is being written, and read by a second officer where the rules ask it."
    ),
    CaseState.GRANTED: _l("Your paper is below. Others can verify it with its code."),
    CaseState.REFUSED: _l("The reasons stand below, and how you can appeal, until when and where."),
    CaseState.WITHDRAWN: _l("You took the application back. You can apply again at any time."),
    CaseState.CLOSED: _l("The case is closed. Its papers stay with you."),
}
WANTED: Mapping[Wanted, Text] = {
    Wanted.PAPER: _l("A paper is missing"),
    Wanted.CORRECTION: _l("Something has to be corrected"),
    Wanted.FEE: _l("A fee has to be paid"),
}
OUTCOMES: Mapping[Outcome, Text] = {Outcome.GRANTED: _l("Grant"), Outcome.REFUSED: _l("Refuse")}

# The lines of a case's history.
LINES: Mapping[str, Text] = {
    "filed": _l("Application filed"),
    "taken": _l("The check has begun"),
    "assigned": _l("Given to an officer"),
    "returned": _l("Given back to the office"),
    "complete": _l("Everything is there"),
    "asked": _l("The city asked for something"),
    "answered": _l("The applicant answered"),
    "not_asked": _l("The city does not ask for it any more"),
    "message": _l("Message"),
    "note": _l("Note"),
    "paid": _l("A payment came in"),
    "unpaid": _l("A payment was taken off again"),
    "fee_settled": _l("The fee is settled"),
    "waived": _l("A fee was waived"),
    "refunded": _l("Money is paid back"),
    "extended": _l("The time was extended"),
    "proposed": _l("The decision was written"),
    "sent_back": _l("The decision was sent back"),
    "decided": _l("Decided"),
    "withdrawn": _l("The application was taken back"),
    "closed": _l("Case closed"),
    "hearing": _l("Others were asked for a statement"),
    "heard": _l("A statement came"),
    "heard_shared": _l("A statement was shown to the applicant"),
    "heard_not": _l("No statement came in time"),
    "appealed": _l("Appeal filed"),
    "appeal_back": _l("The appeal was taken back"),
    "appeal_decided": _l("The appeal was decided"),
    "reopened": _l("The case is open again and is decided anew"),
    "heard_stopped": _l("A statement is not asked for any more"),
}

# Why an application is refused, for letters and for the public figures.
REASONS: Mapping[str, Text] = {
    "conditions": _l("The conditions of the law are not met"),
    "papers": _l("Papers that were asked for are missing"),
    "place": _l("The place or the time is not possible"),
    "others": _l("The rights of others stand against it"),
    "office": _l("Another office is responsible"),
    "repeated": _l("The same was decided before"),
}

RESUMES: Mapping[Resume, Text] = {
    Resume.CONTINUE: _l("The days of the pause are added"),
    Resume.RESTART: _l("The period begins again after the answer"),
}
SILENCES: Mapping[Silence, Text] = {
    Silence.NOTHING: _l("The city still has to decide"),
    Silence.GRANTED: _l("The application counts as granted"),
    Silence.REFUSED: _l("The application counts as refused"),
}


def may_move(was: CaseState, to: CaseState, who: str) -> Verdict:
    """May this side (applicant, officer or the portal itself) bring a case from one state into another?"""
    allowed = TRANSITIONS.get((was, to))
    if allowed is None:
        return no(_l("The case is in another state by now: %(state)s.", state=STATES[was]))
    if who not in allowed:
        return no(_l("This step is not yours to take."))
    return YES


def may_handle(*, applicant: int | None, officer: int | None) -> Verdict:
    """May this officer work on the case? Nobody decides on what they applied for themselves."""
    if applicant is not None and applicant == officer:
        return no(_l("This case is your own. A colleague has to handle it."))
    return YES


def may_file(*, shown: bool, has_form: bool) -> Verdict:
    """Can this service be applied for here and now?"""
    if not shown or not has_form:
        return no(_l("This service cannot be applied for here just now."))
    return YES


def may_write(state: CaseState) -> Verdict:
    """May messages still go to and fro?"""
    if state is CaseState.CLOSED:
        return no(_l("This case is closed. For anything new, make a new application."))
    return YES


def may_extend(*, state: CaseState, extended_days: int, most: int, days: int) -> Verdict:
    """May the city take more time? Once, with a reason, and no longer than the service's rules say."""
    if state not in LIVE:
        return no(_l("The case is decided."))
    if extended_days:
        return no(_l("The time was extended once already; the law does not allow it twice."))
    if most == 0:
        return no(_l("For this service the law allows no more time."))
    if not 1 <= days <= most:
        return no(_l("Choose between 1 and %(most)s days.", most=most))
    return YES


def may_decide(*, state: CaseState, open_requests: int) -> Verdict:
    """May a decision be written? Not while the applicant has been asked for something."""
    if state is CaseState.WAITING or open_requests:
        return no(
            _l("The applicant has been asked for something. Decide when the answer is here, or take the question back.")
        )
    return may_move(state, CaseState.DECIDING, STAFF)


def may_confirm(*, state: CaseState, four_eyes: bool, proposed_by: int | None, officer: int | None) -> Verdict:
    """May this officer confirm a proposed decision? Where the service asks for two officers, only another one."""
    if state is not CaseState.DECIDING:
        return no(_l("The case is in another state by now: %(state)s.", state=STATES[state]))
    if four_eyes and proposed_by == officer:
        return no(_l("You wrote this decision. For this service a second officer has to confirm it."))
    return YES


def new_reference(year: int) -> str:
    """A case's reference: the year, 40 random bits and two check signs, such as 2027-7K3QX-94HM0. No order can be read
    from it, and every mistyped sign is noticed."""
    body = codes.printed(secrets.token_bytes(5)).replace("-", "")
    return f"{year}-{body[:5]}-{body[5:]}"


def read_reference(typed: str) -> str | None:
    """A typed reference as it is stored; None where a sign is mistyped. Small letters, spaces and missing dashes are
    forgiven."""
    signs = codes.normal(typed[:40])
    if len(signs) != 14 or not signs[:4].isascii() or not signs[:4].isdigit():
        return None
    try:
        codes.unprinted(signs[4:], 5)
    except codes.CodeError:
        return None
    return f"{signs[:4]}-{signs[4:9]}-{signs[9:]}"


def changed_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The keys of answers that differ."""
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
