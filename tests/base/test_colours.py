"""Contrast of a city's colours, and the stylesheet that carries them."""

import re
from pathlib import Path

import pytest

from portal.base import colours, theme
from portal.base.colours import DEFAULTS, PAIRS, complete, contrast, darker, faults

SASS = Path(colours.__file__).parents[1] / "assets" / "sass" / "_colours.scss"


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the well-known grey that just fails
    assert contrast("#0b4655", "#ffffff") == contrast("#ffffff", "#0b4655")


def test_the_shipped_colours_are_readable() -> None:
    assert faults({}) == []


def test_the_shipped_colours_are_those_of_the_style_sheet() -> None:
    sass = dict(re.findall(r"--fm-([a-z-]+): (#[0-9a-f]{6});", SASS.read_text()))
    assert {name: sass[name.replace("_", "-")] for name in DEFAULTS} == DEFAULTS


def test_fixed_tints_are_readable_with_the_shipped_colours() -> None:
    sass = dict(re.findall(r"--fm-([a-z-]+): (#[0-9a-f]{6});", SASS.read_text()))
    for front, back in (("green", "green-tint"), ("error", "error-tint")):
        assert contrast(sass[front], sass[back]) >= 4.5
        assert contrast(sass[front], "#ffffff") >= 4.5


def test_every_pair_is_watched() -> None:
    """A colour like its ground is found, whichever pair it is."""
    for front, back, _least in PAIRS:
        name, other = (front, back) if front != "white" else (back, front)
        clash = "#ffffff" if other == "white" else DEFAULTS[other]
        assert faults({name: clash}), (front, back)


def test_a_fault_is_a_sentence_with_the_numbers() -> None:
    said = [str(s) for s in faults({"link": "#8fc7d1"})]
    assert "The contrast between “link colour” and “white” is 1.86 to 1. It must be at least 4.5 to 1." in said


def test_a_ratio_just_below_is_never_rounded_up() -> None:
    said = [str(s) for s in faults({"link": "#767677", "tint": "#ffffff"})]
    assert all("is 4.50 to 1" not in s for s in said if "4.5 to 1" in s)


def test_unknown_names_and_malformed_colours_are_named() -> None:
    said = [str(s) for s in faults({"brnad": "#123456", "accent": "red"})]
    assert any("no colour called brnad" in s for s in said)
    assert any("must look like #0b4655, not red" in s for s in said)


def test_a_dark_brand_colour_is_made_from_the_brand_colour() -> None:
    made = complete({"brand": "#7a1f4b"})
    assert made["brand_dark"] == darker("#7a1f4b")
    assert colours.luminance(made["brand_dark"]) < colours.luminance("#7a1f4b")
    assert complete({})["brand_dark"] == DEFAULTS["brand_dark"]


def test_theme_css_holds_the_colours_and_nothing_else() -> None:
    assert theme.css({}) == ""
    text = theme.css({"brand": "#7A1F4B", "link": "red;} body{display:none", "x": "#123456"})
    assert "--fm-brand:#7a1f4b;" in text and f"--fm-link:{DEFAULTS['link']};" in text
    assert re.fullmatch(r":root\{(--fm-[a-z-]+:#[0-9a-f]{6};)+\}\n", text)
