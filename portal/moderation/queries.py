"""What moderation knows of the things of every wing, of people, and of its own decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.base import clock, ground
from portal.base.actor import Actor
from portal.base.feature import Content, Hit, Item, Kind
from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.identity.models import Person
from portal.identity.queries import in_charge
from portal.moderation import rules, rules_bayes
from portal.moderation.models import Act, Appeal, Decision, Flagged, Moderated, Report, SpamWord, Suspension


def kinds() -> dict[str, Kind]:
    """The kinds of things that people write, by name: each can be reported and moderated."""
    return {kind.name: kind for one in ground.current().features for kind in one.kinds if kind.content is not None}


def content(kind: str) -> Content:
    """How a kind's things are reached. Raises KeyError for what nobody writes."""
    found = kinds()[kind].content
    if found is None:
        raise KeyError(kind)
    return found


def thing(s: Session, kind: str, object_id: int) -> Moderated | None:
    """The row that is hidden, held or closed; None where it is gone."""
    found: Any = s.get(kinds()[kind].model, object_id)
    return found if isinstance(found, Moderated) else None


def open_to(s: Session, actor: Actor, kind: str, object_id: int, lang: str) -> Hit | None:
    """The thing as this person may see it, and so report it; None where it does not exist for them, or is hidden: then
    there is nothing left to report, not for its author either."""
    row = thing(s, kind, object_id) if kind in kinds() else None
    if row is None or row.hidden_at is not None or not content(kind).open(s, actor, object_id):
        return None
    return content(kind).show(s, [object_id], lang).get(object_id)


def digest(texts: dict[str, str]) -> str:
    """A mark of texts as they stand, so that nobody decides on other words than those they read."""
    told = "\0".join(f"{name}\0{words}" for name, words in sorted(texts.items()))
    return hashlib.sha256(told.encode()).hexdigest()[:24]


# People


@dataclass(frozen=True, slots=True)
class Silence:
    """A suspension that stands: until when (UTC), and the decision that its person can appeal against."""

    until: datetime
    decision_id: int


def suspension(s: Session, person_id: int | None) -> Silence | None:
    """The longest suspension of a person that stands now; one select, none for nobody."""
    if person_id is None:
        return None
    row = s.execute(
        select(Suspension.until, Suspension.decision_id)
        .where(
            Suspension.person_id == person_id, Suspension.until > clock.city_now(), Suspension.lifted_at.is_(None)
        )
        .order_by(Suspension.until.desc())
        .limit(1)
    ).first()  # fmt: skip
    return Silence(row[0], row[1]) if row else None


_SILENT, _SU = "moderation.silent", Suspension.__table__.c
# For a page that asks in one select for what is the reader's own; its values are `person` and `silent_after`, and what
# comes of it goes to `told`: then `may_write` asks nothing more.
ALONG = (
    select(func.max(_SU.until))
    .where(
        _SU.person_id == bindparam("person"), _SU.until > bindparam("silent_after"), _SU.lifted_at.is_(None)
    )
    .scalar_subquery()
    .label("silent_until")
)  # fmt: skip


def told(s: Session, person_id: int, row: Any) -> None:
    """Keep for the rest of this reading what the column ALONG said."""
    s.info[_SILENT, person_id] = row.silent_until


def may_write(s: Session, actor: Actor) -> Verdict:
    """May this person write anything on the portal now? No while a suspension stands, with its end and the way to
    appeal; wings ask it beside their own rules."""
    if (_SILENT, actor.person_id) in s.info:
        until = s.info[_SILENT, actor.person_id]
    else:
        found = suspension(s, actor.person_id)
        until = found.until if found is not None else None
    if until is None:
        return YES
    return no(
        _l("You cannot write until %(moment)s: a moderator has suspended your account.", moment=until),
        _l("The statement of reasons is on “My page”. There you can appeal."),
    )


def is_new(s: Session, person_id: int | None, now: datetime) -> bool:
    """Is the account younger than the days of the configuration, and has no moderator let a text of it pass?"""
    if person_id is None:
        return True
    made = s.scalar(select(Person.created_at).where(Person.id == person_id))
    if made is None or (now - made).days >= ground.settings().moderation.new_account_days:
        return False
    let = select(Decision.id).where(Decision.author_id == person_id, Decision.act.in_([Act.RELEASE, Act.DISMISS]))
    return s.scalar(let.limit(1)) is None


def other_moderators(s: Session, decision: Decision, scope: Any, now: datetime) -> list[int]:
    """The moderators in charge of a thing besides the one who decided and its author."""
    return [
        one for one in in_charge(s, [rules.MODERATOR], now, scope) if one not in (decision.by_id, decision.author_id)
    ]


# The sorting of the queue


def likeness(s: Session, text: str) -> float:
    """How much a text resembles what was hidden as advertising, from 0 to 1; one select."""
    found = rules_bayes.words(text)
    rows = s.execute(
        select(SpamWord.word, SpamWord.spam, SpamWord.fair).where(SpamWord.word.in_({*found, rules_bayes.TOTAL}))
    )
    return rules_bayes.score(found, {row[0]: (row[1], row[2]) for row in rows})


# Statements and reports


@dataclass(frozen=True)
class Reasoned:
    """A decision with the thing it is about (None: gone, or a wing that is off) and its appeal."""

    decision: Decision
    flagged: Flagged
    appeal: Appeal | None
    hit: Hit | None


def statement(s: Session, actor: Actor, decision_id: int, lang: str) -> Reasoned | None:
    """A decision about something the actor wrote; None for everybody else, and for what was never told."""
    found = s.scalars(
        select(Decision).where(
            Decision.id == decision_id,
            Decision.author_id == actor.person_id,
            Decision.act.not_in([Act.DISMISS]),
        )
    ).first()
    if found is None or actor.person_id is None:
        return None
    return _reasoned(s, found, lang)


def _reasoned(s: Session, found: Decision, lang: str) -> Reasoned:
    flagged = s.get_one(Flagged, found.flagged_id)
    appeal = s.scalars(select(Appeal).where(Appeal.decision_id == found.id)).first()
    hit = None
    if flagged.kind in kinds():
        hit = content(flagged.kind).show(s, [flagged.object_id], lang).get(flagged.object_id)
    return Reasoned(found, flagged, appeal, hit)


def own_decisions(s: Session, actor: Actor, lang: str) -> list[Item]:
    """For "my page": what was decided about what the person wrote, newest first; one select."""
    rows = s.execute(
        select(Decision.id, Decision.title, Decision.title_lang, Decision.act, Decision.at)
        .where(Decision.author_id == actor.person_id, Decision.act.not_in([Act.DISMISS]))
        .order_by(Decision.at.desc(), Decision.id.desc())
        .limit(20)
    )
    return [
        Item(row.title, "moderation.statement", {"decision_id": row.id}, row.title_lang, rules.DONE[row.act], row.at)
        for row in rows
    ]


@dataclass(frozen=True)
class Reported:
    """A report as the one who made it follows it."""

    report: Report
    done: Act | None


def report_by(s: Session, reference: str) -> Reported | None:
    """A report by its reference number; it says neither what was reported nor by whom."""
    row = s.execute(
        select(Report, Decision.act)
        .join(Decision, Decision.id == Report.decision_id, isouter=True)
        .where(Report.reference == reference)
    ).first()
    return Reported(row[0], row[1]) if row else None


def hits(s: Session, things: Iterable[tuple[str, int]], lang: str) -> dict[tuple[str, int], Hit]:
    """Titles and pages of things of any kind: a fixed number of selects for each kind that is among them."""
    wanted: dict[str, list[int]] = {}
    for kind, number in things:
        wanted.setdefault(kind, []).append(number)
    known = kinds()
    found: dict[tuple[str, int], Hit] = {}
    for kind, numbers in wanted.items():
        one = known[kind].content if kind in known else None
        if one is not None:
            found.update({(kind, number): hit for number, hit in one.show(s, numbers, lang).items()})
    return found


def open_reports(s: Session, flagged_id: int) -> Sequence[Report]:
    """The reports of a thing that nobody has decided yet, oldest first."""
    return s.scalars(
        select(Report).where(Report.flagged_id == flagged_id, Report.decided_at.is_(None)).order_by(Report.id)
    ).all()
