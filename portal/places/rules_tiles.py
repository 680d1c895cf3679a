"""Map tiles (the scheme z/x/y of web Mercator, EPSG:3857) behind the pins: which ones cover the city, and where. Pure.

The city plan's own measure stays: each part of a place runs from 0 to 1, from the upper left corner of the bounds. So
whoever changes from a drawing to tiles keeps pins where they are, as long as drawing and bounds show the same piece of
the earth.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

EARTH = 6_371_008.8  # mean radius in metres
TOP = 85.0  # degrees: web Mercator ends a little above
WIDE = 1000  # units of the plan, as in rules_plan
SHARP = 700  # CSS pixels: a plan is shown at most that wide, so from here on tiles are sharp enough
MOST = 48  # tiles of one plan
PLACES = ("{z}", "{x}", "{y}")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?/[A-Za-z0-9._~/{}?&=%@+-]*")


class Bounds(NamedTuple):
    """The edges of the plan in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture: its address, and its upper left corner and size in units of a plan 1000 wide."""

    url: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Grid:
    """The tiles of a plan, row by row, and its height in units."""

    high: int
    zoom: int
    tiles: tuple[Tile, ...]


def world(longitude: float, latitude: float) -> tuple[float, float]:
    """A place on the square of the whole world, each part from 0 to 1 from the upper left corner."""
    lat = math.radians(max(-TOP, min(TOP, latitude)))
    return (longitude + 180) / 360, (1 - math.asinh(math.tan(lat)) / math.pi) / 2


def unworld(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude in degrees of a place on that square: `world` the other way round."""
    return x * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def spot(bounds: Bounds, longitude: float, latitude: float) -> tuple[float, float] | None:
    """A place of the earth on the plan; None beyond its edges."""
    left, top, right, bottom = _edges(bounds)
    x, y = world(longitude, latitude)
    u, v = (x - left) / (right - left), (y - top) / (bottom - top)
    return (u, v) if 0 <= u <= 1 and 0 <= v <= 1 else None


def degrees(bounds: Bounds, x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a place on the plan."""
    left, top, right, bottom = _edges(bounds)
    return unworld(left + x * (right - left), top + y * (bottom - top))


def metres(bounds: Bounds) -> float:
    """How wide the plan is in metres, along the parallel through its middle. Over a city the error is below one part in
    a hundred even 60 degrees north."""
    left, top, right, bottom = _edges(bounds)
    middle = math.radians(unworld(0, (top + bottom) / 2)[1])
    return 2 * math.pi * EARTH * (right - left) * math.cos(middle)


def grid(address: str, bounds: Bounds, zooms: tuple[int, int]) -> Grid:
    """The tiles that cover the plan: of the smallest zoom that is sharp, as long as there are not very many of them."""
    left, top, right, bottom = _edges(bounds)
    wide, high = right - left, bottom - top
    zoom = zooms[0]
    for zoom in range(zooms[0], zooms[1] + 1):
        if wide * 256 * 2**zoom >= SHARP or (zoom < zooms[1] and count(bounds, zoom + 1) > MOST):
            break
    unit, n = WIDE / wide, 2**zoom
    tiles = tuple(
        Tile(
            address.replace("{z}", str(zoom)).replace("{x}", str(column)).replace("{y}", str(row)),
            round((column / n - left) * unit, 2),
            round((row / n - top) * unit, 2),
            round(unit / n, 2),
        )
        for row in _span(top, bottom, n)
        for column in _span(left, right, n)
    )
    return Grid(round(high * unit), zoom, tiles)


def count(bounds: Bounds, zoom: int) -> int:
    """How many tiles of a zoom cover the plan."""
    left, top, right, bottom = _edges(bounds)
    return len(_span(left, right, 2**zoom)) * len(_span(top, bottom, 2**zoom))


def _span(low: float, high: float, n: int) -> range:
    return range(int(low * n), min(math.ceil(high * n), n))


def _edges(bounds: Bounds) -> tuple[float, float, float, float]:
    left, top = world(bounds.west, bounds.north)
    right, bottom = world(bounds.east, bounds.south)
    return left, top, right, bottom


def faults(address: str, attribution: str, bounds: Sequence[float], zooms: Sequence[int], width: int) -> list[str]:
    """What keeps the settings of [map] from being used, in sentences for the operator; empty: all is well. `width`:
    metres."""
    found = ["map.metres must be above 0"] if width < 0 else []
    if not address:
        if bounds:
            found.append("map.bounds says where the tiles lie: map.tiles is missing")
        return found
    if not _ADDRESS.fullmatch(address) or any(address.count(one) != 1 for one in PLACES):
        found.append(
            "map.tiles must be an address like https://tiles.city.example/{z}/{x}/{y}.png, with each of them once"
        )
    elif set(re.findall(r"\{[^}]*\}?|\}", address)) != set(PLACES) or "{" in urlsplit(address).netloc:
        found.append("map.tiles: only {z}, {x} and {y} are filled in, and none of them in the host's name")
    if not attribution.strip():
        found.append("map.attribution is missing: whose map it is has to stand under it")
    if width:
        found.append("map.metres belongs to a drawing: with tiles the bounds say how wide the city is")
    if len(zooms) != 2 or not all(isinstance(one, int) for one in zooms) or not 0 <= zooms[0] <= zooms[1] <= 22:
        found.append(
            "map.zooms must be two whole numbers, the smallest and the largest zoom of the server, from 0 to 22"
        )
    elif edges := _bounds_fault(bounds):
        found.append(edges)
    elif count(Bounds(*bounds), zooms[0]) > MOST:
        found.append(f"map.zooms: even the smallest zoom needs more than {MOST} tiles for the bounds")
    return found


def _bounds_fault(bounds: Sequence[float]) -> str:
    if len(bounds) != 4 or not all(isinstance(one, (int, float)) and math.isfinite(one) for one in bounds):
        return "map.bounds must be four numbers in degrees: west, south, east, north"
    west, south, east, north = bounds
    if not (-180 <= west < east <= 180 and -TOP <= south < north <= TOP):
        return f"map.bounds: west before east, south before north, between {-TOP:g} and {TOP:g} degrees north"
    return ""
