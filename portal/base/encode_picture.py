"""Makes our own pictures out of a stranger's file. Runs as a program of its own: only Pillow, no portal, no database.

    python -I encode_picture.py SOURCE TARGET_FOLDER NAME

Writes NAME-card.webp, NAME-card.jpg, NAME-full.webp and NAME-full.jpg and prints one JSON line: the sizes, or
`{"refused": "<reason>"}`. Whatever the file carried besides its pixels (EXIF, places, comments, appended data,
colour profiles) is gone, because only pixels are written. A file that breaks the decoder breaks this process alone.
"""

import io
import json
import os
import resource
import sys
import warnings
from pathlib import Path

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

SIZES = {"card": 480, "full": 1200}
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 20_000
FORMATS = ("JPEG", "PNG", "WEBP")
_MEMORY = 1536 * 1024 * 1024
_CPU_SECONDS = 20
_FILE_BYTES = 16 * 1024 * 1024


class Refused(Exception):
    """The file makes no picture; the argument is the reason's code."""


def limit_myself() -> None:
    """Caps on memory, processor time, written bytes and open files, set before the file is touched."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(source: Path) -> Image.Image:
    """The upright picture in plain RGB, white behind what was transparent.

    Raises Refused("not_a_picture" | "too_many_pixels" | "broken").
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        picture: Image.Image = Image.open(source, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("too_many_pixels") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Refused("not_a_picture") from None
    if picture.width * picture.height > MOST_PIXELS or max(picture.size) > LONGEST_SIDE:
        raise Refused("too_many_pixels")
    try:
        picture.draft("RGB", (SIZES["full"] * 2, SIZES["full"] * 2))  # a JPEG is decoded no larger than needed
        picture.load()
        profile = picture.info.get("icc_profile")
        picture = _plain(ImageOps.exif_transpose(picture))
    except MemoryError:
        raise Refused("too_many_pixels") from None
    except Exception:
        # Decoders raise anything at all on a damaged file; every one of them means the same to the sender.
        raise Refused("broken") from None
    return _srgb(picture, profile)


def _plain(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGB", layer.size, (255, 255, 255))
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return picture.convert("RGB")


def _srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Phones write wider colours than the web assumes; without the profile they would look dull."""
    if not profile:
        return picture
    try:
        changed = ImageCms.profileToProfile(
            picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except Exception:
        return picture
    return changed or picture


def write(picture: Image.Image, folder: Path, name: str) -> dict[str, list[int]]:
    """Write every size in both formats; the answer is size -> [width, height]. Never larger than the original."""
    made: dict[str, list[int]] = {}
    for size, longest in SIZES.items():
        copy = picture.copy()
        copy.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        clean = Image.frombytes("RGB", copy.size, copy.tobytes())  # pixels alone: no info dictionary comes along
        _save(clean, folder / f"{name}-{size}.webp", "WEBP", quality=72, method=2)
        _save(clean, folder / f"{name}-{size}.jpg", "JPEG", quality=80, optimize=True, progressive=True)
        made[size] = [clean.width, clean.height]
    return made


def _save(picture: Image.Image, path: Path, kind: str, **options: object) -> None:
    """Whole or not at all: written beside, made durable, then renamed."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("wb") as out:
        picture.save(out, kind, **options)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def main(arguments: list[str]) -> int:
    """0 with the sizes printed, 3 with the reason of a refusal."""
    limit_myself()
    source, folder, name = Path(arguments[0]), Path(arguments[1]), arguments[2]
    try:
        made = write(read(source), folder, name)
    except Refused as refused:
        print(json.dumps({"refused": str(refused)}))
        return 3
    print(json.dumps({"sizes": made}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
