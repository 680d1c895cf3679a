"""Pages are printed as Jinja prints them: what the short ways leave out is nothing that anybody reads."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, render_template_string
from markupsafe import Markup, escape

from portal.base.i18n import _l
from portal.base.printing import written
from tests.drawing import bare_app


class Drawn:
    """Something that knows its own HTML."""

    def __html__(self) -> str:
        return "<i>drawn</i>"


@pytest.mark.parametrize(
    "value", ["<b> & \"'", Markup("<b>bold</b>"), 7, -1, True, None, 1.5, Drawn(), _l("Yes & <no>"), ["<", 1], ""]
)
def test_a_value_stands_in_a_page_as_escape_would_write_it(value: Any) -> None:
    assert written(value) == escape(value)


@pytest.fixture
def drawing() -> Flask:
    return bare_app()


@pytest.mark.parametrize(
    ("template", "page"),
    [
        ("{{ said }}", "&lt;b&gt;"),
        ("{{ said|safe }}", "<b>"),
        ("{% set kept %}{{ said }}{% endset %}{{ kept }}", "&lt;b&gt;"),
        ("{% macro m(x) %}<p>{{ x }}</p>{% endmacro %}{{ m(said) }}", "<p>&lt;b&gt;</p>"),
        ("{% macro m(x) %}{{ x }}{{ caller() }}{% endmacro %}{% call m(1) %}{{ said }}{% endcall %}", "1&lt;b&gt;"),
        ("{% for n in [1, 2] %}{{ _('For %(name)s', name=said) }}{% endfor %}", "For &lt;b&gt;For &lt;b&gt;"),
        ("{{ ngettext('%(n)s of %(x)s', '%(n)s of %(x)s', 1200, x=said) }}", "1,200 of &lt;b&gt;"),
        ("{{ _('100 %%') }}", "100 %"),
        ("{% autoescape false %}{{ said }}{{ _('For %(name)s', name=said) }}{% endautoescape %}", "<b>For <b>"),
        ("{{ said.upper() }}{{ nobody }}{{ maker(2) }}", "&lt;B&gt;4"),
    ],
)
def test_a_template_prints_what_it_is_given(drawing: Flask, template: str, page: str) -> None:
    with drawing.test_request_context():
        assert render_template_string(template, said="<b>", maker=lambda n: n * 2) == page
