"""The JSON Schema (draft 2020-12) of a form document, for editors and for those who write forms by hand.

It says what stands where. What no JSON Schema can say - conditions look back, values do not go round in a circle, every
text has every language - is said by schema_read alone, so a document that passes here can still be refused there; one
that is refused here never passes there.
"""

from __future__ import annotations

from typing import Any

from portal.services.schema import FORMAT, VERSION
from portal.services.schema_conditions import COMPARES
from portal.services.schema_kinds import (
    COLUMN_KINDS,
    DAY,
    FILES,
    KEY,
    KINDS,
    LANGUAGE,
    LIMITS,
    MONTH,
    NAME,
    OPTION,
    PATTERNS,
    SOURCES,
    own_members,
)  # fmt: skip

Schema = dict[str, Any]
ADDRESS = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> Schema:
    """The schema as a dict that can be written as JSON."""
    return {
        "$schema": ADDRESS,
        "title": f"{FORMAT} {VERSION}",
        **_object(
            ("format", "version", "name", "languages", "title", "pages"),
            format={"const": FORMAT},
            version={"const": VERSION},
            name={"type": "string", "pattern": _whole(NAME.pattern), "maxLength": 60},
            languages=_list({"type": "string", "pattern": _whole(LANGUAGE.pattern)}, LIMITS.languages)
            | {"uniqueItems": True},
            title=_ref("words"),
            help=_ref("help"),
            pages=_list(_ref("page"), LIMITS.pages),
            values=_list(_ref("value"), LIMITS.values),
            charges=_list(_ref("charge"), LIMITS.charges),
            reductions=_list(_ref("reduction"), LIMITS.charges),
            papers=_list(_ref("paper"), LIMITS.papers),
            cosign=_object(("label",), label=_ref("words"), condition=_ref("condition")),
        ),
        "$defs": _parts(),
    }


def _parts() -> Schema:
    keyed = {"key": _ref("key"), "label": _ref("words")}
    return {
        "key": {"type": "string", "pattern": _whole(KEY.pattern)},
        "words": _texts(LIMITS.label),
        "help": _texts(LIMITS.help),
        "exact": {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^-?[0-9]{1,13}(\.[0-9]{1,6})?$"}]},
        "page": _object(
            ("key", "title", "fields"),
            key=_ref("key"), title=_ref("words"), help=_ref("help"), condition=_ref("condition"),
            fields=_list(_ref("field"), LIMITS.fields),
        ),
        "field": {"anyOf": [_field(kind, False) for kind in KINDS]},
        "column": {"anyOf": [_field(kind, True) for kind in COLUMN_KINDS]},
        "option": _object(
            ("value", "label"),
            value={"type": "string", "pattern": _whole(OPTION.pattern)}, label=_ref("words"), help=_ref("help"),
        ),
        "value": _object(
            ("key", "label", "kind", "reckoning"),
            **keyed, kind={"enum": ["number", "money"]}, reckoning=_ref("expression"), shown={"type": "boolean"},
        ),
        "charge": _object(("key", "label", "cents"), **keyed, cents=_ref("expression"), condition=_ref("condition")),
        "reduction": _object(
            ("key", "label"), **keyed, condition=_ref("condition"), percent=_whole_number(1, 100),
            cents=_whole_number(1, LIMITS.cents), charges=_list(_ref("key"), LIMITS.charges),
        ),
        "paper": _object(("key", "label"), **keyed, help=_ref("help"), condition=_ref("condition"), field=_ref("key")),
        "condition": {"anyOf": _conditions()},
        "expression": {"anyOf": [_ref("exact"), *_expressions()]},
    }  # fmt: skip


def _conditions() -> list[Schema]:
    scalar: Schema = {"type": ["string", "integer", "boolean"]}
    right: dict[str, Schema] = dict.fromkeys(COMPARES, scalar)
    right |= {"in": _list(scalar, LIMITS.options), "filled": {"type": "boolean"}}
    compared = [
        _object((looked, name), **{looked: _ref("key"), name: right[name]})
        for looked in ("field", "value")
        for name in COMPARES
    ]
    joined = [_object((name,), **{name: _list(_ref("condition"), LIMITS.parts)}) for name in ("all", "any")]
    return [*joined, _object(("not",), **{"not": _ref("condition")}), *compared]


def _expressions() -> list[Schema]:
    expression, key = _ref("expression"), _ref("key")
    step = _object(("is",), **{"to": _ref("exact"), "is": _ref("exact")})
    return [
        *(_object((name,), **{name: key}) for name in ("field", "value", "count", "column")),
        *(_object((name,), **{name: _list(expression, LIMITS.parts)}) for name in ("sum", "product", "least", "most")),
        _object(("table", "sum"), table=key, sum=expression),
        _object(("if", "then", "else"), **{"if": _ref("condition"), "then": expression, "else": expression}),
        _object(("lookup", "steps"), lookup=expression, steps=_list(step, LIMITS.options)),
    ]


def _field(kind: str, column: bool) -> Schema:
    must, may = own_members(kind)
    if column:
        may = may - {"condition", "prefill", "secret"}
    label = _ref("help" if kind in ("information", "declaration") else "words")
    members: dict[str, Schema] = {"key": _ref("key"), "kind": {"const": kind}, "label": label}
    members |= {name: _member(name, kind) for name in sorted(must | may)}
    return _object(("key", "kind", "label", *sorted(must)), **members)


def _member(name: str, kind: str) -> Schema:
    moment = MONTH.pattern if kind == "month" else _unnamed(DAY.pattern)
    number = _whole_number(0, LIMITS.cents) if kind == "money" else _ref("exact")
    found: dict[str, Schema] = {
        "help": _ref("help"), "condition": _ref("condition"), "unit": _texts(60),
        "required": {"type": "boolean"}, "secret": {"type": "boolean"},
        "prefill": {"enum": [source for source, kinds in SOURCES.items() if kind in kinds]},
        "pattern": {"enum": list(PATTERNS)},
        "min_length": _whole_number(0, LIMITS.longest_text), "max_length": _whole_number(1, LIMITS.longest_text),
        "earliest": {"type": "string", "pattern": _whole(moment)}, "latest": {"type": "string", "pattern": _whole(moment)},
        "min": number, "max": number, "step": _ref("exact"),
        "options": _list(_ref("option"), LIMITS.options), "columns": _list(_ref("column"), LIMITS.columns),
        "min_choices": _whole_number(1, LIMITS.options), "max_choices": _whole_number(1, LIMITS.options),
        "min_rows": _whole_number(1, LIMITS.rows), "max_rows": _whole_number(1, LIMITS.rows),
        "accept": _list({"enum": list(FILES)}, len(FILES)),
        "max_mb": _whole_number(1, LIMITS.megabytes), "max_files": _whole_number(1, LIMITS.files),
    }  # fmt: skip
    return found[name]


def _object(must: tuple[str, ...], **members: Schema) -> Schema:
    return {"type": "object", "properties": members, "required": list(must), "additionalProperties": False}


def _list(items: Schema, most: int) -> Schema:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most}


def _texts(most: int) -> Schema:
    text = {"type": "string", "minLength": 1, "maxLength": most}
    return {"type": "object", "propertyNames": {"pattern": _whole(LANGUAGE.pattern)}, "additionalProperties": text}


def _whole_number(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def _unnamed(pattern: str) -> str:
    return pattern.replace("?P<day>", "").replace("?P<off>", "")
