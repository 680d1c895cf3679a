"""A city shows tiles of its own map server instead of a drawing."""

from __future__ import annotations

import dataclasses
import math
import re
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from portal.app import create_app
from portal.base import ground
from portal.base.web import Portal
from portal.config import ConfigError, Map, load
from portal.places import queries_plan, rules_tiles
from portal.places.rules_plan import Scale
from portal.places.rules_tiles import Bounds
from tests.client import Client
from tests.ideas.town import add_call, add_idea
from tests.identity.help import enter

TALLINN = Bounds(24.55, 59.35, 24.95, 59.5)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540000000004945" + "4e44ae426082"
)


# --- the mathematics --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("longitude", "latitude", "zoom", "column", "row"),
    [  # worked out with the other form of the formula, ln(tan + sec), as the OpenStreetMap wiki has it
        (0, 0, 1, 1, 1),
        (-180, 85.0511, 0, 0, 0),
        (24.7536, 59.4370, 12, 2329, 1202),
        (13.3777, 52.5163, 14, 8800, 5373),
        (-0.1276, 51.5072, 10, 511, 340),
        (151.2153, -33.8568, 13, 7536, 4915),
    ],
)
def test_a_place_lies_in_its_tile(longitude: float, latitude: float, zoom: int, column: int, row: int) -> None:
    x, y = rules_tiles.world(longitude, latitude)
    assert (int(x * 2**zoom), int(y * 2**zoom)) == (column, row)


@pytest.mark.parametrize(("longitude", "latitude"), [(24.75, 59.43), (-70.6, -33.4), (0.0, 0.0), (179.9, 84.9)])
def test_there_and_back(longitude: float, latitude: float) -> None:
    assert rules_tiles.unworld(*rules_tiles.world(longitude, latitude)) == pytest.approx((longitude, latitude))


def test_corners_and_middle_of_the_plan() -> None:
    assert rules_tiles.spot(TALLINN, TALLINN.west, TALLINN.north) == pytest.approx((0, 0))
    assert rules_tiles.spot(TALLINN, 24.75, 59.5) == pytest.approx((0.5, 0))
    assert rules_tiles.spot(TALLINN, 24.5, 59.4) is None
    there = rules_tiles.spot(TALLINN, 24.7536, 59.437)
    assert there is not None and rules_tiles.degrees(TALLINN, *there) == pytest.approx((24.7536, 59.437))


def test_how_wide_a_city_is() -> None:
    """A degree of longitude on the parallel of 59.425 degrees is 56.6 km."""
    wide = rules_tiles.metres(TALLINN)
    assert wide == pytest.approx(111_195 * math.cos(math.radians(59.425)) * 0.4, rel=0.002)
    grid = rules_tiles.grid("{z}/{x}/{y}", TALLINN, (0, 18))
    scale = Scale(wide, wide * grid.high / 1000)
    # a degree of latitude is 111.2 km anywhere, so the plan is 16.7 km high
    assert scale.high == pytest.approx(111_195 * 0.15, rel=0.005)
    assert scale.between(0.5, 0.5, 0.5, 0.5) == 0
    left, top, right, bottom = scale.box(0.5, 0.5, 1000)
    assert (right - left) * scale.wide == pytest.approx(2000) == (bottom - top) * scale.high


@pytest.mark.parametrize("zooms", [(0, 18), (0, 9), (11, 11), (3, 5)])
def test_tiles_cover_the_plan_without_gap_or_overlap(zooms: tuple[int, int]) -> None:
    grid = rules_tiles.grid("https://t.example/{z}/{x}/{y}.png", TALLINN, zooms)
    assert zooms[0] <= grid.zoom <= zooms[1] and 0 < len(grid.tiles) <= rules_tiles.MOST
    assert len({one.url for one in grid.tiles}) == len(grid.tiles)
    left, top = min(one.x for one in grid.tiles), min(one.y for one in grid.tiles)
    right, bottom = (max(getattr(one, way) + one.size for one in grid.tiles) for way in ("x", "y"))
    assert left <= 0 and top <= 0 and right >= 1000 and bottom >= grid.high
    size = grid.tiles[0].size
    assert round((right - left) / size) * round((bottom - top) / size) == len(grid.tiles)
    assert left > -size and top > -size and right < 1000 + size and bottom < grid.high + size  # none in vain
    if zooms == (0, 18):
        assert 256 / size * 1000 >= rules_tiles.SHARP  # pixels that the whole plan has


# --- the settings -----------------------------------------------------------------------------------------------------

WHOLE: dict[str, Any] = {
    "tiles": "https://tiles.tallinn.example/{z}/{x}/{y}.png",
    "attribution": "© City of Tallinn",
    "bounds": tuple(TALLINN),
}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"attribution": " "}, "map.attribution is missing"),
        ({"bounds": ()}, "map.bounds must be four numbers"),
        ({"bounds": (24.95, 59.35, 24.55, 59.5)}, "west before east"),
        ({"bounds": (24.55, 59.35, 24.95, 89.0)}, "between -85 and 85"),
        ({"tiles": ""}, "map.tiles is missing"),
        ({"tiles": "https://tiles.example/{z}/{x}.png"}, "map.tiles must be"),
        ({"tiles": "https://{s}.tiles.example/{z}/{x}/{y}.png"}, "map.tiles must be"),
        ({"tiles": "https://tiles.example/{z}/{x}/{y}{r}.png"}, "only {z}, {x} and {y}"),
        ({"tiles": "https://*.example; script-src */{z}/{x}/{y}"}, "map.tiles must be"),
        ({"tiles": "https://me:secret@tiles.example/{z}/{x}/{y}"}, "map.tiles must be"),
        ({"tiles": "//tiles.example/{z}/{x}/{y}"}, "map.tiles must be"),
        ({"zooms": (12,)}, "map.zooms must be two"),
        ({"zooms": (18, 12)}, "map.zooms must be two"),
        ({"zooms": (16, 18)}, "more than 48 tiles"),
        ({"metres": 4000}, "map.metres belongs to a drawing"),
        ({"metres": -1}, "above 0"),
    ],
)
def test_half_a_map_does_not_start(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(says)):
        create_app(load({}, instance=tmp_path, testing=True, map={**WHOLE, **changes}))


def test_a_whole_map_is_read_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[map]\ntiles = "https://t.example/{z}/{x}/{y}.png"\nattribution = "© X"\nbounds = [24.5, 59.3, 24.9, 59.5]\n'
    )
    its = load({}, instance=tmp_path, testing=True).map
    assert its.bounds == (24.5, 59.3, 24.9, 59.5) and its.host == "https://t.example"


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[str]:
    """A tile server on loopback; answers every tile with one pixel."""

    class Tiles(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(PIXEL)

        def log_message(self, *_args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Tiles) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.fixture
def tiled(app: Portal, server: str) -> Portal:
    its = Map(tiles=server + "/{z}/{x}/{y}.png", attribution="© City of Tallinn & others", bounds=tuple(TALLINN))
    app.ground.settings = dataclasses.replace(app.ground.settings, map=its)
    return app


def test_pins_lie_over_tiles_of_the_citys_server_alone(tiled: Portal, server: str) -> None:
    call = add_call(tiled, always_open=True)
    person = enter(Client(tiled), "Ana Ferreira")
    number = add_idea(tiled, call, person, x=0.5, y=0.5)
    client = Client(tiled)
    page = client.get("/en/ideas/2027/")
    pictures = re.findall(r'<image href="([^"]+)"', page.html)
    assert pictures and all(one.startswith(server + "/") for one in pictures)
    for one in pictures[:2]:
        with urllib.request.urlopen(one) as answer:
            assert answer.read() == PIXEL
    assert (
        f'href="/en/ideas/{number}"' in page.html and 'fm-map__credit"><bdi>© City of Tallinn &amp; others' in page.html
    )
    policy = client.http.get("/en/ideas/2027/", base_url=client.base).headers["Content-Security-Policy"]
    assert f"img-src 'self' {server};" in policy and "script-src 'self';" in policy
    assert "© City of Tallinn" in client.get(f"/en/ideas/{number}")


def test_without_tiles_no_other_host_is_let_in(app: Portal) -> None:
    client = Client(app)
    policy = client.http.get("/en/ideas/", base_url=client.base).headers["Content-Security-Policy"]
    assert "img-src 'self';" in policy


def test_tiles_can_be_pressed_without_script(tiled: Portal) -> None:
    """What is pressed is an empty picture over the tiles: a button has one address, and the server fetches nothing."""
    desk = Client(tiled)
    enter(desk, "Adam Kask", roles=("administrator",))
    desk.post("/en/staff/districts/new", {"code": "kesklinn", "name_en": "Kesklinn"})
    page = desk.get("/en/staff/districts/1/plan")
    assert 'class="fm-press__tiles"' in page.html
    source = re.search(r'<input type="image"[^>]* src="(/city-plan[^"]*)"', page.html)
    assert source is not None
    empty = desk.http.get(source[1].replace("&amp;", "&"), base_url=desk.base)
    assert empty.mimetype == "image/svg+xml" and b"http" not in empty.data.replace(b"http://www.w3.org/2000/svg", b"")
    desk.post("/en/staff/districts/1/plan", {"spot.x": "320", "spot.y": "10"})
    ground.stand_on(tiled.ground)
    with tiled.test_request_context("/"):
        plan = queries_plan.city_plan()
        assert plan is not None and plan.pressed[0] == 640
    assert "Where it is now" in desk.get("/en/staff/districts/1/plan")
