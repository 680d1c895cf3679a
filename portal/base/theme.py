"""The city's stylesheet of colours: a few custom properties over the built one, so that no city needs a build."""

from __future__ import annotations

from collections.abc import Mapping

from portal.base.colours import complete


def css(colours: Mapping[str, str]) -> str:
    """The text of theme.css for the colours of the configuration; empty when the city keeps the shipped ones.

    Only well-formed colours under known names get in, so nothing else can be smuggled into the stylesheet.
    """
    if not colours:
        return ""
    lines = "".join(f"--fm-{name.replace('_', '-')}:{value};" for name, value in complete(colours).items())
    return f":root{{{lines}}}\n"
