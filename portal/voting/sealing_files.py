"""Secrets that lie in files outside the database: the key of each open vote and the key of the roll.

Pure: files and bytes only. A key file is durable before the vote that needs it is, and gone durably before a result is
shown.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from pathlib import Path

from portal.voting.sealing import KEY_BYTES, SealingError, check_value, new_key

LONGEST_FILE = 4 * KEY_BYTES  # in hex, with the end of its line, and whoever edited it by hand


def key_path(folder: Path, vote_id: str) -> Path:
    """Where the key of a vote lies: one file in the folder of keys."""
    if not vote_id.isalnum():
        raise SealingError("A vote id has letters and digits only.")
    return folder / f"vote-{vote_id}.key"


def store_key(folder: Path, vote_id: str, key: bytes) -> None:
    """Write the key durably, readable by the owner alone; an older file of the same vote is replaced in one step."""
    write_secret(key_path(folder, vote_id), key)


def load_key(folder: Path, vote_id: str, check: str) -> bytes:
    """The vote's key. Raises SealingError when it is missing, readable by others or not the one opened with."""
    path = key_path(folder, vote_id)
    key = read_secret(path)
    if not hmac.compare_digest(check_value(key), check):
        raise SealingError(f"{path.name} is not the key that this vote was opened with.")
    return key


def destroy_key(folder: Path, vote_id: str) -> bool:
    """Overwrite and remove the key file, durably; False when there was none (a repeat after a crash).

    Overwriting helps on simple disks only: copies made by snapshots or machine backups are the operator's to exclude.
    """
    path = key_path(folder, vote_id)
    try:
        size = path.stat().st_size
        with open(path, "r+b", buffering=0) as file:
            file.write(os.urandom(max(size, 1)))
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return False
    _sync_folder(folder)
    return True


def roll_key(folder: Path) -> bytes:
    """The key of all keyed roll hashes, made at the first use. It outlives votes and belongs into the key backup."""
    path = folder / "roll.key"
    if not path.exists():  # asked first: between a failed reading and this question another voter's act may make it
        write_secret(path, new_key(), replace=False)
    return read_secret(path)


def write_secret(path: Path, value: bytes, *, replace: bool = True) -> None:
    """Write `value` as hex with mode 0600 so that it is either wholly there after a power cut or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(value.hex().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(fresh, path)
        else:
            try:
                os.link(fresh, path)  # fails where another process was first: its key stands
            except FileExistsError:
                pass
    finally:
        fresh.unlink(missing_ok=True)
    _sync_folder(path.parent)


def read_secret(path: Path) -> bytes:
    """The bytes of a secret file. Raises SealingError when it is missing, damaged or open to other users."""
    try:
        descriptor = os.open(path, os.O_RDONLY)  # as few steps as can be: each cast reads two
        try:
            if stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077:
                raise SealingError(f"{path.name} can be read by other users; its mode has to be 0600.")
            value = bytes.fromhex(os.read(descriptor, LONGEST_FILE).decode("ascii").strip())
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise SealingError(f"{path.name} is missing.") from error
    except (ValueError, UnicodeDecodeError) as error:
        raise SealingError(f"{path.name} is damaged.") from error
    if len(value) != KEY_BYTES:
        raise SealingError(f"{path.name} is damaged.")
    return value


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
