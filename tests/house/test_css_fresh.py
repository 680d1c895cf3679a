"""The committed style sheets are those of their sources, fetch nothing, and stay small."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess

import pytest

from portal.assets import build
from portal.base.web import STATIC

CSS = STATIC / "css"
SHEETS = ("city.css", "city.rtl.css")


def test_the_style_sheets_belong_to_their_sources() -> None:
    assert build.faults(rebuild=False) == []


def test_a_fresh_build_gives_the_same_bytes() -> None:
    if not build.has_node():
        pytest.skip("Node is not here")
    assert build.faults(rebuild=True) == []


def test_a_changed_source_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = build.sources()
    monkeypatch.setattr(build, "sources", lambda: [*kept[1:]])
    assert build.faults(rebuild=False)


def test_every_static_text_is_packed_as_it_is() -> None:
    packed = {file.name for file in STATIC.rglob("*.gz")}
    assert packed == {f"{file.name}.gz" for file in build.packable()}
    assert {"city.css.gz", "page.js.gz", "emblem.svg.gz"} <= packed
    for file in build.packable():
        packed_bytes = file.with_name(file.name + ".gz").read_bytes()
        assert gzip.decompress(packed_bytes) == file.read_bytes(), f"{file.name}: run ./run css --pack"
        assert packed_bytes[3:8] == bytes(5), f"{file.name}.gz says when it was made"  # no flags, no time


def test_a_stale_packed_file_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = build.packable()
    monkeypatch.setattr(build, "packable", lambda: [*kept[1:]])
    assert build.packing_faults()


@pytest.mark.parametrize("name", SHEETS)
def test_a_style_sheet_fetches_nothing_and_says_whose_it_is(name: str) -> None:
    text = (CSS / name).read_text("utf-8")
    assert not re.search(r"url\(|@import|@font-face|data:", text)
    assert text.startswith("/*! parts: govuk-frontend 6.3.0, MIT")
    assert "Permission is hereby granted" in (CSS / "LICENSE-govuk-frontend.txt").read_text("utf-8")


@pytest.mark.parametrize("name", SHEETS)
def test_a_style_sheet_stays_small(name: str) -> None:
    assert len(gzip.compress((CSS / name).read_bytes(), 9)) <= 16 * 1024


def test_scripts_stay_small_and_close_to_home() -> None:
    for file in (STATIC / "js").glob("*.js"):
        text = file.read_text("utf-8")
        assert len(gzip.compress(text.encode(), 9)) <= 2048, file.name
        assert not re.search(r"https?://|eval\(|innerHTML|new Function|\.style\b|localStorage", text), file.name


def test_the_right_to_left_sheet_is_turned() -> None:
    plain, turned = ((CSS / name).read_text("utf-8") for name in SHEETS)
    assert plain != turned
    assert plain.count("{") == turned.count("{")


def test_drawings_are_safe_to_serve() -> None:
    for file in (STATIC / "img").glob("*.svg"):
        assert not re.search(r"<script|\son\w+=|href=|<style|<foreignObject", file.read_text("utf-8")), file.name


def test_scripts_are_valid() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not here")

    for file in (STATIC / "js").glob("*.js"):
        done = subprocess.run([node, "--input-type=module", "--check"], input=file.read_text("utf-8"), text=True,
                              capture_output=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
