"""What comes on paper is entered: ideas in their author's name, supporters line by line. Of a supporter nothing is kept
but the keyed hash by which a resident counts once; neither name nor number reaches the database or the audit record."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, codes, db
from portal.base.actor import Actor
from portal.base.ground import settings
from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.config import key_of
from portal.ideas import actions, actions_merge, queries_paper, rules, rules_paper
from portal.ideas.models import Call, Idea, IdeaState, Support
from portal.ideas.models_paper import COUNTED, OUTCOMES, SupportList
from portal.ideas.rules import Written
from portal.identity.rules import Birth, resident_hash
from portal.notifications.actions import tell

BYTES = 5  # of a list's number: eight signs and two that check them
# the scheme of hashes that are made of a name and a day of birth; no register calls its numbers so
BY_NAME = "paper:name-and-birth"


# --- ideas ------------------------------------------------------------------------------------------------------------


def enter_idea(who: Actor, call: Call, written: Written, *, paper_number: str, author_name: str = "") -> Idea:
    """An idea from paper in its author's name. `who`: the author, or nobody with an account; helped by whoever enters it.
    The author is told. Raises Denied for one idea too many."""
    idea = actions.submit(who, call, written, paper_number=paper_number, author_name=author_name)
    if who.person_id is not None:
        tell(
            who.person_id,
            "idea.entered",
            {"idea": {idea.language: idea.title}, "number": str(idea.number)},
            link=("ideas.idea", {"number": idea.number}),
            dedup=f"idea:{idea.id}:entered",
        )
    return idea


# --- lists of supporters ----------------------------------------------------------------------------------------------


def new_number() -> str:
    """A number for a list that is about to be printed. It is kept nowhere until somebody enters the list."""
    return codes.printed(secrets.token_bytes(BYTES))


def read_number(typed: str) -> str:
    """The number as it was printed; empty where it cannot be one of ours."""
    try:
        return codes.printed(codes.unprinted(typed, BYTES))
    except codes.CodeError:
        return ""


def begin(actor: Actor, idea: Idea, number: str, *, on_day: date, lines: int) -> SupportList | Verdict:
    """A list that lies on the table now. A no for one that was entered before."""
    s = db.session()
    row = SupportList(
        idea_id=idea.id,
        number=number,
        on_day=on_day,
        lines=lines,
        entered_by_id=actor.person_id,
        created_at=clock.now(),
    )
    try:
        with s.begin_nested():
            s.add(row)
            s.flush()
    except IntegrityError:
        return no(_l("A list with this number was entered before."))
    record(actor, "began list", "idea", idea.id, after={"list": number, "lines": lines, "day": on_day.isoformat()})
    return row


def _again(s: Session, list_id: int) -> SupportList:
    """The list as it is now, locked where rows can be locked."""
    wanted = select(SupportList).where(SupportList.id == list_id).execution_options(populate_existing=True)
    return s.scalars(db.locked(wanted)).one()


def _of_call(s: Session, call_id: int) -> Call:
    """The call under the lock that supporters share: who freezes its list waits for them, and they for that."""
    wanted = select(Call).where(Call.id == call_id).with_for_update(read=True)
    return s.scalars(wanted.execution_options(populate_existing=True)).one()


def hash_of_number(number: str) -> str:
    """The keyed hash of a number in the city's register: the same as that of an account, and of a roll."""
    site = settings()
    return resident_hash(key_of(site, "resident"), site.scheme, number)


def hash_of_name(name: str, birth: Birth) -> str:
    """The keyed hash of a name and a day of birth, for cities and calls that ask no register. It knows nobody who
    supports with an account, and nobody who writes their name otherwise: it keeps one person from counting twice on
    lists, no more."""
    return resident_hash(key_of(settings(), "resident"), BY_NAME, rules_paper.named(name, birth))


def _next(row: SupportList, line: int) -> Verdict:
    """May this line be entered? The same form sent twice is one line."""
    verdict = rules_paper.may_add_line(entered=row.entered, lines=row.lines, finished=row.finished_at is not None)
    if verdict and line != row.entered + 1:
        return no(_l("This line was entered already. Go on with the next one."))
    return verdict


def enter_line(actor: Actor, list_id: int, line: int, *, resident: str, refused: str | None) -> str | Verdict:
    """Line number `line` of a list: its person, known by a keyed hash, supports the idea. Says what became of it, one of
    models_paper.OUTCOMES; a no where nothing can be entered now. `refused`: why the person is none of those whom the
    call asks."""
    s = db.session()
    row = _again(s, list_id)
    idea = s.scalars(select(Idea).where(Idea.id == row.idea_id)).one()
    call = _of_call(s, idea.call_id)
    verdict = _next(row, line) and rules.may_take_back(call)
    if not verdict:
        return verdict
    if refused is not None:
        return _note(s, row, refused)
    made = _support(s, row, idea, resident)
    if isinstance(made, Verdict):
        return made
    return _note(s, row, COUNTED if made is not None else "again", made)


def _support(s: Session, row: SupportList, idea: Idea, resident: str) -> int | None | Verdict:
    """The support that was stored; None where the same person supports the idea already, a no where nobody can."""
    insert = sqlite.insert if s.get_bind().dialect.name == "sqlite" else postgresql.insert
    made = s.scalar(
        insert(Support)
        .values(idea_id=idea.id, resident=resident, on_day=row.on_day, list_id=row.id)
        .on_conflict_do_nothing()
        .returning(Support.id)
    )
    if made is None:
        return None
    counted: Any = s.execute(
        update(Idea)
        .where(Idea.id == idea.id, Idea.state.in_(rules.SUPPORTED), Idea.hidden_at.is_(None), Idea.held_at.is_(None))
        .values(supports=Idea.supports + 1, on_paper=Idea.on_paper + 1)
        .execution_options(synchronize_session=False)
    )
    if counted.rowcount != 1:
        s.execute(delete(Support).where(Support.id == made))
        return no(_l("This idea takes no supports."))
    return int(made)


def _note(s: Session, row: SupportList, outcome: str, support_id: int | None = None) -> str:
    setattr(row, outcome, getattr(row, outcome) + 1)
    row.last, row.last_id = outcome, support_id
    s.flush()
    return outcome


def refuse_line(actor: Actor, list_id: int, line: int, why: str) -> Verdict:
    """A line that does not count, for a reason that whoever enters it sees on the paper."""
    if why not in rules_paper.BY_HAND:
        raise ValueError(f"nobody says {why} of a line")
    s = db.session()
    row = _again(s, list_id)
    verdict = _next(row, line)
    if verdict:
        _note(s, row, why)
    return verdict


def undo_line(actor: Actor, list_id: int) -> Verdict:
    """Takes back the line that was entered last, once: whoever mistypes a number sees it at once."""
    s = db.session()
    row = _again(s, list_id)
    idea = s.scalars(select(Idea).where(Idea.id == row.idea_id)).one()
    verdict = rules.may_take_back(_of_call(s, idea.call_id))
    if not verdict:
        return verdict
    if row.last not in OUTCOMES or row.finished_at is not None:
        return no(_l("There is no line to take back."))
    if row.last_id is not None:  # where its person has taken it back in the meantime, there is nothing to take away
        _wake(s, _take_away(s, [row.last_id]))
    setattr(row, row.last, getattr(row, row.last) - 1)
    record(actor, "took back line", "idea", row.idea_id, after={"list": row.number, "was": row.last})
    row.last, row.last_id = "", None
    s.flush()
    return YES


def _take_away(s: Session, ids: list[int]) -> list[int]:
    """Deletes supports of lists; the counters of their ideas, wherever those supports went, follow. Returns those
    ideas."""
    numbers = s.execute(
        select(Support.idea_id, func.count()).where(Support.id.in_(ids)).group_by(Support.idea_id)
    ).all()
    s.execute(delete(Support).where(Support.id.in_(ids)))
    for idea_id, number in numbers:
        s.execute(
            update(Idea)
            .where(Idea.id == idea_id, Idea.state != IdeaState.MERGED)  # one that was joined counts for nobody
            .values(supports=Idea.supports - number, on_paper=Idea.on_paper - number)
            .execution_options(synchronize_session=False)
        )
    return [row[0] for row in numbers]


def _wake(s: Session, ideas: list[int]) -> None:
    for idea_id in ideas:
        actions_merge.wake(s, idea_id)


def take_back(actor: Actor, idea: Idea) -> Verdict:
    """Takes back what this person gave on a list on paper: a signature can be a slip too, or somebody else's. A no once
    the supports were counted; where there is none, nothing happens."""
    s = db.session()
    verdict = rules.may_take_back(_of_call(s, idea.call_id))
    own = queries_paper.own_on_list(s, actor, idea) if verdict else None
    if own is not None and actor.person_id is not None:
        resident = s.scalar(select(Support.resident).where(Support.id == own))
        _take_away(s, [own])
        actions.let_go(s, idea.id, actor.person_id, resident)
    return verdict


def more_lines(actor: Actor, list_id: int, typed: int) -> bool:
    """Makes room where the paper has more lines than were counted when its list was begun; False where it has not."""
    s = db.session()
    row = _again(s, list_id)
    if row.finished_at is not None or typed <= row.lines:
        return False
    record(
        actor,
        "counted lines",
        "idea",
        row.idea_id,
        before={"lines": row.lines},
        after={"list": row.number, "lines": typed},
    )
    row.lines = typed
    s.flush()
    return True


def finish(actor: Actor, list_id: int, typed: int) -> Verdict:
    """Every line was entered. `typed`: the lines on the paper, counted once more. Fewer than were counted at first are
    put right by that."""
    s = db.session()
    row = _again(s, list_id)
    if row.finished_at is not None:
        return YES
    verdict = rules_paper.may_finish(entered=row.entered, typed=typed)
    if not verdict:
        return verdict
    row.lines, row.finished_at, row.last = typed, clock.now(), ""
    row.last_id = None
    row.second_by_id = row.second_lines = row.second_at = None
    s.flush()
    record(
        actor, "finished list", "idea", row.idea_id, after={"list": row.number, "lines": typed, "counted": row.counted}
    )
    return YES


def look_again(actor: Actor, list_id: int, typed: int) -> Verdict:
    """Somebody else has counted the lines of the paper. Where the number is another one the list is open again."""
    s = db.session()
    row = _again(s, list_id)
    verdict = rules_paper.may_look_again(
        finished=row.finished_at is not None, entered_by=row.entered_by_id, person=actor.person_id
    )
    if not verdict:
        return verdict
    row.second_by_id, row.second_lines, row.second_at = actor.person_id, typed, clock.now()
    if typed != row.entered:
        row.finished_at = None
        row.lines = max(row.lines, typed)
    s.flush()
    record(actor, "looked at list again", "idea", row.idea_id, after={"list": row.number, "lines": typed})
    return YES


def discard(actor: Actor, row: SupportList, reason: str) -> Verdict:
    """Takes a list back with every support that came of it, as if it had never been entered; its paper can be entered
    anew. A no once the supports were counted."""
    s = db.session()
    row = _again(s, row.id)
    idea = s.scalars(select(Idea).where(Idea.id == row.idea_id)).one()
    verdict = rules_paper.may_discard(_of_call(s, idea.call_id), idea.state)
    if not verdict:
        return verdict
    _wake(s, _take_away(s, list(s.scalars(select(Support.id).where(Support.list_id == row.id)))))
    before = {"list": row.number, "lines": row.entered, "counted": row.counted}
    s.delete(row)
    s.flush()
    record(actor, "took back list", "idea", idea.id, before=before, after={"reason": reason})
    return YES
