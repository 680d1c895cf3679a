"""The city's own drawing of itself, where it has one: a file, no table."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from flask import url_for

from portal.base import ground
from portal.places import rules_tiles
from portal.places.rules import Spot
from portal.places.rules_plan import WIDE, Drawn, Pin, Scale, spread
from portal.places.rules_tiles import Bounds, Grid, Tile

KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
STATIC = Path(__file__).parents[1] / "static" / "img"
PICKED = 640  # CSS pixels: how wide the plan is where staff press a place on it


@dataclass(frozen=True, slots=True)
class Plan:
    """The drawing as pages show it: its address and its height where it is `WIDE` units wide. With tiles the address is
    that of an empty picture of the same size, which lies over them where the plan is pressed. `left`, `top`, `part`: a
    piece of the city, `part` of its width and of its height, which then fills the same units."""

    url: str
    high: int
    tiles: tuple[Tile, ...] = ()
    credit: str = ""
    left: float = 0.0
    top: float = 0.0
    part: float = 1.0

    def around(self, x: float, y: float, metres: float, scale: Scale) -> Plan:
        """The piece of the city that a circle lies in, with some air around it."""
        part = min(1.0, max(metres / scale.wide, metres / scale.high) * 2.3)
        left, top = (round(min(max(at - part / 2, 0), 1 - part), 4) for at in (x, y))
        its = ground.settings().map
        tiles = (
            _piece(its.tiles, Bounds(*its.bounds), (its.zooms[0], its.zooms[1]), left, top, part) if its.tiles else ()
        )
        return replace(self, tiles=tiles, left=left, top=top, part=part)

    def ring(self, x: float, y: float, metres: float, scale: Scale) -> tuple[int, int, int]:
        """Middle and radius of a circle in units."""
        across, down = self._on(x, y)
        return round(across * WIDE), round(down * self.high), round(metres / scale.wide / self.part * WIDE)

    @property
    def ground(self) -> tuple[float, float, float, float]:
        """Where the whole drawing lies, in units: left, top, width, height."""
        size = 1 / self.part
        return (
            round(-self.left * size * WIDE, 1), round(-self.top * size * self.high, 1),
            round(size * WIDE, 1), round(size * self.high, 1),
        )  # fmt: skip

    def _on(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.left) / self.part, (y - self.top) / self.part

    def pins(self, pins: Iterable[Pin]) -> list[Drawn]:
        """The pins with their places on the drawing."""
        if self.part < 1:
            pins = [replace(pin, x=across, y=down) for pin in pins for across, down in [self._on(pin.x, pin.y)]]
        return spread(pins, self.high)

    def pin(self, x: float, y: float, name: str) -> list[Drawn]:
        """One mark that leads nowhere: where the thing is that the page is about."""
        return self.pins([Pin(x, y, name)])

    @property
    def pressed(self) -> tuple[int, int]:
        """Width and height in CSS pixels of the plan as a button."""
        return PICKED, round(PICKED * self.high / WIDE)


def city_plan() -> Plan | None:
    """The city's plan; None where the configuration names none, or no such file lies there."""
    tiles, its = city_tiles(), ground.settings().map
    if tiles is not None:
        return Plan(url_for("places_plain.city_plan", v=tiles.high), tiles.high, tiles.tiles, its.attribution)
    file = plan_file()
    if file is None:
        return None
    changed = file.stat().st_mtime_ns
    high = _height(file, changed)
    return Plan(url_for("places_plain.city_plan", v=f"{changed:x}"), high, credit=its.attribution) if high else None


def city_scale() -> Scale | None:
    """How wide and high the plan is in metres; None where there is no plan or the configuration does not say."""
    tiles, its = city_tiles(), ground.settings().map
    if tiles is not None:
        wide = rules_tiles.metres(Bounds(*its.bounds))
        return Scale(wide, wide * tiles.high / WIDE)
    file = plan_file()
    high = _height(file, file.stat().st_mtime_ns) if file is not None and its.metres else 0
    return Scale(its.metres, its.metres * high / WIDE) if high else None


def city_tiles() -> Grid | None:
    """The tiles behind the pins, where the configuration names a server."""
    its = ground.settings().map
    return _grid(its.tiles, Bounds(*its.bounds), (its.zooms[0], its.zooms[1])) if its.tiles else None


def on_earth(longitude: float, latitude: float) -> Spot | None:
    """Where a place of the earth lies on the plan; None beyond its edges, or on a drawing, whose edges nobody knows."""
    its = ground.settings().map
    found = rules_tiles.spot(Bounds(*its.bounds), longitude, latitude) if its.tiles else None
    return Spot(*found) if found else None


_grid = lru_cache(maxsize=8)(rules_tiles.grid)


@lru_cache(maxsize=64)
def _piece(
    address: str, bounds: Bounds, zooms: tuple[int, int], left: float, top: float, part: float
) -> tuple[Tile, ...]:
    west, north = rules_tiles.degrees(bounds, left, top)
    east, south = rules_tiles.degrees(bounds, left + part, top + part)
    return rules_tiles.grid(address, Bounds(west, south, east, north), zooms).tiles


def plan_file() -> Path | None:
    """The drawing in the instance folder; the demo's comes with the portal. Only a bare name of a known type: nothing
    else there may be read out."""
    site = ground.settings()
    name = site.city.map
    if not name or Path(name).name != name or Path(name).suffix.lower() not in KINDS:
        return None
    for folder in (site.instance, STATIC) if site.demo else (site.instance,):
        if (folder / name).is_file():
            return folder / name
    return None


@lru_cache(maxsize=8)
def _height(file: Path, changed: int) -> int:
    """How high the drawing is at `WIDE` units of width; 0 where its size cannot be told."""
    with file.open("rb") as opened:
        head = opened.read(4096)
    size = _png(head) if file.suffix.lower() == ".png" else _svg(head.decode("utf-8", "replace"))
    return round(WIDE * size[1] / size[0]) if size and size[0] > 0 and size[1] > 0 else 0


def _png(head: bytes) -> tuple[float, float] | None:
    return struct.unpack(">II", head[16:24]) if head[:8] == b"\x89PNG\r\n\x1a\n" and len(head) >= 24 else None


def _svg(head: str) -> tuple[float, float] | None:
    box = re.search(r"""<svg\b[^>]*\bviewBox\s*=\s*["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)""", head)
    return (float(box[1]), float(box[2])) if box else None
