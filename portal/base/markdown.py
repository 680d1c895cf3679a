"""City texts in Markdown become clean HTML once, when they are saved; pages only print the result.

No raw HTML, no pictures, no style: what a text may hold is listed here. The highest heading becomes an h2, because the
page's own title is the only h1, and no level is left out, whatever signs the author began with.
"""

import threading
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

_TAGS = frozenset("p h2 h3 h4 ul ol li strong em a blockquote code pre hr br table thead tbody tr th td".split())
_ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href"}, "ol": {"start"}, "th": {"scope"}}
_SCHEMES = frozenset({"https", "http", "mailto", "tel"})
_LOWEST_HEADING = 4

# Quotation marks as each language prints them; others take the English ones.
_QUOTES: dict[str, str | list[str]] = {
    "de": "„“‚‘",
    "et": "„“‚‘",
    "pl": "„”‚’",
    "fr": ["«\u202f", "\u202f»", "“", "”"],
    "ar": "«»“”",
}
_lock = threading.Lock()


class _Renderer(RendererHTML):
    """Headings below the page's own, header cells with their scope."""

    def renderToken(self, tokens: list[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # type: ignore[override]
        token = tokens[idx]
        if token.type in {"heading_open", "heading_close"}:
            above: list[str] = env.setdefault("above", [])  # the headings that this one stands under, and itself
            if token.type == "heading_open":
                while above and above[-1] >= token.tag:
                    above.pop()
                above.append(token.tag)
            token.tag = f"h{min(len(above) + 1, _LOWEST_HEADING)}"
        elif token.type == "th_open":
            token.attrs = {"scope": "col"}
        return super().renderToken(tokens, idx, options, env)


@cache
def _parser(lang: str) -> MarkdownIt:
    options = {"html": False, "linkify": False, "typographer": True, "quotes": _QUOTES.get(lang, "“”‘’")}
    parser = MarkdownIt("commonmark", options, renderer_cls=_Renderer)
    return parser.enable(["table", "replacements", "smartquotes"]).disable(["image", "html_block", "html_inline"])


def render(source: str, lang: str = "en") -> str:
    """The HTML of a Markdown text in the given language (it decides the quotation marks). Safe to print as it is."""
    with _lock:  # the parser keeps state while it works
        html = _parser(lang).render(source)
    return nh3.clean(
        html, tags=set(_TAGS), attributes=_ATTRIBUTES, url_schemes=set(_SCHEMES), link_rel="noopener noreferrer"
    ).strip()
