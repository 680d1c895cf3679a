"""A fee from the filing to the receipt: paid by bank, at the desk, in parts, twice; waived, paid back, asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from portal.app import create_app
from portal.base import clock, db, ground
from portal.base.actor import SYSTEM, Actor
from portal.base.web import Portal
from portal.config import Bank, City, ConfigError, Settings
from portal.notifications.models import Message
from portal.papers.models import Paper
from portal.rights import actions_erase
from portal.rights.models import Cause
from portal.services import (
    actions,
    actions_bank,
    actions_desk,
    actions_fees,
    creditor,
    jobs,
    queries_bank,
    queries_clock,
    queries_fees,
)
from portal.services.models import Case, CaseRequest, CaseState, Outcome, Wanted
from portal.services.models_fees import BankLine, Fee, FeeEntry, LineState, Statement
from portal.services.rules import Denied
from portal.services.rules_fees import FeeState, Stand
from tests.services import bank, town
from tests.services.bank import Paid

GRANT: dict[str, Any] = {"outcome": Outcome.GRANTED, "reason": "", "text": "", "basis": "", "conditions": []}


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """A city with a bank account."""
    usual = make_settings()
    return replace(usual, city=replace(usual.city, bank=Bank(name="City of Sundhaven", iban=bank.OURS)))


@pytest.fixture(autouse=True)
def _here(app: Portal) -> None:
    """Every story happens in a portal."""


@pytest.fixture
def writing(_here: None) -> Iterator[Any]:
    """One transaction."""
    with db.write() as s:
        yield s


def stall(**more: Any) -> tuple[Case, Actor, Actor]:
    """A case that costs 108.00, its applicant, and the officer who has it."""
    row = town.service(form=town.costly(), **more)
    ana, kai = town.person("Ana Ilves"), town.person("Kai Saar", "case_officer")
    case = town.filed(ana, row)
    actions_desk.take(kai, case.id)
    return case, ana, kai


def stand(case: Case) -> Stand:
    return queries_fees.stand_of(db.session(), case.id)


def rf(case: Case) -> str:
    return creditor.of(case.reference)


def booked(kai: Actor, *paid: Paid, **more: Any) -> int:
    """Read a statement and book it."""
    return actions_bank.book(kai, actions_bank.take_in(kai, bank.file(*paid, **more), "march.xml").id)


def told(who: Actor) -> list[str]:
    wanted = select(Message.notice).where(Message.person_id == who.person_id).order_by(Message.id)
    return list(db.session().scalars(wanted))


# --- it falls due -----------------------------------------------------------------------------------------------------


def test_a_fee_falls_due_with_the_lines_of_the_form(writing: Any) -> None:
    row, ana = town.service(form=town.costly()), town.person("Ana Ilves")
    case = town.filed(ana, row, kind="crafts")
    account = queries_fees.account(writing, case.id)
    assert account is not None and account.fee.reference == rf(case)
    assert [(one.cents, one.label["en"]) for one in account.owed] == [(10800, "Stall"), (-5400, "Crafts pay half")]
    assert account.stand.state is FeeState.DUE and account.stand.open == 5400
    assert account.fee.due_on == queries_clock.after(14)
    way = account.transfer
    assert way is not None and way.name == "City of Sundhaven" and "EUR54.00" in (way.code or "")
    assert told(ana) == ["case.filed", "case.fee"]


def test_what_is_free_asks_for_nothing(writing: Any) -> None:
    row, ana = town.service(form=town.costly()), town.person("Ana Ilves")
    case = town.filed(ana, row, metres=1)
    assert stand(case).state is FeeState.FREE and told(ana) == ["case.filed"]
    plain = town.filed(ana, town.service("other"))
    assert queries_fees.account(writing, plain.id) is None


def test_the_ledger_is_only_added_to_whoever_tries(writing: Any) -> None:
    case, _ana, kai = stall()
    actions_fees.waive(kai, case.id, case.version, 800, "Small stall")
    for attempt in ("UPDATE service_fee_entry SET cents = 1", "DELETE FROM service_fee_entry"):
        with pytest.raises(DatabaseError, match="only added to"), writing.begin_nested():
            writing.execute(text(attempt))
    writing.execute(text("UPDATE service_fee_entry SET note = '–' WHERE note <> ''"))  # when its person is forgotten
    for wrong in ("waiver", "refund"):  # neither without a reason
        with pytest.raises(DatabaseError), writing.begin_nested():
            writing.add(
                FeeEntry(
                    fee_id=writing.scalars(select(Fee.id)).one(), kind=wrong, cents=-1, key=wrong,
                    booked_on=queries_clock.today(), at=clock.now(),
                )
            )  # fmt: skip


# --- by bank ----------------------------------------------------------------------------------------------------------


def test_a_statement_pays_a_case_in_parts_and_the_rest_is_told(writing: Any) -> None:
    case, ana, kai = stall()
    assert booked(kai, Paid("58", reference=rf(case)), Paid("3", text="nothing"), Paid("9", sign="DBIT")) == 1
    assert stand(case).state is FeeState.PART and stand(case).open == 5000
    assert booked(kai, Paid("50", text=f"rest {creditor.printed(rf(case))}", day="2027-03-27")) == 1
    assert stand(case).state is FeeState.PAID
    assert told(ana)[-2:] == ["case.fee_changed", "case.paid"]
    lines = writing.scalars(select(BankLine).order_by(BankLine.id)).all()
    assert sorted((one.state, one.payer) for one in lines) == [
        (LineState.BOOKED, "Ana Ilves"), (LineState.BOOKED, "Ana Ilves"), (LineState.OPEN, "Ana Ilves"),
        (LineState.OUT, ""),
    ]  # fmt: skip


def test_the_same_file_and_an_overlapping_one_change_nothing(writing: Any) -> None:
    case, _ana, kai = stall()
    first = [Paid("20", reference=rf(case)), Paid("20", reference=rf(case)), Paid("1")]
    data = bank.file(*first)
    row = actions_bank.take_in(kai, data, "a.xml")
    actions_bank.book(kai, row.id)
    assert stand(case).received == 4000  # two equal payments of one day are two
    assert actions_bank.take_in(kai, data, "b.xml").id == row.id
    with pytest.raises(Denied, match="booked already"):
        actions_bank.book(kai, row.id)
    overlap = actions_bank.take_in(kai, bank.file(*first, Paid("5", reference=rf(case)), version=bank.NEW), "c.xml")
    assert actions_bank.book(kai, overlap.id) == 1
    assert stand(case).received == 4500 and overlap.fresh == 1


def test_a_double_payment_and_one_that_is_too_large_are_seen_and_paid_back(writing: Any) -> None:
    case, ana, kai = stall()
    booked(kai, Paid("108", reference=rf(case), ours="1"), Paid("108", reference=rf(case), ours="2"))
    assert stand(case).state is FeeState.OVER and stand(case).over == 10800
    fee = writing.scalars(select(Fee)).one()
    assert queries_fees.paid_from(writing, fee.id) == ("Ana Ilves", bank.THEIRS)
    with pytest.raises(Denied, match="up to"):
        actions_fees.refund(kai, case.id, case.version, 30000, why="x", iban=bank.THEIRS, payee="Ana")
    actions_fees.refund(kai, case.id, case.version, 10800, why="Paid twice", iban=bank.THEIRS, payee="Ana Ilves")
    assert stand(case).state is FeeState.PAID and told(ana)[-1] == "case.refunded"


def test_whose_reference_is_wrong_is_assigned_by_a_person_and_taken_off_again(writing: Any) -> None:
    case, _ana, kai = stall()
    other = town.filed(town.person("Bert Oja"), town.service("second", form=town.costly()))
    wrong = "03" if rf(case)[2:4] == "02" else "02"
    booked(kai, Paid("108", reference=f"RF{wrong}{rf(case)[4:]}"))
    line = writing.scalars(select(BankLine)).one()
    assert (line.state, line.why) == (LineState.OPEN, "mistyped")
    with pytest.raises(actions_bank.NoCase, match="sign by sign"):
        actions_bank.assign(kai, line.id, line.version, "2027-00000-00000")
    actions_bank.assign(kai, line.id, line.version, other.reference.lower())
    with pytest.raises(Denied, match="in the meantime"):
        actions_bank.assign(kai, line.id, 1, case.reference)
    assert stand(other).state is FeeState.PAID
    actions_bank.take_off(kai, line.id, line.version)
    assert stand(other).state is FeeState.DUE and line.why == "moved"
    actions_bank.assign(kai, line.id, line.version, creditor.printed(rf(case)))
    assert stand(case).state is FeeState.PAID and line.state is LineState.BOOKED


def test_what_is_no_fee_keeps_nobodys_name(writing: Any) -> None:
    _case, _ana, kai = stall()
    booked(kai, Paid("80", text="Dog tax of Rex", reference="X"))
    line = writing.scalars(select(BankLine)).one()
    actions_bank.not_ours(kai, line.id, line.version)
    assert (line.state, line.payer, line.payer_iban, line.text, line.reference) == (LineState.NOT_OURS, "", "", "", "")
    with pytest.raises(Denied, match="in the meantime"):
        actions_bank.not_ours(kai, line.id, line.version)


def test_the_bank_takes_a_payment_back_and_a_person_books_it(writing: Any) -> None:
    case, _ana, kai = stall()
    booked(kai, Paid("108", reference=rf(case)))
    booked(kai, Paid("108", reference=rf(case), sign="DBIT", back=True, day="2027-03-29"))
    line = writing.scalars(select(BankLine).where(BankLine.cents < 0)).one()
    assert (line.state, line.why) == (LineState.OPEN, "taken_back")
    actions_bank.assign(kai, line.id, line.version, case.reference)
    assert stand(case).state is FeeState.DUE


def test_a_file_that_nobody_books_is_forgotten_after_a_day(writing: Any) -> None:
    _case, _ana, kai = stall()
    row = actions_bank.take_in(kai, bank.file(Paid()), "a.xml")
    kept = actions_bank.take_in(kai, bank.file(Paid("2")), "b.xml")
    row.read_at = clock.now() - timedelta(hours=25)
    writing.flush()
    assert actions_bank.forget(writing) == 1
    assert list(writing.scalars(select(Statement.id))) == [kept.id]


def test_nobody_handles_the_fee_of_their_own_case(writing: Any) -> None:
    row = town.service(form=town.costly())
    kai = town.person("Kai Saar", "case_officer")
    case = town.filed(kai, row)
    for act in (
        lambda: actions_fees.waive(kai, case.id, case.version, 100, "x"),
        lambda: actions_fees.take_cash(kai, case.id, case.version, 100),
        lambda: actions_fees.refund(kai, case.id, case.version, 100, why="x", iban=bank.THEIRS, payee="Kai"),
    ):
        with pytest.raises(Denied, match="your own"):
            act()
    booked(kai, Paid("108"))
    line = writing.scalars(select(BankLine)).one()
    with pytest.raises(Denied, match="your own"):
        actions_bank.assign(kai, line.id, line.version, case.reference)
    assert stand(case).received == 0


def test_who_is_forgotten_leaves_the_sums_and_no_name(app: Portal) -> None:
    with db.write() as s:
        case, ana, kai = stall()
        booked(kai, Paid("208", reference=rf(case), text="Stall of Ana Ilves"))
        actions_fees.refund(kai, case.id, case.version, 10000, why="Ana paid", iban=bank.THEIRS, payee="Ana Ilves")
        number, before = case.id, stand(case)
    with db.write() as s:
        assert ana.person_id is not None
        actions_erase.erase(s, actions_erase.confirm(s, ana.person_id, Cause.ASKED, clock.now()), clock.now())
    with db.read() as s:
        assert queries_fees.stand_of(s, number) == before
        entries = s.scalars(select(FeeEntry)).all()
        kept = " ".join(f"{one.note} {one.iban} {one.payee}" for one in entries)
        line = s.scalars(select(BankLine)).one()
        kept += f" {line.payer} {line.payer_iban} {line.text} {line.reference}"
        assert "Ana" not in kept and bank.THEIRS not in kept and rf(case) not in kept


# --- at the desk ------------------------------------------------------------------------------------------------------


def test_the_cash_desk_gives_receipts_without_a_gap(writing: Any) -> None:
    case, ana, kai = stall()
    one = actions_fees.take_cash(kai, case.id, case.version, 800)
    with pytest.raises(Denied, match="up to"):
        actions_fees.take_cash(kai, case.id, case.version, 10001)  # more than is open: no receipt, no number
    with pytest.raises(Denied, match="Somebody else"):
        actions_fees.take_cash(kai, case.id, case.version - 1, 800)  # the button pressed twice
    two = actions_fees.take_cash(kai, case.id, case.version, 10000)
    papers = [writing.get_one(Paper, row.paper_id) for row in (one, two)]
    assert [paper.sequence for paper in papers] == [1, 2] and papers[0].person_id == ana.person_id
    assert papers[1].values["amount"] == "€100" and stand(case).state is FeeState.PAID
    assert told(ana)[-1] == "case.paid"


def test_waived_in_part_and_whole_with_a_reason(writing: Any) -> None:
    case, _ana, kai = stall()
    actions_fees.waive(kai, case.id, case.version, 800, "The stall is small")
    assert stand(case).open == 10000
    with pytest.raises(Denied, match="up to"):
        actions_fees.waive(kai, case.id, case.version, 10001, "x")
    actions_fees.waive(kai, case.id, case.version, 10000, "Hardship")
    assert stand(case).state is FeeState.WAIVED
    with pytest.raises(Denied, match="any more"):
        actions_fees.waive(kai, case.id, case.version, 1, "x")


def test_a_whole_fee_paid_back_is_owed_no_more(writing: Any) -> None:
    case, _ana, kai = stall()
    booked(kai, Paid("108", reference=rf(case)))
    actions_fees.refund(kai, case.id, case.version, 10800, why="Market cancelled", iban=bank.THEIRS, payee="Ana Ilves")
    assert stand(case).state is FeeState.REFUNDED and stand(case).open == 0


# --- asked for, and paid first ----------------------------------------------------------------------------------------


def test_a_fee_that_is_asked_for_stops_the_clock_until_it_is_paid(writing: Any) -> None:
    case, ana, kai = stall()
    until = queries_clock.after(7)
    asked = {"kind": Wanted.FEE, "text": "Two metres more", "language": "en", "due_on": until}
    actions_desk.ask(kai, case.id, case.version, **asked, cents=2000)
    assert case.state is CaseState.WAITING and stand(case).open == 12800
    request = writing.scalars(select(CaseRequest)).one()
    with pytest.raises(Denied, match="by paying"):
        actions.answer(ana, case.id, request.id, "I paid, honestly")
    booked(kai, Paid("100", reference=rf(case)))
    assert case.state is CaseState.WAITING
    booked(kai, Paid("28", reference=rf(case)))
    assert case.state is CaseState.CHECKING and request.answered_at is not None
    with pytest.raises(Denied, match="Enter the amount"):
        actions_desk.ask(kai, case.id, case.version, **asked)


def test_taking_the_question_back_takes_the_charge_back(writing: Any) -> None:
    case, _ana, kai = stall()
    actions_desk.ask(
        kai,
        case.id,
        case.version,
        kind=Wanted.FEE,
        text="More",
        language="en",
        due_on=queries_clock.after(7),
        cents=500,
    )
    actions_desk.take_back(kai, case.id, writing.scalars(select(CaseRequest.id)).one())
    assert stand(case).owed == 10800 and case.state is CaseState.CHECKING


def test_where_a_service_says_so_nothing_is_granted_before_it_is_paid(writing: Any) -> None:
    case, _ana, kai = stall(pay_first=True)
    with pytest.raises(Denied, match="paid first"):
        actions_desk.propose(kai, case.id, case.version, **GRANT)
    booked(kai, Paid("108", reference=rf(case)))
    assert actions_desk.propose(kai, case.id, case.version, **GRANT)
    other = town.filed(town.person("Bert Oja"), town.service("second", form=town.costly(), pay_first=True))
    actions_desk.take(kai, other.id)
    refusal = {**GRANT, "outcome": Outcome.REFUSED, "reason": "place", "text": "No room", "basis": "Section 4"}
    assert actions_desk.propose(kai, other.id, other.version, **refusal)  # a no needs no money


# --- the treasury, the settings, two at once --------------------------------------------------------------------------


def test_the_table_for_the_accounts_adds_up_and_holds_no_formula(writing: Any) -> None:
    case, _ana, kai = stall()
    booked(kai, Paid("208", reference=rf(case)))
    actions_fees.refund(kai, case.id, case.version, 10000, why="Too much", iban=bank.THEIRS, payee="=cmd|'/c calc'!A1")
    every = Actor(person_id=kai.person_id, roles=frozenset({"case_officer"}))
    days = (queries_clock.today() - timedelta(days=4000), queries_clock.today() + timedelta(days=4000))
    rows = queries_bank.entries(writing, every, *days)
    assert [(row[3], row[5]) for row in rows] == [("charge", "108.00"), ("payment", "208.00"), ("refund", "-100.00")]
    assert rows[1][1] == "2027-03-26" and rows[2][11] == bank.THEIRS
    assert queries_bank.entries(writing, Actor(person_id=1), *days) == []


def test_settings_that_name_no_account_that_can_be_are_refused_at_the_start(settings: Settings) -> None:
    for wrong in (Bank(iban="EE30 0000 0000 2027 5001"), Bank(iban=bank.OURS, bic="SHORT")):
        with pytest.raises(ConfigError, match=r"city\.bank"):
            create_app(replace(settings, city=City(name="S", time_zone="Europe/Tallinn", bank=wrong)))


def test_without_an_account_nothing_is_read_and_nothing_is_shown(app: Portal, writing: Any) -> None:
    case, _ana, kai = stall()
    app.ground.settings = replace(app.ground.settings, city=replace(app.ground.settings.city, bank=Bank()))
    with pytest.raises(Denied, match="no bank account"):
        actions_bank.take_in(kai, bank.file(Paid()), "a.xml")
    account = queries_fees.account(writing, case.id)
    assert account is not None and account.transfer is None


def at_once(app: Portal, *acts: Callable[[], Any]) -> list[Any]:
    """Each act in a thread and a transaction of its own, begun at the same moment; what each returned or raised."""
    gate, found = threading.Barrier(len(acts)), list[Any]([None] * len(acts))

    def run(place: int, act: Callable[[], Any]) -> None:
        ground.stand_on(app.ground)
        gate.wait()
        try:
            with db.write():
                found[place] = act()
        except Exception as error:
            found[place] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


def test_one_file_twice_at_the_same_moment_is_booked_once(app: Portal) -> None:
    with db.write():
        case, _ana, kai = stall()
        number, paid = case.id, [Paid("20", reference=rf(case), ours=str(n)) for n in range(5)]
    data, same, more = bank.file(*paid), bank.file(*paid), bank.file(*paid, Paid("8", reference=rf(case), ours="x"))
    read = at_once(
        app, *(lambda one=one: actions_bank.take_in(kai, one, "a.xml").id for one in (data, same, more, data))
    )
    assert not [one for one in read if isinstance(one, Exception)], read
    assert len(set(read)) == 2
    done = at_once(app, *(lambda one=one: actions_bank.book(kai, one) for one in read))
    assert all(isinstance(one, int | Denied) for one in done), done
    with db.read() as s:
        assert queries_fees.stand_of(s, number).received == 10800
        assert s.scalar(select(func.count()).select_from(BankLine)) == 6
        assert s.scalar(select(func.count()).select_from(Statement)) == 2


def test_what_was_not_finished_is_as_if_it_had_never_begun(app: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    with db.write():
        case, _ana, kai = stall()
        row = actions_bank.take_in(kai, bank.file(Paid("8", reference=rf(case)), Paid("100", reference=rf(case))), "a")
        number, file = case.id, row.id
    counted = actions_fees.receive

    def dies(*given: Any, **more: Any) -> Any:
        counted(*given, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(actions_bank, "receive", dies)
    with pytest.raises(KeyboardInterrupt), db.write():
        actions_bank.book(kai, file)
    monkeypatch.undo()
    with db.write() as s:
        assert s.scalar(select(func.count()).select_from(BankLine)) == 0
        assert actions_bank.book(kai, file) == 2
        assert queries_fees.stand_of(s, number).state is FeeState.PAID
    jobs.forget({})
    assert SYSTEM.person_id is None
