"""Draws the demo's project pictures: painted scenes of Sundhaven, each from a motif and a seed, always the same.

`paint` gives the picture, `draw` its WebP bytes. The seed chooses the light (palette), the places of things and whether
the scene is mirrored. About 60 ms a picture on one core, Pillow only.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable

from PIL import Image, ImageOps

from portal.demo import pictures_gardens as gardens
from portal.demo import pictures_hills as hills
from portal.demo import pictures_parks as parks
from portal.demo import pictures_play as play
from portal.demo import pictures_rivers as rivers
from portal.demo import pictures_sea as sea
from portal.demo import pictures_squares as squares
from portal.demo import pictures_streets as streets
from portal.demo.pictures_palettes import (
    AUTUMN,
    DAYLIGHT,
    DUSK,
    EVENING,
    GOLDEN,
    GROWING,
    MIST,
    MORNING,
    NIGHT,
    SHORE,
    SPRING,
    SUMMER,
    Palette,
)
from portal.demo.pictures_scene import HEIGHT, WIDTH, Scene

MOTIFS: dict[str, tuple[Callable[[Scene], None], tuple[Palette, ...]]] = {
    "beach": (sea.beach, (SUMMER, MORNING, GOLDEN, MIST)),
    "bikelane": (streets.bikelane, (SUMMER, AUTUMN, MORNING, SPRING)),
    "bridge": (rivers.bridge, (AUTUMN, SUMMER, GOLDEN, MIST)),
    "busstop": (streets.busstop, (MORNING, AUTUMN, DUSK)),
    "crossing": (streets.crossing, (MORNING, SPRING, AUTUMN, DUSK)),
    "garden": (gardens.garden, GROWING),
    "harbour": (sea.harbour, SHORE),
    "hillpath": (hills.hillpath, (SUMMER, GOLDEN, AUTUMN, SPRING, DUSK)),
    "library": (squares.library, (DUSK, GOLDEN, AUTUMN)),
    "lighthouse": (sea.lighthouse, SHORE),
    "meadow": (gardens.meadow, GROWING),
    "mill": (rivers.mill, (MORNING, SUMMER, AUTUMN)),
    "observatory": (hills.observatory, (NIGHT,)),
    "orchard": (gardens.orchard, (SUMMER, MORNING, GOLDEN)),
    "park": (parks.park, DAYLIGHT),
    "pitch": (parks.pitch, (SUMMER, GOLDEN, SPRING, DUSK)),
    "playground": (parks.playground, (SUMMER, SPRING, AUTUMN, MORNING)),
    "river": (rivers.river, (MIST, MORNING, SUMMER, GOLDEN)),
    "skate": (play.skate, (GOLDEN, SUMMER, DUSK)),
    "solar": (hills.solar, (SUMMER, MORNING, SPRING)),
    "square": (squares.square, DAYLIGHT),
    "stage": (play.stage, EVENING),
    "street": (streets.street, (MORNING, GOLDEN, SUMMER, DUSK)),
    "trees": (streets.trees, (SPRING, AUTUMN, SUMMER, MORNING)),
    "workshop": (squares.workshop, (GOLDEN, AUTUMN, MIST, DUSK)),
}


def paint(motif: str, seed: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    """One picture in RGB. Raises KeyError for a motif that is not in MOTIFS."""
    scenery, lights = MOTIFS[motif]
    chance = random.Random(seed)  # noqa: S311 (a picture, no secret)
    palette = lights[int(chance.random() * len(lights))]
    scene = Scene(palette, seed)
    scenery(scene)
    picture = scene.finish(size)
    return ImageOps.mirror(picture) if chance.random() < 0.5 else picture


def draw(motif: str, seed: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    """The picture as WebP, at most 45 kB at its full size."""
    picture = paint(motif, seed, size)
    for quality in (72, 60, 48, 36):
        file = io.BytesIO()
        picture.save(file, "WEBP", quality=quality, method=2)
        if file.tell() <= 45_000:
            break
    return file.getvalue()
