"""One act on many cases: each in a savepoint of its own, so that what one case's rule refuses hinders no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.i18n import Text, _l
from portal.base.verdict import no
from portal.services import actions_desk, queries_appeal, queries_desk, queries_letters, rules, rules_batch
from portal.services.actions import KIND, lock, move, must
from portal.services.models import CaseState
from portal.services.models_steps import Letter
from portal.services.rules import Denied
from portal.services.rules_batch import Act


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it in one case; `why`: why not."""

    case_id: int
    why: Text | None = None


def run(actor: Actor, cases: Mapping[int, int], act: Act, **values: Any) -> list[Done]:
    """Do this with these cases: number -> the version that the page showed, so that a page that is sent twice does
    nothing twice. `values`: officer_id to give them to; text and language of a message;
    letter, a template. Raises Denied for too many."""
    must(rules_batch.few_enough(len(cases)))
    s, found = db.session(), []
    known: dict[int, set[int]] = {}  # by service, who can be given its cases
    for number in sorted(cases):  # always in this order: two batches wait for each other, and never both
        try:
            with s.begin_nested():
                _one(s, actor, number, cases[number], act, known, values)
        except Denied as denied:
            found.append(Done(number, denied.verdict.reason))
        else:
            found.append(Done(number))
    record(
        actor, "acted on many cases", KIND, "",
        after={"act": act, "done": sum(one.why is None for one in found), "asked": len(found)},
    )  # fmt: skip
    return found


def _one(
    s: Session, actor: Actor, number: int, version: int, act: Act, known: dict[int, set[int]], values: Mapping[str, Any]
) -> None:  # fmt: skip
    if act is Act.TAKE:
        lock(s, number, version)
        actions_desk.take(actor, number)
    elif act is Act.GIVE:
        _give(s, actor, number, version, known, values.get("officer_id"))
    elif act is Act.MESSAGE:
        case, _service = lock(s, number, version)
        must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
        actions_desk.write(actor, number, str(values["text"]), str(values["language"]))
    elif act is Act.LETTER:
        _write(s, actor, number, version, values["letter"])
    else:
        close(actor, number, version)


def _give(
    s: Session, actor: Actor, number: int, version: int, known: dict[int, set[int]], officer: int | None
) -> None:  # fmt: skip
    _case, service = lock(s, number, version)
    if service.id not in known:
        known[service.id] = {one for one, _name in queries_desk.officers(s, service)}
    if officer is not None and officer not in known[service.id]:
        raise Denied(no(_l("This colleague does not work on cases of this service.")))
    actions_desk.assign(actor, number, officer, version)


def _write(s: Session, actor: Actor, number: int, version: int, letter: Letter) -> None:
    case, service = lock(s, number, version)
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    if letter.service_id not in (None, service.id):
        raise Denied(no(_l("This template belongs to another service.")))
    words = queries_letters.written(s, letter, case, service, case.language)
    actions_desk.write(actor, number, words.text, words.lang)


def close(actor: Actor, case_id: int, version: int) -> None:
    """An officer closes a decided case. Raises Denied."""
    s = db.session()
    case, _service = lock(s, case_id, version)
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    must(rules_batch.may_close(state=case.state, appealed=queries_appeal.still_open(s, case.id)))
    move(s, case, actor, CaseState.CLOSED, rules.STAFF, "closed")
    case.closed_at = clock.city_now()
    s.flush()
    record(actor, "closed case", KIND, case.id)


def counted(found: Sequence[Done]) -> tuple[int, int]:
    """How many were done, and how many were not."""
    done = sum(one.why is None for one in found)
    return done, len(found) - done
