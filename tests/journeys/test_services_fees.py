"""A parking permit from the form to the grant: its fee is paid by bank, and the bank's statement says so."""

from __future__ import annotations

import re

from tests.journeys.conftest import Enter
from tests.services import bank
from tests.services.bank import Paid


def test_a_parking_permit_is_paid_by_a_statement_of_the_bank_and_granted(visitor: Enter) -> None:
    ana, kai = visitor("ana"), visitor("kai", script=False)
    ana.go("/services/parking-permit")
    ana.page.locator("main a[href*='/services/applications/']").first.click()
    for page, boxes in (("person", []), ("car", []), ("permit", []), ("reduction", []), ("confirm", ["truth"])):
        here = re.sub(r"(/applications/\d+).*", r"\1", ana.page.url)
        ana.go(f"{here.removeprefix(ana.url)}/{page}")
        for box in boxes:
            ana.page.locator(f"input[name={box}]").check()
        ana.press("Keep and go on")
    assert "the page of your case says how to pay" in ana.text
    ana.press("Send the application")
    assert "To be paid" in ana.text and "€108" in ana.text and "City of Sundhaven" in ana.text
    assert ana.page.locator("svg.fm-qr").count() == 1
    ana.look()
    reference = re.search(r"RF\d{2}\w+", ana.text)
    case = re.search(r"20\d\d-\w{5}-\w{5}", ana.heading)
    assert reference is not None and case is not None

    kai.go("/staff/cases/fees/statements")
    paid = bank.file(Paid("108", reference=reference[0], ours="J1"), Paid("3", text="Something else", ours="J2"))
    kai.page.locator("input[type=file]").set_input_files(
        {"name": "today.xml", "mimeType": "application/xml", "buffer": paid}
    )
    kai.press("Look at it")
    assert "Pays it in full" in kai.text and case[0] in kai.text and "It names no reference" in kai.text
    kai.look(axe=False)
    kai.press("Book it")
    assert "1 payment" in kai.page.inner_text("body")
    kai.go(f"/staff/cases/{case[0]}")
    assert "Bank transfer" in kai.text
    kai.press("Take this case")
    kai.page.get_by_text("Decide", exact=True).click()
    kai.page.get_by_label("Grant", exact=True).check()
    kai.press("Write the decision")
    ana.page.reload()
    assert "Granted" in ana.text and "Paid" in ana.text and ana.page.locator("svg.fm-qr").count() == 0
    ana.link("Receipt to print").click()
    assert "The city has received" in ana.text and "€108" in ana.text
