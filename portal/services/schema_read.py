"""From a JSON document to a Form, or to the list of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.base.i18n import _l, _n
from portal.services.schema import (
    FORMAT,
    VERSION,
    BadForm,
    Charge,
    Cosign,
    Fault,
    Field,
    Form,
    Option,
    Page,
    Paper,
    Reduction,
    Value,
    Words,
)  # fmt: skip
from portal.services.schema_conditions import ANY_DAY, ANY_MONTH, Checker, day_like, decimals_of
from portal.services.schema_faults import Reading, parse, step, too_deep
from portal.services.schema_kinds import (
    COLUMN_KINDS,
    DECIMALS,
    FILES,
    KEY,
    KINDS,
    LANGUAGE,
    LIMITS,
    MONTH,
    NAME,
    OPTION,
    PATTERNS,
    RESERVED,
    SOURCES,
    own_members,
)  # fmt: skip

TOP_MUST = ("format", "version", "name", "languages", "title", "pages")
TOP_MAY = ("help", "values", "charges", "reductions", "papers", "cosign")
A_KEY = _l("Use a key of small letters, digits and _, such as floor_area. It begins with a letter.")
A_NAME = _l("Use a name of small letters, digits and hyphens, such as parking-permit.")
A_LANGUAGE = _l("Use the code of a language, such as en.")
AN_OPTION = _l("Use a value of small letters, digits, _ and hyphens.")


def load(data: bytes | str) -> Form:
    """The form in a JSON text. Raises BadForm, which has every fault with its place."""
    return read(parse(data))


def read(document: Any) -> Form:
    """The form of a document that was parsed already. Raises BadForm, which has every fault with its place."""
    if too_deep(document):
        raise BadForm([Fault("", _l("This is nested too deep."))])
    reader = _Reader()
    form = reader.form(document)
    if reader.faults:
        raise BadForm(reader.faults)
    return form


def faults(document: Any) -> tuple[Fault, ...]:
    """Everything that is wrong with a document; empty for a sound one."""
    try:
        read(document)
    except BadForm as error:
        return error.faults
    return ()


class _Reader(Reading):
    """Reads one document; the keys that were met are remembered, since each stands once in the whole form."""

    def __init__(self) -> None:
        super().__init__()
        self.met: set[str] = set()
        self.conditions: list[tuple[str, Any, int | None]] = []  # checked when all fields are known

    def form(self, document: Any) -> Form:
        top = self.members("", document, TOP_MUST, TOP_MAY)
        if "format" in top and top["format"] != FORMAT:
            self.wrong("/format", _l("Only these can stand here: %(list)s.", list=FORMAT))
        if "version" in top and (top["version"] != VERSION or isinstance(top["version"], bool)):
            self.wrong("/version", _l("Only these can stand here: %(list)s.", list=str(VERSION)))
        name = self.string("/name", top.get("name", ""), NAME, A_NAME) if "name" in top else ""
        if len(name) > 60:
            self.wrong("/name", _n("Use at most %(n)s character.", "Use at most %(n)s characters.", 60))
        self.languages = self._languages(top.get("languages", [])) if "languages" in top else ()
        title = self.words("/title", top["title"]) if "title" in top else {}
        pages = self._pages(top["pages"]) if "pages" in top else ()
        fields = {field.key: field for page in pages for field in page.fields}
        values, raw = self._values(top)
        checker = Checker(self, fields, raw)
        checker.circles({key: f"/values/{place}" for place, key in enumerate(raw)})
        for place, value in enumerate(values):
            checker.expression(f"/values/{place}/reckoning", value.reckoning)
        charges = self._charges(top, checker)
        reductions = self._reductions(top, {charge.key for charge in charges})
        papers = self._papers(top, fields)
        cosign = self._cosign(top["cosign"]) if "cosign" in top else None
        for at, part, before in self.conditions:
            checker.condition(at, part, before)
        return Form(
            name=name, languages=self.languages, title=title, help=self._help("", top), pages=pages, values=values,
            charges=charges, reductions=reductions, papers=papers, cosign=cosign,
            document=top,
        )  # fmt: skip

    # --- small parts ---

    def _languages(self, value: Any) -> tuple[str, ...]:
        found: list[str] = []
        for place, one in enumerate(self.items("/languages", value, LIMITS.languages)):
            code = self.string(f"/languages/{place}", one, LANGUAGE, A_LANGUAGE)
            if code in found:
                self.wrong(f"/languages/{place}", _l("“%(key)s” stands here a second time.", key=code))
            elif code:
                found.append(code)
        return tuple(found)

    def _key(self, at: str, part: Mapping[str, Any], met: set[str]) -> str:
        if "key" not in part:  # named already
            return ""
        key = self.string(step(at, "key"), part["key"], KEY, A_KEY)
        if key and key in met:
            self.wrong(step(at, "key"), _l("“%(key)s” stands here a second time.", key=key))
        if key in RESERVED and met is self.met:
            self.wrong(step(at, "key"), _l("“%(key)s” is used by the page itself. Choose another key.", key=key))
        met.add(key)
        return key

    def _help(self, at: str, part: Mapping[str, Any]) -> Words | None:
        return self.words(step(at, "help"), part["help"], LIMITS.help) if "help" in part else None

    def _label(self, at: str, part: Mapping[str, Any], name: str = "label", most: int = LIMITS.label) -> Words:
        return self.words(step(at, name), part[name], most) if name in part else {}

    def _condition(self, at: str, part: Mapping[str, Any], before: int | None = None) -> Any:
        if "condition" in part:
            self.conditions.append((step(at, "condition"), part["condition"], before))
        return part.get("condition")

    def _flag(self, at: str, part: Mapping[str, Any], name: str, otherwise: bool) -> bool:
        return self.flag(step(at, name), part[name]) if name in part else otherwise

    def _list(self, top: Mapping[str, Any], name: str, most: int) -> list[Any]:
        return self.items(f"/{name}", top[name], most) if name in top else []

    # --- pages and fields ---

    def _pages(self, value: Any) -> tuple[Page, ...]:
        pages: list[Page] = []
        met: set[str] = set()
        count, asks = 0, False
        for place, one in enumerate(self.items("/pages", value, LIMITS.pages)):
            at = f"/pages/{place}"
            part = self.members(at, one, ("key", "title", "fields"), ("help", "condition"))
            key = self._key(at, part, met)
            condition = self._condition(at, part, count)
            fields: list[Field] = []
            for spot, raw in enumerate(self.items(f"{at}/fields", part.get("fields", []), LIMITS.fields)):
                fields.append(self._field(f"{at}/fields/{spot}", raw, count))
                count += 1
            asks = asks or any(field.asks for field in fields)
            title = self._label(at, part, "title")
            pages.append(Page(key, title, self._help(at, part), condition, tuple(fields)))
        if pages and not asks:
            self.wrong("/pages", _l("A form asks at least one question."))
        if count > LIMITS.fields:
            most = LIMITS.fields
            self.wrong(
                "/pages", _n("At most %(n)s entry can stand here.", "At most %(n)s entries can stand here.", most)
            )
        return tuple(pages)

    def _field(self, at: str, raw: Any, place: int, column: bool = False, met: set[str] | None = None) -> Field:
        kinds = COLUMN_KINDS if column else tuple(KINDS)
        kind = str(raw.get("kind", "")) if isinstance(raw, Mapping) else ""
        if kind not in kinds:
            if isinstance(raw, Mapping) and "kind" in raw:
                self.one_of(f"{at}/kind", raw["kind"], kinds)
            else:
                self.members(at, raw, ("key", "kind", "label"), raw if isinstance(raw, Mapping) else ())
            return Field("", "text", {}, None, False, None, None, False, {})
        must, may = own_members(kind)
        if column:
            may -= {"condition", "prefill", "secret"}
        part = self.members(at, raw, {"key", "kind", "label"} | must, may)
        most = LIMITS.help if kind in ("information", "declaration") else LIMITS.label
        field = Field(
            key=self._key(at, part, self.met if met is None else met),
            kind=kind,
            label=self._label(at, part, most=most),
            help=self._help(at, part),
            required=self._flag(at, part, "required", not column and kind != "information"),
            condition=None if column else self._condition(at, part, place),
            prefill=self._prefill(at, part, kind),
            secret=self._flag(at, part, "secret", False),
            limits={name: part[name] for name in (must | may) & part.keys() if name in _LIMITING},
            options=self._options(at, part) if "options" in part else (),
            columns=self._columns(at, part) if "columns" in part and kind == "table" else (),
            unit=self._label(at, part, "unit", 60) or None,
        )
        self._limits(at, field)
        return field

    def _prefill(self, at: str, part: Mapping[str, Any], kind: str) -> str | None:
        if "prefill" not in part:
            return None
        source = self.one_of(f"{at}/prefill", part["prefill"], SOURCES)
        if source and kind not in SOURCES[source]:
            self.wrong(f"{at}/prefill", _l("“%(name)s” gives no answer of this kind.", name=source))
        return source or None

    def _options(self, at: str, part: Mapping[str, Any]) -> tuple[Option, ...]:
        found: list[Option] = []
        met: set[str] = set()
        for place, one in enumerate(self.items(f"{at}/options", part["options"], LIMITS.options, 1)):
            here = f"{at}/options/{place}"
            option = self.members(here, one, ("value", "label"), ("help",))
            value = self.string(f"{here}/value", option.get("value", ""), OPTION, AN_OPTION)
            if value and value in met:
                self.wrong(f"{here}/value", _l("“%(key)s” stands here a second time.", key=value))
            met.add(value)
            found.append(Option(value, self._label(here, option), self._help(here, option)))
        return tuple(found)

    def _columns(self, at: str, part: Mapping[str, Any]) -> tuple[Field, ...]:
        met: set[str] = set()
        raw = self.items(f"{at}/columns", part["columns"], LIMITS.columns)
        return tuple(self._field(f"{at}/columns/{place}", one, 0, True, met) for place, one in enumerate(raw))

    def _limits(self, at: str, field: Field) -> None:
        """What a kind adds, each by itself; then pairs of a smallest and a largest."""
        found: dict[str, Any] = {}
        for name, value in field.limits.items():
            here = step(at, name)
            if name in ("min_length", "max_length"):
                found[name] = self.whole(here, value, 0 if name == "min_length" else 1, LIMITS.longest_text)
            elif name == "pattern":
                self.one_of(here, value, PATTERNS)
            elif name in ("earliest", "latest"):
                found[name] = self._moment(here, field.kind, value)
            elif name in ("min", "max") and field.kind == "money":
                found[name] = self.whole(here, value, 0, LIMITS.cents)
            elif name in ("min", "max"):
                found[name] = self.exact(here, value)
            elif name == "step":
                number = self.exact(here, value)
                if number is not None and (number <= 0 or decimals_of(number) > DECIMALS):
                    self.wrong(here, _l("A step is more than 0 and has at most %(n)s decimals.", n=DECIMALS))
            elif name in ("min_choices", "max_choices"):
                found[name] = self.whole(here, value, 1, max(1, len(field.options)))
            elif name in ("min_rows", "max_rows"):
                found[name] = self.whole(here, value, 1, LIMITS.rows)
            elif name == "accept":
                for place, one in enumerate(self.items(here, value, len(FILES))):
                    self.one_of(step(here, place), one, FILES)
            elif name == "max_mb":
                self.whole(here, value, 1, LIMITS.megabytes)
            else:
                self.whole(here, value, 1, LIMITS.files)
        for low, high in _PAIRS:
            least, most = found.get(low), found.get(high)
            if least is not None and most is not None and least > most:
                self.wrong(step(at, low), _l("The smallest cannot be larger than the largest."))

    def _moment(self, at: str, kind: str, value: Any) -> str | None:
        if kind == "month":
            return self.string(at, value, MONTH, ANY_MONTH) or None
        if not day_like(value):
            self.wrong(at, ANY_DAY)
            return None
        return None if value.startswith("today") else str(value)  # today and a date cannot be compared once and for all

    # --- values, fees, papers, signatures ---

    def _values(self, top: Mapping[str, Any]) -> tuple[tuple[Value, ...], dict[str, Any]]:
        values: list[Value] = []
        for place, one in enumerate(self._list(top, "values", LIMITS.values)):
            at = f"/values/{place}"
            part = self.members(at, one, ("key", "label", "kind", "reckoning"), ("shown",))
            kind = self.one_of(f"{at}/kind", part["kind"], ("number", "money")) if "kind" in part else ""
            key = self._key(at, part, self.met)
            shown = self._flag(at, part, "shown", True)
            values.append(Value(key, self._label(at, part), kind, part.get("reckoning", 0), shown))
        return tuple(values), {value.key: value.reckoning for value in values}

    def _charges(self, top: Mapping[str, Any], checker: Checker) -> tuple[Charge, ...]:
        charges: list[Charge] = []
        met: set[str] = set()
        for place, one in enumerate(self._list(top, "charges", LIMITS.charges)):
            at = f"/charges/{place}"
            part = self.members(at, one, ("key", "label", "cents"), ("condition",))
            charge = Charge(
                self._key(at, part, met), self._label(at, part), self._condition(at, part), part.get("cents", 0)
            )
            if isinstance(charge.reckoning, (int, bool)):
                self.whole(f"{at}/cents", charge.reckoning, 0, LIMITS.cents)
            else:
                checker.expression(f"{at}/cents", charge.reckoning)
            charges.append(charge)
        return tuple(charges)

    def _reductions(self, top: Mapping[str, Any], charges: set[str]) -> tuple[Reduction, ...]:
        reductions: list[Reduction] = []
        met: set[str] = set()
        for place, one in enumerate(self._list(top, "reductions", LIMITS.charges)):
            at = f"/reductions/{place}"
            part = self.members(at, one, ("key", "label"), ("condition", "percent", "cents", "charges"))
            if isinstance(one, Mapping) and ("percent" in part) == ("cents" in part):
                self.wrong(at, _l("A reduction has either percent or cents."))
            named = self.items(f"{at}/charges", part["charges"], LIMITS.charges) if "charges" in part else []
            for spot, key in enumerate(named):
                if not isinstance(key, str) or key not in charges:
                    self.wrong(
                        f"{at}/charges/{spot}", _l("The form charges nothing named “%(key)s”.", key=str(key)[:40])
                    )
            reductions.append(
                Reduction(
                    key=self._key(at, part, met),
                    label=self._label(at, part),
                    condition=self._condition(at, part),
                    percent=self.whole(f"{at}/percent", part["percent"], 1, 100) if "percent" in part else None,
                    cents=self.whole(f"{at}/cents", part["cents"], 1, LIMITS.cents) if "cents" in part else None,
                    charges=tuple(str(key) for key in named),
                )
            )
        return tuple(reductions)

    def _papers(self, top: Mapping[str, Any], fields: Mapping[str, Field]) -> tuple[Paper, ...]:
        papers: list[Paper] = []
        met: set[str] = set()
        for place, one in enumerate(self._list(top, "papers", LIMITS.papers)):
            at = f"/papers/{place}"
            part = self.members(at, one, ("key", "label"), ("help", "condition", "field"))
            file = part.get("field")
            if "field" in part and (not isinstance(file, str) or file not in fields or fields[file].kind != "file"):
                self.wrong(f"{at}/field", _l("“%(key)s” does not ask for a file.", key=str(file)[:40]))
            papers.append(
                Paper(
                    self._key(at, part, met),
                    self._label(at, part),
                    self._help(at, part),
                    self._condition(at, part),
                    file if isinstance(file, str) else None,
                )  # fmt: skip
            )
        return tuple(papers)

    def _cosign(self, value: Any) -> Cosign:
        part = self.members("/cosign", value, ("label",), ("condition",))
        return Cosign(self._label("/cosign", part), self._condition("/cosign", part))


_LIMITING = {name.rstrip("!") for own in KINDS.values() for name in own} - {"options", "columns", "unit"}
_PAIRS = (
    ("min", "max"), ("min_length", "max_length"), ("min_choices", "max_choices"), ("min_rows", "max_rows"),
    ("earliest", "latest"),
)  # fmt: skip
