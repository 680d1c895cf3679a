"""Letters with codes for a mailing house: encrypted to its certificate (CMS, as `openssl cms -decrypt` opens it), so that
staff pass on a file that none of them can read. Which certificate it is stands in config.toml and on no page: whoever could
put their own in its place could read every code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from portal.config import ConfigError, Settings

log = structlog.get_logger("portal.identity")

LEAST_BITS = 2048


class NoHouse(Exception):
    """The certificate that is named cannot be used; the sentence, for operators, says why."""


@dataclass(frozen=True, slots=True)
class House:
    """A mailing house. `fingerprint`: SHA-256 of its certificate, in hexadecimal; `until`: when that ends, UTC."""

    name: str
    fingerprint: str
    since: datetime
    until: datetime
    certificate: x509.Certificate

    def open(self, now: datetime) -> bool:
        """Does its certificate count now?"""
        return self.since <= now <= self.until


def house(settings: Settings) -> House | None:
    """The mailing house that is named; None where staff print themselves. Raises NoHouse."""
    named = settings.register.mailing_house
    if not named:
        return None
    file = settings.keys / named
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except OSError as error:
        raise NoHouse(f"register.mailing_house: {file.name}: {error.strerror}") from None
    except ValueError:
        raise NoHouse(f"register.mailing_house: {file.name} is no certificate in PEM form") from None
    public = certificate.public_key()
    if not isinstance(public, rsa.RSAPublicKey) or public.key_size < LEAST_BITS:
        raise NoHouse(f"register.mailing_house: {file.name}: an RSA key of {LEAST_BITS} bits or more is needed")
    try:
        if not certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_encipherment:
            raise NoHouse(f"register.mailing_house: {file.name} is not made for encryption")
    except x509.ExtensionNotFound:
        pass  # then it may do everything
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return House(
        name=str(names[0].value) if names else certificate.subject.rfc4514_string(),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        since=certificate.not_valid_before_utc,
        until=certificate.not_valid_after_utc,
        certificate=certificate,
    )


def ready(settings: Settings, now: datetime) -> None:
    """Refuse to start with a certificate that cannot be used. One that is out of date is told and stops letters alone.
    Raises ConfigError."""
    try:
        found = house(settings)
    except NoHouse as error:
        raise ConfigError(str(error)) from None
    if found is not None and not found.open(now):
        log.warning("no_mailing_house", why="its certificate is out of date", until=found.until.isoformat())


def sealed(letters: bytes, to: House) -> bytes:
    """The file of letters, for this house's eyes (AES-256, DER)."""
    envelope = pkcs7.PKCS7EnvelopeBuilder().set_data(letters).add_recipient(to.certificate)
    return envelope.set_content_encryption_algorithm(algorithms.AES256).encrypt(
        Encoding.DER, [pkcs7.PKCS7Options.Binary]
    )
