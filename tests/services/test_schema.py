"""Forms as documents: sound ones are read, every other is refused with its place named."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base import i18n
from portal.services.filling import problems
from portal.services.schema import BadForm
from portal.services.schema_data import names, shipped
from portal.services.schema_faults import parse
from portal.services.schema_json import json_schema
from portal.services.schema_kinds import COLUMN_KINDS, FILES, KINDS, PATTERNS, own_members
from portal.services.schema_read import faults, load, read
from portal.services.schema_reckon import Known, TooLarge, reckon
from portal.services.versions import changes
from tests.services.papers import BASE, DATA, KEEP_OUT, NAMES, TODAY, bent, demo, document, en, field, form

F0 = ("pages", 0, "fields", 0)
F1 = ("pages", 0, "fields", 1)
GOODS = ("pages", 1, "fields", 0)
PROOF = ("pages", 1, "fields", 1)
DEEP: dict[str, Any] = {"field": "kind", "is": "food"}
for _turn in range(9):
    DEEP = {"not": DEEP}


def both(text: str) -> dict[str, str]:
    return {"en": text, "de": text}


def value(key: str, reckoning: Any) -> dict[str, Any]:
    return {"key": key, "label": both(key), "kind": "number", "reckoning": reckoning}


# what is changed, to what, and the place that is blamed. True: the JSON Schema sees it too
HOSTILE: list[tuple[str, tuple[str | int, ...], Any, str, bool]] = [
    ("another format", ("format",), "html", "/format", True),
    ("a later version", ("version",), 2, "/version", True),
    ("true as a version", ("version",), True, "/version", True),
    ("no name", ("name",), KEEP_OUT, "", True),
    ("a path as a name", ("name",), "../../etc", "/name", True),
    ("an unknown member", ("script",), "alert(1)", "/script", True),
    ("no language", ("languages",), [], "/languages", True),
    ("a language twice", ("languages",), ["en", "de", "en"], "/languages/2", True),
    ("a language with a slash", ("languages",), ["en", "../de"], "/languages/1", True),
    ("a title in one language only", ("title",), {"en": "T"}, "/title", False),
    ("a title in a third language", ("title",), {"en": "T", "de": "T", "fr": "T"}, "/title/fr", False),
    ("an empty title", ("title",), {"en": " ", "de": "T"}, "/title/en", False),
    ("a title that turns round", ("title",), {"en": "abc\u202ecba", "de": "T"}, "/title/en", False),
    ("a title with half a character", ("title",), {"en": "a\ud800", "de": "T"}, "/title/en", False),
    ("a title of a thousand letters", ("title",), {"en": "a" * 1000, "de": "T"}, "/title/en", True),
    ("a title as text", ("title",), "T", "/title", True),
    ("no page", ("pages",), [], "/pages", True),
    ("a page without fields", ("pages", 0, "fields"), [], "/pages/0/fields", True),
    ("a page twice", ("pages", 1, "key"), "one", "/pages/1/key", False),
    ("a page as a number", ("pages", 0), 7, "/pages/0", True),
    ("a field twice", (*F1, "key"), "kind", "/pages/0/fields/1/key", False),
    ("a value with a field's key", ("values", 0, "key"), "metres", "/values/0/key", False),
    ("a key with a hyphen", (*F1, "key"), "floor-area", "/pages/0/fields/1/key", True),
    ("a key that the page needs", (*F1, "key"), "csrf_token", "/pages/0/fields/1/key", False),
    ("a key that is a number", (*F1, "key"), 5, "/pages/0/fields/1/key", True),
    ("an unknown kind", (*F1, "kind"), "password", "/pages/0/fields/1/kind", True),
    ("a field without kind", (*F1, "kind"), KEEP_OUT, "/pages/0/fields/1", True),
    ("a regular expression", (*F1, "pattern"), "(a+)+$", "/pages/0/fields/1/pattern", True),
    ("a step of a thousandth", (*F1, "step"), "0.001", "/pages/0/fields/1/step", False),
    ("a step of nothing", (*F1, "step"), 0, "/pages/0/fields/1/step", False),
    ("an inexact step", (*F1, "step"), 0.5, "/pages/0/fields/1/step", True),
    ("the smallest above the largest", F1, field("metres", "number", min=5, max=2) | {"label": both("m")},
     "/pages/0/fields/1/min", False),
    ("required in words", (*F0, "required"), "yes", "/pages/0/fields/0/required", True),
    ("a choice without answers", (*F0, "options"), [], "/pages/0/fields/0/options", True),
    ("a choice without the member", (*F0, "options"), KEEP_OUT, "/pages/0/fields/0", True),
    ("the same answer twice", (*F0, "options", 1, "value"), "food", "/pages/0/fields/0/options/1/value", False),
    ("an answer with a capital", (*F0, "options", 1, "value"), "Books", "/pages/0/fields/0/options/1/value", True),
    ("a foreign source", (*F0, "prefill"), "register.wealth", "/pages/0/fields/0/prefill", True),
    ("a source for another kind", (*F0, "prefill"), "person.name", "/pages/0/fields/0/prefill", True),
    ("a table in a table", (*GOODS, "columns", 0, "kind"), "table", "/pages/1/fields/0/columns/0/kind", True),
    ("a column with a condition", (*GOODS, "columns", 0, "condition"), {"field": "kind", "is": "food"},
     "/pages/1/fields/0/columns/0/condition", True),
    ("a table of a million rows", (*GOODS, "max_rows"), 10**6, "/pages/1/fields/0/max_rows", True),
    ("a program as a file", (*PROOF, "accept"), ["exe"], "/pages/1/fields/1/accept/0", True),
    ("a file of any size", (*PROOF, "max_mb"), 10**6, "/pages/1/fields/1/max_mb", True),
    ("a condition as text", (*PROOF, "condition"), "metres > 2", "/pages/1/fields/1/condition", True),
    ("a condition with code", (*PROOF, "condition"), {"eval": "1"}, "/pages/1/fields/1/condition", True),
    ("a condition with two comparisons", (*PROOF, "condition"), {"field": "metres", "above": 1, "below": 3},
     "/pages/1/fields/1/condition", True),
    ("a condition on nothing", (*PROOF, "condition"), {"field": "colour", "is": "red"},
     "/pages/1/fields/1/condition/field", False),
    ("a condition on itself", (*PROOF, "condition"), {"field": "proof", "filled": True},
     "/pages/1/fields/1/condition/field", False),
    ("a condition on what comes later", (*F0, "condition"), {"field": "metres", "above": 1},
     "/pages/0/fields/0/condition/field", False),
    ("a later field behind a value", (*F0, "condition"), {"value": "twice", "above": 1},
     "/pages/0/fields/0/condition/value", False),
    ("a page that looks at itself", ("pages", 1, "condition"), {"field": "goods", "filled": True},
     "/pages/1/condition/field", False),
    ("a condition on an answer that is none", ("pages", 1, "condition"), {"field": "kind", "is": "cars"},
     "/pages/1/condition/is", False),
    ("more than a choice", ("pages", 1, "condition"), {"field": "kind", "above": 3}, "/pages/1/condition/above", False),
    ("a condition in many layers", ("pages", 1, "condition"), DEEP, "", False),
    ("all of nothing", ("pages", 1, "condition"), {"all": []}, "/pages/1/condition/all", True),
    ("a condition of thousands", ("pages", 1, "condition"), {"any": [{"field": "kind", "is": "food"}] * 2000},
     "/pages/1/condition/any", True),
    ("values in a circle", ("values",), [value("a", {"value": "b"}), value("b", {"value": "a"})], "/values/0", False),
    ("a value that needs itself", ("values",), [value("twice", {"sum": [1, {"value": "twice"}]})], "/values/0", False),
    ("a tower of values", ("values",), [value("twice", 1)] + [
        value(f"v{n}", {"value": f"v{n - 1}" if n else "twice"}) for n in range(20)], "/values/8", False),
    ("a sum with words", ("values", 0, "reckoning"), {"sum": [{"field": "kind"}]}, "/values/0/reckoning/sum/0/field", False),
    ("a sum that is inexact", ("values", 0, "reckoning"), {"sum": [0.1]}, "/values/0/reckoning/sum/0", True),
    ("a function", ("values", 0, "reckoning"), {"power": [2, 1000]}, "/values/0/reckoning", True),
    ("a column outside its table", ("values", 0, "reckoning"), {"column": "price"}, "/values/0/reckoning/column", False),
    ("a sum of a choice's rows", ("values", 0, "reckoning"), {"table": "kind", "sum": 1}, "/values/0/reckoning/table", False),
    ("a sum of a column of text", ("values", 0, "reckoning"), {"table": "goods", "sum": {"column": "what"}},
     "/values/0/reckoning/sum/column", False),
    ("steps that fall", ("values", 0, "reckoning"),
     {"lookup": {"field": "metres"}, "steps": [{"to": 5, "is": 1}, {"to": 4, "is": 2}, {"is": 3}]},
     "/values/0/reckoning/steps/1/to", False),
    ("steps without an end", ("values", 0, "reckoning"), {"lookup": {"field": "metres"}, "steps": [{"to": 5, "is": 1}]},
     "/values/0/reckoning/steps/0", False),
    ("a fee below nothing", ("charges", 0, "cents"), -5, "/charges/0/cents", False),
    ("a fee in words", ("charges", 0, "cents"), "ten", "/charges/0/cents", True),
    ("null instead of fees", ("reductions",), None, "/reductions", True),
    ("a reduction by more than all", ("reductions", 0, "percent"), 101, "/reductions/0/percent", True),
    ("a reduction that says nothing", ("reductions", 0, "percent"), KEEP_OUT, "/reductions/0", False),
    ("a reduction of another fee", ("reductions", 0, "charges"), ["food"], "/reductions/0/charges/0", False),
    ("a paper that is no file", ("papers", 0, "field"), "metres", "/papers/0/field", False),
    ("a signature without words", ("cosign",), {}, "/cosign", True),
]  # fmt: skip


@pytest.mark.parametrize(("path", "to", "place"), [row[1:4] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_hostile_document_is_refused_at_its_place(path: tuple[str | int, ...], to: Any, place: str) -> None:
    found = faults(bent(*path, to=to))
    assert place in [fault.pointer for fault in found] or (place == "" and found)
    for fault in found:
        assert str(fault.sentence).strip() and "%(" not in str(fault.sentence)


def test_the_small_form_is_sound() -> None:
    assert faults(BASE) == ()


def test_all_faults_are_named_at_once() -> None:
    broken = bent("title", to="T")
    broken["pages"][0]["fields"][1]["step"] = 0
    broken["cosign"] = {}
    broken["reductions"][0]["percent"] = 0
    assert {fault.pointer for fault in faults(broken)} == {
        "/title", "/pages/0/fields/1/step", "/cosign", "/reductions/0/percent",
    }  # fmt: skip


def test_a_form_that_only_tells_is_none() -> None:
    assert [one.pointer for one in faults(document(field("note", "information")))] == ["/pages"]


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"[1,", b"\xff\xfe{}", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1, "a": 2}', b"[" * 100_000,
        b'{"a": ' + b"9" * 10_000 + b"}", b" " * 2_000_000, b"null", b"[]", b'"folkmoot-form"', b"17",
        b'{"pages": ' + b'{"a":' * 100 + b"1" + b"}" * 100 + b"}",
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_with_a_sentence(text: bytes) -> None:
    with pytest.raises(BadForm) as refused:
        load(text)
    assert refused.value.faults and str(refused.value.faults[0].sentence)


def test_a_member_that_stands_twice_is_refused_though_the_rest_is_sound() -> None:
    text = json.dumps(BASE)
    assert load(text).name == "small"
    with pytest.raises(BadForm) as refused:
        load(text.replace('"name": "small"', '"name": "large", "name": "small"'))
    assert "name" in str(refused.value.faults[0].sentence)


def _places(part: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [found for name, one in inside for found in [(*way, name), *_places(one, (*way, name))]]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["metres", "goods", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["field", "is", "in", "above", "value", "sum", "table", "lookup", "steps", "to", "all", "en", "x"]),
        inner, max_size=3,
    ),
    max_leaves=8,
)  # fmt: skip


@given(st.sampled_from(_places(BASE)), ANYTHING)
def test_whatever_stands_anywhere_is_read_or_refused(path: tuple[Any, ...], to: Any) -> None:
    made = bent(*path, to=to)
    try:
        form = read(made)
    except BadForm as refused:
        assert refused.faults and all(str(fault.sentence) for fault in refused.faults)
    else:  # what was read can be asked, reckoned and told apart from what it was
        answers = {"kind": "food", "metres": 3, "goods": [{"what": "x", "price": 5}]}
        problems(form, answers, TODAY)
        changes(read(BASE), form, "en")
        assert fits(json_schema(), made, json_schema())


def test_a_fault_is_said_in_the_readers_language() -> None:
    fault = faults(bent("title", to="T"))[0]
    with i18n.use_locale("de"):
        german = str(fault.sentence)
    assert german != str(fault.sentence)


# --- the demo city's forms ---


def test_the_city_has_six_forms() -> None:
    assert NAMES == [
        "birth-certificate-copy", "building-permit", "market-stall-permit", "parking-permit", "residence-certificate",
        "social-pass",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_form_of_the_city_is_sound_and_speaks_six_languages(name: str) -> None:
    form = demo(name)
    assert form.name == name and form.languages == i18n.SHIPPED
    assert sum(field.asks for field in form.fields()) >= 8


def test_no_text_of_the_city_is_in_the_wrong_script() -> None:
    arabic = re.compile("[\u0600-\u06ff]")

    def look(part: Any) -> None:
        if isinstance(part, dict) and "ar" in part and "de" in part:
            assert (
                not any(arabic.search(part[lang]) for lang in ("en", "de", "et", "fr", "pl"))
                or part["en"] == part["ar"]
            )
            assert arabic.search(part["ar"]) or part["ar"] == part["en"], part
            assert "please" not in part["en"].lower() and "proszę" not in part["pl"].lower()
        elif isinstance(part, dict):
            for one in part.values():
                look(one)
        elif isinstance(part, list):
            for one in part:
                look(one)

    for name in NAMES:
        look(json.loads((DATA / f"{name}.json").read_text("utf-8")))


# --- computed values ---


@pytest.mark.parametrize(
    ("reckoning", "wanted"),
    [
        (12, "12"),
        ("0.15", "0.15"),
        ({"field": "metres"}, "2.5"),
        ({"field": "other"}, "0"),  # no answer counts as nothing
        ({"sum": [{"field": "metres"}, "0.1", "0.2"]}, "2.8"),
        ({"product": [{"field": "metres"}, "0.1", 3]}, "0.75"),
        ({"count": "rows"}, "2"),
        ({"table": "rows", "sum": {"column": "price"}}, "700"),
        ({"table": "rows", "sum": {"product": [{"column": "price"}, {"column": "pieces"}]}}, "1300"),
        ({"least": [5, {"field": "metres"}]}, "2.5"),
        ({"most": [5, {"field": "metres"}]}, "5"),
        ({"if": {"field": "metres", "above": 2}, "then": 1, "else": 0}, "1"),
        ({"lookup": {"field": "metres"}, "steps": [{"to": "2.4", "is": 1}, {"to": "2.5", "is": 2}, {"is": 3}]}, "2"),
        ({"lookup": 100, "steps": [{"to": 99, "is": 1}, {"is": 3}]}, "3"),
    ],
)
def test_values_are_exact(reckoning: Any, wanted: str) -> None:
    columns = [field("price", "money"), field("pieces", "number")]
    made = form(
        field("metres", "number", step="0.5"), field("other", "number", required=False), field("rows", "table", columns=columns),
        values=[{"key": "v", "label": en("V"), "kind": "number", "reckoning": reckoning}],
    )  # fmt: skip
    rows = [{"price": 300, "pieces": 3}, {"price": 400, "pieces": 1}]
    known = Known(made, {"metres": "2.5", "rows": rows}, TODAY)
    assert str(reckon({"value": "v"}, known)) in (wanted, f"{wanted}.0", f"{wanted}0")


def test_a_value_beyond_everything_is_refused_and_not_rounded() -> None:
    big = {"product": [{"field": "metres"}] * 50}
    made = form(field("metres", "number"), values=[{"key": "v", "label": en("V"), "kind": "number", "reckoning": big}])
    with pytest.raises(TooLarge):
        reckon({"value": "v"}, Known(made, {"metres": 999_999}, TODAY))


def test_values_that_build_on_each_other_are_reckoned_once() -> None:
    # each asks the one before thirty times: without a memory this takes 30^8 steps
    values = [
        {"key": "v0", "label": en("V"), "kind": "number", "reckoning": {"product": [{"field": "metres"}, "0.01"]}}
    ]
    for n in range(1, 8):
        part = {"least": [{"value": f"v{n - 1}"}] * 30}
        values.append({"key": f"v{n}", "label": en("V"), "kind": "number", "reckoning": part})
    made = form(field("metres", "number"), values=values)
    assert str(reckon({"value": "v7"}, Known(made, {"metres": 7}, TODAY))) == "0.07"


# --- the published JSON Schema ---


def fits(schema: dict[str, Any], value: Any, root: dict[str, Any]) -> bool:
    """A JSON Schema check for the words that ours uses; any other word fails the test."""
    known = {
        "$schema", "$defs", "title", "type", "const", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum",
        "items", "minItems", "maxItems", "uniqueItems", "properties", "required", "additionalProperties",
        "propertyNames", "anyOf", "$ref",
    }  # fmt: skip
    assert set(schema) <= known, set(schema) - known
    if "$ref" in schema:
        return fits(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], value, root)
    if "anyOf" in schema and not any(fits(one, value, root) for one in schema["anyOf"]):
        return False
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(_is(kind, value) for kind in types):
        return False
    wanted = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if wanted is not None and not any(value == one and type(value) is type(one) for one in wanted):  # true is not 1
        return False
    if isinstance(value, str):
        return (
            schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
            and re.search(schema.get("pattern", ""), value) is not None
        )
    if isinstance(value, int) and not isinstance(value, bool):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    if isinstance(value, list):
        if schema.get("uniqueItems") and len({str(one) for one in value}) < len(value):
            return False
        return bool(schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))) and all(
            fits(schema.get("items", {}), one, root) for one in value
        )
    if isinstance(value, dict):
        members, more = schema.get("properties", {}), schema.get("additionalProperties", {})
        if not set(schema.get("required", ())) <= set(value):
            return False
        for name, one in value.items():
            if "propertyNames" in schema and not fits(schema["propertyNames"], name, root):
                return False
            if name in members:
                if not fits(members[name], one, root):
                    return False
            elif more is False or not fits(more, one, root):
                return False
    return True


def _is(kind: str, value: Any) -> bool:
    kinds: dict[str, Any] = {"string": str, "array": list, "object": dict, "boolean": bool, "integer": int}
    return isinstance(value, kinds[kind]) and (kind != "integer" or not isinstance(value, bool))


@pytest.mark.parametrize("name", NAMES)
def test_the_published_schema_takes_the_citys_forms(name: str) -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert fits(schema, parse((DATA / f"{name}.json").read_bytes()), schema)


@pytest.mark.parametrize(
    ("path", "to", "seen"), [(row[1], row[2], row[4]) for row in HOSTILE], ids=[r[0] for r in HOSTILE]
)
def test_the_published_schema_refuses_what_it_can_see(path: tuple[str | int, ...], to: Any, seen: bool) -> None:
    schema = json_schema()
    assert fits(schema, bent(*path, to=to), schema) is (not seen)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_with_all_its_members(kind: str) -> None:
    members: dict[str, Any] = {
        "options": [{"value": "a", "label": en("A")}, {"value": "b", "label": en("B")}], "columns": [field("c")],
        "accept": list(FILES), "pattern": next(iter(PATTERNS)), "step": 1, "unit": en("m"), "help": en("Help"),
        "min": 1, "max": 2, "min_length": 1, "max_length": 2, "min_choices": 1, "max_choices": 2, "min_rows": 1,
        "max_rows": 2, "max_mb": 1, "max_files": 1, "required": False, "secret": True, "condition": {"field": "a", "is": "x"},
        "earliest": "2027-01" if kind == "month" else "today-3", "latest": "2027-02" if kind == "month" else "2027-01-31",
    }  # fmt: skip
    must, may = own_members(kind)
    made = document(field("a"), field("b", kind, **{name: members[name] for name in (must | may) - {"prefill"}}))
    assert faults(made) == ()
    schema = json_schema()
    assert fits(schema, made, schema)


def test_columns_are_of_kinds_that_have_one_box() -> None:
    assert set(COLUMN_KINDS) < set(KINDS)
    assert not {"table", "file", "name", "address", "on_behalf"} & set(COLUMN_KINDS)


def test_forms_that_come_along_are_found_by_name_alone() -> None:
    assert names() == NAMES and shipped("social-pass").document == demo("social-pass").document
    for name in ("../data/social-pass", "nothing", ""):
        with pytest.raises(KeyError):
            shipped(name)


def test_a_form_is_what_its_document_says() -> None:
    made = read(BASE)
    assert [one.key for one in made.fields()] == ["kind", "metres", "goods", "proof"]
    assert made.page_of["goods"].key == "two"
    assert made.by_key["metres"].required, "what is asked is to be answered, unless the form says otherwise"
    assert made.say(made.title, "de") == "Small (de)" and made.say(made.title, "fr") == "Small"
    assert made.speaks("fr") == "en" and made.say(None, "en") == ""
