"""A newer version of a form: what has changed in plain lines, and what becomes of answers that were given to the older.

A case stays with the version that it was sent with; a draft can be carried over. Nothing is carried over in silence: the
person is told what stays, what is lost and what is asked anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.base.i18n import Text, _l
from portal.services.filling import seen
from portal.services.filling_check import missing, wrong
from portal.services.filling_print import Line, line
from portal.services.schema import Answers, Field, Form, Words
from portal.services.schema_read import read
from portal.services.schema_reckon import filled

_LINES = ("text", "long_text", "email", "telephone", "plate", "iban")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `what` is added, removed, moved or the name of what changed (label, kind, condition, fee …); `key`
    the field's, page's or charge's key; `sentence` says it with the name of the question."""

    what: str
    part: str  # form, page, field, value, charge, reduction, paper, cosign
    key: str
    sentence: Text


_ADDED = {
    "page": _l("New page: %(name)s"),
    "field": _l("New question: %(name)s"),
    "value": _l("New computed value: %(name)s"),
    "charge": _l("New fee: %(name)s"),
    "reduction": _l("New reduction: %(name)s"),
    "paper": _l("New paper: %(name)s"),
    "cosign": _l("A second signature is new: %(name)s"),
}
_REMOVED = {
    "page": _l("Page taken out: %(name)s"),
    "field": _l("Question taken out: %(name)s"),
    "value": _l("Computed value taken out: %(name)s"),
    "charge": _l("Fee taken out: %(name)s"),
    "reduction": _l("Reduction taken out: %(name)s"),
    "paper": _l("Paper taken out: %(name)s"),
    "cosign": _l("The second signature is taken out: %(name)s"),
}
_CHANGED = {
    "label": _l("Other words: “%(old)s” is now “%(name)s”"),
    "wording": _l("Other words in another language: %(name)s"),
    "help": _l("Other help: %(name)s"),
    "kind": _l("Another kind of answer: %(name)s"),
    "required": _l("Now must be answered: %(name)s"),
    "optional": _l("Now can be left empty: %(name)s"),
    "condition": _l("Asked under another condition: %(name)s"),
    "options": _l("Other answers to choose from: %(name)s"),
    "columns": _l("Other columns: %(name)s"),
    "limits": _l("Other limits: %(name)s"),
    "prefill": _l("Filled in from another source: %(name)s"),
    "secret": _l("Shown to others than before: %(name)s"),
    "reckoning": _l("Computed in another way: %(name)s"),
    "fee": _l("Another amount: %(name)s"),
    "field": _l("Handed in through another question: %(name)s"),
    "shown": _l("Shown to others than before: %(name)s"),
    "turn": _l("Applied in another order: %(name)s"),
    "page": _l("Moved to another page: %(name)s"),
    "order": _l("Asked at another place: %(name)s"),
    "languages": _l("Other languages: %(name)s"),
}


def changes(old: Form, new: Form, lang: str) -> list[Change]:
    """What differs between two versions, in the order of the newer one, what was taken out at the end of its kind.

    Names are those of the form in `lang`. No line means that both ask the same in the same way.
    """
    found: list[Change] = []
    if old.languages != new.languages:
        found.append(_change("languages", "form", "", ", ".join(new.languages)))
        old, new = _in_common(old, new)
    if old.title != new.title:
        found.append(_words("form", "", old, old.title, new, new.title, lang))
    if old.help != new.help:
        found.append(_change("help", "form", "", new.say(new.title, lang)))
    found += _lists("page", old, new, lang, lambda form: [(p.key, p.title, p) for p in form.pages], _page)
    found += _lists("field", old, new, lang, lambda form: [(f.key, f.label, f) for f in form.fields()], _field)
    found += _moved(old, new, lang)
    found += _lists("value", old, new, lang, lambda form: [(v.key, v.label, v) for v in form.values], _value)
    found += _lists("charge", old, new, lang, lambda form: [(c.key, c.label, c) for c in form.charges], _charge)
    found += _lists(
        "reduction", old, new, lang, lambda form: [(r.key, r.label, r) for r in form.reductions], _reduction
    )
    found += _turns(old, new, lang)
    found += _lists("paper", old, new, lang, lambda form: [(p.key, p.label, p) for p in form.papers], _paper)
    found += _lists(
        "cosign",
        old,
        new,
        lang,
        lambda form: [("cosign", form.cosign.label, form.cosign)] if form.cosign else [],
        _asked_when,
    )
    return found


_Part = tuple[str, Words, Any]


def _lists(
    part: str,
    old: Form,
    new: Form,
    lang: str,
    parts: Callable[[Form], list[_Part]],
    differ: Callable[[Any, Any], Iterator[str]],
) -> list[Change]:
    before = {key: (label, one) for key, label, one in parts(old)}
    found: list[Change] = []
    for key, label, one in parts(new):
        name = new.say(label, lang)
        if key not in before:
            found.append(Change("added", part, key, _named(_ADDED[part], name)))
            continue
        was_label, was = before.pop(key)
        if was_label != label:
            found.append(_words(part, key, old, was_label, new, label, lang))
        found += [_change(what, part, key, name) for what in dict.fromkeys(differ(was, one))]
    for key, (label, _one) in before.items():
        found.append(Change("removed", part, key, _named(_REMOVED[part], old.say(label, lang))))
    return found


def _in_common(old: Form, new: Form) -> tuple[Form, Form]:
    """Both forms in the languages that both speak: a language that comes or goes is one line, not one for each text."""
    both = [language for language in new.languages if language in old.languages]
    if not both:
        return old, new

    def only(part: Any, languages: set[str]) -> Any:
        if isinstance(part, list):
            return [only(one, languages) for one in part]
        if not isinstance(part, Mapping):
            return part
        if set(part) == languages and all(isinstance(one, str) for one in part.values()):
            return {language: part[language] for language in both}
        return {name: only(one, languages) for name, one in part.items()}

    def pruned(form: Form) -> Form:
        return read({**only(form.document, set(form.languages)), "languages": both})

    return pruned(old), pruned(new)


def _turns(old: Form, new: Form, lang: str) -> Iterator[Change]:
    """Reductions apply one after another, so their order decides what is paid."""
    known = {reduction.key for reduction in old.reductions}
    after = [reduction.key for reduction in new.reductions if reduction.key in known]
    before = [reduction.key for reduction in old.reductions if reduction.key in after]
    stay = _longest_common(before, after)
    for reduction in new.reductions:
        if reduction.key in known and reduction.key not in stay:
            yield _change("turn", "reduction", reduction.key, new.say(reduction.label, lang))


def _named(sentence: Text, name: str, **more: str) -> Text:
    return Text(sentence.msgid, params={"name": name, **more})


def _change(what: str, part: str, key: str, name: str) -> Change:
    return Change(what, part, key, _named(_CHANGED[what], name))


def _words(part: str, key: str, old: Form, was: Words, new: Form, now: Words, lang: str) -> Change:
    """Other words: in the reader's language both are said; in another one, that there are some."""
    before, after = old.say(was, lang), new.say(now, lang)
    if before == after:
        return _change("wording", part, key, after)
    return Change("label", part, key, _named(_CHANGED["label"], after, old=before))


def _asked_when(was: Any, now: Any) -> Iterator[str]:
    if was.condition != now.condition:
        yield "condition"


def _page(was: Any, now: Any) -> Iterator[str]:
    yield from _asked_when(was, now)
    if was.help != now.help:
        yield "help"


def _field(was: Field, now: Field) -> Iterator[str]:
    if was.kind != now.kind:
        yield "kind"
    if was.required != now.required:
        yield "required" if now.required else "optional"
    yield from _page(was, now)
    if was.kind != now.kind:
        return  # what the kind brings along is another thing then
    if was.options != now.options:
        yield "options"
    if was.columns != now.columns:
        yield "columns"
    if was.limits != now.limits or was.unit != now.unit:
        yield "limits"
    if was.prefill != now.prefill:
        yield "prefill"
    if was.secret != now.secret:
        yield "secret"


def _moved(old: Form, new: Form, lang: str) -> Iterator[Change]:
    """Questions that stand on another page, and those that stand elsewhere among the others that both versions ask."""
    before = [field.key for field in old.fields() if field.key in new.by_key]
    after = [field.key for field in new.fields() if field.key in old.by_key]
    stay = _longest_common(before, after)
    for key in after:
        name = new.say(new.by_key[key].label, lang)
        if old.page_of[key].key != new.page_of[key].key:
            yield _change("page", "field", key, name)
        elif key not in stay:
            yield _change("order", "field", key, name)


def _longest_common(before: list[str], after: list[str]) -> set[str]:
    """The largest set of keys that stand in the same order in both (as few as possible are called moved)."""
    place = {key: spot for spot, key in enumerate(before)}
    best: list[tuple[int, int]] = []  # per key of `after`: length of the longest run that ends here, the key before
    for spot, key in enumerate(after):
        length, back = 1, -1
        for earlier in range(spot):
            if place[after[earlier]] < place[key] and best[earlier][0] >= length:
                length, back = best[earlier][0] + 1, earlier
        best.append((length, back))
    found: set[str] = set()
    at = max(range(len(best)), key=lambda spot: best[spot][0], default=-1)
    while at >= 0:
        found.add(after[at])
        at = best[at][1]
    return found


def _value(was: Any, now: Any) -> Iterator[str]:
    if was.reckoning != now.reckoning or was.kind != now.kind:
        yield "reckoning"
    if was.shown != now.shown:
        yield "shown"


def _charge(was: Any, now: Any) -> Iterator[str]:
    yield from _asked_when(was, now)
    if was.reckoning != now.reckoning:
        yield "fee"


def _reduction(was: Any, now: Any) -> Iterator[str]:
    yield from _asked_when(was, now)
    if (was.percent, was.cents, was.charges) != (now.percent, now.cents, now.charges):
        yield "fee"


def _paper(was: Any, now: Any) -> Iterator[str]:
    yield from _page(was, now)
    if was.field != now.field:
        yield "field"


# --- answers that are carried over ---


@dataclass(frozen=True, slots=True)
class Carried:
    """Answers in the newer version; what was lost, as lines of the older one; and what is still to be asked, by key."""

    answers: dict[str, Any]
    lost: tuple[Line, ...]
    asked: tuple[str, ...]


def carry(old: Form, new: Form, answers: Answers, lang: str, today: date) -> Carried:
    """Take answers to the newer version. An answer stays where its question is still there and takes it; it is never
    guessed. `asked` are questions without a good answer that must be answered, and new ones. Raises TooLarge.
    """
    kept: dict[str, Any] = {}
    lost: list[Line] = []
    for field in old.fields():
        answer = answers.get(field.key)
        if not filled(answer):
            continue
        now = new.by_key.get(field.key)
        fits = None if now is None else _taken(field, now, answer)
        if now is None or fits is None or wrong(now, fits, today):
            lost.append(line(old, field, answer, lang))
        else:
            kept[field.key] = fits
    asked = []
    for one in seen(new, kept, today).pages:
        for field in one.fields:
            unknown = field.asks and field.key not in old.by_key
            if missing(field, kept.get(field.key)) or (unknown and field.key not in kept):
                asked.append(field.key)
    return Carried(kept, tuple(lost), tuple(asked))


def _taken(was: Field, now: Field, answer: Any) -> Any:
    """The answer in the shape of the newer question; None where it cannot be one."""
    if was.kind == now.kind:
        if now.kind == "declaration" and was.label != now.label:
            return None  # other words were confirmed
        return answer
    if was.kind in _LINES and now.kind in _LINES:
        return answer
    if was.kind == "choice" and now.kind == "choices":
        return [answer]
    if was.kind == "choices" and now.kind == "choice" and isinstance(answer, list) and len(answer) == 1:
        return answer[0]
    return None


def unchanged(old: Form, new: Form) -> bool:
    """Do both versions ask the same? Then nobody needs to be told of the newer one."""
    return bool(_bare(old.document) == _bare(new.document))


def _bare(document: Mapping[str, Any]) -> Any:
    return {name: part for name, part in document.items() if name != "name"}
