"""The archive: one zip file with a manifest that knows every member's hash.

manifest.json        format, version, revision of the schema, time, per table: columns, rows, digest; per file: hash
tables/NAME.jsonl    one row per line (tables.py)
uploads/...          as they lie in the instance
config.json          the configuration without its secrets, for reading
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import secrets
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from portal.backup import tables
from portal.backup.keys import without_secrets
from portal.backup.tables import Column, Digest
from portal.base import schema
from portal.base.db import Database

FORMAT = 1
_CHUNK = 1024 * 1024

Say = Callable[[str], None]


class Damaged(Exception):
    """The archive is not what its manifest says."""


@dataclass(frozen=True)
class Archive:
    """An archive whose manifest has been read."""

    path: Path
    manifest: dict[str, Any]

    @property
    def identity(self) -> str:
        """What the keys file is tied to."""
        return str(self.manifest["identity"])

    @property
    def revision(self) -> str:
        """The schema's revision at the snapshot."""
        return str(self.manifest["revision"])

    def columns(self, table: str) -> list[Column]:
        """A table's columns, in the order of its rows."""
        return [Column(name, kind) for name, kind in self.manifest["tables"][table]["columns"]]

    def rows(self, table: str) -> Iterator[list[Any]]:
        """A table's rows."""
        with zipfile.ZipFile(self.path) as box, box.open(f"tables/{table}.jsonl") as lines:
            for line in lines:
                yield json.loads(line)


def product_version() -> str:
    """The installed version, or the checkout's."""
    try:
        return importlib.metadata.version("folkmoot")
    except importlib.metadata.PackageNotFoundError:
        return "checkout"


class _Hashing:
    """A member being written, with its hash."""

    def __init__(self, target: Any) -> None:
        self.target, self.sum, self.size = target, hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        self.target.write(data)
        self.sum.update(data)
        self.size += len(data)


def write(path: Path, database: Database, instance: Path, now: datetime, say: Say) -> Archive:
    """Write an archive of the database as it is at one instant, and of the files; whole or not at all.

    Raises OSError when there is no room, Strange for a table that is not understood.
    """
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "product": "folkmoot",
        "version": product_version(),
        "identity": secrets.token_hex(16),
        "made_at": now.isoformat(),
        "engine": "sqlite" if database.sqlite else "postgresql",
        "tables": {},
        "files": {},
    }
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(path.name + ".part")
    try:
        with (
            os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as out,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as box,
        ):
            with tables.snapshot(database) as connection:
                manifest["revision"] = schema.current(database)
                for table in tables.reflect(connection):
                    columns = tables.columns_of(table)
                    digest = Digest()
                    with box.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as member:
                        hashed = _Hashing(member)
                        for row in tables.rows(connection, table):
                            digest = digest.plus(row, columns)
                            hashed.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                    manifest["tables"][table.name] = {
                        "columns": [[column.name, column.kind] for column in columns],
                        "rows": digest.rows,
                        "digest": digest.hex,
                    }
                    manifest["files"][f"tables/{table.name}.jsonl"] = hashed.sum.hexdigest()
            total = sum(entry["rows"] for entry in manifest["tables"].values())
            say(f"database: {len(manifest['tables'])} tables, {total} rows")
            count = 0
            uploads = instance / "uploads"
            for file in sorted(uploads.rglob("*")) if uploads.is_dir() else []:
                if not file.is_file():
                    continue
                name = f"uploads/{file.relative_to(uploads).as_posix()}"
                # pictures are compressed already
                info = zipfile.ZipInfo.from_file(file, name)
                try:
                    with file.open("rb") as source, box.open(info, "w", force_zip64=True) as member:
                        hashed = _Hashing(member)
                        while chunk := source.read(_CHUNK):
                            hashed.write(chunk)
                except FileNotFoundError:  # taken away meanwhile
                    continue
                manifest["files"][name] = hashed.sum.hexdigest()
                count += 1
            say(f"uploads: {count} files")
            config = instance / "config.toml"
            if config.is_file():
                text = without_secrets(config.read_bytes()).encode()
                box.writestr("config.json", text)
                manifest["files"]["config.json"] = hashlib.sha256(text).hexdigest()
            box.writestr("manifest.json", json.dumps(manifest, indent=1, sort_keys=True))
            box.close()
            out.flush()
            os.fsync(out.fileno())
        made = read(draft)
        check(made)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return Archive(path, made.manifest)


def read(path: Path) -> Archive:
    """Open an archive and read its manifest.

    Raises Damaged when it is none, or was made by a newer version's format.
    """
    try:
        with zipfile.ZipFile(path) as box:
            manifest = json.loads(box.read("manifest.json"))
        if manifest["product"] != "folkmoot" or manifest["format"] != FORMAT:
            raise Damaged(f"{path.name} has format {manifest['format']}; this version reads {FORMAT}")
        return Archive(path, manifest)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise Damaged(f"{path.name} is no whole archive: {error}") from None


def check(archive: Archive) -> None:
    """Read the whole archive and compare every hash.

    Raises Damaged naming the first member that differs.
    """
    try:
        with zipfile.ZipFile(archive.path) as box:
            names = set(box.namelist()) - {"manifest.json"}
            if names != set(archive.manifest["files"]):
                raise Damaged(f"members differ: {sorted(names ^ set(archive.manifest['files']))[:5]}")
            for name, expected in archive.manifest["files"].items():
                if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                    raise Damaged(f"{name} leads out of the archive")
                found = hashlib.sha256()
                with box.open(name) as member:
                    while chunk := member.read(_CHUNK):
                        found.update(chunk)
                if found.hexdigest() != expected:
                    raise Damaged(f"{name} was changed")
    except zipfile.BadZipFile as error:
        raise Damaged(str(error)) from None


def put_back_uploads(archive: Archive, instance: Path) -> int:
    """Write the archive's uploads into the instance; returns how many."""
    count = 0
    with zipfile.ZipFile(archive.path) as box:
        for name in archive.manifest["files"]:
            if not name.startswith("uploads/"):
                continue
            target = instance / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with box.open(name) as member, target.open("wb") as out:
                while chunk := member.read(_CHUNK):
                    out.write(chunk)
            count += 1
    return count
