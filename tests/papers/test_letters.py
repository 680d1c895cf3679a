"""The printed letters of the inbox: one tagged PDF for the post room, and a way without it."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
from sqlalchemy import select

from portal.base import db
from portal.base.web import Portal
from portal.identity.models import Contact
from portal.notifications import actions, actions_letters
from portal.notifications.models import Delivery, LetterBatch, PrintFault
from portal.papers import actions_letters as press
from portal.papers import render
from tests.client import Client
from tests.identity.help import enter
from tests.notifications.help import person, put_on, work

POINTS = 72 / 25.4  # of a millimetre


@pytest.fixture
def desk(app: Portal, client: Client) -> Client:
    """The post room, where three letters wait."""
    put_on(app)
    people = (("Ana Ilves", "en"), ("ليلى حداد", "ar"), ("Jean Petit", "fr"))
    for n, (name, lang) in enumerate(people):
        number = person(app, name, post=f"Mill Street {n}\n10115 Sundhaven", language=lang)
        with db.write():
            long = "\n".join(["Rida."] * 90) if lang == "fr" else "Palun tulge kohale."
            actions.tell(number, "law.new", {}, free=("et", long))
    work()
    enter(client, "Cas Officer", roles=["case_officer"])
    return client


def batch() -> LetterBatch:
    with db.read() as s:
        return s.scalars(select(LetterBatch)).one()


def test_a_batch_is_one_tagged_pdf_for_both_sides(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "is being made" in desk.post("/en/staff/letters-to-print/batches", page="/en/staff/letters-to-print")
    assert desk.get("/en/staff/letters-to-print/1/file").status == 404
    press.make(1)
    assert (batch().fault, batch().sheets) == (None, 4)
    assert "4 sheets, printed on both sides" in desk.get("/en/staff/letters-to-print/1")
    answer = desk.http.get("/en/staff/letters-to-print/1/file", base_url=desk.base)
    assert answer.headers["Cache-Control"] == "no-store"
    with pikepdf.open(io.BytesIO(answer.data)) as file:
        assert file.Root.MarkInfo.Marked and str(file.docinfo.Title) == "Letters to print: batch 1"
        children = list(file.Root.StructTreeRoot.K[0].K)
        pages = [page.obj.objgen for page in file.pages]
        spoken = {pages.index(one.Pg.objgen): str(one.Lang) for one in children}
    assert spoken == {0: "en", 2: "ar", 4: "fr", 5: "fr", 6: "fr"}, "every letter begins on the front of a sheet"
    document = pypdfium2.PdfDocument(answer.data)
    texts = [page.get_textpage().get_text_range() for page in document]
    assert len(texts) == 8 and not texts[1].strip() and "1 / 3" in texts[4] and "3 / 3" in texts[6]
    for number in (0, 2):  # the window of an envelope shows 45 to 90 mm from the top, on the left
        words = document[number].get_textpage()
        place, _length = words.search("Mill Street").get_next()
        left, bottom, _right, top = words.get_charbox(place)
        assert 20 * POINTS < left < 100 * POINTS
        assert 45 * POINTS < 841.89 - top < 841.89 - bottom < 90 * POINTS
    path = actions_letters.folder() / batch().file
    assert path.stat().st_mode & 0o077 == 0
    desk.post("/en/staff/letters-to-print/1/posted", page="/en/staff/letters-to-print")
    assert desk.get("/en/staff/letters-to-print/1/file").status == 404
    monkeypatch.setattr(actions_letters, "STRAY_SECONDS", -1)
    actions_letters.sweep()
    assert not path.exists(), "addresses are not kept longer than the post room needs them"


def test_what_no_font_writes_is_left_out_and_named(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "unknown_letters", lambda markup: "字" if "Jean Petit" in markup else "")
    with db.write() as s:
        s.delete(s.scalars(select(Contact).where(Contact.value.contains("Mill Street 0"))).one())
    desk.post("/en/staff/letters-to-print/batches", page="/en/staff/letters-to-print")
    press.make(1)
    page = desk.get("/en/staff/letters-to-print/1")
    assert "1 letter is not in the PDF" in page and "1 letter has no postal address any more" in page
    alone = desk.get("/en/staff/letters-to-print/1?part=left")
    assert alone.html.count('class="fm-letter"') == 1 and "Jean Petit" in alone
    assert batch().sheets == 1


def test_the_letter_of_somebody_erased_does_not_stay_in_the_pdf(desk: Client) -> None:
    desk.post("/en/staff/letters-to-print/batches", page="/en/staff/letters-to-print")
    press.make(1)
    before = batch()
    with db.write() as s:
        s.delete(s.scalars(select(Delivery).order_by(Delivery.id)).first())
    actions_letters.sweep()
    assert batch().file == "" and batch().letters == before.letters - 1
    press.make(1)
    actions_letters.sweep()
    assert batch().file not in ("", before.file) and batch().sheets == before.sheets - 1


def test_without_a_press_the_page_prints_and_the_pdf_comes_later(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "missing", lambda: "Pango")
    desk.post("/en/staff/letters-to-print/batches", page="/en/staff/letters-to-print")
    press.make(1)
    assert batch().fault is PrintFault.NO_PRESS
    page = desk.get("/en/staff/letters-to-print/1")
    assert "This server cannot make PDFs" in page and page.html.count('class="fm-letter"') == 3
    monkeypatch.undo()
    desk.post("/en/staff/letters-to-print/1/print", page="/en/staff/letters-to-print/1")
    press.make(1)
    made = batch().file
    press.make(1)
    assert made and batch().fault is None and batch().file == made, "made twice is made once"
    assert desk.post("/en/staff/letters-to-print/1/print", page="/en/inbox/settings").status == 409
