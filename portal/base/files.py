"""Pictures that people upload: taken in at the door, made anew by a child process of the worker, served from disk.

At the door (inside the request's transaction) the file is only typed by its content, counted while it streams and put
into `uploads/incoming`; a job is queued. No stranger's byte is decoded in the server's process or under the write lock.
The job runs encode_picture.py with limits on memory and time. What is served is always our own encoding, under a name
made from the original's hash. The alternative text belongs to the place where a picture is used, one per language.
"""

from __future__ import annotations

import enum
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from flask import Blueprint, Response, abort, send_file
from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base import clock, db, ground, jobs
from portal.base.feature import Job
from portal.base.i18n import Text, _l
from portal.base.security import public, same_for_all
from portal.base.tables import Base, Id, UtcTime, choice

log = structlog.get_logger("portal.files")

LONGEST_ALT = 250
JOB = "files.picture"
SIZES = ("card", "full")
_SECONDS = 30
_CHUNK = 64 * 1024
_DAY = 24 * 60 * 60
_NAME = re.compile(r"([0-9a-f]{64})-(card|full)\.(webp|jpg)")
_MIME = {"webp": "image/webp", "jpg": "image/jpeg"}


class State(enum.Enum):
    """How far a picture has come."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"


class Reason(enum.Enum):
    """Why a file makes no picture."""

    NOT_A_PICTURE = "not_a_picture"
    TOO_MANY_PIXELS = "too_many_pixels"
    BROKEN = "broken"
    TOO_SLOW = "too_slow"


SENTENCES: dict[Reason, Text] = {
    Reason.NOT_A_PICTURE: _l("This file is not a picture we can show. Choose a JPEG, PNG or WebP picture."),
    Reason.TOO_MANY_PIXELS: _l("This picture has too many pixels. Choose one with at most 50 million."),
    Reason.BROKEN: _l("This picture is damaged or incomplete. Save it again on your device, then choose it once more."),
    Reason.TOO_SLOW: _l("This picture took too long to read. Save it as a plain JPEG, then choose it once more."),
}


class File(Base):
    """One uploaded picture. `sha256` is that of the file as it came; `width` and `height` are those of the full size."""

    __tablename__ = "file"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    mime: Mapped[str] = mapped_column(String(20))
    bytes: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]
    state: Mapped[State] = mapped_column(choice(State, name="state"), default=State.WAITING)
    reason: Mapped[Reason | None] = mapped_column(choice(Reason, name="reason"))
    received_at: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def sentence(self) -> Text | None:
        """Why it was refused, for the person who sent it."""
        return SENTENCES[self.reason] if self.reason else None


class PictureRefused(Exception):
    """The upload was not taken in; `reason` is the sentence for the person."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.msgid)
        self.reason = reason


def uploads() -> Path:
    """Where pictures lie: the instance's own folder, made when first needed."""
    folder = ground.settings().uploads
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def type_of(head: bytes) -> str | None:
    """The picture's type by its first bytes; names and declared types are a stranger's word."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def store_picture(s: Session, stream: BinaryIO, *, alt: str) -> File:
    """Take in an upload and queue its making; the answer's state tells whether it can be shown already.

    `alt` is what the picture shows, in the language of the form; without it no picture is taken.
    Raises PictureRefused with a sentence: no alternative text, too large, empty, no picture.
    """
    check_alt(alt)
    incoming = uploads() / "incoming"
    incoming.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=incoming, prefix=".", suffix=".part", delete=False) as part:
        try:
            sha, length, mime = _take(stream, part, ground.settings().upload_megabytes * 1024**2)
            part.flush()
            os.fsync(part.fileno())
        except BaseException:
            Path(part.name).unlink()
            raise
    row = s.scalar(select(File).where(File.sha256 == sha))
    if row is not None and row.state is not State.WAITING:
        Path(part.name).unlink()
        return row
    Path(part.name).replace(incoming / sha)
    _sync_folder(incoming)
    if row is None:
        row = File(sha256=sha, mime=mime, bytes=length, state=State.WAITING, received_at=clock.now())
        s.add(row)
        s.flush()
    jobs.enqueue(s, JOB, {"sha256": sha}, dedup=f"{JOB}:{sha}")
    return row


def check_alt(alt: str) -> None:
    """Raises PictureRefused when the alternative text is missing or too long."""
    if not alt.strip():
        raise PictureRefused(_l("Describe the picture for people who cannot see it."))
    if len(alt) > LONGEST_ALT:
        raise PictureRefused(_l("Describe the picture in at most %(n)s characters.", n=LONGEST_ALT))


def _take(stream: BinaryIO, part: Any, most: int) -> tuple[str, int, str]:
    """Copy with a running count; the type is known before the second piece is read."""
    digest, length, mime = hashlib.sha256(), 0, None
    while piece := stream.read(_CHUNK):
        if not length:
            mime = type_of(piece)
            if mime is None:
                raise PictureRefused(SENTENCES[Reason.NOT_A_PICTURE])
        length += len(piece)
        if length > most:
            raise PictureRefused(
                _l("This picture is larger than %(n)s megabytes. Choose a smaller one.", n=most // 1024**2)
            )
        digest.update(piece)
        part.write(piece)
    if mime is None:
        raise PictureRefused(_l("This file is empty. Choose another picture."))
    return digest.hexdigest(), length, mime


def make_picture(payload: dict[str, Any]) -> None:
    """The job: encode one waiting picture in a child process, outside of any transaction. Running twice is harmless."""
    sha = str(payload["sha256"])
    source = uploads() / "incoming" / sha
    with db.read() as s:
        state = s.scalar(select(File.state).where(File.sha256 == sha))
    if state is State.WAITING:
        sizes, reason = encode(source, _folder(sha), sha) if source.exists() else ({}, Reason.BROKEN)
        with db.write() as s:
            row = s.scalars(select(File).where(File.sha256 == sha)).one()
            row.state = State.REFUSED if reason else State.READY
            row.reason = reason
            if not reason:
                row.width, row.height = sizes["full"]
    source.unlink(missing_ok=True)


def encode(source: Path, folder: Path, name: str) -> tuple[dict[str, list[int]], Reason | None]:
    """Run the encoder on one file with a time limit: sizes, or the reason why there are none."""
    folder.mkdir(parents=True, exist_ok=True)
    program = Path(__file__).with_name("encode_picture.py")
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(program), str(source), str(folder), name],
            env={"PATH": "", "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {}, Reason.TOO_SLOW
    try:
        answer = json.loads(done.stdout)
    except ValueError:  # killed by a limit, or the decoder itself broke
        log.warning("encoder_broke", code=done.returncode)
        return {}, Reason.TOO_SLOW if done.returncode < 0 else Reason.BROKEN
    if "refused" in answer:
        return {}, Reason(answer["refused"])
    _sync_folder(folder)
    return answer["sizes"], None


def adopt(s: Session, sha: str, mime: str, length: int, sizes: dict[str, list[int]]) -> File:
    """Register a picture whose sizes lie on disk already (the demo's own drawings)."""
    row = s.scalar(select(File).where(File.sha256 == sha))
    if row is None:
        row = File(sha256=sha, received_at=clock.now())
        s.add(row)
    row.mime, row.bytes, row.state, row.reason = mime, length, State.READY, None
    row.width, row.height = sizes["full"]
    s.flush()
    return row


def folder_for(sha: str) -> Path:
    """The folder of a picture's sizes, made when needed."""
    folder = _folder(sha)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def url(file: File | str, size: str = "card", extension: str = "webp") -> str:
    """The address of a picture (row or hash) in one of the sizes card (480 px) and full (1200 px)."""
    sha = file if isinstance(file, str) else file.sha256
    return f"/files/{sha}-{size}.{extension}"


def _folder(sha: str) -> Path:
    return uploads() / sha[:2]


def _sync_folder(folder: Path) -> None:
    """A renamed file survives a power cut only when its folder is durable too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _old_incoming() -> Iterator[Path]:
    for path in (uploads() / "incoming").glob("*"):
        if path.stat().st_mtime < time.time() - _DAY:
            yield path


def sweep(_payload: dict[str, Any]) -> None:
    """The daily job: take away what uploads left whose transaction was rolled back."""
    old = {path.name: path for path in _old_incoming()}
    if not old:
        return
    with db.read() as s:
        waiting = set(s.scalars(select(File.sha256).where(File.state == State.WAITING)))
    for name, path in old.items():
        if name not in waiting:
            path.unlink(missing_ok=True)


def private(path: Path, name: str, mime: str) -> Response:
    """A stored file for one reader, who was checked before: to be saved, kept nowhere in between, never shown as a page
    of ours. 404 where it is gone."""
    if not path.is_file():
        abort(404)
    answer = send_file(path, mimetype=mime, as_attachment=True, download_name=name, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


JOBS = [Job(JOB, make_picture), Job("files.sweep", sweep, every=_DAY)]
blueprint = Blueprint("files", __name__)


@blueprint.get("/files/<name>")
@public
@same_for_all
def picture(name: str) -> Response:
    """One encoded picture. The name holds its hash, so it may be kept for ever."""
    known = _NAME.fullmatch(name)
    if known is None:
        abort(404)
    path = _folder(known[1]) / name
    if not path.is_file():
        abort(404)
    answer = send_file(path, mimetype=_MIME[known[3]], conditional=True, etag=f"{known[1][:16]}-{known[2]}-{known[3]}")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
