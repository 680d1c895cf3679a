"""Many letters in one tagged PDF, printed on both sides: each begins on a sheet of its own, counts its own pages and says
its own language. Merging finished files would lose their tags, so the pages are laid out one letter after the other and
written once."""

from __future__ import annotations

import importlib
import io
from collections.abc import Sequence

import structlog

from portal.base.feature import NoPress
from portal.base.ground import settings as site
from portal.config import Settings
from portal.papers import render
from portal.papers.render import Press

log = structlog.get_logger("portal.papers")


class Nothing(ValueError):
    """There is no letter to print."""


def press(letters: list[tuple[str, str]], title: str) -> tuple[bytes, list[int]]:
    """What other rooms let be printed at once (feature.py): the file, never kept here, and the places of letters that no
    font can write. An empty file where none is left. Raises NoPress."""
    if lacks := render.missing():
        log.warning("letters_wait", why=lacks)
        raise NoPress(lacks)
    left_out = [place for place, (markup, _lang) in enumerate(letters) if render.unknown_letters(markup)]
    whole = [one for place, one in enumerate(letters) if place not in left_out]
    if not whole:
        return b"", left_out
    try:
        return together(whole, title, site())[0], left_out
    except Exception as error:
        # what went wrong may name what stands on a letter: its kind is all that is logged
        log.error("letters_failed", kind=type(error).__name__)
        raise NoPress(type(error).__name__) from None


def together(letters: Sequence[tuple[str, str]], title: str, settings: Settings) -> tuple[bytes, int]:
    """The letters, as (HTML, language), in one file; and how many sheets it takes. Raises Nothing without a letter, and
    what Press raises."""
    if not letters:
        raise Nothing("no letter")
    press = Press(settings)
    laid_out = [(press.laid_out(markup), lang) for markup, lang in letters]
    languages = [lang for document, lang in laid_out for _page in document.pages]
    first = laid_out[0][0]
    whole = first.copy([page for document, _lang in laid_out for page in document.pages])
    whole.metadata.title = title
    data = whole.write_pdf(pdf_tags=True)
    backs, place = [], 0
    for document, _lang in laid_out:
        place += len(document.pages)
        if len(document.pages) % 2:
            backs.append(place)
    return _finished(data, languages, backs), (place + len(backs)) // 2


def _finished(data: bytes, languages: Sequence[str], backs: Sequence[int]) -> bytes:
    """Name the language of each page's text in the tree of tags, and put an empty back behind each odd last page."""
    pikepdf = importlib.import_module("pikepdf")
    with pikepdf.open(io.BytesIO(data)) as file:
        spoken = {page.obj.objgen: lang for page, lang in zip(file.pages, languages, strict=True)}
        for element in file.Root.StructTreeRoot.K[0].K:
            element.Lang = pikepdf.String(spoken[element.Pg.objgen])
        for place in reversed(backs):
            file.pages.insert(place, _empty(pikepdf, file))
        out = io.BytesIO()
        file.save(out)
    return out.getvalue()


def _empty(pikepdf: object, file: object) -> object:
    page = pikepdf.Dictionary(  # type: ignore[attr-defined]
        Type=pikepdf.Name.Page,  # type: ignore[attr-defined]
        MediaBox=[0, 0, 595.28, 841.89],
        Resources=pikepdf.Dictionary(),  # type: ignore[attr-defined]
    )
    return pikepdf.Page(file.make_indirect(page))  # type: ignore[attr-defined]
