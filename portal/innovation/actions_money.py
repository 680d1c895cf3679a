"""The departments' funds: a year's amount is set, money is granted and given back. The row of the fund is locked for
each of them, and its constraint refuses what the balance does not cover."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.innovation import queries_desk, rules
from portal.innovation.actions import KIND, locked
from portal.innovation.models import Fund, FundEntry, Move, Proposal
from portal.innovation.rules import Denied
from portal.notifications import actions as notifications

RETURNED = "unspent"  # the reason of a line that the portal itself writes


def _locked(s: Session, fund_id: int) -> Fund:
    statement = db.locked(select(Fund).where(Fund.id == fund_id))
    return s.scalars(statement.execution_options(populate_existing=True)).one()


def _enter(
    s: Session, actor: Actor, fund: Fund, move: Move, cents: int, reason: str, proposal_id: int | None = None
) -> None:
    s.add(
        FundEntry(
            fund_id=fund.id, move=move, cents=cents, proposal_id=proposal_id, reason=reason, by_id=actor.person_id,
            at=clock.now(),
        )
    )  # fmt: skip
    s.flush()


def open_fund(actor: Actor, department_id: int, year: int, amount: int, reason: str) -> Fund:
    """A department's fund for a year, in cents. Raises Denied where it has one."""
    s = db.session()
    fund = Fund(department_id=department_id, year=year, amount=amount, granted=0, created_at=clock.now())
    try:
        with s.begin_nested():
            s.add(fund)
            s.flush()
    except IntegrityError:
        raise Denied(no(_l("This department has a fund for that year. Change its amount instead."))) from None
    _enter(s, actor, fund, Move.BUDGET, amount, reason)
    record(actor, "opened fund", "innovation_fund", fund.id, after={"year": year, "amount": amount})
    return fund


def set_amount(actor: Actor, fund_id: int, amount: int, reason: str) -> None:
    """Another amount for the year. Raises Denied where more is granted already."""
    s = db.session()
    fund = _locked(s, fund_id)
    verdict = rules.may_set(amount, fund.granted)
    if not verdict:
        raise Denied(verdict)
    before, fund.amount = fund.amount, amount
    if before == amount:
        return
    s.flush()
    _enter(s, actor, fund, Move.BUDGET, amount - before, reason)
    record(actor, "changed fund", "innovation_fund", fund.id, before={"amount": before}, after={"amount": amount})


def grant(actor: Actor, proposal_id: int, fund_id: int, cents: int, reason: str) -> None:
    """Money from a fund for a proposal that is tried. Two leads at once cannot give away the same money. Raises
    Denied."""
    s = db.session()
    proposal = locked(s, proposal_id)
    fund = _locked(s, fund_id)
    verdict = rules.may_grant(proposal, actor.person_id, cents, fund.balance, fund.year, queries_desk.today())
    if not verdict:
        raise Denied(verdict)
    fund.granted += cents
    s.flush()
    _enter(s, actor, fund, Move.GRANT, cents, reason, proposal_id)
    record(actor, "granted money", KIND, proposal_id, after={"fund": fund_id, "cents": cents})
    if proposal.coach_id is not None:
        notifications.tell(
            proposal.coach_id,
            "innovation.granted",
            {"title": {proposal.language: proposal.title}},
            link=("innovation_staff.show", {"proposal_id": proposal_id}),
            about=(KIND, proposal_id),
        )


def give_back(actor: Actor, proposal: Proposal, cents: int) -> None:
    """What a pilot did not spend returns to the funds that it came from, the latest grant first."""
    s = db.session()
    for fund_id, held in queries_desk.held_by(s, proposal.id):
        part = min(held, cents)
        if part <= 0:
            break
        fund = _locked(s, fund_id)
        fund.granted -= part
        s.flush()
        _enter(s, actor, fund, Move.RETURN, part, RETURNED, proposal.id)
        record(actor, "gave money back", KIND, proposal.id, after={"fund": fund_id, "cents": part})
        cents -= part
