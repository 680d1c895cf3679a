"""What processes keep about people."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.base import personal
from portal.base.feature import Fate, Record
from portal.base.i18n import _l
from portal.processes.models_questions import FilledIn, Reply


def _own_replies(person_id: int) -> Any:
    return Reply.answer_id.in_(select(FilledIn.id).where(FilledIn.person_id == person_id))


PERSONAL = [
    Record(
        "process_member",
        _l("Closed processes in which you take part"),
        _l("To show a closed process to its members and to nobody else."),
        _l("Public task: participation of those concerned"),
        _l("As long as the process."),
        Fate.DELETED,
    ),
    Record(
        "process_invite",
        _l("Invitations to closed processes that you have used"),
        _l("So that each invitation lets one person in."),
        _l("Public task: participation of those concerned"),
        _l("As long as the process."),
        Fate.ANONYMOUS,
        person=("used_by_id",),
        hidden=("hash",),
        reason=_l("The invitation stays used; by whom is forgotten."),
    ),
    Record(
        "questionnaire_answer",
        _l("Questionnaires that you answered"),
        _l("So that each person answers once, and can change the answer until the close."),
        personal.TASK,
        _l("The link to you is deleted some days after the close; the page of the questionnaire names the day. The answer "
           "stays without you."),
        Fate.ANONYMOUS,
        blank={"on_day": None},
        reason=_l("The answer is counted with the others; whose it is, is forgotten."),
        who=_l("You alone. Staff read texts without your name, and figures of at least 10 people."),
    ),
    Record(
        "question_reply",
        _l("Your answers to questionnaires"),
        _l("To count them together with those of others."),
        personal.TASK,
        _l("Linked to you until some days after the close; after that without you."),
        Fate.ANONYMOUS,
        person=(),
        reach=_own_replies,
        blank={"body": "", "lang": "", "shown": None},
        reason=_l("What you ticked stays counted without you. Texts that you wrote are deleted."),
        who=_l("You alone. Staff read texts without your name, and figures of at least 10 people."),
    ),
]  # fmt: skip
