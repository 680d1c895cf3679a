"""The city's key in a token: a real PKCS#11 module (SoftHSM) signs, and says plainly what is missing."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pkcs11
import pytest
from asn1crypto import x509 as asn1
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pkcs11.util.ec import decode_ec_private_key
from pkcs11.util.rsa import decode_rsa_private_key
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from portal import config
from portal.app import create_app
from portal.base import clock
from portal.base.web import Portal
from portal.papers import actions, actions_make, commands, sign, sign_keys, sign_token, structure
from portal.papers.models import Fault, PaperState
from portal.papers.sign import NoKey
from tests.client import Client
from tests.papers import office
from tests.papers.test_forged import upload

PIN, WRONG = "7391-hush", "0000-nope"
PLACES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib")


def _module() -> Path:
    found = [path for place in PLACES for path in Path(place).glob("**/softhsm/libsofthsm2.so")]
    if not found or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed (Debian: softhsm2)")
    return found[0]


@dataclass
class Safe:
    """A token of the city, with a key and its certificate on it."""

    settings: config.Token
    certificate: x509.Certificate

    def but(self, **given: Any) -> config.Token:
        return replace(self.settings, **given)


def _certified(key: Any, name: str = "City of Sundhaven", days: int = 300) -> x509.Certificate:
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )


def _put(
    token: config.Token, key: Any, certificate: x509.Certificate, label: str, more: dict[Any, Any] | None = None
) -> None:
    """Store a key and its certificate under one label."""
    library = pkcs11.lib(token.module)
    try:
        der = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        decode = decode_ec_private_key if isinstance(key, ec.EllipticCurvePrivateKey) else decode_rsa_private_key
        with library.get_token(token_label=token.token).open(rw=True, user_pin=PIN) as session:
            # what no key of a safe allows: to be read
            flags = {pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.SIGN: True, pkcs11.Attribute.EXTRACTABLE: False}
            session.create_object({**decode(der), **flags, pkcs11.Attribute.LABEL: label, **(more or {})})
            session.create_object(
                {
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.LABEL: label,
                    pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
                    pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
                }
            )
    finally:
        library.finalize()


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> config.Token:
    """A token with nothing on it."""
    module = _module()
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm.conf"))
    command = ["softhsm2-util", "--init-token", "--free", "--label", "town-hall", "--so-pin", "so-pin", "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    return config.Token(module=str(module), token="town-hall", key="papers", pin=PIN)


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    """What was asked of one test's token is not remembered in the next."""
    sign_token._said.clear()
    yield
    sign_token._said.clear()


@pytest.fixture
def safe(bare: config.Token) -> Safe:
    """The usual token: a key on a curve."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = Safe(bare, _certified(key))
    _put(bare, key, made.certificate, "papers")
    return made


Make = Callable[..., config.Settings]


def _city(make_settings: Make, token: config.Token) -> config.Settings:
    return make_settings(papers=config.Papers(pkcs11=token))


def _reason(settings: config.Settings) -> str:
    with pytest.raises(NoKey) as found, sign_keys.opened(settings, clock.now()):
        pass
    assert PIN not in str(found.value) and WRONG not in str(found.value)
    return str(found.value)


def test_a_paper_signed_by_the_token_is_checked_by_everybody(make_settings: Make, safe: Safe) -> None:
    app = create_app(_city(make_settings, safe.settings))
    paper = office.made(app)
    assert paper.state is PaperState.READY, paper.fault
    data = office.file_of(paper)
    assert structure.faults(data, lang="en", title=paper.title) == []
    with pikepdf.open(io.BytesIO(data)) as file:
        assert str(file.Root.AcroForm.Fields[0].V.SubFilter) == "/ETSI.CAdES.detached"
    root = asn1.Certificate.load(safe.certificate.public_bytes(Encoding.DER))
    context = ValidationContext(trust_roots=[root])
    status = validate_pdf_signature(PdfFileReader(io.BytesIO(data)).embedded_signatures[0], context)
    assert status.intact and status.valid and status.trusted
    client = Client(app)
    assert "This paper is genuine and valid" in client.get(f"/en/verify/{actions.code_of(paper)}")
    assert "byte for byte, the one that the city gave out" in upload(client, data)
    assert "This file was changed" in upload(client, data[:900] + bytes([data[900] ^ 1]) + data[901:])
    app.ground.database.dispose()


@pytest.mark.parametrize("kind", ["rsa", "asks each time", "certificate in a file", "pin in a file"])
def test_tokens_of_other_kinds(make_settings: Make, bare: config.Token, kind: str) -> None:
    key: Any = ec.generate_private_key(ec.SECP256R1())
    if kind == "rsa":
        key = rsa.generate_private_key(65537, 2048)
    certificate, token = _certified(key), bare
    settings = _city(make_settings, bare)
    settings.keys.mkdir(parents=True, exist_ok=True)
    if kind == "certificate in a file":
        # the one on the token is of another key; the file counts
        _put(bare, key, _certified(ec.generate_private_key(ec.SECP256R1())), "papers")
        (settings.keys / "papers.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        token = replace(bare, certificate_file="papers.pem")
    else:
        more = {pkcs11.Attribute.ALWAYS_AUTHENTICATE: True} if kind == "asks each time" else {}
        _put(bare, key, certificate, "papers", more)
    if kind == "pin in a file":
        (settings.keys / "papers.pin").write_text(PIN + "\n")
        (settings.keys / "papers.pin").chmod(0o600)
        token = replace(bare, pin="", pin_file="papers.pin")
    with sign_keys.opened(_city(make_settings, token), clock.now()) as found:
        assert found.fingerprint == certificate.fingerprint(hashes.SHA256()).hex()
        assert found.name == "City of Sundhaven"


def test_each_lack_has_its_sentence(make_settings: Make, bare: config.Token, tmp_path: Path) -> None:
    def reason(**given: Any) -> str:
        return _reason(_city(make_settings, replace(bare, **given)))

    key = ec.generate_private_key(ec.SECP256R1())
    assert reason() == "the token holds no private key papers"
    _put(bare, key, _certified(key), "papers")
    _put(bare, ec.generate_private_key(ec.SECP256R1()), _certified(key, days=-1), "old")
    assert "there is no library /nowhere.so" in reason(module="/nowhere.so")
    (tmp_path / "notes.so").write_text("no library")
    assert "does not start" in reason(module=str(tmp_path / "notes.so"))
    assert reason(token="library") == "there is no token library; there are: town-hall"
    assert reason(key="stamps") == "the token holds no private key stamps"
    assert reason(certificate="stamps") == "the token holds no certificate stamps"
    assert reason(certificate_file="none.pem") == "papers.pkcs11.certificate_file: none.pem: No such file or directory"
    assert reason(certificate="old") == "token town-hall: the certificate is out of date"
    assert reason(key="old", certificate="papers") == "token town-hall: the certificate belongs to another key"
    _put(bare, key, _certified(key), "papers")
    assert reason() == "the token holds 2 private key papers, not one"


def test_a_wrong_pin_is_tried_once(
    make_settings: Make, safe: Safe, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token locks itself after a few wrong ones, and every waiting paper is tried again every ten minutes."""
    wrong, right = (_city(make_settings, safe.but(pin=pin)) for pin in (WRONG, PIN))
    assert _reason(wrong) == "token town-hall: the PIN is wrong"
    file = wrong.keys / sign_token.REFUSED
    assert file.stat().st_mode & 0o077 == 0 and WRONG not in file.read_text()
    assert "it refused this PIN and is not asked again" in _reason(wrong)
    app = create_app(wrong)
    paper = office.made(app)
    assert (paper.state, paper.fault) == (PaperState.BEING_MADE, Fault.NO_KEY)
    answer = CliRunner().invoke(commands.key)
    assert answer.exit_code == 1 and "the PIN is wrong" in answer.stderr, "whoever asks by hand has one try"
    app.ground.settings = right
    answer = CliRunner().invoke(commands.key)
    assert answer.exit_code == 0 and "City of Sundhaven" in answer.stdout
    assert not file.exists()
    actions_make.make(paper.id)
    assert office.look(app, paper.id).state is PaperState.READY
    said = "".join(capfd.readouterr()) + repr(right) + repr(wrong)
    assert "paper_waits" in said and PIN not in said and WRONG not in said
    app.ground.database.dispose()


def test_a_token_that_is_away_keeps_papers_waiting_and_the_site_open(
    make_settings: Make, safe: Safe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tokens").rename(tmp_path / "drawer")
    (tmp_path / "tokens").mkdir()
    app = create_app(_city(make_settings, safe.settings))
    lacks = "there is no token town-hall; there are: -"
    assert app.ground.extra["greeting"] == [f"Letters and certificates wait ({lacks}). Everything else works."]
    client = Client(app)
    assert client.get("/en/").status == 200

    def told() -> Any:
        return client.http.get("/readyz", base_url="http://127.0.0.1").json["papers"]

    assert told() == {"can_be_made": False, "lacks": lacks}
    paper = office.made(app)
    assert (paper.state, paper.fault) == (PaperState.BEING_MADE, Fault.NO_KEY)
    (tmp_path / "tokens").rmdir()
    (tmp_path / "drawer").rename(tmp_path / "tokens")
    assert told()["lacks"] == lacks and not sign_token._asking, "it is asked once a minute at most"
    monkeypatch.setattr(sign_token, "LOOK_AGAIN", 0.0)
    until = time.monotonic() + 60
    while told()["lacks"] and time.monotonic() < until:
        time.sleep(0.2)
    assert told() == {"can_be_made": True, "lacks": ""} and not sign_token._asking, "all is well for some minutes"
    actions_make.make(paper.id)
    assert office.look(app, paper.id).state is PaperState.READY
    (tmp_path / "tokens").rename(tmp_path / "drawer")
    (tmp_path / "tokens").mkdir()
    monkeypatch.setattr(sign_token, "WHILE_WELL", 0.0)
    assert told()["lacks"] == "", "the page does not wait for the token"
    while not told()["lacks"] and time.monotonic() < until:
        time.sleep(0.2)
    assert told()["lacks"] == lacks
    app.ground.database.dispose()


def test_a_token_that_falls_silent_in_the_middle_costs_no_paper(
    make_settings: Make, safe: Safe, app: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = office.file_of(office.made(app))
    monkeypatch.setattr(sign, "FIELD", "Second")
    with sign_keys.opened(_city(make_settings, safe.settings), clock.now()) as key:
        key.signer.pkcs11_session.close()
        with pytest.raises(NoKey, match="the token did not sign"):
            sign.sign(plain, "L-2026-00001", key)


def test_a_library_that_hangs_or_dies_is_no_matter_of_the_site(
    make_settings: Make, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = _city(make_settings, safe.settings)
    monkeypatch.setattr(sign_token, "ANSWER_SECONDS", 0.01)
    assert sign_token.lacks(settings, clock.now()).endswith("does not answer within 0 seconds")
    sign_token._said.clear()
    monkeypatch.setattr(sign_token, "ANSWER_SECONDS", 60.0)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    assert sign_token.lacks(settings, clock.now()).endswith("ended with code 1")


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"token": ""}, "papers.pkcs11.token is missing"),
        ({"key": ""}, "papers.pkcs11.key is missing"),
        ({"module": ""}, "papers.pkcs11.module is missing"),
        ({"certificate": "a", "certificate_file": "b"}, "not both"),
        ({"pin": ""}, "no PIN; set PORTAL_PAPERS_PIN"),
        ({"pin": "", "pin_file": "none.pin"}, "none.pin: No such file"),
        ({"pin": "", "pin_file": "open.pin"}, "others may read open.pin; chmod 600 it"),
        ({"pin": "", "pin_file": "empty.pin"}, "empty.pin is empty"),
    ],
)
def test_half_a_token_does_not_start(make_settings: Make, given: dict[str, Any], word: str) -> None:
    whole = config.Token(module="/usr/lib/module.so", token="town-hall", key="papers", pin=PIN)
    settings = _city(make_settings, replace(whole, **given))
    settings.keys.mkdir(parents=True, exist_ok=True)
    for name, text, mode in (("open.pin", PIN, 0o640), ("empty.pin", "\n", 0o600)):
        (settings.keys / name).write_text(text)
        (settings.keys / name).chmod(mode)
    config.check_production(_city(make_settings, whole))
    with pytest.raises(config.ConfigError) as refused:
        config.check_production(settings)
    assert any(word in reason for reason in refused.value.reasons) and PIN not in str(refused.value)


def test_a_file_or_a_token_and_no_pin_in_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[papers.pkcs11]\nmodule = '/m.so'\ntoken = 'town-hall'\nkey = 'papers'\n")
    found = config.load({"PORTAL_PAPERS_PIN": PIN}, instance=tmp_path, testing=True)
    assert found.papers.pkcs11 == config.Token(module="/m.so", token="town-hall", key="papers", pin=PIN)
    assert PIN not in repr(found)
    file.write_text("[papers]\npkcs12 = 'city.p12'\n" + file.read_text())
    with pytest.raises(config.ConfigError, match="not both"):
        config.check_production(config.load({"PORTAL_PAPERS_PIN": PIN}, instance=tmp_path, testing=True))
    file.write_text("[papers.pkcs11]\npin = '1234'\n")
    with pytest.raises(config.ConfigError, match="never here") as refused:
        config.load({}, instance=tmp_path, testing=True)
    assert "1234" not in str(refused.value)
