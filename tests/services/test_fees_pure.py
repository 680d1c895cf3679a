"""References, the code for banking apps, statements of a bank, whose a payment is, and how an account stands."""

from __future__ import annotations

import re

import pytest
import segno.helpers
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.services import creditor, epc, rules, rules_fees, statements
from portal.services.models_fees import EntryKind
from portal.services.rules_fees import FeeState, Stand
from portal.services.statements import BadStatement
from portal.services.statements_match import Fit, match, match_all, named
from tests.services import bank
from tests.services.bank import NEW, OLD, Paid

CASE = "2027-7K3QX-94HM0"
RF = creditor.of(CASE)


# --- references -------------------------------------------------------------------------------------------------------


def test_references_have_the_check_digits_of_the_standard() -> None:
    # the examples that banks and the standard's own papers give
    for known in ("RF18539007547034", "RF712348231", "RF332348236", "RF45G72UUR"):
        assert creditor.good(known) and creditor.of(known[4:]) == known
    assert not creditor.good("RF19539007547034") and not creditor.good("RF18") and not creditor.good("rf18539007547034")
    assert creditor.printed(RF) == "RF29 2027 7K3Q X94H M0" and creditor.plain(" rf29 2027 7k3qx94hm0") == RF
    with pytest.raises(ValueError, match="no reference"):
        creditor.of("2027/1")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(RF) - 1), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_sign_is_always_noticed(place: int, sign: str) -> None:
    if RF[place].isdigit() != sign.isdigit():
        return  # a letter counts as two digits: there the check signs of the case itself stand guard
    wrong = RF[:place] + sign + RF[place + 1 :]
    assert creditor.good(wrong) == (wrong == RF)


def test_a_reference_is_found_in_a_sentence_however_it_is_written() -> None:
    for text in (RF, f"Parking {creditor.printed(RF)} thank you", f"{RF.lower()}", f"REF:{RF}/ANA", f"RF 29{RF[4:]}"):
        assert creditor.mentioned(text) == [RF], text
    other = creditor.of("2027-AAAAA-BBBBB")
    assert creditor.mentioned(f"{RF} {other}") == [RF, other]
    assert creditor.mentioned("RF00 nothing, RF") == []
    assert creditor.numbers(f"my case {CASE.lower()} of march") == [CASE]


# --- the code for banking apps ----------------------------------------------------------------------------------------


def test_the_code_says_what_another_maker_of_such_codes_says() -> None:
    said = epc.text(name="City of Sundhaven", iban=bank.OURS, cents=10845, reference=RF, bic="SUNDEE2X")
    assert said is not None
    other = segno.helpers.make_epc_qr(
        "City of Sundhaven", bank.OURS, "108.45", reference=RF, bic="SUNDEE2X", encoding="utf-8"
    )
    assert segno.make_qr(said, error="m", encoding="utf-8", boost_error=False).matrix == other.matrix


@pytest.mark.parametrize(
    "wrong",
    [{"cents": 0}, {"cents": 100_000_000_000}, {"name": " "}, {"iban": ""}, {"bic": "SHORT"}, {"reference": "9" * 36}],
)
def test_rather_no_code_than_a_wrong_one(wrong: dict[str, object]) -> None:
    good: dict[str, object] = {"name": "City", "iban": bank.OURS, "cents": 1, "reference": RF}
    assert epc.text(**good) is not None  # type: ignore[arg-type]
    assert epc.text(**{**good, **wrong}) is None  # type: ignore[arg-type]


def test_no_line_can_be_smuggled_into_the_code() -> None:
    said = epc.text(name="City\nBCD\r\n" + "ä" * 90, iban=bank.OURS, cents=1, reference=RF)
    assert said is not None and said.count("\n") == 9 and len(said.splitlines()[5]) <= 70


# --- statements -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [OLD, NEW])
def test_both_versions_say_the_same(version: str) -> None:
    said = statements.read(
        bank.file(
            Paid(reference=RF, text="Parking", ours="2027032600001"), Paid("5.5", sign="DBIT", payer="Baker"),
            Paid("7", status="PDNG"), version=version,
        ), bank.OURS,
    )  # fmt: skip
    one, two = said.entries
    assert (one.cents, one.currency, one.references, one.text) == (10800, "EUR", (RF,), "Parking")
    assert (one.payer, one.payer_iban, one.booked_on.isoformat()) == ("Ana Ilves", bank.THEIRS, "2027-03-26")
    assert two.cents == -550 and said.pending == 1
    other = statements.read(bank.file(Paid(reference=RF, text="Parking", ours="2027032600001")), bank.OURS)
    assert other.entries[0].key == one.key


def test_the_same_entry_has_the_same_key_in_every_file_and_two_equal_ones_have_two() -> None:
    twice = Paid("20", text="Fee")
    whole = statements.read(bank.file(Paid("1"), twice, twice), bank.OURS).entries
    assert len({one.key for one in whole}) == 3
    again = statements.read(bank.file(twice, Paid("3", day="2027-03-25"), twice, version=NEW), bank.OURS).entries
    assert [again[0].key, again[2].key] == [whole[1].key, whole[2].key]
    # the bank's own reference is enough where it gives one, whatever else is written differently
    known = Paid("9", ours="X1", text="a")
    keys = {statements.read(bank.file(known.but(text=text)), bank.OURS).entries[0].key for text in ("a", "b")}
    assert len(keys) == 1
    different = {statements.read(bank.file(one), bank.OURS).entries[0].key for one in (known, known.but(amount="10"))}
    assert len(different) == 2  # a bank that uses one reference for everything loses nobody's payment


@pytest.mark.parametrize("version", [OLD, NEW])
def test_payments_booked_as_one_are_told_apart_where_the_file_tells_their_amounts(version: str) -> None:
    parts = [Paid("10", reference=RF), Paid("15", text="other")]
    told = bank.wrapped(bank.entry(Paid("25", ours="B1"), version, parts), version)
    assert [one.cents for one in statements.read(told, bank.OURS).entries] == [1000, 1500]
    untold = bank.wrapped(bank.entry(Paid("25", ours="B1"), version, parts, told=False), version)
    (one,) = statements.read(untold, bank.OURS).entries
    assert one.collective and one.cents == 2500
    wrong = bank.wrapped(bank.entry(Paid("26", ours="B1"), version, parts), version)  # they do not add up
    assert statements.read(wrong, bank.OURS).entries[0].collective


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">&b;</Document>'
)
GOOD = bank.file(Paid())
HOSTILE = {
    "empty": (b" ", "empty"),
    "no xml": (b"%PDF-1.7 \x00\xff", "Line 1 of the file: this is not readable XML"),
    "cut off": (GOOD[:-30], "Line 3"),
    "document type": (BOMB, "document types"),
    "outside": (GOOD.replace(b"?><", b'?><!DOCTYPE D SYSTEM "file:///etc/passwd"><', 1), "document types"),
    "encoding": (GOOD.replace(b"UTF-8", b"EBCDIC-INT"), "encoding|readable"),
    "another format": (GOOD.replace(b"camt.053.001.02", b"pain.001.001.03"), "no account statement|Ask the bank"),
    "another version": (GOOD.replace(b"camt.053.001.02", b"camt.053.001.04"), r"is camt\.053\.001\.04"),
    "no name space": (GOOD.replace(b"urn:iso", b"urn:oso"), "no account statement"),
    "two name spaces": (
        GOOD.replace(b"<BkToCstmrStmt>", b'<BkToCstmrStmt xmlns="urn:x">'), "no account statement"
    ),
    "deep": (GOOD.replace(b"<Stmt>", b"<Stmt>" + b"<a>" * 60), "more here"),
    "no statement": (GOOD.replace(b"Stmt>", b"Rpt>"), "no account statement|readable"),
    "no account": (GOOD.replace(bank.OURS.encode(), b"EE29"), "Line 1 .*no account number"),
    "another account": (bank.file(Paid(), account=bank.THEIRS), "about the account DE89 3704"),
    "no amount": (bank.file(Paid("")), "Line 2 .*amount is missing"),
    "letters": (bank.file(Paid("1e9")), "amount is missing"),
    "negative": (bank.file(Paid("-5")), "amount is missing"),
    "comma": (bank.file(Paid("5,00")), "amount is missing"),
    "parts of a cent": (bank.file(Paid("5.001")), "parts of a cent"),
    "no currency": (bank.file(Paid(currency="€")), "no currency"),
    "no day": (bank.file(Paid(day="2027-02-30")), "day of an entry"),
    "no direction": (bank.file(Paid(sign="BOTH")), "came or went"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_file_that_does_not_fit_is_refused_with_its_place(name: str) -> None:
    data, says = HOSTILE[name]
    with pytest.raises(BadStatement) as wrong:
        statements.read(data, bank.OURS)
    assert re.search(says, str(wrong.value.reason)), str(wrong.value.reason)


def test_limits_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MOST_BYTES", 2_000_000)
    with pytest.raises(BadStatement, match="larger"):
        statements.read(b" " * 2_000_001, bank.OURS)
    monkeypatch.setattr(statements, "MOST_ENTRIES", 2)
    with pytest.raises(BadStatement, match="more than"):
        statements.read(bank.file(Paid(), Paid(), Paid()), bank.OURS)


def test_what_people_write_in_a_transfer_cannot_break_out_of_a_line() -> None:
    (one,) = statements.read(
        bank.file(Paid(text="<b>=1+1</b>\n\u202eevil\x85" + "x" * 3000, payer="A" * 500)), bank.OURS
    ).entries
    assert one.text.startswith("<b>=1+1</b> evil") and len(one.text) <= 1000 and len(one.payer) == 140


# --- whose a payment is -----------------------------------------------------------------------------------------------


def entry(**more: object) -> statements.Entry:
    return statements.read(bank.file(Paid(**more)), bank.OURS).entries[0]  # type: ignore[arg-type]


OTHER = creditor.of("2027-AAAAA-BBBBB")
TABLE = [
    ({"reference": RF}, RF, ""),
    ({"reference": creditor.printed(RF)}, RF, ""),
    ({"text": f"Parken {RF} danke"}, RF, ""),
    ({"end_to_end": RF}, RF, ""),
    ({"text": f"{RF} {RF}"}, RF, ""),
    ({"reference": RF, "text": OTHER}, RF, ""),  # the structured one counts
    ({"text": f"{RF} {OTHER}"}, "", "several"),
    ({"reference": creditor.of("2027-ZZZZZ-ZZZZZ")}, "", "unknown"),
    ({"reference": "RF30" + RF[4:]}, "", "mistyped"),
    ({"reference": "RF30202700037ABCDE"}, "", "mistyped"),  # although RF30202700037ABC fits by chance
    ({"text": f"RF30{RF[4:]}"}, "", "mistyped"),
    ({"text": "Parking permit of Ana"}, "", "none"),
    ({"amount": "108.00"}, "", "none"),  # the right amount alone is nobody's
    ({"reference": RF, "currency": "SEK"}, "", "currency"),
    ({"reference": RF, "sign": "DBIT", "back": True}, "", "taken_back"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "reference", "why"), TABLE)
def test_a_payment_is_of_the_case_that_it_names_and_of_no_other(
    said: dict[str, object], reference: str, why: str
) -> None:
    found = match(entry(**said), {RF, OTHER}.__contains__, currency="EUR")
    assert (found.reference, found.why, found.out) == (reference, why, False)


def test_the_reference_of_the_case_does_as_well_and_money_that_left_is_nobodys() -> None:
    number = rules.new_reference(2027)
    assert named(entry(text=f"case {number}"))[0] == [creditor.of(number)]
    assert named(entry(text=f"case {CASE}"))[0] == []  # its check signs are wrong
    assert match(entry(reference=RF, sign="DBIT"), {RF}.__contains__, currency="EUR").out


def test_part_full_too_much_and_twice() -> None:
    said = [entry(reference=RF, amount=amount) for amount in ("50", "58", "10", "108")]
    stands = {RF: Stand(charged=10800)}
    fits = [one.fit for one in match_all(said, stands, currency="EUR")]
    assert fits == [Fit.PART, Fit.EXACT, Fit.AGAIN, Fit.AGAIN]
    (one,) = match_all([entry(reference=RF, amount="109")], stands, currency="EUR")
    assert one.fit is Fit.MORE


# --- how an account stands --------------------------------------------------------------------------------------------

C, W, P, R = EntryKind.CHARGE, EntryKind.WAIVER, EntryKind.PAYMENT, EntryKind.REFUND
STANDS = [
    ([], FeeState.FREE, 0, 0),
    ([(C, 100), (C, -100)], FeeState.FREE, 0, 0),
    ([(C, 100)], FeeState.DUE, 100, 0),
    ([(C, 100), (P, 40)], FeeState.PART, 60, 0),
    ([(C, 100), (P, 40), (P, 60)], FeeState.PAID, 0, 0),
    ([(C, 100), (P, 100), (P, 100)], FeeState.OVER, 0, 100),
    ([(C, 100), (P, 100), (P, 100), (R, -100)], FeeState.PAID, 0, 0),
    ([(C, 100), (W, -100)], FeeState.WAIVED, 0, 0),
    ([(C, 100), (W, -30), (P, 70)], FeeState.PAID, 0, 0),
    ([(C, 100), (P, 100), (W, -100), (R, -100)], FeeState.REFUNDED, 0, 0),
    ([(C, 100), (P, 100), (P, -100)], FeeState.DUE, 100, 0),  # the bank took it back
    ([(C, 100), (P, 100), (C, 50)], FeeState.PART, 50, 0),
]


@pytest.mark.parametrize(("entries", "state", "still", "over"), STANDS)
def test_the_state_is_the_sum_of_the_lines(
    entries: list[tuple[EntryKind, int]], state: FeeState, still: int, over: int
) -> None:
    it = rules_fees.stand(entries)
    assert (it.state, it.open, it.over) == (state, still, over)


def test_what_may_be_done_with_an_account() -> None:
    due, over = Stand(charged=100), Stand(charged=100, paid=150)
    assert rules_fees.may_waive(due, 100) and not rules_fees.may_waive(due, 101) and not rules_fees.may_waive(due, 0)
    assert not rules_fees.may_waive(over, 1) and not rules_fees.may_take(over, 1) and rules_fees.may_take(due, 1)
    assert rules_fees.may_refund(over, 150) and not rules_fees.may_refund(over, 151)
    assert not rules_fees.may_refund(due, 1)
    assert rules_fees.may_grant(due, pay_first=False) and not rules_fees.may_grant(due, pay_first=True)
    assert rules_fees.may_ask(due, 0) and not rules_fees.may_ask(Stand(), 0) and rules_fees.may_ask(Stand(), 5)


def test_cells_are_no_formulas_and_amounts_are_numbers() -> None:
    assert rules_fees.cell("=1+1") == "'=1+1" and rules_fees.cell("-cmd") == "'-cmd" and rules_fees.cell(None) == ""
    assert rules_fees.cell(rules_fees.decimal(-1205)) == "-12.05" and rules_fees.decimal(7) == "0.07"
