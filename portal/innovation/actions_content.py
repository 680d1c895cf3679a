"""What moderation and comments ask of proposals: the contracts of base/feature.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.base.actor import Actor
from portal.base.feature import Content, Discussion, Hit
from portal.base.i18n import _l
from portal.base.verdict import Verdict, no
from portal.innovation import queries, rules
from portal.innovation.actions import index
from portal.innovation.models import CheckIn, Proposal

_OWN = {"title": 200, "problem": None, "whom": None, "better": None, "withdrawn_reason": 500}
_PILOT = {"hypothesis": None, "stop_rule": None, "outcome_text": None, "learnt": None}


def _author(s: Session, proposal_id: int) -> int | None:
    return s.scalar(select(Proposal.proposer_id).where(Proposal.id == proposal_id))


def _show(s: Session, ids: list[int], lang: str) -> dict[int, Hit]:
    return queries.hits(s, ids, lang, all_of_them=True)


def _texts(s: Session, proposal_id: int) -> dict[str, str]:
    """What people wrote, and what the staff wrote about the pilot: personal data can stand in any of it."""
    proposal = s.get(Proposal, proposal_id)
    if proposal is None:
        return {}
    found = {name: getattr(proposal, name) for name in _OWN}
    pilot = queries.pilot_of(s, proposal_id)
    if pilot is not None:
        found |= {name: getattr(pilot, name) for name in _PILOT}
        rows = s.execute(select(CheckIn.id, CheckIn.note).where(CheckIn.pilot_id == pilot.id).order_by(CheckIn.on_day))
        found |= {f"note_{row.id}": row.note for row in rows}
    return {name: text for name, text in found.items() if text}


def _rewrite(s: Session, proposal_id: int, texts: Mapping[str, str]) -> None:
    """Puts other words there; one that must not be empty keeps what it said."""
    proposal = s.get(Proposal, proposal_id)
    if proposal is None:
        return
    pilot = queries.pilot_of(s, proposal_id)
    for row, names in ((proposal, _OWN), (pilot, _PILOT)):
        for name, longest in names.items():
            if row is not None and texts.get(name):
                setattr(row, name, texts[name][:longest])
    for name, text in texts.items():
        if pilot is not None and name.startswith("note_") and name[5:].isdecimal():
            here = (CheckIn.id == int(name[5:]), CheckIn.pilot_id == pilot.id)
            s.execute(update(CheckIn).where(*here).values(note=text[: rules.LONGEST_NOTE]))
    s.flush()
    index(s, proposal)


def _changed(s: Session, proposal_id: int) -> None:
    proposal = s.get(Proposal, proposal_id)
    if proposal is not None:
        index(s, proposal)


def _scope(s: Session, proposal_id: int) -> Mapping[str, Any]:
    proposal = s.get(Proposal, proposal_id)
    return rules.scope(proposal) if proposal is not None else {}


def _open(s: Session, actor: Actor, proposal_id: int) -> bool:
    proposal = s.get(Proposal, proposal_id)
    return proposal is not None and proposal.hidden_at is None and queries.may_read(actor, proposal)


CONTENT = Content(
    author=_author, show=_show, texts=_texts, rewrite=_rewrite, changed=_changed, scope=_scope, open=_open
)


# --- comments ---------------------------------------------------------------------------------------------------------


def about(proposal: Proposal) -> Hit:
    """The proposal as its debate hangs on it."""
    return Hit(
        proposal.title, proposal.language, "innovation.proposal", {"proposal_id": proposal.id},
        rules.lead_of(proposal.problem),
    )  # fmt: skip


def _about(s: Session, actor: Actor, proposal_id: int, _lang: str) -> Hit | None:
    return about(s.get_one(Proposal, proposal_id)) if _open(s, actor, proposal_id) else None


def _may(s: Session, _actor: Actor, proposal_id: int) -> Verdict:
    proposal = s.get(Proposal, proposal_id)
    return rules.may_talk(proposal) if proposal is not None else no(_l("The debate on this proposal is over."))


def _shape(_s: Session, _proposal_id: int) -> str:
    return "thread"


def _counted(s: Session, proposal_id: int, by: int) -> None:
    s.execute(
        update(Proposal)
        .where(Proposal.id == proposal_id)
        .values(comments=Proposal.comments + by)
        .execution_options(synchronize_session=False)
    )


def _told(s: Session, proposal_id: int) -> list[int]:
    proposal = s.get(Proposal, proposal_id)
    if proposal is None:
        return []
    return [one for one in (proposal.proposer_id, proposal.coach_id) if one is not None]


def _premoderated(_s: Session, _proposal_id: int) -> bool:
    return False


DISCUSSION = Discussion(about=_about, may=_may, shape=_shape, counted=_counted, told=_told, premoderated=_premoderated)
