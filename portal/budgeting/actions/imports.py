"""A real election from a file becomes a budget: checked first, written in short hidden steps, shown by one flag.

Each step holds the write lock for about a tenth of a second, so that a running vote is not disturbed. What a broken
import leaves is hidden, and swept later.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, i18n
from portal.base.actor import SYSTEM
from portal.base.ground import settings
from portal.base.markdown import render
from portal.base.texts import Wording
from portal.budgeting import rules_import as rules
from portal.budgeting.actions.leftovers import ALIVE, give_up, sweep
from portal.budgeting.actions.projects import refresh_cards
from portal.budgeting.models import (
    BallotKind,
    Budget,
    BudgetState,
    Category,
    Pot,
    Project,
    ProjectStatus,
    VotePlan,
)
from portal.budgeting.rules_import import CannotImport
from portal.processes.models import Phase, PhaseKind, Process
from portal.voting import actions as vote_actions
from portal.voting import actions_import as votes
from portal.voting.models import Vote
from portal.voting.queries_pabulib import Election

SOURCE_OF_META = i18n.SOURCE  # the archive writes its descriptions in English
POT = "1"
Told = Callable[[str, int, int], None]  # what is being written, done, of how many
T = TypeVar("T")


@dataclass(frozen=True)
class Imported:
    """What an import made."""

    slug: str
    projects: int
    ballots: int
    known_rule: bool
    halves: tuple[str, str] | None = None


def check(election: Election, *, finished: bool, slug: str | None) -> str:
    """Everything that can be refused is refused here, before a row is written. Returns the address.

    Raises CannotImport.
    """
    if election.scale != 100:
        raise CannotImport("amounts are finer than a hundredth of the currency unit")
    if election.budget <= 0:
        raise CannotImport("the budget is 0: there is nothing to decide")
    if not election.projects:
        raise CannotImport("the file has no projects")
    if not finished and election.kind not in rules.CASTABLE:
        raise CannotImport(f"ballots of the kind {election.kind} cannot be cast here yet; import it as finished")
    for project in election.projects:
        if len(project.id) > rules.LONGEST_CODE:
            raise CannotImport(f"the project id {project.id[:80]} is longer than {rules.LONGEST_CODE} characters")
    slug = slug or rules.slug_of(rules.title_of(election.meta))
    if slug != rules.slug_of(slug):
        raise CannotImport(f"{slug} is not an address: use small letters, digits and hyphens")
    with db.read() as s:
        taken = s.execute(select(Budget.state, Budget.changed_at).where(Budget.slug == slug)).one_or_none()
    if taken is not None and taken.state is not BudgetState.HIDDEN:
        raise CannotImport(f"there is a budget at the address {slug} already; give another one with --slug")
    if taken is not None and clock.now() - taken.changed_at < ALIVE:
        raise CannotImport(f"an import to the address {slug} is running, or broke off less than two minutes ago")
    return slug


def run(
    election: Election,
    *,
    finished: bool,
    slug: str | None = None,
    holders: tuple[str, str] | None = None,
    days: int = 14,
    tell: Told = lambda what, done, total: None,
) -> Imported:
    """Imports an election. Outside of any transaction. `days`: how long an open one stays open.

    Raises CannotImport, and voting's NotPossible for a regulation that cannot open.
    """
    slug = check(election, finished=finished, slug=slug)
    sweep(slug=slug)
    halves = None
    budget_id, vote_id = _begin(election, slug, finished, days)
    try:
        _write_projects(election, budget_id, tell)
        if finished:
            _write_finished(election, budget_id, vote_id, tell)
        else:
            halves = _open(vote_id, holders)
            _write_open(election, budget_id, vote_id, tell)
            with db.write() as s:
                _show(s, budget_id)
    except BaseException:
        give_up(budget_id)
        raise
    known = rules.rule_of(election.meta, election.kind)[2]
    return Imported(slug, len(election.projects), election.voters, known, halves)


def regulation_of(election: Election, lang: str, currency: str, *, finished: bool) -> dict[str, Any]:
    """The regulation document of an imported election; a finished one was held by rules that only its file knows."""
    ready, changed, _known = rules.rule_of(election.meta, election.kind)
    names = {row["project_id"]: row.get("name", "") for row in election.rows}
    return vote_actions.draft_regulation(
        ready,
        pots=[{"id": POT, "budget_cents": election.budget, "names": {lang: _pot_name(election.meta)}}],
        projects=[
            {
                "id": project.id,
                "pot": POT,
                "cost_cents": project.cost,
                "category": rules.first_category(project.category) or None,
                "names": {lang: (names.get(project.id) or project.id)[:200]},
            }
            for project in election.projects
        ],
        ballot=rules.ballot_of(election.meta, election.kind),
        electorate={"age": None, "residence": False, "districts": None, "pots": "any"},
        currency=currency,
        rule=changed,
        ties=["min-cost", "max-score", "id"],
        origin="file" if finished else None,
    )


def _pot_name(meta: Mapping[str, str]) -> str:
    return meta.get("district") or meta.get("unit") or "Pabulib"


def _begin(election: Election, slug: str, finished: bool, days: int) -> tuple[int, int]:
    """The hidden budget with pot, categories, dates and plan, and its vote."""
    meta, now = election.meta, clock.city_now()
    lang = rules.language_of(meta)
    currency = rules.currency_of(meta, settings().city.currency)
    document = regulation_of(election, lang, currency, finished=finished)
    if finished:
        opens, closes = rules.dates_of(meta, now, ZoneInfo(settings().city.time_zone or "UTC"))
    else:
        opens, closes = now - timedelta(minutes=1), now + timedelta(days=days)
    title = {lang: rules.title_of(meta)}
    with db.write() as s:
        process = Process(subject="budget")
        s.add(process)
        s.flush()
        budget = Budget(
            slug=slug,
            process_id=process.id,
            state=BudgetState.HIDDEN,
            currency=currency,
            source_meta=dict(meta),
            language_reasons={},
            version=1,
            changed_at=clock.now(),
        )
        s.add(budget)
        s.flush()
        pot = Pot(budget_id=budget.id, position=1, amount=election.budget)
        s.add_all([pot, _plan(budget.id, document), *_phases(process.id, opens, closes)])
        s.flush()
        s.add_all(
            [
                Wording(kind="budget", object_id=budget.id, field="title", lang=lang, body=title[lang]),
                Wording(kind="pot", object_id=pot.id, field="name", lang=lang, body=_pot_name(meta)[:120]),
            ]
        )
        if meta.get("description"):
            words = meta["description"][:400]
            s.add(Wording(kind="budget", object_id=budget.id, field="lead", lang=SOURCE_OF_META, body=words))
        _categories(s, election, budget.id, lang)
        make = votes.import_finished_begin if finished else vote_actions.prepare_vote
        vote = make(
            s,
            SYSTEM,
            kind="budget",
            object_id=budget.id,
            title=title,
            regulation=document,
            opens_at=opens,
            closes_at=closes,
            process_id=process.id,
        )
        record(SYSTEM, "begin_import", "budget", budget.id, after={"slug": slug, "finished": finished})
        return budget.id, vote.id


def _plan(budget_id: int, document: Mapping[str, Any]) -> VotePlan:
    ballot = document["ballot"]
    return VotePlan(
        budget_id=budget_id,
        ready=document["ready"],
        rule={key: document["rule"][key] for key in document["changed"]},
        ballot=BallotKind(ballot["kind"]),
        min_choices=min(ballot["min"] or 0, ballot["max"] or 10**9),
        max_choices=ballot["max"],
        residents_only=False,
    )


def _phases(process_id: int, opens: datetime, closes: datetime) -> list[Phase]:
    return [
        Phase(process_id=process_id, kind=PhaseKind.VOTE, opens_at=opens, closes_at=closes),
        Phase(process_id=process_id, kind=PhaseKind.RESULTS, opens_at=closes, closes_at=closes + timedelta(days=365)),
    ]


def _categories(s: Session, election: Election, budget_id: int, lang: str) -> None:
    names = sorted({rules.first_category(project.category) for project in election.projects} - {""})
    caps = rules.caps_of(election.meta)
    for position, name in enumerate(names, 1):
        try:
            cap = election.amount(caps[name]) if name in caps else None
        except ValueError:
            cap = None
        category = Category(budget_id=budget_id, position=position, cap=cap)
        s.add(category)
        s.flush()
        s.add(Wording(kind="category", object_id=category.id, field="name", lang=lang, body=name))
    s.flush()


def _write_projects(election: Election, budget_id: int, tell: Told) -> None:
    """Projects with their texts and cards, in short transactions."""
    lang = rules.language_of(election.meta)
    rows = dict(zip((project.id for project in election.projects), election.rows, strict=True))
    with db.read() as s:
        pot_id = s.scalars(select(Pot.id).where(Pot.budget_id == budget_id)).one()
        categories = {
            body: object_id
            for object_id, body in s.execute(
                select(Wording.object_id, Wording.body)
                .join(Category, Category.id == Wording.object_id)
                .where(Wording.kind == "category", Category.budget_id == budget_id)
            )
        }

    def write(s: Session, first: int, part: Sequence[Any]) -> None:
        made = []
        for number, project in enumerate(part, first + 1):
            row = rows[project.id]
            made.append(
                Project(
                    budget_id=budget_id,
                    pot_id=pot_id,
                    category_id=categories.get(rules.first_category(project.category)),
                    number=number,
                    code=project.id,
                    cost=project.cost,
                    status=ProjectStatus.BALLOT,
                    place=(row.get("neighborhood") or "")[:200],
                    proposer=(row.get("proposer") or "")[:200],
                    source_row=row,
                )
            )
        s.add_all(made)
        s.flush()
        texts = []
        for project in made:
            row = rows[project.code]
            texts.append(_said(project.id, "title", lang, (row.get("name") or project.code)[:160]))
            if row.get("description"):
                body = row["description"][:20_000]
                texts.append(_said(project.id, "body", lang, body, render(body, lang)))
        s.execute(insert(Wording), texts)
        refresh_cards(s, [project.id for project in made])

    _in_steps(budget_id, election.projects, write, 20, lambda done: tell("projects", done, len(election.projects)))


def _said(project_id: int, field: str, lang: str, body: str, html: str = "") -> dict[str, Any]:
    return {
        "kind": "project",
        "object_id": project_id,
        "field": field,
        "lang": lang,
        "body": body,
        "html": html,
        "origin": "human",
        "source_hash": "",
    }


def _choices(election: Election) -> list[Any]:
    """Every ballot as voting takes it, in an order that the system's random source makes."""
    found: list[Any] = []
    for ballot, times in election.ballots.items():
        choice: Any
        if election.kind == "cumulative":
            choice = {str(pair[0]): int(pair[1]) for pair in ballot}
        elif election.kind == "ordinal":
            choice = [str(one) for one in ballot]
        else:
            choice = sorted(str(one) for one in ballot)
        found.extend([choice] * times)
    random.SystemRandom().shuffle(found)
    return found


def _write_finished(election: Election, budget_id: int, vote_id: int, tell: Told) -> None:
    """Plain lists in short steps; counted outside of the write lock; then one flag shows all of it."""
    choices = _choices(election)

    def write(s: Session, first: int, part: Sequence[Any]) -> None:
        votes.import_finished_chunk(s, s.get_one(Vote, vote_id), POT, first, part)

    _in_steps(budget_id, choices, write, 500, lambda done: tell("ballots", done, len(choices)))
    with db.read() as s:
        summed = votes.import_finished_sum(s, s.get_one(Vote, vote_id), ballots=election.voters)
    with db.write() as s:
        votes.import_finished_end(s, SYSTEM, s.get_one(Vote, vote_id), summed)
        _show(s, budget_id)


def _open(vote_id: int, holders: tuple[str, str] | None) -> tuple[str, str] | None:
    with db.write() as s:
        return vote_actions.open_vote(s, SYSTEM, s.get_one(Vote, vote_id), holders=holders).halves


def _write_open(election: Election, budget_id: int, vote_id: int, tell: Told) -> None:
    """Ballots are sealed like any other; one that names nothing is no ballot here."""
    choices = [choice for choice in _choices(election) if choice]

    def write(s: Session, first: int, part: Sequence[Any]) -> None:
        votes.import_open_chunk(s, s.get_one(Vote, vote_id), first, [{POT: choice} for choice in part])

    _in_steps(budget_id, choices, write, 100, lambda done: tell("ballots", done, len(choices)))


def _show(s: Session, budget_id: int) -> None:
    budget = s.get_one(Budget, budget_id)
    budget.state, budget.changed_at = BudgetState.SHOWN, clock.now()
    s.flush()
    record(SYSTEM, "end_import", "budget", budget_id)


def _in_steps(
    budget_id: int,
    items: Sequence[T],
    write: Callable[[Session, int, Sequence[T]], None],
    size: int,
    tell: Callable[[int], None],
) -> None:
    """Writes items in transactions whose size follows the time that the last one took (`rules.next_step`); each says
    that it lives."""
    source, done = iter(items), 0
    while part := list(islice(source, size)):
        with db.write() as s:
            began = time.monotonic()
            write(s, done, part)
            s.get_one(Budget, budget_id).changed_at = clock.now()
        took = time.monotonic() - began
        done += len(part)
        tell(done)
        size = rules.next_step(len(part), took)
        time.sleep(0)  # others who wait for the lock get it
