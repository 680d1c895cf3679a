"""The canvas of the pictures: shapes in units of 960 x 600, painted at twice the size and brought down at the end.

Pillow only. A scene knows its palette and its own random source, so that the same motif and seed give the same pixels.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from portal.demo.pictures_palettes import Colour, Palette, mix

WIDTH, HEIGHT = 960, 600
SCALE = 2
Spot = tuple[float, float]
T = TypeVar("T")


@cache
def _grain() -> Image.Image:
    """Paper and brush: fine grain with long soft strokes, grey around 128; made once."""
    source = random.Random(1863)  # noqa: S311 (a picture, no secret)
    fine = Image.frombytes("L", (WIDTH, HEIGHT), source.randbytes(WIDTH * HEIGHT)).filter(ImageFilter.BoxBlur(1.1))
    strokes = Image.frombytes("L", (60, 150), source.randbytes(60 * 150)).resize(
        (WIDTH, HEIGHT), Image.Resampling.BICUBIC
    )
    blots = Image.frombytes("L", (24, 15), source.randbytes(24 * 15)).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    both = Image.blend(Image.blend(fine, strokes, 0.36), blots, 0.3)
    flat = both.point([max(0, min(255, int(128 + (level - 128) * 0.34))) for level in range(256)])
    return Image.merge("RGB", (flat, flat, flat))


@cache
def _round_light() -> Image.Image:
    """A soft disc, white in the middle, black at the rim: every glow is made of it."""
    size = 96
    cells = bytearray()
    for y in range(size):
        for x in range(size):
            far = math.hypot(x - size / 2 + 0.5, y - size / 2 + 0.5) / (size / 2)
            cells.append(int(255 * max(0.0, 1 - far) ** 2))
    return Image.frombytes("L", (size, size), bytes(cells))


def soft_disc(size: int, strength: float) -> Image.Image:
    """A mask of soft light, `size` pixels wide."""
    soft = _round_light().point([int(level * strength) for level in range(256)])
    return soft.resize((size, size), Image.Resampling.BILINEAR)


class Scene:
    """One picture while it is painted. Coordinates are floats in 960 x 600, y down."""

    def __init__(self, palette: Palette, seed: int) -> None:
        self.palette = palette
        self.random = random.Random(seed)  # noqa: S311 (a picture, no secret)
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), palette.sky[1])
        self.pen = ImageDraw.Draw(self.image)

    # --- chance ---

    def between(self, low: float, high: float) -> float:
        """A number of the scene's own chance."""
        return low + (high - low) * self.random.random()

    def one_of(self, things: Sequence[T]) -> T:
        """One of several."""
        return things[int(self.random.random() * len(things))]

    # --- colour ---

    def own(self, colour: Colour, light: float = 1.0) -> Colour:
        """A thing's own colour in this scene's light; `light` above 1 is the sunny side, below 1 the shaded one."""
        red, green, blue = self.palette.ambient
        warm = mix(colour, self.palette.sun, max(0.0, light - 1.0) * 0.8)
        cool = mix(warm, self.palette.shadow, max(0.0, 1.0 - light) * 0.75)
        return (min(255, int(cool[0] * red)), min(255, int(cool[1] * green)), min(255, int(cool[2] * blue)))

    # --- shapes ---

    def poly(self, spots: Sequence[Spot], colour: Colour) -> None:
        """A filled shape."""
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in spots], fill=colour)

    def rect(self, x: float, y: float, w: float, h: float, colour: Colour) -> None:
        """A filled rectangle from its top left corner."""
        if w > 0 and h > 0:
            self.pen.rectangle((x * SCALE, y * SCALE, (x + w) * SCALE - 1, (y + h) * SCALE - 1), fill=colour)

    def disc(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        """A filled ellipse around a centre."""
        self.pen.ellipse(((x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE), fill=colour)

    def ring(self, x: float, y: float, r: float, colour: Colour, width: float) -> None:
        """A circle's line."""
        box = ((x - r) * SCALE, (y - r) * SCALE, (x + r) * SCALE, (y + r) * SCALE)
        self.pen.ellipse(box, outline=colour, width=max(1, round(width * SCALE)))

    def line(self, spots: Sequence[Spot], colour: Colour, width: float) -> None:
        """An open line with round joints."""
        whole = [(x * SCALE, y * SCALE) for x, y in spots]
        self.pen.line(whole, fill=colour, width=max(1, round(width * SCALE)), joint="curve" if len(spots) > 2 else None)

    def fade(self, spots: Sequence[Spot], top: Colour, bottom: Colour) -> None:
        """A shape that runs from one colour above to another below."""
        left = max(0, int(min(x for x, _ in spots) * SCALE))
        right = min(self.image.width, int(max(x for x, _ in spots) * SCALE) + 1)
        upper = max(0, int(min(y for _, y in spots) * SCALE))
        lower = min(self.image.height, int(max(y for _, y in spots) * SCALE) + 1)
        if right <= left or lower <= upper:
            return
        mask = Image.new("1", (right - left, lower - upper), 0)
        ImageDraw.Draw(mask).polygon([(x * SCALE - left, y * SCALE - upper) for x, y in spots], fill=1)
        self.image.paste(ramp(top, bottom, mask.size), (left, upper), mask)

    def band(self, upper: float, lower: float, top: Colour, bottom: Colour) -> None:
        """The whole width between two heights, from one colour to another."""
        first, last = int(upper * SCALE), min(self.image.height, int(lower * SCALE))
        self.image.paste(ramp(top, bottom, (self.image.width, last - first)), (0, first))

    def glow(self, x: float, y: float, r: float, colour: Colour, strength: float) -> None:
        """Soft light around a spot."""
        soft = soft_disc(max(2, int(r * 2 * SCALE)), strength)
        self.image.paste(colour, (int((x - r) * SCALE), int((y - r) * SCALE)), soft)

    def shade(self, shapes: Sequence[Sequence[Spot]], strength: float = 0.4) -> None:
        """Soft shadows on the ground, all at once."""
        heights = [y for spots in shapes for _, y in spots]
        upper, lower = max(0, int(min(heights)) - 8), min(HEIGHT, int(max(heights)) + 8)
        small = Image.new("L", (WIDTH, lower - upper), 0)
        pen = ImageDraw.Draw(small)
        for spots in shapes:
            pen.polygon([(x, y - upper) for x, y in spots], fill=int(255 * strength))
        self._veil(small.filter(ImageFilter.BoxBlur(2.2)), self.palette.shadow, upper, lower)

    def haze(self, top: float, middle: float, bottom: float, strength: float) -> None:
        """Mist that is thickest at the height `middle`: what lies behind steps back."""
        rows = bytearray()
        for row in range(int(bottom - top) * SCALE):
            y = top + row / SCALE
            near = (y - top) / (middle - top) if y <= middle else (bottom - y) / (bottom - middle)
            rows.append(int(255 * strength * max(0.0, min(1.0, near)) ** 1.5))
        column = Image.frombytes("L", (1, len(rows)), bytes(rows))
        mask = column.resize((self.image.width, len(rows)), Image.Resampling.NEAREST)
        self.image.paste(self.palette.sky[2], (0, int(top) * SCALE), mask)

    def _veil(self, mask: Image.Image, colour: Colour, upper: int, lower: int) -> None:
        size = (self.image.width, (lower - upper) * SCALE)
        self.image.paste(colour, (0, upper * SCALE), mask.resize(size, Image.Resampling.BILINEAR))

    # --- the end ---

    def finish(self, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
        """Bring the picture down to its size, with low sun, a calm rim and the grain of paper."""
        small = self.image.reduce(SCALE)
        palette = self.palette
        x, y = palette.sun_at
        reach = 620
        lamp = Image.new("L", (WIDTH // 4, HEIGHT // 4), 0)
        soft = _round_light().resize((reach // 2, reach // 2), Image.Resampling.BILINEAR)
        lamp.paste(soft, (int(x / 4 - reach / 4), int(y / 4 - reach / 4)))
        lamp = lamp.point([int(level * palette.glow) for level in range(256)]).resize(
            small.size, Image.Resampling.BILINEAR
        )
        small.paste(palette.sun, (0, 0), lamp)
        small.paste(palette.shadow, (0, 0), _rim())
        small = ImageChops.soft_light(small, _grain())
        return small if size == small.size else small.resize(size, Image.Resampling.LANCZOS)


@cache
def _rim() -> Image.Image:
    """Corners a little darker than the middle."""
    cells = bytearray()
    for y in range(75):
        for x in range(120):
            far = math.hypot((x - 59.5) / 60, (y - 34) / 42)
            cells.append(int(70 * max(0.0, min(1.0, (far - 0.72) / 0.7)) ** 1.6))
    return Image.frombytes("L", (120, 75), bytes(cells)).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def ramp(top: Colour, bottom: Colour, size: tuple[int, int]) -> Image.Image:
    """A field that runs from one colour above to another below."""
    rows = bytearray()
    for row in range(24):
        rows += bytes(mix(top, bottom, row / 23))
    column = Image.frombytes("RGB", (1, 24), bytes(rows)).resize((1, size[1]), Image.Resampling.BILINEAR)
    return column.resize(size, Image.Resampling.NEAREST)
