"""What is looked at on every page that a journey meets: axe, and what axe does not know."""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from babel.messages.pofile import read_po
from playwright.sync_api import Page

from portal.base import i18n
from portal.paths import shipped

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALLEST_TARGET = 24  # CSS pixels, WCAG 2.5.8

RUN_AXE = """async ([tags, contrast]) => {
  const found = await axe.run(document, {
    runOnly: {type: "tag", values: tags}, rules: {"color-contrast": {enabled: contrast}},
    resultTypes: ["violations"], preload: false, iframes: false,
  });
  return found.violations.map((v) => v.id + ": " + v.help + " — "
    + v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + n.html.slice(0, 160)
        + " (" + [...n.any, ...n.all, ...n.none].map((c) => c.message).slice(0, 2).join("; ") + ")").join(" | "));
}"""

# What axe reads of a page, contrast apart: the tree with its attributes, what can be seen, where there are words and
# which names are the same as which (never what they say: a page in another language is the same page), what scrolls, and
# where targets are that are smaller than they should be. Second: the languages that the page says its parts are in.
SHAPE = """() => {
  const words = new Map();
  const word = (text) => {
    const said = text.replace(/\\s+/g, " ").trim().toLowerCase();
    if (!said) return "";
    if (!words.has(said)) words.set(said, words.size + 1);
    return "w" + words.get(said);
  };
  const spoken = new Set(["aria-label", "title", "alt", "placeholder", "value", "content", "summary", "aria-valuetext",
    "aria-roledescription", "label"]);
  const dull = new Set(["lang", "hreflang", "dir", "href", "src", "srcset", "action", "formaction", "style", "d", "points",
    "datetime", "nonce", "integrity", "download"]);
  const langs = new Set(), out = [];
  const go = (e) => {
    const s = getComputedStyle(e);
    out.push("<" + e.localName);
    for (const a of e.attributes) {
      if (a.name === "lang" && a.value) langs.add(a.value);
      if (a.name === "aria-current" && e.hasAttribute("hreflang")) continue;  // each page marks its own language
      if (e.localName === "option" && /^(value|selected)$/.test(a.name)) continue;
      if (spoken.has(a.name))
        out.push(a.name + "=" + word(a.value), word(a.value) && word(a.value) === word(e.textContent) ? "same" : "");
      else if (dull.has(a.name)) out.push(a.name + "=" + (a.value ? (a.value[0] === "#" ? a.value : "1") : ""));
      else if (a.name.startsWith("data-")) continue;
      else out.push(a.name + "=" + a.value);
    }
    out.push(s.display, e.checkVisibility({visibilityProperty: true, opacityProperty: true}) ? "seen" : "hidden");
    if (/auto|scroll/.test(s.overflow))
      out.push(e.scrollWidth > e.clientWidth + 12, e.scrollHeight > e.clientHeight + 12);
    if (e.matches("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], label") &&
        s.display !== "inline") {
      const b = e.getBoundingClientRect();
      if (b.width > 1 && b.height > 1 && (b.width < SMALLEST || b.height < SMALLEST)) out.push([b.left, b.top, b.width, b.height].map(Math.round).join(" "));
    }
    for (const c of e.childNodes) {
      if (c.nodeType === 1) { if (!/^(script|style|template)$/.test(c.localName)) go(c); }
      else if (c.nodeType === 3) { if (c.data.trim()) out.push("words"); }
    }
    out.push(">");
  };
  go(document.documentElement);
  return [out.join(" "), [...langs]];
}""".replace("SMALLEST", str(SMALLEST_TARGET))

# Each kind of letters on each kind of ground: colour, size and weight, and every layer below up to one that covers all.
# What is laid over other things keeps its classes in its name.
PAIRS = """() => {
  const known = new Map();
  const layer = (e) => {
    if (known.has(e)) return known.get(e);
    const s = getComputedStyle(e);
    const clear = s.backgroundColor === "rgba(0, 0, 0, 0)", plain = s.backgroundImage === "none";
    let said = (clear ? "" : s.backgroundColor) + (plain ? "" : s.backgroundImage) + (s.opacity === "1" ? "" : "o" + s.opacity)
      + (s.filter === "none" ? "" : s.filter) + (s.mixBlendMode === "normal" ? "" : s.mixBlendMode)
      + (s.position === "static" || s.position === "relative" ? "" : s.position + e.className)
      + (s.float === "none" && !/-/.test(s.margin) && s.transform === "none" ? "" : "moved " + e.className);
    const above = e.parentElement ? layer(e.parentElement) : "";
    const covers = !clear && plain && !s.backgroundColor.startsWith("rgba") && s.opacity === "1";
    // a see-through ancestor is seen through every layer in it
    said = covers && !/o[0-9.]|moved|absolute|fixed|sticky/.test(said + above) ? said : said + "<" + above;
    known.set(e, said);
    return said;
  };
  const pairs = new Set();
  const note = (e) => {
    if (!e.checkVisibility({visibilityProperty: true, opacityProperty: true})) return;
    const s = getComputedStyle(e);
    pairs.add([s.color, s.fontSize, s.fontWeight, s.textShadow, s.webkitTextFillColor, layer(e)].join("|"));
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) if (walk.currentNode.data.trim()) note(walk.currentNode.parentElement);
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) note(e);
  return [...pairs];
}"""

LOOK = """() => {
  const seen = (e) => e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true});
  const box = (e) => e.getBoundingClientRect();
  const say = (e) => e.outerHTML.slice(0, 140);
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth + 1) {
    const wide = [...document.body.querySelectorAll("*")]
      .filter((e) => seen(e) && (box(e).right > root.clientWidth + 1 || box(e).left < -1)
        && getComputedStyle(e).position !== "absolute");
    faults.push("sideways scroll: " + root.scrollWidth + " > " + root.clientWidth + " because of "
      + wide.slice(-2).map(say).join(" | "));
  }
  for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (!seen(e) || e.disabled) continue;
    const b = box(e);
    // links within a sentence, and what only a reader of screens or a keyboard finds, are left to axe
    if (b.width <= 1 || b.height <= 1 || getComputedStyle(e).display === "inline") continue;
    if (e.closest(".govuk-visually-hidden, .govuk-skip-link")) continue;
    if (b.height < SMALLEST - 0.5 || b.width < SMALLEST - 0.5)
      faults.push("small target " + Math.round(b.width) + "x" + Math.round(b.height) + ": " + say(e));
  }
  const ids = new Set();
  for (const e of document.querySelectorAll("[id]")) { if (ids.has(e.id)) faults.push("id twice: " + e.id); ids.add(e.id); }
  for (const e of document.querySelectorAll("[aria-describedby], [aria-labelledby], [aria-controls]"))
    for (const name of ["aria-describedby", "aria-labelledby", "aria-controls"])
      for (const id of (e.getAttribute(name) ?? "").split(/\\s+/).filter(Boolean))
        if (!ids.has(id)) faults.push(name + " to nothing: " + say(e));
  for (const e of document.querySelectorAll("img"))
    if (seen(e) && e.complete && !e.naturalWidth) faults.push("picture does not show: " + say(e));
  return faults;
}""".replace("SMALLEST", str(SMALLEST_TARGET))

WORDS = """() => {
  const lang = document.documentElement.lang;
  const found = [];
  const own = (e) => (e.closest("[lang]")?.lang ?? lang) === lang;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    const text = walk.currentNode.data.replace(/\\s+/g, " ").trim();
    if (text && own(e) && !e.closest("script, style, bdi, code, textarea")) found.push(text);
  }
  for (const e of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]"))
    for (const name of ["aria-label", "title", "placeholder", "alt"])
      if (e.getAttribute(name) && own(e)) found.push(e.getAttribute(name));
  found.push(document.title.split(" · ")[0]);
  return found;
}"""


def _pattern(msgid: str) -> str:
    """A sentence with places for values, as a regular expression for what the page shows."""
    parts = re.split(r"%\(\w+\)[sd]|%%", msgid)
    return ".+".join(re.escape(" ".join(part.split())) for part in parts)


@cache
def english(lang: str) -> tuple[frozenset[str], re.Pattern[str]]:
    """Our own English sentences that this language says otherwise: plain ones, and one pattern for those with places."""
    with (shipped("translations") / lang / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalogue = read_po(source)
    plain, shaped, theirs = set(), set(), set()
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        said = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if not all(said):
            continue
        theirs.update(" ".join(one.split()) for one in said)
        for one in ids:
            words = " ".join(one.split())
            if words in {" ".join(s.split()) for s in said}:
                continue
            if "%(" in one:
                if len(re.sub(r"%\(\w+\)[sd]", "", one).split()) >= 2:  # less would fit anything
                    shaped.add(_pattern(one))
            else:
                plain.add(words)
    # what is English for one thing may be this language's own word for another
    return frozenset(plain - theirs), re.compile("|".join(sorted(shaped)) or r"(?!)")


def leftovers(page: Page, lang: str) -> list[str]:
    """English sentences of ours on a page in another language."""
    if lang == "en":
        return []
    return [f"English left over: {text!r}" for text in page.evaluate(WORDS) if _is_english(text, lang)]


@lru_cache(maxsize=100_000)  # the same words stand on hundreds of pages
def _is_english(text: str, lang: str) -> bool:
    plain, shaped = english(lang)
    return text in plain or shaped.fullmatch(text) is not None


def direction(page: Page, lang: str) -> list[str]:
    """The language and the direction that the page says it has."""
    said = page.evaluate(
        "() => { const e = document.documentElement; return [e.lang, e.dir, getComputedStyle(document.body).direction] }"
    )
    wanted = [lang, i18n.direction(lang), i18n.direction(lang)]
    return [] if said == wanted else [f"language and direction are {said}, not {wanted}"]


_measured: set[str] = set()
_clean: set[str] = set()
_langs: set[str] = set()


def axe(page: Page, *, anew: bool = False) -> list[str]:
    """What axe finds wrong.

    axe is asked once for each shape of a page: the same tree, seen alike, with words where words were, is the same to
    it in German as in English. The contrast of colours, which costs as much as all other rules together, is the same
    wherever the same letters stand on the same ground: it is measured where a page shows a pair that no page before it
    showed without a fault. `anew`: everything is asked and measured, whatever was seen before.
    """
    shape, langs = page.evaluate(SHAPE)
    shape = hashlib.sha256(shape.encode()).hexdigest()
    pairs = set(page.evaluate(PAIRS))
    contrast = anew or not pairs <= _measured
    if not contrast and shape in _clean and _langs.issuperset(langs):
        return []
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN_AXE, [TAGS, contrast])
    if contrast and not any(one.startswith("color-contrast") for one in found):
        _measured.update(pairs)
    if not found:
        _clean.add(shape)
        _langs.update(langs)
    return [f"axe {one}" for one in found]


def own(page: Page) -> list[str]:
    """Sideways scroll, small targets, ids, pictures."""
    found: list[str] = page.evaluate(LOOK)
    return found


def faults_without_axe(page: Page, lang: str) -> list[str]:
    """What can be looked at where the page's scripts are off: axe waits with timers, and there are none then."""
    return [*direction(page, lang), *own(page), *leftovers(page, lang)]


def faults(page: Page, lang: str, *, anew: bool = False) -> list[str]:
    """Everything at once."""
    return [*faults_without_axe(page, lang), *axe(page, anew=anew)]


def shape(page: Page, lang: str, *, anew: bool = False) -> list[str]:
    """What may differ from one width of the window to the next."""
    return [*own(page), *axe(page, anew=anew)]


def summary(page: Page) -> list[str]:
    """An error summary has the focus, and its links lead to controls that take it; the title says so, too."""
    wrong: list[Any] = page.evaluate("""() => {
      const summary = document.getElementById("errors");
      if (!summary) return ["no error summary"];
      const faults = [];
      if (document.activeElement !== summary) faults.push("the summary has not got the focus");
      for (const link of summary.querySelectorAll("a")) {
        const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
        if (!target) { faults.push("leads nowhere: " + link.outerHTML); continue; }
        link.click();
        if (document.activeElement !== target) faults.push("does not take the focus: " + target.outerHTML.slice(0, 120));
        const said = document.getElementById(target.id + "-error")
          ?? target.closest("fieldset")?.querySelector(".govuk-error-message") ?? document.getElementById(target.name + "-error");
        const group = target.closest("fieldset");
        const told = [target, group].map((e) => e?.getAttribute("aria-describedby") ?? "").join(" ").split(/\\s+/);
        if (said && !told.includes(said.id))
          faults.push("its error is not in the description: " + target.outerHTML.slice(0, 120));
      }
      summary.focus();
      return faults;
    }""")
    with i18n.use_locale(page.evaluate("document.documentElement.lang")):
        prefix = i18n.gettext("Error:")
    if not page.title().startswith(prefix):
        wrong.append(f"the title does not begin with {prefix!r}: {page.title()!r}")
    return [str(one) for one in wrong]
