"""Ideas, comments and answers of another platform are taken in: the file is checked whole, looked at, and then stored row by row
by the worker, in transactions so short that nobody waits. Rows that are here already are left as they are, so a worker
that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, i18n, jobs
from portal.base.actor import SYSTEM, Actor
from portal.base.i18n import _l
from portal.base.markdown import render
from portal.base.verdict import YES, Verdict, no
from portal.comments import actions_taken
from portal.ideas import actions, actions_answers, queries_tables, rules_csv, rules_tables
from portal.ideas.models import Call, Idea, IdeaState
from portal.ideas.models_answers import Outcome
from portal.ideas.models_paper import Import
from portal.ideas.rules_tables import Checked, NewAnswer, NewComment, NewIdea
from portal.notifications.actions import tell

CHUNK = 50
JOB = "ideas.take_in"
Rows = Sequence[NewIdea] | Sequence[NewComment] | Sequence[NewAnswer]


@dataclass(frozen=True)
class Preview:
    """What a file would bring: rows that are new, how many are here already, how many are left out, strange columns."""

    new: Rows
    same: int
    left_out: int
    strange: Sequence[str]


def check(s: Session, call: Call, what: str, data: bytes) -> Preview:
    """Reads a file whole and says what it would bring. Raises BadTable with every error."""
    table = rules_csv.read(what, data)
    now = clock.now()
    zone = i18n.in_zone(now).tzinfo
    assert zone is not None
    known = queries_tables.known(s, call, what)
    found: Checked[Any]
    if what == rules_csv.ANSWERS:
        found = rules_tables.check_answers(table, known, now, zone)
        done = queries_tables.answered(s, call)
        fresh = [replace(row, ideas=tuple(one for one in row.ideas if one not in done)) for row in found.rows]
        left = [row for row in fresh if row.ideas]
        return Preview(left, len(fresh) - len(left), 0, table.strange)
    here = queries_tables.here(s, call, what)
    if what == rules_csv.IDEAS:
        found = rules_tables.check_ideas(table, known, now, zone)
    else:
        found = rules_tables.check_comments(table, known, here, now, zone)
    new: list[Any] = [row for row in found.rows if row.id not in here]
    return Preview(new, len(found.rows) - len(new), found.left_out, table.strange)


def keep(actor: Actor, call: Call, what: str, name: str, data: bytes) -> Import | Preview:
    """Checks a file and keeps it until somebody says yes. Raises BadTable. Where nothing in it is new, nothing is kept."""
    s = db.session()
    preview = check(s, call, what, data)
    if not preview.new:
        return preview
    row = Import(
        call_id=call.id,
        what=what,
        name=_plain_name(name),
        body=data.decode("utf-8-sig"),
        lines=len(preview.new),
        same=preview.same,
        by_id=actor.person_id,
        created_at=clock.now(),
    )
    s.add(row)
    s.flush()
    digest = hashlib.sha256(data).hexdigest()
    record(actor, "asked import", "call", call.id, after={"what": what, "new": row.lines, "sha256": digest})
    return row


def _plain_name(name: str) -> str:
    bare = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip()
    return bare[:200] or "table.csv"


def begin(actor: Actor, call: Call, row: Import) -> Verdict:
    """Says yes to a file: the worker takes it in."""
    s = db.session()
    wanted = select(Import).where(Import.id == row.id).execution_options(populate_existing=True)
    row = s.scalars(db.locked(wanted)).one()
    if row.begun_at is not None:
        return YES
    if call.closed_at is not None:
        return no(_l("This call is closed. It takes no more ideas."))
    row.begun_at = clock.now()
    s.flush()
    jobs.enqueue(s, JOB, {"import": row.id}, dedup=f"{JOB}:{row.id}")
    record(actor, "began import", "call", call.id, after={"what": row.what, "file": row.id})
    return YES


def throw_away(actor: Actor, row: Import) -> Verdict:
    """Forgets a file that nobody said yes to."""
    s = db.session()
    if row.begun_at is not None:
        return no(_l("This file is being taken in already."))
    s.delete(row)
    s.flush()
    return YES


# --- the worker -------------------------------------------------------------------------------------------------------


def take_in(import_id: int) -> int:
    """Stores what is new in a file, so many rows at a time; returns how many. Running twice stores nothing twice. What
    no longer fits since the check (a category is gone) ends it with a word to whoever sent the file."""
    stored = 0
    with db.read() as s:
        row = s.get(Import, import_id)
        if row is None or row.begun_at is None or row.done_at is not None:
            return 0
        call = s.get_one(Call, row.call_id)
        call_id, what, data = call.id, row.what, row.body.encode()
        try:
            preview = check(s, call, what, data)
        except rules_csv.BadTable:
            preview = None
    if preview is None:
        with db.write() as s:
            _finish(s, import_id, fault="changed")
        return 0
    for start in range(0, len(preview.new), CHUNK):
        with db.write() as s:
            call = s.get_one(Call, call_id)
            some = preview.new[start : start + CHUNK]
            row = s.get_one(Import, import_id)
            if what == rules_csv.ANSWERS:
                stored += _answers(s, Actor(person_id=row.by_id), call, some)
            else:
                stored += _ideas(s, call, some) if what == rules_csv.IDEAS else _comments(s, call, some)
            row.done = min(start + CHUNK, len(preview.new))
    with db.write() as s:
        _finish(s, import_id)
    return stored


def _finish(s: Session, import_id: int, fault: str = "") -> None:
    row = s.get_one(Import, import_id)
    row.done_at, row.body, row.fault = clock.now(), "", fault
    call = s.get_one(Call, row.call_id)
    call.version += 1
    record(SYSTEM, "finished import", "call", call.id, after={"what": row.what, "file": row.id, "fault": fault})
    if row.by_id is not None:
        tell(
            row.by_id,
            "idea.imported",
            {"file": row.name},
            link=("ideas_staff.one_import", {"slug": call.slug, "import_id": row.id}),
            dedup=f"idea-import:{row.id}",
        )


def _ideas(s: Session, call: Call, rows: Sequence[Any]) -> int:
    ids = [row.id for row in rows]
    here = set(s.scalars(select(Idea.imported_id).where(Idea.call_id == call.id, Idea.imported_id.in_(ids))))
    new = [row for row in rows if row.id not in here]
    for row in new:
        _idea(s, call, row)
    return len(new)


def _idea(s: Session, call: Call, row: NewIdea) -> None:
    html, now = render(row.words.body, row.words.language), clock.now()
    at = row.created_at or now
    values: dict[str, Any] = {
        "call_id": call.id,
        "author_name": row.author,
        "language": row.words.language,
        "title": row.words.title,
        "lead": actions.lead(html),
        "body": row.words.body,
        "html": html,
        "category_id": row.words.category_id,
        "district_id": row.words.district_id,
        "place": row.words.place,
        "x": row.words.x,
        "y": row.words.y,
        "cost_guess": row.words.cost_guess,
        "state": IdeaState.SUBMITTED,
        "shuffle": secrets.randbelow(2**31 - 3) + 1,
        "channel": "import",
        "imported_id": row.id,
        "created_at": at,
        "changed_at": at,
        "published_at": now,
        "supports": 0,
        "comments": 0,
        "version": 1,
    }
    actions.store(s, values)


def _comments(s: Session, call: Call, rows: Sequence[Any]) -> int:
    here, number = queries_tables.comment_ids(s, call), 0
    for row in rows:
        if row.id in here:
            continue
        made = actions_taken.take_in(
            s,
            "idea",
            actions_taken.Taken(
                object_id=row.idea_id,
                imported_id=row.id,
                answers=here.get(row.answers) if row.answers else None,
                side=row.side,
                body=row.body,
                lang=row.language,
                author_name=row.author,
                created_at=row.created_at or clock.now(),
            ),
        )
        here[row.id] = made.id
        number += 1
    return number


def _answers(s: Session, who: Actor, call: Call, rows: Sequence[Any]) -> int:
    """Answers come in as drafts of whoever sent the file: people look at them, and publish them together."""
    done, number = queries_tables.answered(s, call), 0
    for row in rows:
        ids = [one for one in row.ideas if one not in done]
        ideas = s.scalars(select(Idea).where(Idea.id.in_(ids), Idea.call_id == call.id).order_by(Idea.id)).all()
        if not ideas:
            continue
        said = {field: dict(by_lang) for field, by_lang in row.said.items()}
        actions_answers.draft(who, call, ideas, outcome=Outcome(row.outcome), answered_by=row.by, said=said)
        number += 1
    return number
