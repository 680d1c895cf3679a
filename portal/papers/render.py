"""From a template to a tagged PDF: HTML by the site's own templates, pages by WeasyPrint, letters by the shipped fonts.

WeasyPrint needs Pango from the system. Where either is missing the portal runs all the same and papers wait; so both are
looked for when they are needed and never imported at the start (the import alone takes more than a second).
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import io
import subprocess
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal import paths
from portal.base import i18n, qr, web
from portal.config import Settings

FONTS = Path(__file__).parent / "fonts"
STYLE = Path(__file__).with_name("paper.css")
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
_LIBRARIES = (
    ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll"),
    ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0.dll"),
    ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset-0.dll"),
)


class ForeignAddress(Exception):
    """The template names something that does not belong to a paper."""


class UnknownLetters(Exception):
    """The text holds signs that no font here can write; `signs` names them."""

    def __init__(self, signs: str) -> None:
        super().__init__(" ".join(f"U+{ord(sign):04X}" for sign in signs))
        self.signs = signs


def _there(names: tuple[str, ...]) -> bool:
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


@cache
def missing() -> str:
    """What this machine lacks to make a PDF, in words for an operator; empty when it lacks nothing."""
    if any(importlib.util.find_spec(name) is None for name in ("weasyprint", "pikepdf")):
        return "the packages of the group pdf"
    if not all(_there(names) for names in _LIBRARIES):
        return f"Pango (on Debian and Ubuntu: apt install {PACKAGES})"
    return ""


@lru_cache(maxsize=1)
def _templates() -> Environment:
    loader = FileSystemLoader(str(paths.shipped("templates")))
    return web.dress(Environment(loader=loader, autoescape=True, undefined=StrictUndefined))


def html(template: str, settings: Settings, **values: Any) -> str:
    """The paper as HTML, in the current language. `address` among the values is what the QR code leads to.

    Raises jinja2.UndefinedError when the template asks for something that it was not given: better no paper than one
    with a hole in a sentence.
    """
    return _templates().get_template(template).render(
        lang=i18n.lang(),
        dir=i18n.direction(),
        city=settings.city,
        demo=settings.demo,
        qr=qr.data(values["address"]),
        **values,
    )  # fmt: skip


@cache
def _written_by_us() -> frozenset[int]:
    fonts = importlib.import_module("fontTools.ttLib")
    return frozenset(code for file in FONTS.glob("*.ttf") for code in fonts.TTFont(file, lazy=True).getBestCmap())


def unknown_letters(text: str) -> str:
    """The signs of a text that neither the shipped fonts nor any font of this machine can write."""
    left = {sign for sign in text if sign.isprintable() and ord(sign) not in _written_by_us()}
    return "".join(sorted(sign for sign in left if not _machine_writes(sign)))


def _machine_writes(sign: str) -> bool:
    try:
        done = subprocess.run(
            ["fc-list", f":charset={ord(sign):x}", "family"],  # noqa: S607  where fontconfig put it
            capture_output=True, timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return False
    return bool(done.stdout.strip())


def _emblem(settings: Settings) -> Path:
    own = settings.instance / settings.city.emblem if settings.city.emblem else None
    return own if own is not None and own.is_file() else web.STATIC / "img" / "emblem.svg"


def pdf(markup: str, settings: Settings) -> bytes:
    """HTML of a paper as a tagged PDF with title, language and embedded fonts.

    Nothing is fetched: a template can name the emblem, a shipped font and data of its own, whatever stands in its text.
    Raises UnknownLetters for signs that would be printed as empty boxes, ForeignAddress for anything to be fetched.
    """
    signs = unknown_letters(markup)
    if signs:
        raise UnknownLetters(signs)
    made: bytes = Press(settings).laid_out(markup).write_pdf(pdf_tags=True)
    return made


class Press:
    """WeasyPrint with the papers' style and fonts, for one paper or many."""

    def __init__(self, settings: Settings) -> None:
        weasyprint = importlib.import_module("weasyprint")
        self._html = weasyprint.HTML
        self._fonts = importlib.import_module("weasyprint.text.fonts").FontConfiguration()
        self._urls = importlib.import_module("weasyprint.urls")
        self._fetcher = _only_ours(self._urls, settings)
        style = STYLE.read_text("utf-8")
        self._style = weasyprint.CSS(string=style, font_config=self._fonts, url_fetcher=self._fetcher)

    def laid_out(self, markup: str) -> Any:
        """The pages of one paper. Raises ForeignAddress for anything to be fetched."""
        document = self._html(string=markup, url_fetcher=self._fetcher, base_url="paper:")
        try:
            return document.render(stylesheets=[self._style], font_config=self._fonts, pdf_tags=True)
        except self._urls.FatalURLFetchingError as error:  # no Exception of Python's, so nobody else would catch it
            raise ForeignAddress(str(error)) from None


def _only_ours(urls: Any, settings: Settings) -> Any:
    """What a paper may fetch: data, and the few files that belong to it."""
    ours = {f"paper:{file.name}": file for file in FONTS.glob("*.ttf")}
    ours["paper:emblem"] = _emblem(settings)

    class OnlyOurs(urls.URLFetcher):
        """Data, and the few files that belong to a paper."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Answer with one of them; everything else is an error that stops the making."""
            if url in ours:
                mime = "image/svg+xml" if ours[url].suffix == ".svg" else "application/octet-stream"
                body = io.BytesIO(ours[url].read_bytes())
                return urls.URLFetcherResponse(url, body, {"Content-Type": mime})
            if url.startswith("data:image/svg+xml"):
                return super().fetch(url, headers)
            raise urls.FatalURLFetchingError(f"a paper may not fetch {url[:60]}")

    return OnlyOurs(allowed_protocols=("data",))


def together(files: list[bytes]) -> tuple[bytes, int]:
    """The pages of many papers in one file for printing on both sides: each paper begins on a sheet of its own. Returns
    the file and how many sheets it takes. Signatures do not come along: they belong to the single files."""
    pikepdf = importlib.import_module("pikepdf")
    target, sheets = pikepdf.Pdf.new(), 0
    for one in files:
        with pikepdf.open(io.BytesIO(one)) as source:
            for page in source.pages:
                if "/Annots" in page:  # the field of a signature that does not come along
                    del page["/Annots"]
            target.pages.extend(source.pages)
            if len(source.pages) % 2:
                target.add_blank_page(page_size=(595.28, 841.89))
            sheets += (len(source.pages) + 1) // 2
    out = io.BytesIO()
    target.save(out)
    return out.getvalue(), sheets
