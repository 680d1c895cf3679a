"""Fees on pages: what an applicant sees and prints, what an officer does, a statement looked at and booked."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from portal.audit.models_looks import How, Look
from portal.base import db, i18n
from portal.base.web import Portal
from portal.config import Bank, Settings
from portal.services import actions_bank, actions_fees, creditor, queries_bank, queries_clock, queries_fees
from portal.services.models import Case, CaseRequest, Service
from portal.services.models_fees import BankLine, FeeEntry
from tests.client import Client, Page
from tests.identity.help import enter
from tests.services import bank, town
from tests.services.bank import Paid
from tests.services.test_pages import goods, you


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """A city with a bank account."""
    usual = make_settings()
    return replace(usual, city=replace(usual.city, bank=Bank(name="City of Sundhaven", iban=bank.OURS, bic="SUNDEE2X")))


@pytest.fixture
def ana(app: Portal) -> Client:
    """Ana's browser."""
    client = Client(app)
    enter(client, "Ana Ilves", district="north")
    return client


@pytest.fixture
def kai(app: Portal) -> Client:
    """The officer's."""
    client = Client(app)
    enter(client, "Kai Saar", roles=["case_officer"])
    return client


def sent(ana: Client, **more: Any) -> str:
    """A stall is applied for; the reference of the case."""
    with db.write():
        town.service(form=town.costly(), **more)
    here = ana.post("/en/services/market-stall/begin", page="/en/services/market-stall").url
    ana.post(f"{here}/you", you())
    check = ana.post(f"{here}/goods", goods())
    assert "the page of your case says how to pay" in check
    return ana.post(f"{here}/check").url.rpartition("/")[2].partition("?")[0]


def number_of(reference: str) -> int:
    with db.read() as s:
        return s.scalars(select(Case.id).where(Case.reference == reference)).one()


def look_at(kai: Client, *paid: Paid, **more: Any) -> Page:
    """Send a statement; the page on which it is looked at."""
    return kai.post(
        "/en/staff/cases/fees/statements/read",
        {"file": (io.BytesIO(bank.file(*paid, **more)), "march.xml")},
        page="/en/staff/cases/fees/statements",
    )


def test_the_applicant_sees_what_to_pay_how_and_until_when_and_prints_the_receipt(ana: Client, kai: Client) -> None:
    reference = sent(ana)
    page = ana.get(f"/en/services/cases/{reference}")
    rf = creditor.of(reference)
    assert "Stall" in page and "€108" in page and "City of Sundhaven" in page and "SUNDEE2X" in page
    assert "EE29 0000 0000 2027 5001" in page and rf in page and "<svg" in page.html
    assert i18n.day(queries_clock.after(14)) in page and "To be paid" in page
    assert ana.get(f"/en/services/cases/{reference}/receipt").status == 404
    look = look_at(kai, Paid("108", reference=rf))
    assert "Pays it in full" in look and reference in look
    assert "Booked. 1 payment" in kai.post(f"{look.url}/book", page=look.url)
    page = ana.get(f"/en/services/cases/{reference}")
    assert "Paid" in page and "Bank transfer" in page and "fm-qr" not in page.html
    receipt = ana.get(f"/en/services/cases/{reference}/receipt")
    assert "The city has received" in receipt and "Ana Ilves" in receipt and "March 26, 2027" in receipt
    bert = Client(ana.app)
    enter(bert, "Bert Oja", district="north")
    assert bert.get(f"/en/services/cases/{reference}/receipt").status == 404
    assert kai.get(f"/en/staff/cases/{reference}").status == 200


def test_an_officer_takes_cash_waives_and_pays_back(ana: Client, kai: Client) -> None:
    here = f"/en/staff/cases/{sent(ana)}"
    page = kai.post(f"{here}/take", page=here)
    assert "Take the money at the desk" in page and "Pay money back" not in page
    page = kai.post(f"{here}/fee/cash", {**page.fields(), "cash-amount": "500"}, page=here)
    assert page.status == 422 and "up to €108" in page and 'value="500"' in page.html
    page = kai.post(f"{here}/fee/cash", {**page.fields(), "cash-amount": "much"}, page=here)
    assert page.status == 422 and "Enter an amount" in page and 'value="much"' in page.html
    receipt = kai.post(f"{here}/fee/cash", {**kai.get(here).fields(), "cash-amount": "100"}, page=here)
    assert "Receipt C-" in receipt and "€100" in receipt and "Cash desk" in receipt and "€8" in receipt
    page = kai.post(f"{here}/fee/waive", {**kai.get(here).fields(), "waive-amount": "8", "waive-why": ""}, page=here)
    assert page.status == 422 and "Give the reason" in page
    page = kai.post(f"{here}/fee/waive", {**page.fields(), "waive-amount": "8", "waive-why": "Rain"}, page=here)
    assert "Waived" in page and "Rain" in page
    wrong = {"refund-amount": "20", "refund-payee": "Ana", "refund-iban": "DE88 3704 0044 0532 0130 00"}
    page = kai.post(f"{here}/fee/refund", {**page.fields(), **wrong, "refund-why": "Half a day"}, page=here)
    assert page.status == 422 and "check digits do not fit" in page and "DE88 3704" in page.html
    right = {**wrong, "refund-iban": "DE89 3704 0044 0532 0130 00", "refund-why": "Half a day"}
    page = kai.post(f"{here}/fee/refund", {**page.fields(), **right}, page=here)
    assert "The treasury pays it" in page and bank.THEIRS in page
    shown = ana.get(here.replace("/staff/cases", "/services/cases"))
    assert "Rain" in shown and "Half a day" in shown and bank.THEIRS not in shown
    stale = {**page.fields(), "version": "1", "waive-amount": "1", "waive-why": "x", "refund-why": "x"}
    assert kai.post(f"{here}/fee/refund", {**stale, **right}, page=here).status == 409
    with db.read() as s:
        rows = [(one.kind.value, one.cents) for one in s.scalars(select(FeeEntry).order_by(FeeEntry.id))]
    assert rows == [
        ("charge", 10800), ("payment", 10000), ("waiver", -800), ("waiver", -2000), ("refund", -2000),
    ]  # fmt: skip


def test_a_fee_is_asked_for_on_the_page_and_answered_by_paying(ana: Client, kai: Client) -> None:
    reference = sent(ana)
    here, mine = f"/en/staff/cases/{reference}", f"/en/services/cases/{reference}"
    page = kai.post(f"{here}/take", page=here)
    due = queries_clock.after(9)
    asked = {
        "ask-kind": "fee", "ask-text": "Two metres more", "ask-amount": "1,000,000,000,000",
        "ask-due-day": due.day, "ask-due-month": due.month, "ask-due-year": due.year,
    }  # fmt: skip
    page = kai.post(f"{here}/ask", {**page.fields(), **asked}, page=here)
    assert page.status == 422 and "Enter an amount" in page
    kai.post(f"{here}/ask", {**page.fields(), **asked, "ask-amount": "20"}, page=here)
    shown = ana.get(mine)
    assert "A fee has to be paid" in shown and "Two metres more" in shown and "€128" in shown and "Pay until" in shown
    with db.read() as s:
        request = s.scalars(select(CaseRequest.id)).one()
    assert ana.get(f"{mine}/answer/{request}").url == mine  # there is nothing to write
    look = look_at(kai, Paid("128", text=f"for {reference}"))
    kai.post(f"{look.url}/book", page=look.url)
    assert "Waiting for you" not in ana.get(mine)


def test_a_statement_is_looked_at_first_and_says_what_it_would_do(ana: Client, kai: Client) -> None:
    reference = sent(ana)
    rf = creditor.of(reference)
    empty = kai.post("/en/staff/cases/fees/statements/read", {}, page="/en/staff/cases/fees/statements")
    assert empty.status == 422 and "Choose the file" in empty
    bad = look_at(kai, Paid("x"))
    assert bad.status == 422 and "Line 2 of the file: an amount is missing" in bad
    assert look_at(kai, Paid(), account=bank.THEIRS).status == 422
    paid = [
        Paid("60", reference=rf), Paid("60", reference=rf, day="2027-03-27"), Paid("5", text="=1+1 <b>who</b>"),
        Paid("7", sign="DBIT", payer="Baker"), Paid("9", currency="SEK", reference=rf),
    ]  # fmt: skip
    look = look_at(kai, *paid)
    for words in ("Pays a part", "Pays more than is open", "It names no reference", "another currency", "Paid out"):
        assert words in look, words
    assert "Baker" not in look and "<b>who" not in look.html
    with db.read() as s:
        assert s.scalars(select(BankLine)).all() == []  # nothing yet
    kai.post(f"{look.url}/book", page=look.url)
    again = look_at(kai, *paid)
    assert again.url == look.url and "This file was booked" in again
    late = kai.http.post(f"{look.url}/book", base_url=kai.base, data={"csrf_token": again.token})
    assert late.status_code == 409 and b"Nothing is booked twice" in late.data
    more = look_at(kai, *paid, Paid("1", text="new"))
    assert more.text.count("Known already") >= 5
    gone = kai.post(f"{more.url}/drop", page=more.url)
    assert "Forgotten" in gone and kai.get(more.url).status == 404


def test_payments_without_a_case_are_found_assigned_or_set_aside(ana: Client, kai: Client) -> None:
    reference = sent(ana)
    look = look_at(kai, Paid("108", text="Stall of Ana"), Paid("3", payer="Rex Hund", text="Dog tax"))
    kai.post(f"{look.url}/book", page=look.url)
    assert "2 payments that no case was found for" in kai.get("/en/staff/cases/fees/statements")
    listed = kai.get("/en/staff/cases/fees/payments?state=open&q=stall")
    assert "1 payment" in listed and "No payment fits" in kai.get("/en/staff/cases/fees/payments?q=qqq")
    with db.read() as s:
        ids = {one.text: one.id for one in s.scalars(select(BankLine))}
    here = f"/en/staff/cases/fees/payments/{ids['Stall of Ana']}"
    page = kai.get(here)
    wrong = kai.post(f"{here}/assign", {**page.fields(), "reference": "2027-7K3QX-94HM1"}, page=here)
    assert wrong.status == 422 and "sign by sign" in wrong and "2027-7K3QX-94HM1" in wrong.html
    done = kai.post(f"{here}/assign", {**page.fields(), "reference": reference.lower()}, page=here)
    assert "booked to the case" in done and reference in done
    assert kai.post(f"{here}/not-ours", page.fields(), page=here).status == 409
    off = kai.post(f"{here}/off", {"version": "2"}, page=here)
    assert "can be assigned again" in off
    other = f"/en/staff/cases/fees/payments/{ids['Dog tax']}"
    kai.post(f"{other}/not-ours", {"version": "1"}, page=other)
    assert "Rex Hund" not in kai.get(other) and "Not a fee" in kai.get(other)


def test_who_may_see_and_import(app: Portal, ana: Client) -> None:
    reference = sent(ana)
    with db.write():
        officer = town.person("Kai Saar", "case_officer")
        row = actions_bank.take_in(officer, bank.file(Paid(reference=creditor.of(reference))), "a.xml")
        number = row.id
    here = "/en/staff/cases/fees"
    auditor, scoped = Client(app), Client(app)
    enter(auditor, "Olga Rev", roles=["auditor"])
    with db.write():
        town.person("Rita Rand", "case_officer", department=99)
    enter(scoped, "Rita Rand")
    assert auditor.get(here).status == 200
    seen = auditor.get(f"{here}/statements/{number}")
    assert seen.status == 200 and "Book it" not in seen
    assert auditor.post(f"{here}/statements/{number}/book", token=False).status in (400, 403)
    assert reference not in scoped.get(here) and "Bank statements" not in scoped.get(here)
    for address in (f"{here}/statements", f"{here}/statements/{number}", f"{here}/payments"):
        assert scoped.get(address).status == 403 and ana.get(address).status == 403, address


def test_looking_at_fees_is_noted_and_the_table_is_an_export(app: Portal, ana: Client, kai: Client) -> None:
    reference = sent(ana)
    assert reference in kai.get("/en/staff/cases/fees") and reference in kai.get("/en/staff/cases/fees?state=open")
    assert "No fee fits" in kai.get("/en/staff/cases/fees?state=over")
    first, _last = queries_bank.month_before(queries_clock.today())
    assert re.search(rf'name="since-month"[^>]*value="{first.month}"', kai.get("/en/staff/cases/fees").html)
    assert reference in kai.get(f"/en/staff/cases/fees?q={creditor.printed(creditor.of(reference))}")
    with db.write():
        officer = town.person("Petra Novak", "case_officer")
        case = number_of(reference)
        actions_fees.take_cash(officer, case, 1, 10800)
    today = queries_clock.today()
    day = {f"{name}-{part}": getattr(today, part) for name in ("since", "until") for part in ("day", "month", "year")}
    said = kai.http.get("/en/staff/cases/fees/entries.csv", base_url=kai.base, query_string=day)
    lines = list(csv.DictReader(io.StringIO(said.data.decode("utf-8-sig"))))
    assert [(one["kind"], one["amount"], one["case"]) for one in lines] == [
        ("charge", "108.00", reference), ("payment", "108.00", reference),
    ]  # fmt: skip
    assert lines[1]["receipt"].startswith("C-")
    with db.read() as s:
        looks = {(one.page, one.how) for one in s.scalars(select(Look))}
    assert ("services_staff.fee_entries", How.EXPORT) in looks and ("services_staff.fees", How.SEARCH) in looks


def test_the_lists_are_read_in_a_fixed_number_of_selects(app: Portal, kai: Client, count_queries: Any) -> None:
    with db.write():
        row = town.service(form=town.costly())

    def many(number: int, address: str) -> int:
        with db.write() as s:
            officer = town.person("Kai Saar", "case_officer")
            paid = []
            for _each in range(number):
                case = town.filed(town.person("Ana Ilves"), row)
                paid.append(Paid("108", reference=creditor.of(case.reference)))
            actions_bank.book(officer, actions_bank.take_in(officer, bank.file(*paid), "a.xml").id)
            actions_bank.take_in(officer, bank.file(*paid, Paid(text=str(number))), "b.xml")
            assert queries_fees.stand_of(s, case.id).open == 0
        kai.get(address)
        with count_queries(app) as counted:
            kai.get(address)
        return int(counted.number)

    here = "/en/staff/cases/fees"
    for address in (here, f"{here}/payments", f"{here}/statements"):
        assert many(1, address) == many(25, address) <= 13, address


def test_a_service_says_when_its_fee_is_paid(app: Portal) -> None:
    boss = Client(app)
    enter(boss, "Pia Saar", roles=["administrator"])
    said = {
        "slug": "dog", "title_en": "Dog licence", "period": "2", "unit": "weeks", "resume": "continue",
        "silence": "nothing", "extension_days": "0", "answer_days": "14", "appeal_days": "30", "valid_days": "0",
        "pay_first": "1",
    }  # fmt: skip
    page = boss.post("/en/staff/cases/services/new", {**said, "pay_days": "0"})
    assert page.status == 422
    boss.post("/en/staff/cases/services/new", {**said, "pay_days": "30"})
    with db.read() as s:
        row = s.scalars(select(Service)).one()
    assert (row.pay_days, row.pay_first) == (30, True)
