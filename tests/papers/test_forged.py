"""A paper is checked on another device, and forgeries are named: real PDFs, signed, changed and looked at."""

from __future__ import annotations

import io
import resource
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from sqlalchemy import update

from portal import config
from portal.base import clock, db
from portal.base.web import Portal
from portal.papers import actions, rules, sign, sign_readers, views
from portal.papers.models import Paper, Revocation
from tests.client import Client, Page
from tests.papers import office
from tests.papers.conftest import PASSPHRASE, make_key


def upload(client: Client, data: bytes, name: str = "paper.pdf") -> Page:
    """Send a file to the check as a browser does."""
    return client.post("/en/verify/file", {"file": (io.BytesIO(data), name)}, page="/en/verify")


@pytest.fixture
def paper(app: Portal) -> Paper:
    """A letter of the city."""
    return office.made(app, lines=[("Recipient", "Ana Ilves")])


def test_a_paper_is_verified_on_another_device(app: Portal, paper: Paper) -> None:
    """The holder's phone never met this browser: the QR code and the file are all it has."""
    phone = Client(app)
    page = phone.get(f"/verify/{actions.code_of(paper)}", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert page.url.startswith("/de/verify/") and page.status == 200 and paper.number in page
    page = upload(Client(app), office.file_of(paper))
    assert "This paper is genuine and valid" in page and paper.number in page
    assert "byte for byte" in page and "Ana" not in page


def test_one_changed_byte_is_named(client: Client, paper: Paper) -> None:
    data = bytearray(office.file_of(paper))
    place = data.index(b"WeasyPrint")
    data[place] ^= 1
    page = upload(client, bytes(data))
    assert "This file was changed" in page
    assert f"it is byte number {place + 1:,}" in page and "1 byte differs" in page


def test_every_changed_byte_is_noticed(client: Client, paper: Paper, app: Portal) -> None:
    """Wherever the byte lies: header, page, signature, the space after the signature, the table at the end."""
    original = office.file_of(paper)
    contents = original.index(b"/Contents <") + len(b"/Contents <")
    for place in (9, 500, len(original) // 2, contents + 40, original.index(b">", contents) - 1, len(original) - 2):
        data = bytearray(original)
        data[place] ^= 1
        page = upload(client, bytes(data))
        assert "This file was changed" in page, place


def test_an_appended_update_is_named(client: Client, paper: Paper) -> None:
    """What PDF editors do: the signed bytes stay, and new objects behind them change what is seen."""
    writer = IncrementalPdfFileWriter(io.BytesIO(office.file_of(paper)))
    writer.root["/PageLayout"] = generic.NameObject("/SinglePage")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    page = upload(client, out.getvalue())
    assert "Something was added to this file" in page
    added = len(out.getvalue()) - paper.size
    assert f"{added:,} bytes were added" in page


def test_a_foreign_signature_is_named(client: Client, paper: Paper, settings: config.Settings, tmp_path: Path) -> None:
    """Somebody writes a letter that looks like ours, with our number, and signs it with a certificate of their own."""
    make_key(tmp_path / "eve.p12", "Town Hall of Sundhaven")
    papers = config.Papers(pkcs12=str(tmp_path / "eve.p12"), passphrase=PASSPHRASE)
    eve = sign.load(config.load({}, instance=settings.instance, testing=True, papers=papers), clock.now())
    with pikepdf.open(office.path_of(paper)) as file:
        del file.Root["/AcroForm"]
        out = io.BytesIO()
        file.save(out)
    page = upload(client, sign.sign(out.getvalue(), paper.number, eve))
    assert "Somebody else signed this file" in page and "Town Hall of Sundhaven" in page


def test_a_second_signature_behind_ours_is_an_addition(
    client: Client, paper: Paper, settings: config.Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_key(tmp_path / "eve.p12", "Eve")
    papers = config.Papers(pkcs12=str(tmp_path / "eve.p12"), passphrase=PASSPHRASE)
    eve = sign.load(config.load({}, instance=settings.instance, testing=True, papers=papers), clock.now())
    monkeypatch.setattr(sign, "FIELD", "Second")
    page = upload(client, sign.sign(office.file_of(paper), paper.number, eve))
    assert "Something was added to this file" in page


def test_a_copy_that_lost_its_signature_is_named(client: Client, paper: Paper) -> None:
    with pikepdf.open(office.path_of(paper)) as file:
        del file.Root["/AcroForm"]
        out = io.BytesIO()
        file.save(out)
    page = upload(client, out.getvalue())
    assert "This file has no signature" in page and "check it with its code" in page


def test_ours_but_not_in_the_register(client: Client, paper: Paper, app: Portal) -> None:
    """The register was set back by an old backup: the signature alone is not enough to say valid."""
    data = office.file_of(paper)
    with db.write() as s:
        s.execute(update(Paper).values(file="0" * 64, number="L-2020-99999"))
    page = upload(client, data)
    assert "This paper is not in the register" in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n....", "This is not a PDF file"),
        (b"%PDF-1.7\nnothing that a reader understands", "This file is damaged"),
        (b"%PDF-1.7\n" + b"[" * 200_000, "This file is damaged"),
    ],
)
def test_what_is_no_paper_at_all(client: Client, data: bytes, said: str) -> None:
    assert said in upload(client, data)


def test_an_upload_has_its_limits_and_leaves_nothing(client: Client, app: Portal, settings: config.Settings) -> None:
    page = upload(client, b"%PDF-1.7" + b"x" * rules.MOST_BYTES)
    assert page.status == 422 and "larger than 10 megabytes" in page
    assert client.post("/en/verify/file", {}, page="/en/verify").status == 422
    assert not list(settings.uploads.rglob("*")) if settings.uploads.exists() else True


def test_a_library_is_never_locked_out(client: Client, paper: Paper) -> None:
    """Forty people at one address check forty files within a minute: each is looked at."""
    data = office.file_of(paper)
    answers = {upload(client, data if n % 2 else b"x").status for n in range(40)}
    assert answers == {200}


def test_a_flood_hears_when_to_try_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "UPLOADS_PER_MINUTE", 2)
    pages = [upload(client, b"x") for _ in range(3)]
    assert [page.status for page in pages] == [200, 200, 429]
    assert "sent from this network" in pages[-1] and pages[-1].response.headers["Retry-After"] == "60"
    assert "belongs to no paper" not in client.post("/en/verify", {"code": "x"}, page="/en/verify").html


def test_a_revoked_or_replaced_paper_says_so_by_file_too(client: Client, app: Portal, paper: Paper) -> None:
    newer = office.made(app)
    with db.write() as s:
        assert actions.replace(office.CLERK, s.get(Paper, paper.id), s.get(Paper, newer.id))
        assert actions.revoke(office.CLERK, s.get(Paper, newer.id), Revocation.MISTAKE)
    assert "This paper was replaced by a newer one" in upload(client, office.file_of(paper))
    page = upload(client, office.file_of(newer))
    assert "This paper was revoked" in page and "It contained a mistake." in page


def bomb() -> bytes:
    """A file of less than 200 kB whose table of objects would be 200 MB."""
    table = zlib.compress(bytes(200_000_000), 9)
    head = b"%PDF-1.7\n1 0 obj<</Type/XRef/Size 99999999/W[1 2 1]/Root 1 0 R/Length {n}/Filter/FlateDecode>>stream\n"
    return head.replace(b"{n}", str(len(table)).encode()) + table + b"\nendstream endobj\nstartxref\n9\n%%EOF"


def test_a_file_that_inflates_without_end_is_refused_early() -> None:
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert sign.read(bomb()) == ([], False)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert spent.ru_utime + spent.ru_stime - began.ru_utime - began.ru_stime < 3


def test_readers_are_shared_and_the_line_is_short(app: Portal, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three files are read at a time, two of one address at most, so that a busy library leaves one for others."""
    strange, inside, go_on = b"%PDF-1.4\n" + bytes(99), threading.Semaphore(0), threading.Event()

    def slow(_data: bytes) -> tuple[None, bool]:
        inside.release()
        go_on.wait(20)
        return None, False

    monkeypatch.setattr(sign, "read", slow)
    monkeypatch.setattr(views, "READERS", sign_readers.Readers(patience=0.05))

    def send(place: str) -> Page:
        other = Client(app)
        other.http.environ_base["REMOTE_ADDR"] = place
        return upload(other, strange)

    with ThreadPoolExecutor(3) as pool:
        library = [pool.submit(send, "192.0.2.1") for _ in range(2)]
        assert inside.acquire(timeout=20) and inside.acquire(timeout=20)
        third = send("192.0.2.1")
        assert third.status == 503 and third.response.headers["Retry-After"] == "10"
        assert "yours was not looked at" in third
        other = pool.submit(send, "192.0.2.2")
        assert inside.acquire(timeout=20), "another address still finds a reader"
        assert send("192.0.2.3").status == 503
        go_on.set()
        assert [one.result(20).status for one in (*library, other)] == [200, 200, 200]
    assert send("192.0.2.3").status == 200


def test_who_waits_in_line_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    readers, taken, go_on = (
        sign_readers.Readers(at_once=1, in_line=1, patience=20),
        threading.Event(),
        threading.Event(),
    )

    def first() -> None:
        with readers.reader("a"):
            taken.set()
            go_on.wait(20)

    def second() -> bool:
        with readers.reader("b"):
            return True

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(first)
        assert taken.wait(20)
        two = pool.submit(second)
        while not readers._waiting:  # until the second stands in the line
            pass
        with pytest.raises(sign_readers.Full), readers.reader("c"):
            raise AssertionError("the line holds one")
        go_on.set()
        assert two.result(20)
        one.result(20)
