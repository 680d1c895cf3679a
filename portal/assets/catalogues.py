"""The translation catalogues: taken from the sources, looked over, and compiled.

    catalogues.py            compile every messages.po that is newer than its messages.mo
    catalogues.py update     take the sentences from the sources into messages.pot and every messages.po
    catalogues.py check      say what is stale, missing or broken; exit 1 if anything is

`./run` calls the first before it starts anything, and hatchling calls it while it builds a wheel, because a clean clone
holds no compiled catalogue. Maintainers' side: it is not in the wheel.
"""

import os
import re
import sys
import tomllib
from collections.abc import Callable
from gettext import c2py
from pathlib import Path

from babel import Locale
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "translations"
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "_n": (1, 2)}
NOTES = ("Translators:",)
_PLACE = re.compile(r"%\((\w+)\)[a-z]")


def stale(folder: Path) -> list[Path]:
    """Return the catalogues below `folder` whose compiled file is missing or older than its source."""
    found = []
    for po in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns:
            found.append(po)
    return found


def compile_one(po: Path) -> None:
    """Write the .mo beside `po`, whole or not at all: a reader must never meet half a file."""
    with po.open("rb") as source:
        catalogue = read_po(source, locale=po.parents[1].name)
    draft = po.with_name(f"{po.stem}.{os.getpid()}.tmp")
    with draft.open("wb") as target:
        write_mo(target, catalogue)
    draft.replace(po.with_suffix(".mo"))


def compile_stale(folder: Path) -> int:
    """Compile what is stale below `folder`; return how many catalogues that were."""
    todo = stale(folder)
    for po in todo:
        compile_one(po)
    return len(todo)


# ---------------------------------------------------------------- sentences


def extract() -> Catalog:
    """Take every sentence from code and templates."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]["mappings"]
    methods = [(entry["pattern"], entry["method"]) for entry in mappings]
    options = {
        entry["pattern"]: {k: v for k, v in entry.items() if k not in ("pattern", "method")} for entry in mappings
    }
    found = Catalog(project="Folkmoot", charset="utf-8", fuzzy=False)
    for place, line, message, comments, context in extract_from_dir(
        str(ROOT), methods, options, KEYWORDS, NOTES, strip_comment_tags=True,
        directory_filter=lambda path: not os.path.relpath(path, ROOT).startswith((".", "instance", "tests")),
    ):  # fmt: skip
        found.add(message, None, [(place, line)], auto_comments=comments, context=context)
    return found


# Short forms of CLDR's rules for whole numbers; `check` proves them against CLDR itself. A new language adds its line.
PLURALS = {
    "en": (2, "(n != 1)"),
    "de": (2, "(n != 1)"),
    "et": (2, "(n != 1)"),
    "fr": (3, "(n < 2 ? 0 : n % 1000000 == 0 ? 1 : 2)"),
    "pl": (3, "(n == 1 ? 0 : n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14) ? 1 : 2)"),
    "ar": (
        6,
        "(n == 0 ? 0 : n == 1 ? 1 : n == 2 ? 2 : n % 100 >= 3 && n % 100 <= 10 ? 3 : n % 100 >= 11 ? 4 : 5)",
    ),
}
_ORDER = ("zero", "one", "two", "few", "many", "other")
_SAMPLE = (*range(1000), 1000, 1001, 10**6, 2 * 10**6)


def form_of(language: str) -> Callable[[int], int]:
    """CLDR's choice of a form, by the forms that whole numbers use, in CLDR's usual order."""
    rule = Locale.parse(language).plural_form
    seen = {rule(n) for n in _SAMPLE}
    used = [tag for tag in _ORDER if tag in seen]
    return lambda n: used.index(rule(n))


def languages() -> list[str]:
    """The languages that have a catalogue."""
    return sorted(path.parents[1].name for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))


def _load(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale=language)


def _header(language: str) -> str:
    count, expression = PLURALS[language]
    return f"nplurals={count}; plural={expression};"


def update(more: list[str]) -> None:
    """Write messages.pot and bring every catalogue, and those of `more` new languages, to it. No guesses, no dates."""
    fresh = extract()
    FOLDER.mkdir(exist_ok=True)
    _write(FOLDER / "messages.pot", fresh)
    for language in sorted({*languages(), *more}):
        po = FOLDER / language / "LC_MESSAGES" / "messages.po"
        old = _load(language) if po.exists() else Catalog(locale=language)
        count, expression = PLURALS[language]
        new = Catalog(locale=language, project="Folkmoot", charset="utf-8", fuzzy=False)
        new._num_plurals, new._plural_expr = count, expression  # Babel's own table is older than CLDR's
        for message in fresh:
            if not message.id:
                continue
            had = old.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
            string = had.string if had is not None and not had.fuzzy else None
            if isinstance(message.id, tuple):
                forms = list(string) if isinstance(string, (tuple, list)) else []
                forms += forms[-1:] * (count - len(forms)) if all(forms) else []  # a rule that has got one form more
                string = tuple((forms + [""] * count)[:count])
            elif not isinstance(string, str):
                string = ""
            new.add(
                message.id, string, message.locations, auto_comments=message.auto_comments,
                user_comments=had.user_comments if had else (), context=message.context,
            )  # fmt: skip
        po.parent.mkdir(parents=True, exist_ok=True)
        _write(po, new)
        empty = sum(1 for m in new if m.id and not _whole(m))
        print(f"{language}: {len(new)} sentences, {empty} to translate")


def _write(path: Path, catalogue: Catalog) -> None:
    with path.open("wb") as target:
        # without line numbers: they would change in every file with each edit
        write_po(target, catalogue, width=110, sort_output=True, omit_header=False, include_lineno=False)
    text = re.sub(r'^"(POT-Creation|PO-Revision)-Date:.*\n', "", path.read_text("utf-8"), flags=re.M)
    path.write_text(re.sub(r"^# .*\n|^#\n", "", text, flags=re.M), "utf-8")


def _whole(message) -> bool:
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def _key(message):
    return (message.id if isinstance(message.id, str) else message.id[0], message.context)


def check(needed: list[str]) -> list[str]:
    """Say what is wrong, a line each: stale sentences, missing, fuzzy or broken ones, plural rules unlike CLDR's."""
    fresh = {_key(m): m for m in extract() if m.id}
    pot = FOLDER / "messages.pot"
    if not pot.exists():
        return ["translations/messages.pot is missing: catalogues.py update"]
    with pot.open("rb") as source:
        known = {_key(m) for m in read_po(source) if m.id}
    faults = [f"messages.pot lacks {key[0]!r}" for key in fresh.keys() - known]
    faults += [f"messages.pot has {key[0]!r}, which no source says" for key in known - fresh.keys()]
    for language in needed:
        if language not in languages():
            faults.append(f"{language}: no catalogue")
            continue
        catalogue = _load(language)
        count = PLURALS[language][0]
        if catalogue.num_plurals != count:
            faults.append(f"{language}: {catalogue.num_plurals} plural forms, CLDR has {count}: {_header(language)}")
        else:
            faults += _plural_faults(language, catalogue)
        have = {_key(m): m for m in catalogue if m.id}
        faults += [f"{language}: lacks {key[0]!r}" for key in fresh.keys() - have.keys()]
        faults += [f"{language}: has {key[0]!r}, which no source says" for key in have.keys() - fresh.keys()]
        for key in sorted(fresh.keys() & have.keys(), key=str):
            fault = _fault(have[key], fresh[key], count)
            if fault:
                faults.append(f"{language}: {key[0]!r}: {fault}")
    return faults


def _plural_faults(language: str, catalogue: Catalog) -> list[str]:
    choose, wanted = c2py(catalogue.plural_expr), form_of(language)  # what gettext will do with the header
    for n in _SAMPLE:
        if choose(n) != wanted(n):
            return [f"{language}: the plural rule is not CLDR's at {n}: {_header(language)}"]
    return []


def _fault(message, source, count: int) -> str | None:
    if message.fuzzy:
        return "fuzzy"
    if isinstance(source.id, tuple) != isinstance(message.id, tuple):
        return "plural in one, not in the other"
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    if not _whole(message) or (isinstance(source.id, tuple) and len(strings) != count):
        return "not translated"
    ids = source.id if isinstance(source.id, tuple) else (source.id,)
    wanted = set().union(*(_PLACE.findall(text) for text in ids))
    for index, text in enumerate(strings):
        found = set(_PLACE.findall(text))
        # a form for one thing, or none, or two may do without the number
        if found != wanted and not (isinstance(source.id, tuple) and found == wanted - {"n"} and index < count - 1):
            return f"placeholders {sorted(found)} instead of {sorted(wanted)}"
        try:
            text % dict.fromkeys(wanted, "x") if wanted else None
        except (ValueError, TypeError, KeyError) as error:
            return f"broken placeholder: {error}"
    return None


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # the core environment builds no wheels
    pass
else:

    class CompileCatalogues(BuildHookInterface):
        """hatchling's hook: runs before the files of an sdist or a wheel are gathered."""

        PLUGIN_NAME = "custom"

        def initialize(self, version: str, build_data: dict) -> None:
            """Compile below the project's root, which is the checkout or the unpacked sdist."""
            compile_stale(Path(self.root) / "translations")


def main(words: list[str]) -> int:
    """Do what the first word says."""
    if words[:1] == ["update"]:
        update(words[1:])
    elif words[:1] == ["check"]:
        found = check(words[1:] or languages())
        print("\n".join(found[:60]))
        return 1 if found else 0
    else:
        compile_stale(Path(words[0]) if words else FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
