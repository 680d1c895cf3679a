"""Every template parses, and none holds what the security policy or the translators could not bear."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import nodes

from portal import paths
from portal.base.web import STATIC
from tests.drawing import bare_app

FOLDER = Path(str(paths.shipped("templates")))
TEMPLATES = sorted(FOLDER.rglob("*.html"))
ENV = bare_app().jinja_env


def name(file: Path) -> str:
    return file.relative_to(FOLDER).as_posix()


def bare(source: str) -> str:
    """The HTML without Jinja's own marks."""
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.S)


@pytest.mark.parametrize("file", TEMPLATES, ids=name)
def test_a_template_parses_and_its_parts_exist(file: Path) -> None:
    parsed = ENV.parse(file.read_text("utf-8"), name(file))
    kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    for node in parsed.find_all(kinds):
        target = node.template
        if isinstance(target, nodes.Const):
            assert (FOLDER / target.value).is_file(), f"{name(file)} names {target.value}"


@pytest.mark.parametrize("file", TEMPLATES, ids=name)
def test_a_template_has_no_inline_style_script_or_handler(file: Path) -> None:
    html = bare(file.read_text("utf-8"))
    if name(file).startswith("mail/"):  # mail programs know no style sheet of ours, and no page's policy holds there
        html = re.sub(r'\sstyle="[^"{]*"', "", html)
    assert not re.search(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", html, flags=re.I), name(file)
    for script in re.findall(r"<script\b[^>]*>(.*?)</script>", html, flags=re.S):
        assert not script.strip(), f"{name(file)}: a script without a file"
    assert not re.search(r"(?:src|href)=\"https?://", html), f"{name(file)}: another host"


@pytest.mark.parametrize("file", TEMPLATES, ids=name)
def test_a_template_escapes_everything(file: Path) -> None:
    """One filter prints stored HTML that was cleaned when it was stored; it has one definition and says why."""
    source = file.read_text("utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", source), name(file)


@pytest.mark.parametrize("file", TEMPLATES, ids=name)
def test_sentences_are_not_glued(file: Path) -> None:
    source = file.read_text("utf-8")
    assert not re.search(r"[^\w]_\([\"'][^\"']*[\"']\)\s*~", source), f"{name(file)}: a sentence made of pieces"


@pytest.mark.parametrize("file", TEMPLATES, ids=name)
def test_words_outside_sentences_are_marked_for_translation(file: Path) -> None:
    """Text between tags comes from the catalogues; names and signs may stand alone."""
    html = re.sub(r"<code\b.*?</code>|<[^>]*>", "\n", bare(file.read_text("utf-8")), flags=re.S)
    lines = [line.strip() for line in html.splitlines() if re.search(r"[A-Za-z]{3}", line)]
    left = [line for line in lines if line not in WORDS and not re.search(r"&|=\"|^fm-", line)]
    assert left == [], name(file)


WORDS = {"CSV", "JSON", "XLIFF", "Markdown", "Deutsch", "English"}


@pytest.mark.parametrize("file", TEMPLATES, ids=name)
def test_static_files_that_are_named_exist(file: Path) -> None:
    for asset in re.findall(r"asset\(['\"]([\w./-]+)['\"]\)", file.read_text("utf-8")):
        assert (STATIC / asset).is_file(), f"{name(file)} names {asset}"


@pytest.mark.parametrize("file", TEMPLATES, ids=name)
def test_classes_that_are_used_have_a_look(file: Path) -> None:
    sheet = (STATIC / "css" / "city.css").read_text("utf-8")
    used = set(re.findall(r"(?<![\w-])fm-[a-z_]+(?:-[a-z_]+)*(?:--[a-z]+)?(?![\w{-])", bare(file.read_text("utf-8"))))
    lost = {c for c in used if f".{c}" not in sheet} - HOOKS
    assert lost == set(), name(file)


HOOKS = {"fm-public", "fm-paper", "fm-aside", "fm-ballot__list", "fm-notice--info", "fm-table__caption"}
