"""The forms that come with the portal: those of the demo city, which a city can take as a start for its own."""

from __future__ import annotations

from pathlib import Path

from portal.services.schema import Form
from portal.services.schema_read import load

_FOLDER = Path(__file__).parent / "data"


def names() -> list[str]:
    """Names of all forms that come along, in their order by letters."""
    return sorted(path.stem for path in _FOLDER.glob("*.json"))


def shipped(name: str) -> Form:
    """One of them, read; `Form.document` is what is stored. Raises KeyError for a name that is none of `names`."""
    if name not in names():  # never a path made from outside
        raise KeyError(name)
    return load((_FOLDER / f"{name}.json").read_bytes())
