"""Files that people send with an application: typed by their content, counted while they stream, kept under their hash.

What is kept is what was sent; it is given out only as a file to be saved, to those who may see the case, never as a page
of ours. Names are cleaned and never used on disk.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock, files, ground
from portal.base.i18n import Text, _l
from portal.services.models import CaseFile

_PIECE = 64 * 1024
MOST_FILES = 20  # of one application or answer
KINDS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_STRANGE = re.compile(r"[^\w .()+-]+")


class Refused(Exception):
    """A file that is not taken in; `reason` is the sentence for the person."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.msgid)
        self.reason = reason


def folder() -> Path:
    """Where they lie: beside the pictures, never served from there."""
    found = ground.settings().uploads / "cases"
    found.mkdir(parents=True, exist_ok=True)
    return found


def path_of(digest: str) -> Path:
    """The file with this hash."""
    return ground.settings().uploads / "cases" / digest[:2] / digest


def media_type(head: bytes) -> str | None:
    """What a file is by its first bytes, where it is one of those that are taken."""
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    return files.type_of(head)


def clean_name(raw: str, kind: str) -> str:
    """A name to save it under: no folders, no control signs, the ending that fits what it is."""
    name = unicodedata.normalize("NFC", raw.replace("\\", "/").rpartition("/")[2])
    name = " ".join(_STRANGE.sub(" ", name).split()).strip(". ")
    stem = name.rpartition(".")[0] or name or "file"
    return f"{stem[:120]}.{KINDS[kind]}"


def take(
    s: Session, stream: BinaryIO, raw_name: str, *, field: str, application_id: int | None = None,
    case_id: int | None = None,
    accept: Collection[str] = (),
) -> CaseFile:  # fmt: skip
    """Take a file in for an application or a case; `accept`: of these media types alone, where some are named. Raises
    Refused: empty, of another kind, too large."""
    most = ground.settings().upload_megabytes * 1024**2
    digest, length, kind = hashlib.sha256(), 0, None
    with tempfile.NamedTemporaryFile(dir=folder(), prefix=".", suffix=".part", delete=False) as part:
        try:
            while piece := stream.read(_PIECE):
                if not length and ((kind := media_type(piece)) is None or (accept and kind not in accept)):
                    raise Refused(_l("A file of this kind is not taken here."))
                length += len(piece)
                if length > most:
                    raise Refused(
                        _l("This file is larger than %(n)s megabytes. Choose a smaller one.", n=most // 1024**2)
                    )
                digest.update(piece)
                part.write(piece)
            if kind is None:
                raise Refused(_l("This file is empty. Choose another one."))
            part.flush()
            os.fsync(part.fileno())
        except BaseException:
            Path(part.name).unlink()
            raise
    target = path_of(digest.hexdigest())
    target.parent.mkdir(exist_ok=True)
    Path(part.name).replace(target)
    row = CaseFile(
        application_id=application_id, case_id=case_id, field=field, name=clean_name(raw_name, kind), media_type=kind,
        size=length, digest=digest.hexdigest(), at=clock.now(),
    )  # fmt: skip
    s.add(row)
    s.flush()
    return row


def sweep(s: Session) -> int:
    """Delete what no row names any more. Returns how many files went."""
    known = set(s.scalars(select(CaseFile.digest).distinct()))
    gone = 0
    for path in folder().glob("??/*"):
        if path.name not in known:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
