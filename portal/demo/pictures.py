"""Draws the demo's project pictures: painted scenes of Sundhaven, each from a motif and a seed, always the same.

`paint` gives the picture, `draw` its WebP bytes. The seed chooses the light (palette), the places of things and whether
the scene is mirrored. About 60 ms a picture on one core, Pillow only.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable

from PIL import Image, ImageOps

from portal.demo import pictures_nature as nature
from portal.demo import pictures_town as town
from portal.demo.pictures_palettes import AUTUMN, DAYLIGHT, DUSK, EVENING, GOLDEN, GROWING, MIST, MORNING, NIGHT, SHORE, SPRING, SUMMER, Palette
from portal.demo.pictures_scene import HEIGHT, WIDTH, Scene

MOTIFS: dict[str, tuple[Callable[[Scene], None], tuple[Palette, ...]]] = {
    "beach": (nature.beach, (SUMMER, MORNING, GOLDEN, MIST)),
    "bikelane": (town.bikelane, (SUMMER, AUTUMN, MORNING, SPRING)),
    "bridge": (nature.bridge, (AUTUMN, SUMMER, GOLDEN, MIST)),
    "busstop": (town.busstop, (MORNING, AUTUMN, DUSK)),
    "crossing": (town.crossing, (MORNING, SPRING, AUTUMN, DUSK)),
    "garden": (nature.garden, GROWING),
    "harbour": (nature.harbour, SHORE),
    "hillpath": (nature.hillpath, (SUMMER, GOLDEN, AUTUMN, SPRING, DUSK)),
    "library": (town.library, (DUSK, GOLDEN, AUTUMN)),
    "lighthouse": (nature.lighthouse, SHORE),
    "meadow": (nature.meadow, GROWING),
    "mill": (nature.mill, (MORNING, SUMMER, AUTUMN)),
    "observatory": (nature.observatory, (NIGHT,)),
    "orchard": (nature.orchard, (SUMMER, MORNING, GOLDEN)),
    "park": (nature.park, DAYLIGHT),
    "pitch": (nature.pitch, (SUMMER, GOLDEN, SPRING, DUSK)),
    "playground": (nature.playground, (SUMMER, SPRING, AUTUMN, MORNING)),
    "river": (nature.river, (MIST, MORNING, SUMMER, GOLDEN)),
    "skate": (town.skate, (GOLDEN, SUMMER, DUSK)),
    "solar": (nature.solar, (SUMMER, MORNING, SPRING)),
    "square": (town.square, DAYLIGHT),
    "stage": (town.stage, EVENING),
    "street": (town.street, (MORNING, GOLDEN, SUMMER, DUSK)),
    "trees": (town.trees, (SPRING, AUTUMN, SUMMER, MORNING)),
    "workshop": (town.workshop, (GOLDEN, AUTUMN, MIST, DUSK)),
}


def paint(motif: str, seed: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    """One picture in RGB. Raises KeyError for a motif that is not in MOTIFS."""
    scenery, lights = MOTIFS[motif]
    chance = random.Random(seed)
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
