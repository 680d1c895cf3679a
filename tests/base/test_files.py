"""A stranger's picture comes out as our own, or is refused with a sentence."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock, db, drawn, files, ground, i18n, jobs
from portal.base.files import File, PictureRefused, Reason, State
from portal.base.web import Portal


def picture(kind: str = "JPEG", size: tuple[int, int] = (1600, 1000), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, kind, **more)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a few hundred kilobytes that claims 30,000 x 30,000 pixels and really unpacks to that."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    side = 30_000
    rows = zlib.compress(bytes(side // 8 + 1) * side, 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


def take(app: Portal, data: bytes, alt: str = "A bench under a tree") -> str:
    """Store an upload and do the job; the answer is the file's hash."""
    ground.stand_on(app.ground)
    with db.write() as s:
        sha = files.store_picture(s, io.BytesIO(data), alt=alt).sha256
    jobs.run_due()
    return sha


def row(sha: str) -> File:
    with db.read() as s:
        return s.scalars(select(File).where(File.sha256 == sha)).one()


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_every_kind_comes_out_in_two_sizes(app: Portal, kind: str, mode: str) -> None:
    file = row(take(app, picture(kind, mode=mode)))
    assert (file.state, file.width, file.height) == (State.READY, 1200, 750)
    for size, width in (("card", 480), ("full", 1200)):
        for extension, name in (("webp", "WEBP"), ("jpg", "JPEG")):
            path = files.folder_for(file.sha256) / f"{file.sha256}-{size}.{extension}"
            with Image.open(path) as made:
                assert (made.format, made.width, made.mode) == (name, width, "RGB")
    assert not list((files.uploads() / "incoming").iterdir())


def test_a_small_picture_is_not_blown_up(app: Portal) -> None:
    file = row(take(app, picture(size=(300, 200))))
    assert (file.width, file.height) == (300, 200)


def test_what_is_hidden_in_a_picture_is_gone(app: Portal) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET PLACE"
    exif[0x0112] = 6  # lying on its side
    data = picture("JPEG", exif=exif.tobytes(), comment=b"SECRET COMMENT") + b"<script>SECRET TAIL</script>PK\x03\x04"
    sha = take(app, data)
    assert row(sha).height == 1200, "turned upright"
    for path in files.folder_for(sha).iterdir():
        made = path.read_bytes()
        assert b"SECRET" not in made
        assert b"Exif" not in made
        assert b"PK\x03\x04" not in made


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a\x01\x00\x01\x00",
        b"%PDF-1.7\n\xff\xd8\xff",
        b"<html><script>alert(1)</script>",
        b"PK\x03\x04 a zip",
        b"MZ",
        b"",
    ],
)
def test_what_is_no_picture_is_refused_at_the_door(app: Portal, data: bytes) -> None:
    ground.stand_on(app.ground)
    with pytest.raises(PictureRefused) as refused, db.write() as s:
        files.store_picture(s, io.BytesIO(data), alt="x")
    assert "picture" in str(refused.value.reason)
    assert not list((files.uploads() / "incoming").iterdir()), "nothing is left behind"


def test_too_many_bytes_are_refused_while_they_stream(app: Portal) -> None:
    class Endless(io.RawIOBase):
        sent = 0

        def read(self, size: int = -1) -> bytes:
            piece = (b"\xff\xd8\xff" + bytes(size))[:size]
            self.sent += len(piece)
            return piece

    ground.stand_on(app.ground)
    stream = Endless()
    with pytest.raises(PictureRefused, match="megabytes"), db.write() as s:
        files.store_picture(s, stream, alt="x")  # type: ignore[arg-type]
    assert stream.sent < 12 * 1024**2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (picture()[: len(picture()) // 2], Reason.BROKEN),
        (picture("PNG")[:-200], Reason.BROKEN),
        (picture("WEBP")[:400], Reason.BROKEN),
        (b"\xff\xd8\xff<script>alert(1)</script>" * 50, Reason.NOT_A_PICTURE),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), Reason.NOT_A_PICTURE),
    ],
)
def test_a_damaged_picture_is_refused_with_a_sentence(app: Portal, data: bytes, reason: Reason) -> None:
    file = row(take(app, data))
    assert file.state is State.REFUSED
    assert file.reason in {reason, Reason.NOT_A_PICTURE}
    assert str(file.sentence)
    with i18n.use_locale("de"):
        assert str(file.sentence)
    assert not list(files.folder_for(file.sha256).glob("*")), "nothing to show"


def test_a_decompression_bomb_goes_off_in_the_child(app: Portal) -> None:
    data = bomb()
    assert len(data) < 200_000
    file = row(take(app, data))
    assert (file.state, file.reason) == (State.REFUSED, Reason.TOO_MANY_PIXELS)


@pytest.mark.parametrize(("alt", "word"), [("", "Describe"), ("   ", "Describe"), ("x" * 251, "250")])
def test_a_picture_needs_its_words(app: Portal, alt: str, word: str) -> None:
    ground.stand_on(app.ground)
    with pytest.raises(PictureRefused) as refused, db.write() as s:
        files.store_picture(s, io.BytesIO(picture()), alt=alt)
    assert word in str(refused.value.reason)


def test_the_same_picture_twice_is_one_file(app: Portal) -> None:
    data = picture()
    assert take(app, data) == take(app, data)
    with db.read() as s:
        assert len(s.scalars(select(File)).all()) == 1


def test_the_job_may_run_twice(app: Portal) -> None:
    sha = take(app, picture())
    files.make_picture({"sha256": sha})
    assert row(sha).state is State.READY


def test_what_a_rolled_back_upload_left_is_swept(app: Portal) -> None:
    ground.stand_on(app.ground)
    with pytest.raises(ZeroDivisionError), db.write() as s:
        files.store_picture(s, io.BytesIO(picture()), alt="x")
        _ = 1 / 0
    left = list((files.uploads() / "incoming").iterdir())
    assert len(left) == 1
    files.sweep({})
    assert left[0].exists(), "a day is waited, for uploads that are on their way"
    import os

    os.utime(left[0], (0, 0))
    files.sweep({})
    assert not left[0].exists()


def test_it_is_served_for_ever_and_runs_nothing(app: Portal) -> None:
    sha = take(app, picture())
    client = app.test_client()
    answer = client.get(files.url(sha, "full", "jpg"), base_url="http://127.0.0.1:8000")
    assert answer.status_code == 200
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    again = client.get(
        files.url(sha), headers={"If-None-Match": f'"{sha[:16]}-card-webp"'}, base_url="http://127.0.0.1:8000"
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    "name", ["x", "../portal.db", "0" * 64 + "-card.svg", "0" * 64 + "-card.webp", "%2e%2e%2fportal.db"]
)
def test_nothing_else_is_served(app: Portal, name: str) -> None:
    assert app.test_client().get(f"/files/{name}", base_url="http://127.0.0.1:8000").status_code == 404


def test_a_drawing_of_our_own_is_stored_at_once(app: Portal, db_session: Session) -> None:
    one = drawn.put(db_session, Image.new("RGB", (1200, 750), "#336699"))
    two = drawn.put(db_session, Image.new("RGB", (1200, 750), "#336699"))
    assert one.id == two.id
    assert one.state is State.READY
    assert one.received_at <= clock.now()
    assert (Path(files.folder_for(one.sha256)) / f"{one.sha256}-card.webp").is_file()
