"""What is stored: money under many hands at once, screenings, the ledger, the outcome."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base import db, ground, i18n
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.innovation import (
    actions,
    actions_money,
    actions_pilot,
    actions_questions,
    actions_screen,
    queries,
    queries_desk,
    queries_questions,
    rules,
)
from portal.innovation.actions_content import CONTENT
from portal.innovation.models import Fund, FundEntry, Move, Outcome, Proposal, Score, Screening, Stage
from portal.innovation.rules import Denied
from portal.notifications.models import Message
from tests.innovation import town


def _said(denied: pytest.ExceptionInfo[Denied]) -> str:
    return str(denied.value.verdict.reason)


def test_two_leads_at_once_never_give_away_the_same_money(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write():
        who = town.cast()
        proposal = town.propose(who["ana"])
        town.accept(proposal, who)
        fund = town.fund(who, 1000)
        number, fund_id = proposal.id, fund.id
    gate, refused, faults = threading.Barrier(12), [], []

    def grant(n: int) -> None:
        ground.stand_on(app.ground)
        gate.wait()
        try:
            with db.write():
                actions_money.grant(who["ole" if n % 2 else "lea"], number, fund_id, 150, "Go")
        except Denied as denied:
            refused.append(str(denied.verdict.reason))
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=grant, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as s:
        fund = s.query(Fund).one()
        assert faults == [] and len(refused) == 6 and all("left" in one for one in refused)
        assert (fund.granted, fund.balance) == (900, 100) and queries.granted(s, number) == 900
        assert s.query(FundEntry).filter_by(move=Move.GRANT).count() == 6


def test_the_database_itself_refuses_a_balance_below_zero(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write():
        fund_id = town.fund(town.cast(), 1000).id
    with pytest.raises(IntegrityError), db.write() as s:
        s.execute(text("UPDATE innovation_fund SET granted = 1001 WHERE id = :id"), {"id": fund_id})


def test_a_fund_is_opened_once_and_never_smaller_than_what_is_granted(app: Portal, db_session: Any) -> None:
    who = town.cast()
    fund = town.fund(who, 5000)
    with pytest.raises(Denied) as denied:
        actions_money.open_fund(who["lea"], fund.department_id, fund.year, 1, "Twice")
    assert "has a fund for that year" in _said(denied)
    proposal = town.propose(who["ana"])
    town.accept(proposal, who)
    actions_money.grant(who["ole"], proposal.id, fund.id, 3000, "Go")
    with pytest.raises(Denied):
        actions_money.set_amount(who["lea"], fund.id, 2999, "Less")
    actions_money.set_amount(who["lea"], fund.id, 3000, "Less")
    lines = queries_desk.ledger(db_session, fund_id=fund.id)
    assert [(one.move, one.cents, one.by) for one in lines] == [
        (Move.BUDGET, -2000, "Lea Lead"), (Move.GRANT, -3000, "Ole Lead"), (Move.BUDGET, 5000, "Lea Lead"),
    ]  # fmt: skip
    assert sum(one.cents for one in lines) == fund.balance == 0


def test_who_accompanies_or_proposes_does_not_grant(app: Portal, db_session: Any) -> None:
    who = town.cast()
    both = town.person("Bea Both", rules.LEAD, rules.COACH)
    proposal = town.propose(both)
    town.screen(proposal, who["kai"], who["kim"])
    with pytest.raises(Denied) as denied:
        actions_screen.decide(both, proposal.id, Stage.TRY, "Mine", "en")
    assert "your own proposal" in _said(denied)
    actions_screen.decide(who["lea"], proposal.id, Stage.TRY, "Good", "en")
    with pytest.raises(Denied):
        actions_screen.assign_coach(who["lea"], proposal.id, both.person_id or 0)
    fund = town.fund(who)
    with pytest.raises(Denied):
        actions_money.grant(both, proposal.id, fund.id, 1, "Mine")
    with pytest.raises(LookupError):
        actions_screen.assign_coach(who["lea"], proposal.id, who["ana"].person_id or 0)


def test_a_screening_is_one_persons_and_replaced_whole(app: Portal, db_session: Any) -> None:
    who = town.cast()
    proposal = town.propose(who["ana"])
    town.screen(proposal, who["kai"], who["kai"])
    with pytest.raises(Denied) as denied:
        actions_screen.decide(who["lea"], proposal.id, Stage.NO, "Alone", "en")
    assert "Two people screen" in _said(denied)
    assert db_session.query(Screening).count() == 1 and db_session.query(Score).count() == len(rules.KEYS)
    town.screen(proposal, who["kim"])
    actions_screen.decide(who["lea"], proposal.id, Stage.NOT_NOW, "Später", "de")
    told = db_session.query(Message).filter_by(notice="innovation.decided").one()
    assert (told.person_id, told.free_lang, told.free_text) == (who["ana"].person_id, "de", "Später")
    # it can be taken up again
    actions_screen.decide(who["lea"], proposal.id, Stage.TRY, "Now", "en")
    assert proposal.stage is Stage.TRY


def test_no_pilot_ends_without_an_outcome_and_what_is_left_goes_back(app: Portal, db_session: Any) -> None:
    who = town.cast()
    proposal = town.propose(who["ana"])
    pilot = town.run(proposal, who, cost=1000)
    fund = town.fund(who)
    with pytest.raises(Denied):
        actions_pilot.plan(who["kai"], proposal.id, town.plan(target=1))
    with pytest.raises(Denied) as denied:
        actions_pilot.check_in(who["kim"], proposal.id, queries_desk.today(), 1, "", "en")
    assert "coach of this proposal does that" in _said(denied)
    with pytest.raises(IntegrityError), db_session.begin_nested():
        pilot.outcome = Outcome.STOPPED
        db_session.flush()
    db_session.expire_all()
    with pytest.raises(Denied):
        town.end(proposal, who, spent=1001)
    town.end(proposal, who, Outcome.STOPPED, spent=250)
    db_session.refresh(fund)
    assert (queries.granted(db_session, proposal.id), fund.granted) == (250, 250)
    last = queries_desk.ledger(db_session, fund_id=fund.id)[0]
    assert (last.move, last.cents) == (Move.RETURN, 750)
    assert db_session.get_one(Proposal, proposal.id).stage is Stage.ENDED
    with pytest.raises(Denied):
        town.end(proposal, who, Outcome.SCALED)


def test_what_waits_is_told_to_those_who_can_do_it(app: Portal, db_session: Any) -> None:
    who = town.cast()
    first, second = town.propose(who["ana"]), town.propose(who["kai"])
    assert (
        queries_desk.waits(db_session, who["kai"]).to_screen,
        queries_desk.waits(db_session, who["kim"]).to_screen,
    ) == (1, 2)
    town.screen(first, who["kim"], who["lea"])
    assert queries_desk.waits(db_session, who["lea"]).to_decide == 1
    assert queries_desk.waits(db_session, who["kai"]).to_decide == 0
    actions_screen.decide(who["lea"], first.id, Stage.TRY, "Go", "en")
    assert queries_desk.waits(db_session, who["lea"]).without_coach == 1
    today = queries_desk.today()
    third = town.propose(who["ana"], "Quiet")
    town.run(third, who, starts_on=today - timedelta(days=60))
    fourth = town.propose(who["ana"], "Due")
    made = town.run(fourth, who)
    made.ends_on = today - timedelta(days=1)
    db_session.flush()
    waits = queries_desk.waits(db_session, who["kai"])
    assert (waits.quiet, waits.due) == (1, 1)
    assert second.stage is Stage.PROPOSED


def test_an_erased_proposer_leaves_no_name_and_personal_data_are_taken_out(app: Portal, db_session: Any) -> None:
    who = town.cast()
    proposal = town.propose(who["ana"], named=True)
    assert queries.page(db_session, Actor(), proposal).proposer == "Ana I."
    assert CONTENT.author(db_session, proposal.id) == who["ana"].person_id
    proposal.proposer_id = None
    assert queries.page(db_session, Actor(), proposal).proposer == ""
    town.run(proposal, who, cost=0)
    texts = CONTENT.texts(db_session, proposal.id)
    assert {"title", "problem", "hypothesis", "stop_rule"} <= set(texts)
    CONTENT.rewrite(db_session, proposal.id, {**texts, "problem": "[…]", "hypothesis": "[…]", "title": ""})
    page = queries.page(db_session, Actor(), proposal)
    assert page.pilot is not None and (page.proposal.problem, page.pilot.hypothesis) == ("[…]", "[…]")
    assert proposal.title, "a title stays"


def test_nobody_fills_the_list(app: Portal, db_session: Any) -> None:
    ana = town.person("Ana Ilves")
    for n in range(rules.MOST_OPEN):
        town.propose(ana, f"Proposal {n}")
    with pytest.raises(Denied):
        town.propose(ana, "One more")
    row = db_session.query(Proposal).first()
    actions.withdraw(ana, row.id, "Mistake")
    town.propose(ana, "One more")


def test_what_was_answered_keeps_its_questions(db_session: Session) -> None:
    who = town.cast()
    lead, kai, kim = who["lea"], who["kai"], who["kim"]
    old, new = town.propose(who["ana"]), town.propose(who["ana"], "Another one")
    screened = screen_with(kai, old)
    said = {"label": {"en": "Do people need it?", "ar": "هل يحتاجه الناس؟"}, "hint": {"en": ""}}
    assert actions_questions.change(lead, "need", said) and not actions_questions.change(lead, "need", said)
    added = actions_questions.add(lead, {"label": {"en": "Who pays?"}, "hint": {}})
    actions_questions.take_away(lead, "kept")
    actions_questions.move(lead, added, -9)
    listed = queries_questions.current(db_session)
    assert listed.keys == [added, "need", "open", "small", "seen", "safe"] and listed.row and listed.row.version == 1
    assert [str(one.label) for one in listed.criteria[:2]] == ["Who pays?", "Do people need it?"]
    assert listed.criteria[0].hint is None and listed.criteria[2].hint is not None
    with i18n.use_locale("de"):  # the rest came over in every language
        assert str(queries_questions.current(db_session).criteria[2].label) != str(listed.criteria[2].label)
    # who screens the old proposal next answers what the first one did
    assert queries_questions.of_proposal(db_session, old.id).criteria == rules.CRITERIA
    assert set(screen_with(kim, old)) == set(screened) == set(rules.KEYS)
    with pytest.raises(Denied, match="changed the screening list"):  # a form that was open before the change
        actions_screen.screen(kim, new.id, town.ANSWERS, "en")
    assert added in screen_with(kim, new)
    actions_questions.take_away(lead, added)  # it has been answered: that stays, in a version of its own
    assert queries_questions.current(db_session).row.version == 2  # type: ignore[union-attr]
    assert added in queries_questions.of_proposal(db_session, new.id).keys
    assert queries.answers_of(db_session, new.id)[added][0].reason == f"Because of {added}."
    with pytest.raises(Denied):
        actions_questions.change(lead, added, said)
    assert actions_questions.add(lead, said) != added  # no answer ever comes to stand under another question


def test_a_list_is_neither_empty_nor_endless(db_session: Session) -> None:
    lead = town.cast()["lea"]
    for key in rules.KEYS[: -rules.LEAST_QUESTIONS]:
        actions_questions.take_away(lead, key)
    with pytest.raises(Denied):
        actions_questions.take_away(lead, rules.KEYS[-1])
    for n in range(rules.MOST_QUESTIONS - rules.LEAST_QUESTIONS):
        actions_questions.add(lead, {"label": {"en": f"Question {n}?"}})
    with pytest.raises(Denied):
        actions_questions.add(lead, {"label": {"en": "One more?"}})


def screen_with(who: Actor, proposal: Proposal) -> list[str]:
    """Somebody answers whatever this proposal is asked; returns the keys of the questions."""
    keys = queries_questions.of_proposal(db.session(), proposal.id).keys
    actions_screen.screen(who, proposal.id, {key: (2, f"Because of {key}.") for key in keys}, "en")
    return keys
