"""What services keep about people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from portal.base import personal
from portal.base.feature import Fate, Record
from portal.base.i18n import _l
from portal.services import actions_files
from portal.services.models import Application, Case, CaseEvent, CaseFile, CaseRequest, Decision
from portal.services.models_appeal import Appeal
from portal.services.models_fees import BankLine, Fee, FeeEntry
from portal.services.models_steps import Tick

_CASE = _l("To decide on your application")
_TEN = _l("Ten years after the case was closed")
_FILE = _l("A case of an office is kept as the law on archives asks; it no longer names you.")
_WHO = _l("You, and the officers of the office that decides")


def _of_cases(column: Any) -> Callable[[int], ColumnElement[bool]]:
    """Rows that hang on a person's cases."""

    def reach(person_id: int) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column.in_(select(Case.id).where(Case.person_id == person_id))
        return found

    return reach


def _of_fees(column: Any) -> Callable[[int], ColumnElement[bool]]:
    """Rows that hang on the accounts of a person's cases."""

    def reach(person_id: int) -> ColumnElement[bool]:
        mine = select(Fee.id).join(Case, Case.id == Fee.case_id).where(Case.person_id == person_id)
        found: ColumnElement[bool] = column.in_(mine)
        return found

    return reach


def _files(person_id: int) -> ColumnElement[bool]:
    return or_(
        CaseFile.case_id.in_(select(Case.id).where(Case.person_id == person_id)),
        CaseFile.application_id.in_(select(Application.id).where(Application.person_id == person_id)),
    )


def _stored(row: Mapping[str, Any]) -> list[Path]:
    return [actions_files.path_of(row["digest"])]


PERSONAL = [
    Record(
        "service_application",
        _l("Applications that you have begun"),
        _l("So that you can go on with a form later"),
        personal.TASK,
        _l("90 days after you touched it last"),
        Fate.DELETED,
        by=("helped_by_id",),
        hidden=("token",),
        who=_l("You, and whoever helps you"),
    ),
    Record(
        "service_case",
        _l("Your cases"),
        _CASE,
        personal.TASK,
        _TEN,
        Fate.ANONYMOUS,
        by=("helped_by_id", "officer_id"),
        hidden=("token",),
        blank={"for_name": "", "mandate_id": None, "answers": {}, "origins": {}},
        reason=_FILE,
        who=_WHO,
        since="filed_at",
    ),
    Record(
        "service_event",
        _l("What happened in your cases, and messages in both directions"),
        _CASE,
        personal.TASK,
        _TEN,
        Fate.ANONYMOUS,
        person=(),
        reach=_of_cases(CaseEvent.case_id),
        by=("by_id",),
        blank={"text": ""},
        reason=_FILE,
        who=_WHO,
        since="at",
    ),
    Record(
        "service_request",
        _l("What you were asked for, and your answers"),
        _CASE,
        personal.TASK,
        _TEN,
        Fate.ANONYMOUS,
        person=(),
        reach=_of_cases(CaseRequest.case_id),
        by=("by_id",),
        blank={"text": "–", "answer": ""},
        reason=_FILE,
        who=_WHO,
        since="asked_at",
    ),
    Record(
        "service_file",
        _l("Files that you have sent"),
        _CASE,
        personal.TASK,
        _TEN,
        Fate.DELETED,
        person=(),
        reach=_files,
        files=_stored,
        who=_WHO,
        since="at",
    ),
    Record(
        "service_decision",
        _l("Decisions on your applications"),
        _CASE,
        personal.TASK,
        _TEN,
        Fate.KEPT,
        person=(),
        reach=_of_cases(Decision.case_id),
        by=("proposed_by_id", "confirmed_by_id"),
        reason=_FILE,
        who=_WHO,
        since="proposed_at",
    ),
    Record(
        "service_appeal",
        _l("Your appeals"),
        _l("To decide on your appeal"),
        personal.TASK,
        _TEN,
        Fate.ANONYMOUS,
        person=(),
        reach=_of_cases(Appeal.case_id),
        by=("entered_by_id", "officer_id", "decided_by_id"),
        blank={"text": "–"},
        reason=_FILE,
        who=_WHO,
        since="filed_at",
    ),
    Record(
        "service_tick",
        _l("Which steps of a procedure were done in cases"),
        _CASE,
        personal.TASK,
        _TEN,
        Fate.KEPT,
        person=(),
        reach=_of_cases(Tick.case_id),
        by=("by_id",),
        reason=_FILE,
        who=personal.OWN_STAFF,
        since="at",
    ),
    Record(
        "service_hearing",
        _l("Statements of offices and neighbours in cases"),
        _l("To hear those whom a decision concerns"),
        personal.TASK,
        _TEN,
        Fate.KEPT,
        person=(),
        by=("by_id", "answered_by_id"),
        hidden=("code_hash", "name", "address"),
        reason=_l("A statement is part of the case. Neighbours have no account; names and addresses go with the case."),
        who=_l("The officers of the office that decides; the applicant only what an officer shows"),
        since="asked_at",
    ),
    Record(
        "service_fee_entry",
        _l("What you had to pay, and what you paid"),
        _l("To know what is open, and for the city's accounts"),
        personal.TASK,
        _l("Ten years, as the law on accounts asks"),
        Fate.ANONYMOUS,
        person=(),
        reach=_of_fees(FeeEntry.fee_id),
        by=("by_id",),
        hidden=("key",),
        blank={"note": "–", "iban": "–", "payee": ""},
        reason=_l("The city's accounts are kept by law; they no longer name you."),
        who=_WHO,
        since="at",
    ),
    Record(
        "service_bank_line",
        _l("Your bank transfers to the city for a fee"),
        _l("To know what is open, and for the city's accounts"),
        personal.TASK,
        _l("Ten years, as the law on accounts asks"),
        Fate.ANONYMOUS,
        person=(),
        reach=_of_fees(BankLine.fee_id),
        by=("settled_by_id",),
        hidden=("key",),
        blank={"payer": "", "payer_iban": "", "text": "", "reference": ""},
        reason=_l("The city's accounts are kept by law; they no longer name you."),
        who=_l("Officers who work for the whole city"),
        since="booked_on",
    ),
    Record(
        "service_statement",
        _l("Who read and booked which bank statement"),
        _l("To know who entered what"),
        personal.TASK,
        _l("As long as the city exists"),
        Fate.KEPT,
        person=(),
        by=("read_by_id", "booked_by_id"),
        hidden=("digest", "lines"),
        reason=_l("An official act. It holds a number that leads to no name once the account is erased."),
        who=personal.OWN_STAFF,
        since="read_at",
    ),
    Record(
        "service_form",
        _l("Who made which version of a form"),
        _l("To know what applied when"),
        personal.TASK,
        _l("As long as the city exists"),
        Fate.KEPT,
        person=(),
        by=("made_by_id",),
        reason=_l("An official act. It holds a number that leads to no name once the account is erased."),
        who=personal.OWN_STAFF,
        since="made_at",
    ),
]
