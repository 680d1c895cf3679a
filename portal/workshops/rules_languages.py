"""Languages in which sessions are held and that interpreters speak: written ones by their own name, signed ones. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from portal.base import i18n
from portal.base.i18n import Text, _l

# Codes of ISO 639-3. An operator's city uses some; a session may name any of them.
SIGNED: Mapping[str, Text] = {
    "eso": _l("Estonian sign language"),
    "gsg": _l("German sign language"),
    "fsl": _l("French sign language"),
    "pso": _l("Polish sign language"),
    "bfi": _l("British sign language"),
    "ils": _l("International Sign"),
}


def name(code: str) -> Text | str:
    """A spoken language by its own name, a signed one in the reader's words."""
    return SIGNED.get(code) or i18n.own_name(code)
