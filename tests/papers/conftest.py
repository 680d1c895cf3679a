"""A city with a signing key of its own, and papers that really are made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from portal import config
from portal.base import limits

PASSPHRASE = "correct horse"


def make_key(file: Path, name: str, *, days: int = 365, with_rsa: bool = False) -> None:
    """A self-signed key in a PKCS#12 file; a negative number of days: its time is over."""
    key: Any = rsa.generate_private_key(65537, 2048) if with_rsa else ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    box = pkcs12.serialize_key_and_certificates(
        b"city", key, certificate, None, BestAvailableEncryption(PASSPHRASE.encode())
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(box)


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """Limits in memory belong to one test."""
    limits._memory.clear()


@pytest.fixture(scope="session")
def city_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's key, in a file outside of every instance."""
    file = tmp_path_factory.mktemp("city") / "city.p12"
    make_key(file, "City of Sundhaven")
    return file


@pytest.fixture
def settings(make_settings: Callable[..., config.Settings], city_key: Path) -> config.Settings:
    """The usual settings, with the city's key."""
    return make_settings(papers=config.Papers(pkcs12=str(city_key), passphrase=PASSPHRASE))
