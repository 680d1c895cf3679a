"""City texts come out as the listed HTML and nothing else."""

import re

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.markdown import render

ALLOWED = {
    "p",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "a",
    "blockquote",
    "code",
    "pre",
    "hr",
    "br",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "<javascript:alert(1)>",
    "![x](https://elsewhere.example/pixel.gif)",
    "<a href=x style=position:fixed onclick=alert(1)>x</a>",
    "<svg/onload=alert(1)>",
    '[x](https://a.example "onmouseover=alert(1)")',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


def elements(html: str) -> list[tuple[str, dict[str, str]]]:
    """Every element of a fragment as a browser reads it, with its attributes."""
    fragment = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return [(e.tag, dict(e.attrib)) for e in fragment.iter() if e.tag != "DOCUMENT_FRAGMENT"]


def check(html: str) -> None:
    for tag, attributes in elements(html):
        assert tag in ALLOWED, html
        assert set(attributes) <= {"href", "rel", "start", "scope"}, html
        if "href" in attributes:
            assert not re.match(r"\s*(javascript|data|vbscript):", attributes["href"], re.IGNORECASE), html


@pytest.mark.parametrize("source", HOSTILE)
def test_nothing_hostile_comes_through(source: str) -> None:
    check(render(source, "en"))


def test_headings_start_below_the_title() -> None:
    assert render("# One\n\n### Three\n\n###### Six", "en") == "<h2>One</h2>\n<h3>Three</h3>\n<h4>Six</h4>"
    assert render("## One\n\n### Two\n\n## One more") == "<h2>One</h2>\n<h3>Two</h3>\n<h2>One more</h2>"


def test_a_table_names_its_columns() -> None:
    html = render("| Day | Hours |\n|:--|--:|\n| Monday | 8 to 16 |", "en")
    assert html.count('<th scope="col">') == 2
    assert "style" not in html


def test_links_keep_to_the_listed_schemes() -> None:
    html = render("[call](tel:+372123) [write](mailto:a@b.example) [read](/en/help) [see](https://x.example)", "en")
    for href in ("tel:+372123", "mailto:a@b.example", "/en/help", "https://x.example"):
        assert f'href="{href}"' in html
    assert 'rel="noopener noreferrer"' in html


def test_quotation_marks_follow_the_language() -> None:
    assert "„Platz“" in render('"Platz"', "de")
    assert "«\u202fplace\u202f»" in render('"place"', "fr")
    assert "“square”" in render('"square"', "en")
    assert "«ميدان»" in render('"ميدان"', "ar")


@given(st.text(alphabet=st.sampled_from("<>&\"'()[]!#*_`|-\n ajvscript:/=x\x00")))
def test_any_text_gives_listed_tags_only(source: str) -> None:
    check(render(source, "en"))
