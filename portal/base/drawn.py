"""Pictures that the portal draws itself (the demo city's projects): no stranger's bytes, so no child process."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from sqlalchemy.orm import Session

from portal.base import encode_picture, files


@dataclass(frozen=True)
class Drawn:
    """A drawing whose sizes lie on disk; it only needs its row."""

    sha: str
    length: int
    sizes: dict[str, list[int]]


def encode(picture: Image.Image, uploads: Path) -> Drawn:
    """Write a drawing in all sizes below the folder of uploads. The same drawing gives the same files."""
    plain = picture.convert("RGB")
    data = plain.tobytes()
    sha = hashlib.sha256(f"{plain.width}x{plain.height}".encode() + data).hexdigest()
    folder = uploads / sha[:2]
    folder.mkdir(parents=True, exist_ok=True)
    return Drawn(sha, len(data), encode_picture.write(plain, folder, sha))


def adopt(s: Session, drawing: Drawn) -> files.File:
    """Register an encoded drawing."""
    return files.adopt(s, drawing.sha, "image/png", drawing.length, drawing.sizes)


def put(s: Session, picture: Image.Image) -> files.File:
    """Encode and register a drawing."""
    return adopt(s, encode(picture, files.uploads()))
