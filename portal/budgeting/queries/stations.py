"""How far ideas have come that stand on a ballot: the vote, and after it the works of what won."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from portal.base.i18n import Text, _l
from portal.budgeting import rules_works
from portal.budgeting.models import Budget, Project
from portal.budgeting.models_works import Origin, Work
from portal.budgeting.queries.found import OPEN_TO_ALL
from portal.budgeting.queries.origins import voted
from portal.budgeting.queries.works import steps_of, today
from portal.budgeting.rules import PUBLIC, fate_name, status_name
from portal.budgeting.rules_works import STATUSES, Status
from portal.processes.models import Process
from portal.voting import queries as voting
from portal.voting.models import Vote, VoteState

# Who won, by vote and moment of publication: an outcome is large, and a list of ideas asks for two words of it.
_WON: dict[tuple[int, datetime | None], dict[str, bool]] = {}
_MOST = 64


def stations(s: Session, kind: str, ids: Sequence[int]) -> dict[int, Text]:
    """Of these ideas that a public project grew from: where that project is, in words. Of several projects the last one
    counts. None, one or three selects, and one more the first time that a published result is asked for."""
    if kind != "idea" or not ids:
        return {}
    rows = s.execute(
        select(Origin.idea_id, Project.id, Project.code, Project.status, Vote.id.label("vote_id"), Vote.published_at)
        .join(Project, Project.id == Origin.project_id)
        .join(Budget, Budget.id == Project.budget_id)
        .join(Process, Process.id == Budget.process_id)
        .outerjoin(Vote, (Vote.kind == "budget") & (Vote.object_id == Budget.id) & (Vote.state == VoteState.PUBLISHED))
        .where(
            Origin.idea_id.in_(ids),
            Project.status.in_([literal(one, Project.__table__.c.status.type) for one in PUBLIC]),
            *OPEN_TO_ALL,
        )
        .order_by(Project.id)
    ).all()
    won = _won(s, {(row.vote_id, row.published_at) for row in rows if row.vote_id is not None})
    fates = {row.id: won.get((row.vote_id, row.published_at), {}).get(row.code) for row in rows}
    built = [number for number, fate in fates.items() if fate]
    works = _works(s, built) if built else {}
    return {row.idea_id: _words(row, fates[row.id], works.get(row.id, Status.PLANNED)) for row in rows}


def _words(row: Any, fate: bool | None, works: Status) -> Text:
    if fate is None:
        return status_name(row.status)
    if fate and works is not Status.PLANNED:
        return _l("Works: %(status)s", status=STATUSES[works])
    return fate_name(fate)


def _won(s: Session, votes: set[tuple[int, datetime | None]]) -> dict[tuple[int, datetime | None], dict[str, bool]]:
    missing = {number for number, at in votes if (number, at) not in _WON}
    if missing:
        if len(_WON) + len(missing) > _MOST:
            _WON.clear()
        for vote in s.scalars(select(Vote).where(Vote.id.in_(missing))):
            public = voting.published(s, vote)
            if public is not None:
                _WON[vote.id, vote.published_at] = voted(public.outcome)
    return {one: _WON.get(one, {}) for one in votes}


def _works(s: Session, ids: Sequence[int]) -> dict[int, Status]:
    steps, day = steps_of(s, ids), today()
    stopped = {
        row[0]: row[1] for row in s.execute(select(Work.project_id, Work.stopped_on).where(Work.project_id.in_(ids)))
    }
    return {number: rules_works.progress(steps.get(number, []), stopped.get(number), day).status for number in ids}
