"""From the act to the signed file: numbers without gaps, real PDFs, and what happens when something is missing or dies."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from asn1crypto import tsp
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from sqlalchemy import func, select, update

from portal import config
from portal.app import create_app
from portal.audit.models import Entry
from portal.base import clock, db, ground, jobs
from portal.base.jobs import JobRow
from portal.base.web import Portal
from portal.papers import actions, actions_make, queries, render, sign, structure
from portal.papers.models import Fault, Paper, PaperState, RegisterHead, Revocation, SignerCertificate
from tests import child
from tests.notifications.help import messages, outbox, person, work
from tests.papers import office
from tests.papers.conftest import PASSPHRASE, make_key

ROOT = Path(__file__).resolve().parents[2]


class Stop(Exception):
    """A clerk's act that fails in the end."""


def test_fifty_at_once_leave_no_gap_and_no_double(app: Portal) -> None:
    """Every fifth act fails after it took its number; the number goes to somebody else."""
    ground.stand_on(app.ground)
    start, faults = threading.Barrier(50), []

    def act(n: int) -> None:
        start.wait()
        try:
            with db.write():
                actions.issue(office.CLERK, kind="letter", lang="en", values=office.values())
                if n % 5 == 0:
                    raise Stop
        except Stop:
            pass
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=act, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with db.read() as s:
        sequences = list(s.scalars(select(Paper.sequence).order_by(Paper.sequence)))
        numbers = list(s.scalars(select(Paper.number)))
        waiting = s.scalar(select(func.count()).select_from(JobRow).where(JobRow.kind == actions.MAKE))
    assert sequences == list(range(1, 41))
    assert len(set(numbers)) == 40 and waiting == 40


def test_each_year_begins_anew(app: Portal) -> None:
    first = office.look(app, office.issue(app))
    assert first.number == f"L-{queries.day_of(first.issued_at).year}-00001"
    with db.write() as s:
        s.execute(update(Paper).values(number="L-2020-00001"))
        s.execute(update(queries.Paper.__table__.metadata.tables["paper_series"]).values(year=2020))
    assert office.look(app, office.issue(app)).sequence == 1


def test_the_code_is_nowhere_in_the_database(app: Portal) -> None:
    paper = office.made(app)
    code = actions.code_of(paper)
    with db.read() as s:
        rows = [
            str(tuple(row)).upper()
            for table in s.get_bind().dialect.get_table_names(s.connection())
            for row in s.connection().exec_driver_sql(f'SELECT * FROM "{table}"')
        ]
    assert not [row for row in rows if code in row or code[:4] + "-" + code[4:8] in row]


def test_a_letter_is_made_signed_and_kept(app: Portal) -> None:
    paper = office.made(app, lines=[("Recipient", "Ana")])
    assert paper.state is PaperState.READY and paper.fault is None
    assert paper.values is None, "the text is on the paper and nowhere else"
    data = office.file_of(paper)
    assert paper.size == len(data) and sign.sha256(data) == paper.file
    assert os.stat(office.path_of(paper)).st_mode & 0o077 == 0
    assert structure.faults(data, lang="en", title="Your permit") == []
    (found,), readable = sign.read(data)
    assert readable and found.intact and found.whole and found.name == "City of Sundhaven"
    with db.read() as s:
        assert s.scalars(select(SignerCertificate.fingerprint)).all() == [found.fingerprint]
        verbs = s.scalars(select(Entry.verb).where(Entry.kind == "paper").order_by(Entry.id)).all()
        assert queries.by_code(s, actions.code_of(paper)).id == paper.id
    assert verbs == ["paper_issue", "paper_ready"]


LETTERS = {
    "en": ("Your permit", "<p>It was granted.</p>"),
    "ar": ("تصريحك", "<h2>الخطوة التالية</h2><p>تمت الموافقة على طلبك رقم 2026/17.</p>"),
    "pl": ("Twoje pozwolenie", "<p>Zażółć gęślą jaźń.</p>"),
    "et": ("Teie luba", "<p>Õun, žürii, šokolaad – 12 €</p>"),
}


@pytest.mark.parametrize("lang", LETTERS)
def test_every_script_is_written_with_the_shipped_fonts(app: Portal, lang: str) -> None:
    title, body = LETTERS[lang]
    paper = office.made(app, lang=lang, title=title, values=office.values(body=body), large=lang == "pl")
    assert paper.state is PaperState.READY, paper.fault
    data = office.file_of(paper)
    assert structure.faults(data, lang=lang, title=title) == []
    with pikepdf.open(office.path_of(paper)) as file:
        fonts = {
            str(font["/BaseFont"]).split("+")[-1]
            for page in file.pages
            for font in page["/Resources"]["/Font"].values()
        }
        assert len(file.pages) == 1
    assert all("Paper" in font or "Noto" in font for font in fonts), fonts
    with pypdfium2.PdfDocument(data) as document:
        words, found = document[0].get_textpage(), []
        search = words.search(paper.number)
        while hit := search.get_next():
            found.append(words.get_charbox(hit[0]))
        assert len(found) == 2, "beside the address, and at the foot of the page"
        assert all(0 < left < 595 and 0 < bottom < 842 for left, bottom, _right, _top in found), "on the page"


def test_no_file_claims_to_conform_to_anything(app: Portal) -> None:
    data = office.file_of(office.made(app))
    with pikepdf.open(io.BytesIO(data)) as file:
        xmp = bytes(file.Root.Metadata.read_bytes()) if "/Metadata" in file.Root else b""
    assert b"pdfaid" not in xmp and b"pdfuaid" not in xmp
    for name in ("templates/layouts/paper.html", "templates/papers/print/letter.html", "templates/papers/result.html"):
        assert "PDF/A" not in (ROOT / name).read_text("utf-8")


def test_a_template_can_fetch_nothing(app: Portal, settings: config.Settings) -> None:
    ground.stand_on(app.ground)
    for address in ("file:///etc/passwd", "http://127.0.0.1:9/x.png", "/etc/passwd"):
        page = f'<html lang="en"><title>x</title><h1>x</h1><img alt="x" src="{address}"></html>'
        with pytest.raises(render.ForeignAddress, match="may not fetch"):
            render.pdf(page, settings)


def test_letters_that_no_font_has_stop_the_paper_and_say_so(app: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "_machine_writes", lambda sign: False)
    paper = office.made(app, values=office.values(recipient="𒀀𒀁"))
    assert (paper.state, paper.fault) == (PaperState.FAILED, Fault.LETTERS)
    monkeypatch.undo()
    monkeypatch.setattr(render, "_machine_writes", lambda sign: True)
    with db.write() as s:
        assert actions.make_again(office.CLERK, s.get(Paper, paper.id))
    actions_make.make(paper.id)
    again = office.look(app, paper.id)
    assert again.state is PaperState.READY and again.number == paper.number and again.code_hash == paper.code_hash


def test_a_hole_in_the_template_makes_no_paper(app: Portal) -> None:
    paper = office.made(app, values={"recipient": "Ana"})
    assert (paper.state, paper.fault) == (PaperState.FAILED, Fault.BROKEN)


def test_without_pango_papers_wait_and_are_made_later(app: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "missing", lambda: "Pango")
    paper = office.made(app)
    assert (paper.state, paper.fault) == (PaperState.BEING_MADE, Fault.NO_PRESS)
    assert actions_make.try_waiting(clock.now() + timedelta(hours=1)) == 1
    monkeypatch.undo()
    with db.read() as s:
        row = s.scalars(select(JobRow).where(JobRow.kind == actions.MAKE).order_by(JobRow.id.desc())).first()
    jobs.handlers()[row.kind].handler(row.payload)
    assert office.look(app, paper.id).state is PaperState.READY


@pytest.mark.parametrize("wrong", ["no file", "passphrase", "out of date", "not set"])
def test_without_a_good_key_papers_wait(
    make_settings: Callable[..., config.Settings], tmp_path: Path, wrong: str
) -> None:
    file = tmp_path / "city.p12"
    if wrong != "no file":
        make_key(file, "City", days=-1 if wrong == "out of date" else 10)
    given = config.Papers(pkcs12=str(file), passphrase="wrong" if wrong == "passphrase" else PASSPHRASE)
    app = create_app(make_settings(papers=config.Papers() if wrong == "not set" else given))
    paper = office.made(app)
    assert (paper.state, paper.fault) == (PaperState.BEING_MADE, Fault.NO_KEY)
    app.ground.database.dispose()


def test_the_passphrase_can_come_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[papers]\npkcs12 = 'city.p12'\n")
    found = config.load({"PORTAL_PAPERS_PASSPHRASE": "hush"}, instance=tmp_path, testing=True)
    assert found.papers == config.Papers(pkcs12="city.p12", passphrase="hush")
    assert sign.file_of(found) == tmp_path / "keys" / "city.p12"


def test_the_demo_makes_its_own_authority_once_and_says_so(make_settings: Callable[..., config.Settings]) -> None:
    settings = make_settings(demo=True)
    app = create_app(settings)
    file = settings.keys / sign.DEMO_FILE
    first = file.read_bytes()
    assert os.stat(file).st_mode & 0o077 == 0
    paper = office.made(app)
    words = _text(office.file_of(paper))
    assert "demo" in words and "proves nothing" in words.replace("\n", " ")
    sign.make_demo_key(settings)
    assert file.read_bytes() == first
    app.ground.database.dispose()


def _text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        return document[0].get_textpage().get_text_range()


def test_a_time_stamp_is_part_of_the_signature(
    make_settings: Callable[..., config.Settings], city_key: Path, tmp_path: Path
) -> None:
    """A real authority on loopback, spoken to over HTTP as RFC 3161 has it."""
    make_key(tmp_path / "tsa.p12", "Time of Sundhaven", with_rsa=True)
    tsa = SimpleSigner.load_pkcs12(str(tmp_path / "tsa.p12"), passphrase=PASSPHRASE.encode())
    stamper = DummyTimeStamper(tsa.signing_cert, tsa.signing_key)

    class Authority(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_said: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Authority)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    papers = config.Papers(
        pkcs12=str(city_key), passphrase=PASSPHRASE, tsa_url=f"http://127.0.0.1:{server.server_port}/tsa"
    )
    app = create_app(make_settings(papers=papers))
    paper = office.made(app)
    server.shutdown()
    server.server_close()
    assert paper.state is PaperState.READY
    (embedded,) = PdfFileReader(io.BytesIO(office.file_of(paper))).embedded_signatures
    unsigned = {attribute["type"].native for attribute in embedded.signer_info["unsigned_attrs"]}
    assert unsigned == {"signature_time_stamp_token"}
    assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    app.ground.database.dispose()


def test_a_dead_time_stamp_authority_keeps_papers_waiting(
    make_settings: Callable[..., config.Settings], city_key: Path
) -> None:
    papers = config.Papers(pkcs12=str(city_key), passphrase=PASSPHRASE, tsa_url="http://127.0.0.1:9/tsa", tsa_seconds=1)
    app = create_app(make_settings(papers=papers))
    paper = office.made(app)
    assert (paper.state, paper.fault) == (PaperState.BEING_MADE, Fault.NO_TIME_STAMP)
    app.ground.database.dispose()


def test_a_revoked_paper_is_not_made_any_more(app: Portal) -> None:
    paper_id = office.issue(app)
    with db.write() as s:
        assert actions.revoke(office.CLERK, s.get(Paper, paper_id), Revocation.MISTAKE)
        assert not actions.revoke(office.CLERK, s.get(Paper, paper_id), Revocation.LOST)
    actions_make.make(paper_id)
    found = office.look(app, paper_id)
    assert found.state is PaperState.REVOKED and found.file == "" and found.values is None


def _write_config(settings: config.Settings) -> None:
    lines = [
        "testing = true",
        f"database_url = '{settings.database_url}'",
        f"journal = '{settings.journal}'",
        f"base_url = '{settings.base_url}'",
        "[city]\nname = 'Sundhaven'\ntime_zone = 'Europe/Tallinn'",
        f"[papers]\npkcs12 = '{settings.papers.pkcs12}'\npassphrase = '{PASSPHRASE}'",
    ]
    (settings.instance / "config.toml").write_text("\n".join(lines))


KILLED = """
import os
from portal import app
from portal.base import jobs
from portal.papers import actions_make
app.stand()
actions_make._ready = lambda *known: os.kill(os.getpid(), 9)
jobs.handlers()["papers.make"].handler({{"paper": {}}})
"""


def test_killed_between_making_and_ready_it_is_made_once_by_the_next(
    app: Portal, settings: config.Settings, tmp_path: Path
) -> None:
    paper_id = office.issue(app)
    settings.instance.mkdir(exist_ok=True)
    _write_config(settings)
    said = tmp_path / "said"
    killed = child.run(KILLED.format(paper_id), said, {"PORTAL_INSTANCE": str(settings.instance)})
    assert killed == -9, said.read_text()
    left = list(queries.folder().glob("*/*.pdf"))
    assert len(left) == 1 and office.look(app, paper_id).state is PaperState.BEING_MADE
    assert jobs.work_once(), "the job is still there, and the worker's own child makes the paper"
    paper = office.look(app, paper_id)
    assert paper.state is PaperState.READY and office.path_of(paper) != left[0]
    with db.write() as s:
        assert s.scalars(select(Entry.verb).where(Entry.verb == "paper_ready")).all() == ["paper_ready"]
    os.utime(left[0], (0, 0))
    os.utime(office.path_of(paper), (0, 0))
    assert actions_make.sweep() == 1 and not left[0].exists() and office.path_of(paper).exists()


def test_made_twice_at_once_it_is_ready_once(app: Portal) -> None:
    paper_id = office.issue(app)
    workers = [threading.Thread(target=actions_make.make, args=(paper_id,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    paper = office.look(app, paper_id)
    assert paper.state is PaperState.READY and office.path_of(paper).exists()
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(Entry).where(Entry.verb == "paper_ready")) == 1


def test_the_file_of_a_forgotten_person_goes_and_the_hash_stays(app: Portal) -> None:
    paper = office.made(app)
    with db.write() as s:
        s.get(Paper, paper.id).kept = False
    os.utime(office.path_of(paper), (0, 0))
    assert actions_make.sweep() == 1
    assert not office.path_of(paper).exists() and office.look(app, paper.id).file == paper.file


def test_days_are_closed_once_and_chained(app: Portal) -> None:
    first, second = office.made(app), office.made(app)
    now = clock.now()
    with db.write() as s:
        s.execute(update(Paper).where(Paper.id == first.id).values(made_at=now - timedelta(days=3)))
        actions.revoke(office.CLERK, s.get(Paper, second.id), Revocation.ENDED)
        s.execute(update(Paper).where(Paper.id == second.id).values(made_at=now - timedelta(days=3)))
        s.execute(update(Paper).where(Paper.id == second.id).values(revoked_at=now - timedelta(days=1, hours=1)))
    with db.write() as s:
        assert actions.close_days(s, now) in (2, 3)
    with db.write() as s:
        assert actions.close_days(s, now) == 0
        heads = s.scalars(select(RegisterHead).order_by(RegisterHead.day)).all()
        assert [one.previous for one in heads[1:]] == [one.head for one in heads[:-1]]
        assert heads[0].issued == 2 and sum(one.revoked for one in heads) == 1
        assert actions.close_days(s, now + timedelta(days=1, hours=2)) >= 1


def test_its_holder_is_told_once_when_a_paper_is_ready(app: Portal) -> None:
    """In the reader's language, with the title in the paper's; nobody is told of a paper that belongs to no account."""
    ana = person(app, email="ana@example.org", language="de")
    office.made(app)
    assert messages() == []
    paper = office.made(app, person_id=ana, lang="et", title="Teie luba")
    actions_make.make(paper.id)
    (told,) = messages(ana)
    assert (told.notice, told.endpoint, told.args) == ("papers.ready", "papers.paper", {"paper_id": paper.id})
    work()
    (mail,) = outbox()
    assert mail.lang == "de" and "Teie luba" in mail.subject and f"/de/papers/{paper.id}" in mail.body


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_code_is_copied_from_a_pdf_as_it_was_printed(
    settings: config.Settings, language: str, direction: str
) -> None:
    signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    pairs = [one + other for one in signs for other in signs]
    printed = ["-".join(two + two for two in pairs[at : at + 4]) for at in range(0, len(pairs), 4)]
    lines = "".join(f'<p class="code"><bdi dir="ltr">{code}</bdi></p>' for code in printed)
    whole = f'<html lang="{language}" dir="{direction}"><head><title>Codes</title></head><body>{lines}</body></html>'
    with pypdfium2.PdfDocument(render.pdf(whole, settings)) as document:
        text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    assert [code for code in printed if code not in text] == []
