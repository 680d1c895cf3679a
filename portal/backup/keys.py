"""The keys file: what must not lie in an archive, encrypted with a passphrase.

scrypt (RFC 7914) turns the passphrase into a key, AES-256-GCM seals; the header, with every parameter, is authenticated
with it. Vote keys are never in here: whoever holds a backup must not be able to open a ballot.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import tomllib
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"folkmoot-keys 1\n"
N, R, P = 2**16, 8, 1  # 64 MB and about a fifth of a second
SHORTEST = 12


class KeysError(Exception):
    """The keys file cannot be read; the sentence says why."""


def is_vote_key(path: Path) -> bool:
    """Say whether a file of the keys folder opens ballots."""
    return path.name.startswith("vote-")


def gather(instance: Path) -> dict[str, bytes]:
    """The secret files of an instance by their path in it: signing key, roll key and the like, whole configuration."""
    found: dict[str, bytes] = {}
    for name in ("secret.key", "config.toml"):
        if (instance / name).is_file():
            found[name] = (instance / name).read_bytes()
    folder = instance / "keys"
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if path.is_file() and not is_vote_key(path):
            found[path.relative_to(instance).as_posix()] = path.read_bytes()
    return found


def _derive(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(passphrase.encode())


def seal(files: dict[str, bytes], passphrase: str, archive: str) -> bytes:
    """Encrypt the files. `archive`: the archive's identity, so that keys and archive cannot be mixed up.

    Raises KeysError for a passphrase that is too short.
    """
    if len(passphrase) < SHORTEST:
        raise KeysError(f"the passphrase needs at least {SHORTEST} characters")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    header = {
        "kdf": "scrypt", "n": N, "r": R, "p": P, "salt": base64.b64encode(salt).decode(),
        "nonce": base64.b64encode(nonce).decode(), "archive": archive,
    }  # fmt: skip
    head = MAGIC + json.dumps(header, sort_keys=True).encode() + b"\n"
    body = json.dumps({name: base64.b64encode(data).decode() for name, data in files.items()}).encode()
    return head + AESGCM(_derive(passphrase, salt, N, R, P)).encrypt(nonce, body, head)


def unseal(data: bytes, passphrase: str, archive: str) -> dict[str, bytes]:
    """Open a keys file.

    Raises KeysError when it is no keys file, belongs to another archive, or the passphrase is wrong.
    """
    if not data.startswith(MAGIC):
        raise KeysError("this is no keys file")
    end = data.index(b"\n", len(MAGIC)) + 1
    try:
        header: dict[str, Any] = json.loads(data[len(MAGIC) : end])
        n, r, p = (int(header[name]) for name in ("n", "r", "p"))
        if header["kdf"] != "scrypt" or not (2**14 <= n <= 2**20 and r == 8 and p <= 4):
            raise KeysError("the keys file was made in a way that this version does not read")
        key = _derive(passphrase, base64.b64decode(header["salt"]), n, r, p)
        body = AESGCM(key).decrypt(base64.b64decode(header["nonce"]), data[end:], data[:end])
    except InvalidTag:
        raise KeysError("the passphrase is wrong, or the keys file was changed") from None
    except (ValueError, KeyError) as error:
        raise KeysError(f"the keys file is damaged: {error}") from None
    if header["archive"] != archive:
        raise KeysError("this keys file belongs to another archive")
    return {name: base64.b64decode(text) for name, text in json.loads(body).items()}


def put_back(files: dict[str, bytes], instance: Path) -> list[Path]:
    """Write the files into the instance, readable by their owner alone; returns what was written.

    Raises KeysError for a name that leads out of the instance or names a vote key.
    """
    written = []
    for name in sorted(files):
        target = (instance / name).resolve()
        if not target.is_relative_to(instance.resolve()) or is_vote_key(target):
            raise KeysError(f"the keys file holds a name that it must not: {name}")
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(files[name])
            out.flush()
            os.fsync(out.fileno())
        written.append(target)
    return written


_SECRET_WORDS = ("secret", "password", "passphrase", "token", "private")


def without_secrets(config: bytes) -> str:
    """A readable copy of config.toml for the archive: settings that are secrets or may hold one are left out."""

    def clean(value: Any, name: str = "") -> Any:
        if any(word in name.lower() for word in _SECRET_WORDS) or name == "database_url":
            return "(in the keys file)"
        if isinstance(value, dict):
            return {key: clean(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [clean(inner) for inner in value]
        return value

    return json.dumps(clean(tomllib.loads(config.decode())), indent=1, ensure_ascii=False, default=str)
