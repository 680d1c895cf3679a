"""A city's colours: which there are, which pairs must be readable together, and what to say when a pair is not.

Contrast is WCAG 2.2's: relative luminance of sRGB, (lighter + 0.05) / (darker + 0.05).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from portal.base.i18n import Text, _l

DEFAULTS: dict[str, str] = {
    "brand": "#0b4655",  # buttons, header of the staff area, panels
    "brand_dark": "#072f3a",  # top strip, footer, headings; made from brand when it is not given
    "link": "#0a5b73",  # links, bars
    "accent": "#b93a25",  # small lines above headings, mark of the current page, site notice
    "tint": "#f8f2e7",  # quiet ground of boxes
    "highlight": "#ffc94a",  # focus, main button on pictures, the phase of now
    "ink": "#12262d",  # text
}
NAMES: dict[str, Text] = {
    "brand": _l("brand colour"),
    "brand_dark": _l("dark brand colour"),
    "link": _l("link colour"),
    "accent": _l("accent colour"),
    "tint": _l("ground colour of boxes"),
    "highlight": _l("highlight colour"),
    "ink": _l("text colour"),
    "white": _l("white"),
}
# What stands on what, and the least contrast: 7 for running text, 4.5 for other text.
PAIRS: tuple[tuple[str, str, float], ...] = (
    ("ink", "white", 7.0),
    ("ink", "tint", 7.0),
    ("link", "white", 4.5),
    ("link", "tint", 4.5),
    ("brand_dark", "tint", 4.5),
    ("accent", "white", 4.5),
    ("accent", "tint", 4.5),
    ("white", "brand", 4.5),
    ("white", "brand_dark", 4.5),
    ("ink", "highlight", 4.5),
    ("highlight", "brand", 4.5),
    ("highlight", "brand_dark", 4.5),
)
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def _channels(colour: str) -> tuple[float, float, float]:
    value = int(colour[1:], 16)
    return ((value >> 16) / 255, (value >> 8 & 255) / 255, (value & 255) / 255)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 (black) to 1 (white)."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def darker(colour: str, share: float = 0.34) -> str:
    """The colour with `share` of its light taken away."""
    return "#" + "".join(f"{round(c * 255 * (1 - share)):02x}" for c in _channels(colour))


def complete(given: Mapping[str, str]) -> dict[str, str]:
    """All colours: the city's valid ones, the shipped ones for the rest."""
    valid = {name: value.lower() for name, value in given.items() if name in DEFAULTS and _HEX.fullmatch(value)}
    if "brand" in valid and "brand_dark" not in valid:
        valid["brand_dark"] = darker(valid["brand"])
    return DEFAULTS | valid


def faults(given: Mapping[str, str]) -> list[Text]:
    """What is wrong with a city's colours, one sentence each; empty when all pairs can be read."""
    found: list[Text] = []
    for name, value in given.items():
        if name not in DEFAULTS:
            found.append(_l("The portal knows no colour called %(name)s.", name=name))
        elif not _HEX.fullmatch(value):
            found.append(_l("The %(colour)s must look like #0b4655, not %(value)s.", colour=NAMES[name], value=value))
    colours = complete(given) | {"white": "#ffffff"}
    for front, back, least in PAIRS:
        ratio = contrast(colours[front], colours[back])
        if ratio < least:
            found.append(
                _l(
                    "The contrast between “%(front)s” and “%(back)s” is %(ratio)s to 1. "
                    "It must be at least %(least)s to 1.",
                    front=NAMES[front], back=NAMES[back], ratio=f"{int(ratio * 100) / 100:.2f}", least=f"{least:g}",
                )
            )  # fmt: skip
    return found
