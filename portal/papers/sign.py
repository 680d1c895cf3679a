"""Signatures: PAdES by pyHanko, with the city's key from a PKCS#12 file outside the database (or from a token:
sign_token.py). Level B-B; with a time-stamp authority B-T. The demo makes a certificate authority and a key of its own."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import io
import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from portal.config import Settings, key_of
from portal.papers.rules import Signature

FIELD = "City"
DEMO_FILE = "papers-demo.p12"
DEMO_DAYS = 3650
READ_SECONDS = 12  # of the clock; its own limit is 5 seconds of the processor


class NoKey(Exception):
    """There is no key to sign with, or it is of no use now; the sentence says why."""


class NoTimeStamp(Exception):
    """The time-stamp authority gave none."""


@dataclass(frozen=True)
class Key:
    """A signing key, ready for use. `fingerprint` is the SHA-256 of its certificate; `faults`: what its holder may raise
    in the middle of a signature."""

    fingerprint: str
    name: str
    pem: str
    signer: Any = field(repr=False)
    faults: tuple[type[Exception], ...] = ()


def available() -> bool:
    """Is pyHanko there?"""
    return importlib.util.find_spec("pyhanko") is not None


def file_of(settings: Settings) -> Path | None:
    """Where the city's key lies: as configured, in the demo its own; None where nothing is configured."""
    if settings.papers.pkcs12:
        return settings.keys / settings.papers.pkcs12  # an absolute path stays one
    return settings.keys / DEMO_FILE if settings.demo and not settings.papers.pkcs11.module else None


def passphrase_of(settings: Settings) -> bytes:
    """The passphrase of the key's file."""
    if settings.papers.pkcs12:
        return settings.papers.passphrase.encode()
    return key_of(settings, "papers-demo").hex().encode()


def make_demo_key(settings: Settings) -> None:
    """The demo's certificate authority and signing key, made once. The authority's own key is thrown away when it has
    signed the one certificate, so nobody can make a second one in its name."""
    file = settings.keys / DEMO_FILE
    if file_of(settings) != file or file.exists():
        return
    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _certificate(f"{settings.city.name} demo authority", root, None, root)
    certificate = _certificate(f"{settings.city.name} (demo)", key, authority, root)
    box = pkcs12.serialize_key_and_certificates(
        b"papers", key, certificate, [authority], BestAvailableEncryption(passphrase_of(settings))
    )
    settings.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = settings.keys / f".papers.{secrets.token_hex(4)}"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(box)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(fresh, file)  # whole or not at all, and never over another process's
    except FileExistsError:
        pass
    fresh.unlink()


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate | None, by: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    now, authority = datetime.now(UTC), issuer is None
    usage = x509.KeyUsage(
        digital_signature=not authority, content_commitment=not authority, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=authority, crl_sign=authority,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer is not None else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DEMO_DAYS))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(usage, critical=True)
        .sign(by, hashes.SHA256())
    )


def load(settings: Settings, now: datetime) -> Key:
    """Open the signing key that lies in a file.

    Raises NoKey with the reason: nothing configured, no such file, wrong passphrase, certificate out of date.
    """
    make_demo_key(settings)
    file = file_of(settings)
    if file is None:
        raise NoKey("papers.pkcs12 is not set")
    if not available():
        raise NoKey("the packages of the group sign are missing")
    try:
        data = file.read_bytes()
        key, certificate, _others = pkcs12.load_key_and_certificates(data, passphrase_of(settings) or None)
    except OSError as error:
        raise NoKey(f"{file.name}: {error.strerror}") from None
    except ValueError:
        raise NoKey(f"{file.name}: the passphrase is wrong, or this is no PKCS#12 file") from None
    if key is None or certificate is None:
        raise NoKey(f"{file.name}: it holds no key with a certificate")
    require_valid(certificate, now, file.name)
    signers = importlib.import_module("pyhanko.sign.signers")
    signer = signers.SimpleSigner.load_pkcs12_data(data, other_certs=[], passphrase=passphrase_of(settings) or None)
    if signer is None:
        raise NoKey(f"{file.name}: this kind of key cannot sign")
    return described(certificate, signer)


def require_valid(certificate: x509.Certificate, now: datetime, where: str) -> None:
    """Raises NoKey where the certificate's time has not come, or is over."""
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise NoKey(f"{where}: the certificate is out of date")


def described(certificate: x509.Certificate, signer: Any, faults: tuple[type[Exception], ...] = ()) -> Key:
    """A key under the name that its certificate gives it."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Key(
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        name=str(names[0].value) if names else certificate.subject.rfc4514_string(),
        pem=certificate.public_bytes(Encoding.PEM).decode(),
        signer=signer,
        faults=faults,
    )


def time_stamper(settings: Settings) -> Any:
    """The configured time-stamp authority, or None."""
    if not settings.papers.tsa_url:
        return None
    client = importlib.import_module("pyhanko.sign.timestamps")
    return client.HTTPTimeStamper(settings.papers.tsa_url, timeout=settings.papers.tsa_seconds)


def sign(pdf: bytes, number: str, key: Key, time_stamper: Any = None) -> bytes:
    """Sign a PDF; its number stands in the signature, so that a changed copy can be compared with the original.

    Raises NoTimeStamp when a time-stamp was wanted and not given, NoKey when the key's holder fell silent.
    """
    signers = importlib.import_module("pyhanko.sign.signers")
    fields = importlib.import_module("pyhanko.sign.fields")
    writer = importlib.import_module("pyhanko.pdf_utils.incremental_writer").IncrementalPdfFileWriter
    stamps = importlib.import_module("pyhanko.sign.timestamps")
    wanted = signers.PdfSignatureMetadata(
        field_name=FIELD, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256", reason=number, name=key.name
    )
    out = io.BytesIO()
    try:
        signers.PdfSigner(wanted, key.signer, timestamper=time_stamper).sign_pdf(writer(io.BytesIO(pdf)), output=out)
    except (stamps.TimestampRequestError, OSError) as error:
        if time_stamper is None:
            raise
        raise NoTimeStamp(str(error)) from error
    except key.faults as error:
        raise NoKey(f"the token did not sign ({type(error).__name__})") from None
    return out.getvalue()


def read(pdf: bytes) -> tuple[list[Signature] | None, bool]:
    """The signatures of an uploaded file, and whether it could be read at all. A stranger's file is taken apart in a
    child process with limits on memory and time. None: this server cannot look."""
    if not available():
        return None, False
    program = Path(__file__).with_name("reading.py")
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(program)],
            env={"PATH": "", "LANG": "C.UTF-8"},
            input=pdf,
            capture_output=True,
            timeout=READ_SECONDS,
            check=False,
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):  # too slow, or ended by a limit
        return [], False
    return [Signature(**one) for one in answer["signatures"]], bool(answer["readable"])


def sha256(data: bytes) -> str:
    """A file's hash, which is its name."""
    return hashlib.sha256(data).hexdigest()
