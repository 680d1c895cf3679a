"""Letters with codes: nobody reads a code on a screen, nobody prints one twice alone, and the resident is told."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import config
from portal.audit.models import Entry
from portal.audit.models_looks import How, Look
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.jobs import JobRow
from portal.base.web import Portal
from portal.identity import actions_letters, actions_proof, jobs, queries_letters, rules_letters, staff_letters
from portal.identity.actions_proof import seal_into
from portal.identity.models import Fact, FactKind, Person
from portal.identity.models_ways import LetterReprint, PaperCode, PaperKind
from portal.identity.register import Resident
from portal.notifications import jobs as told
from portal.papers import render
from portal.voting.models import Channel, Participation
from tests.client import Client, Page
from tests.identity.help import enter
from tests.identity.test_ways import cast, vote_of
from tests.identity.ways import ANA, letter_code, sheets

LIST, PRINT = "/en/staff/code-letters", "/en/staff/code-letters/print"


def clerk(town: Portal, name: str = "Cora Clerk") -> Client:
    made = Client(town)
    enter(made, name, roles=["clerk"])
    return made


def ask(town: Portal, path: str = "/en/code/letter", lang: str = "en") -> None:
    Client(town).post(path.replace("/en/", f"/{lang}/"), ANA)


def printed(who: Client) -> Page:
    return who.post(PRINT, page=LIST)


def again(who: Client, tail: str = "", **sent: str) -> Page:
    with db.read() as s:
        letter = s.scalars(select(PaperCode.id)).one()
    return who.post(f"{LIST}/{letter}/again{tail}", sent, page=LIST if not tail else f"{LIST}/{letter}/again")


def run(kind: str) -> list[int]:
    """Do the job that was asked for; returns whom it tells."""
    with db.read() as s:
        payload = s.scalars(select(JobRow.payload).where(JobRow.kind == kind).order_by(JobRow.id.desc())).first()
    assert payload is not None
    getattr(told, kind.rpartition(".")[2])(payload)
    return payload["people"]  # type: ignore[no-any-return]


def person_of(name: str) -> int:
    with db.read() as s:
        return s.scalars(select(Person.id).where(Person.name == name)).one()


def test_codes_go_into_a_file_once_and_onto_no_page(town: Portal) -> None:
    ask(town, lang="ar")
    cora = clerk(town)
    assert "1 letter with a code to print" in cora.get("/en/staff/")
    page = printed(cora)
    assert page.response.mimetype == "application/pdf" and page.response.headers["Cache-Control"] == "no-store"
    assert page.response.headers["Content-Disposition"].startswith("attachment; ")
    text = sheets(page.response.data)
    assert "Harbour Lane 3" in text and "رمزكم" in text, "in the language of who asked for it"
    code = letter_code(page)
    assert code not in cora.get(LIST).html
    second = printed(cora)
    assert second.status == 409 and "No letter waits any more" in second
    assert "letter with a code to print" not in cora.get("/en/staff/").html
    assert "You can vote now" in Client(town).post("/en/code", {"code": code})


def test_each_resident_sees_who_printed_and_is_told(town: Portal) -> None:
    ana = Client(town)
    person = enter(ana, "Ana Ilves", district="north", resident="EE1001")
    ask(town)
    printed(clerk(town))
    with db.read() as s:
        look = s.scalars(select(Look)).one()
        line = s.scalars(select(Entry).where(Entry.verb == "printed letters")).one()
        assert (look.person_id, look.how, look.role) == (person, How.EXPORT, "clerk")
        assert line.after["codes"] == list(s.scalars(select(PaperCode.id)))
    assert "A letter with a code for the person was printed" in ana.get("/en/my/data/log")
    assert run("identity.letter_printed") == [person]
    assert "A letter with a code was printed for you" in ana.get("/en/inbox")


def test_a_second_printing_needs_a_second_person_and_ends_the_old_codes(town: Portal) -> None:
    ask(town)
    cora, dan = clerk(town), clerk(town, "Dan Clerk")
    old = letter_code(printed(cora))
    assert again(cora, "/print").status == 409, "nobody has asked for it"
    empty = again(cora)
    assert empty.status == 422 and "Say why these letters are printed again." in empty
    assert "A colleague opens this page" in again(cora, why="The printer tore the sheet")
    waits = "1 second printing of letters waits for you"
    assert waits in dan.get("/en/staff/") and waits not in cora.get("/en/staff/")
    assert again(dan, why="Mine, too").status == 409
    own = again(cora, "/print")
    assert own.status == 409 and "You asked for this yourself" in own
    assert "You can vote now" in Client(town).post("/en/code", {"code": old}), "nothing has ended yet"
    with db.write() as s:
        s.scalars(select(PaperCode)).one().used_at = None
    page = again(dan, "/print")
    new = letter_code(page)
    assert "There is no such code" in Client(town).post("/en/code", {"code": old})
    assert "You can vote now" in Client(town).post("/en/code", {"code": new})
    with db.read() as s:
        line = s.scalars(select(Entry).where(Entry.verb == "printed letters again")).one()
        asked = s.scalars(select(Entry).where(Entry.verb == "asked to print letters again")).one()
        assert line.after["first"] == asked.person_id == person_of("Cora Clerk")
        assert line.person_id == person_of("Dan Clerk")
        assert s.scalars(select(LetterReprint)).all() == []
    assert again(dan, "/print").status == 409, "asked for once, printed once"


def test_what_was_asked_for_too_long_ago_is_gone(town: Portal) -> None:
    ask(town)
    cora, dan = clerk(town), clerk(town, "Dan Clerk")
    printed(cora)
    again(cora, why="The printer tore the sheet")
    with db.write() as s:
        s.scalars(select(LetterReprint)).one().expires_at = clock.now() - timedelta(seconds=1)
    assert again(dan, "/print").status == 409
    jobs.sweep({})
    with db.read() as s:
        assert s.scalars(select(LetterReprint)).all() == []


@pytest.mark.parametrize(
    ("first", "printing", "minutes", "word"),
    [(1, 2, 59, ""), (1, 1, 1, "yourself"), (1, None, 1, "yourself"), (1, 2, 60, "Ask anew"), (None, 2, 1, "")],
)
def test_who_may_make_the_second_printing(first: int | None, printing: int | None, minutes: int, word: str) -> None:
    now = clock.now()
    verdict = rules_letters.may_print_again(
        first=first, printing=printing, expires_at=now + timedelta(hours=1), now=now + timedelta(minutes=minutes)
    )
    assert bool(verdict) is not bool(word) and word in str(verdict.reason or "")


def test_a_code_that_replaces_a_ballot_is_told_at_once_and_not_by_the_cast(town: Portal) -> None:
    """Ana votes on the web; somebody else has her letter. She hears of it when the code is typed, before any ballot;
    the cast itself adds no message, no job and no line, and her page names day and channel, never a time."""
    slug, _id = vote_of(town)
    ana, thief = Client(town), Client(town)
    person = enter(ana, "Ana Ilves", district="north", resident="EE1001")
    assert "Your receipt code" in cast(ana, slug)
    ask(town)
    code = letter_code(printed(clerk(town)))
    thief.post("/en/code", {"code": code})
    assert run("identity.letter_used") == [person]
    shown = ana.get("/en/inbox")
    assert "The code in a letter to you was entered to vote" in shown
    with db.read() as s:
        before = [s.scalar(select(func.count()).select_from(one)) for one in (JobRow, Entry)]
    assert "Your receipt code" in cast(thief, slug)
    with db.read() as s:
        assert [s.scalar(select(func.count()).select_from(one)) for one in (JobRow, Entry)] == before
        assert s.scalars(select(Participation.channel)).all() == [Channel.LETTER]
    assert "By letter" in ana.get("/en/my")
    thief.post("/en/code", {"code": code})  # typed again within the day: it is the same letter
    assert run("identity.letter_used") == [person]
    assert ana.get("/en/inbox").html.count("The code in a letter to you was entered to vote") == shown.html.count(
        "The code in a letter to you was entered to vote"
    )
    assert "Your receipt code" in cast(ana, slug), "her own last ballot counts"
    assert "On the web" in ana.get("/en/my")


def test_a_press_that_fails_costs_nobody_a_code(town: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(town)
    cora = clerk(town)
    monkeypatch.setattr(render, "missing", lambda: "Pango")
    page = printed(cora)
    assert page.status == 503 and "cannot make PDFs" in page
    monkeypatch.undo()
    monkeypatch.setattr(render, "unknown_letters", lambda _markup: "字")
    assert "There was nothing to print" in printed(cora)
    with db.read() as s:
        assert s.scalars(select(PaperCode.printed_at)).all() == [None]
    monkeypatch.undo()
    assert letter_code(printed(cora))


def test_two_clerks_print_at_the_same_moment(town: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dan prints while Cora's file is in the press: her file is thrown away, and with it its codes."""
    ask(town)
    cora, dan = clerk(town), clerk(town, "Dan Clerk")
    real, codes = staff_letters._pressed, []

    def slow(pages: list[tuple[str, str]]) -> tuple[bytes, list[int]]:
        if not codes:
            codes.append("")
            with ThreadPoolExecutor(1) as pool:
                codes[0] = letter_code(pool.submit(printed, dan).result(60))
        return real(pages)

    monkeypatch.setattr(staff_letters, "_pressed", slow)
    late = printed(cora)
    assert late.status == 409 and "at this moment by somebody else" in late
    assert "You can vote now" in Client(town).post("/en/code", {"code": codes[0]})


def known_here(s: Session, number: str) -> None:
    """An account of the resident with this number."""
    person = Person(name="Somebody", name_folded="somebody", created_at=clock.now())
    s.add(person)
    s.flush()
    s.add(
        Fact(
            person_id=person.id, kind=FactKind.RESIDENT, name="ee", value=actions_proof._hash(number), source="letter",
            acr="", verified_at=clock.now(), expires_at=clock.now() + timedelta(days=9),
        )
    )  # fmt: skip


def test_many_letters_take_as_many_statements_as_one(town: Portal, count_queries: Callable[..., Any]) -> None:
    clerk(town)
    actor, spent = Actor(person_id=person_of("Cora Clerk")), []
    for n in (1, 30):
        with db.write() as s:
            for one in range(n):
                row = PaperCode(
                    kind=PaperKind.LETTER, scheme="ee", blind=f"{n}-{one}", language="en", asked_at=clock.now()
                )
                seal_into(s, row, f"ee{n}00{one}")
                known_here(s, f"ee{n}00{one}")
        with db.read() as s:
            rows = queries_letters.waiting_letters(s)
            known = {f"ee{n}00{one}": Resident(f"ee{n}00{one}", "A B", None, "north") for one in range(n)}
            made = actions_letters.written(rows, known, clock.now())
        assert len(made) == n
        with count_queries(town) as asked, db.write() as s:
            assert actions_letters.printed(s, actor, made, [], roles=("clerk",), now=clock.now())
        spent.append(asked.number)
        with db.read() as s:
            looks = s.scalar(select(func.count()).select_from(Look).where(Look.page == "identity_desk.print_letters"))
        assert looks == sum(one for one in (1, 30) if one <= n), "a line for each of them"
    assert spent[0] == spent[1]


def house(folder: Any, *, bits: int = 2048, days: int = 300, curve: bool = False, encrypts: bool = True) -> Any:
    """A mailing house's key; its certificate lies in the city's folder of keys."""
    key: Any = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fold & Post")])
    usage = x509.KeyUsage(not encrypts, False, encrypts, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=400))
        .not_valid_after(datetime.now(UTC) + timedelta(days=days))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "house.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    return key


def opened(data: bytes, key: Any, folder: Any) -> bytes:
    """What the mailing house does, with other people's tools."""
    (folder / "house.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    command = ["openssl", "cms", "-decrypt", "-inform", "DER", "-binary", "-inkey", str(folder / "house.key")]
    return subprocess.run(command, input=data, check=True, capture_output=True).stdout


WITH_HOUSE = config.Register(adapter="csv", scheme="ee", mailing_house="house.pem")


def test_a_mailing_house_alone_reads_the_letters(
    make_town: Callable[[config.Register], Portal], tmp_path: Path
) -> None:
    keys = tmp_path / "instance" / "keys"
    key = house(keys)
    town = make_town(WITH_HOUSE)
    ask(town)
    cora, dan = clerk(town), clerk(town, "Dan Clerk")
    said = cora.get(LIST)
    assert "no member of the staff can open it" in said and "Fold & Post" in said
    page = printed(cora)
    head = page.response.headers
    assert page.response.mimetype == "application/pkcs7-mime" and head["Cache-Control"] == "no-store"
    assert head["Content-Disposition"].endswith('.p7m"')
    data = page.response.data
    assert b"%PDF" not in data and b"Harbour" not in data
    letters = opened(data, key, tmp_path)
    code = code_on(letters)
    assert "Harbour Lane 3" in sheets(letters)
    with pytest.raises(subprocess.CalledProcessError):
        opened(data, rsa.generate_private_key(65537, 2048), tmp_path)
    with db.read() as s:
        line = s.scalars(select(Entry).where(Entry.verb == "printed letters")).one()
        assert line.after["encrypted_to"] in said.html
    again(cora, why="The parcel was lost")
    assert "Fold & Post" in dan.get(f"{LIST}/1/again")
    fresh = code_on(opened(again(dan, "/print").response.data, key, tmp_path))
    assert "There is no such code" in Client(town).post("/en/code", {"code": code})
    assert "You can vote now" in Client(town).post("/en/code", {"code": fresh})


def code_on(letters: bytes) -> str:
    """The one code on these sheets."""
    return re.findall(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b", sheets(letters))[0]


def test_without_a_mailing_house_the_page_says_who_can_read_the_codes(town: Portal) -> None:
    ask(town)
    assert "Whoever opens the file can read the codes" in clerk(town).get(LIST)


@pytest.mark.parametrize("wrong", ["out of date", "gone"])
def test_nothing_comes_out_in_the_open_instead(
    make_town: Callable[[config.Register], Portal], tmp_path: Path, wrong: str
) -> None:
    """A certificate that ends, or that somebody takes away, stops the letters: it does not open them."""
    keys = tmp_path / "instance" / "keys"
    house(keys, days=-1 if wrong == "out of date" else 300)
    town = make_town(WITH_HOUSE)
    ask(town)
    cora = clerk(town)
    form = cora.get(LIST).token
    if wrong == "gone":
        (keys / "house.pem").unlink()
    page = cora.post(PRINT, {"csrf_token": form})
    assert page.status == 503 and "The certificate of the mailing house cannot be used" in page
    with db.read() as s:
        assert s.scalars(select(PaperCode.printed_at)).one() is None, "the letter still waits"


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (None, "house.pem: No such file"),
        ({"curve": True}, "an RSA key of 2048 bits or more is needed"),
        ({"bits": 1024}, "an RSA key of 2048 bits or more is needed"),
        ({"encrypts": False}, "not made for encryption"),
        ("no certificate", "no certificate in PEM form"),
    ],
)
def test_a_mailing_house_that_could_read_nothing_stops_the_start(
    make_town: Callable[[config.Register], Portal], tmp_path: Path, given: Any, word: str
) -> None:
    keys = tmp_path / "instance" / "keys"
    if isinstance(given, dict):
        house(keys, **given)
    elif given:
        keys.mkdir(parents=True)
        (keys / "house.pem").write_text(given)
    with pytest.raises(config.ConfigError, match=word):
        make_town(WITH_HOUSE)
