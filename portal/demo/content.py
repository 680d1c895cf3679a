"""Loads the demo city's data files into frozen dataclasses. Pure: standard library only, no database, no clock.

Texts are `Words`: a mapping from language to text, complete for all languages of the city (tests/demo checks it).
Money is integer cents. Dates are offsets in days from the day of the seed; `birthdate` and `Phase.on` turn them into
dates. Places are x and y on the city drawing of `City.width` by `City.height` units, origin at the top left.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
LANGUAGES = ("en", "de", "et", "fr", "pl", "ar")
BUDGETS = ("decides-2026", "decides-2025", "young-2026", "green-2027")

CLOSED = "mill-yards-2027"

Words = Mapping[str, str]
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class District:
    """A part of the city. `polygon` closes by itself; `label` is where its name stands on the drawing."""

    id: str
    name: Words
    about: Words
    people: int
    label: Point
    polygon: tuple[Point, ...]

    def holds(self, x: int, y: int) -> bool:
        """Whether a place lies inside the district (even-odd rule)."""
        inside = False
        for (x1, y1), (x2, y2) in zip(self.polygon, self.polygon[1:] + self.polygon[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
        return inside


@dataclass(frozen=True, slots=True)
class Venue:
    """A house where people meet; `at` is its place on the drawing."""

    district: str
    name: Words
    hours: Words
    address: str
    at: Point
    step_free: bool


@dataclass(frozen=True, slots=True)
class Category:
    """What kind of thing a project is."""

    id: str
    name: Words


@dataclass(frozen=True, slots=True)
class City:
    """The demo city itself; `width` and `height` are the units of its drawing."""

    name: Words
    motto: Words
    people: int
    currency: str
    time_zone: str
    languages: tuple[str, ...]
    width: int
    height: int
    districts: tuple[District, ...]
    categories: tuple[Category, ...]

    def district(self, key: str) -> District:
        """The district with this id; KeyError if there is none."""
        return {one.id: one for one in self.districts}[key]


@dataclass(frozen=True, slots=True)
class Persona:
    """A made-up person of the demo's provider. `district` is None for somebody who lives elsewhere. `limited`: roles that
    count in `department` alone; `deputy`: who stands in for this person, who is away."""

    sub: str
    name: str
    roles: tuple[str, ...]
    district: str | None
    age: int
    months: int
    about: Words
    limited: tuple[str, ...] = ()
    department: str = ""
    deputy: str = ""

    @property
    def staff(self) -> bool:
        """Does this person work for the city?"""
        return bool(self.roles or self.limited)


@dataclass(frozen=True, slots=True)
class Department:
    """A part of the city hall."""

    id: str
    name: Words


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to a persona, in one language. `days`: how long it is valid; 0 for ever."""

    to: str
    lang: str
    title: str
    body: str
    address: tuple[str, ...]
    days: int = 0
    replaced: bool = False
    post: bool = False


@dataclass(frozen=True, slots=True)
class Phase:
    """From `start` to `end`, in days from the day of the seed; the end day itself is no longer part of it."""

    kind: str
    start: int
    end: int

    def on(self, today: date) -> tuple[date, date]:
        """First day and the day after the last one, for a seed made on `today`."""
        return today + timedelta(days=self.start), today + timedelta(days=self.end)


@dataclass(frozen=True, slots=True)
class Source:
    """Where some of a pot's money comes from; `amount` in cents."""

    name: Words
    amount: int


@dataclass(frozen=True, slots=True)
class Pot:
    """Money that is decided on together. `district` is None for the city-wide pot."""

    id: str
    district: str | None
    name: Words
    sources: tuple[Source, ...]

    @property
    def amount(self) -> int:
        """All of the pot's money, in cents."""
        return sum(source.amount for source in self.sources)


@dataclass(frozen=True, slots=True)
class Project:
    """One project with its texts. `lead` says on a card what is proposed; `text` is Markdown; `alt` says what the picture
    shows; `cost` in cents."""

    id: str
    pot: str
    district: str | None
    category: str
    cost: int
    place: str
    x: int
    y: int
    proposer: str
    motif: str
    seed: int
    title: Words
    lead: Words
    text: Words
    alt: Words


@dataclass(frozen=True, slots=True)
class Budget:
    """A participatory budget of the demo; `stage` is open, finished, review or planned on the day of the seed."""

    slug: str
    stage: str
    ballot: str
    rule: str
    min_age: int
    title: Words
    summary: Words
    text: Words
    phases: tuple[Phase, ...]
    pots: tuple[Pot, ...]
    projects: tuple[Project, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A text page of the city in Markdown; `place` says where it is shown (front, footer or page)."""

    slug: str
    place: str
    title: Words
    body: Words


@dataclass(frozen=True, slots=True)
class Notice:
    """A short dated notice on every page, in days from the day of the seed."""

    start: int
    end: int
    text: Words


@dataclass(frozen=True, slots=True)
class IdeaCall:
    """A call for ideas, taken in between `start` and `end` days from the day of the seed."""

    slug: str
    challenge: bool
    start: int
    end: int
    title: Words
    summary: Words
    rules: Words


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who handed in an idea and whom nobody plays."""

    sub: str
    name: str
    district: str


@dataclass(frozen=True, slots=True)
class DemoIdea:
    """An idea in its author's own language, handed in so many days before the seed. Cost in euros, 0 for no guess."""

    call: str
    lang: str
    title: str
    text: str
    category: str
    place: str
    cost: int
    supports: int
    days: int
    author: str
    at: Point | None = None
    acting_for: str = ""
    picture: str = ""  # motif and seed, as harbour:912
    alt: str = ""  # what it shows, in the idea's language


def _read(name: str) -> dict[str, Any]:
    with (DATA / name).open("rb") as file:
        return tomllib.load(file)


def _name(raw: Mapping[str, Any]) -> Words:
    """A proper name: the same in every Latin script, written by sound in Arabic."""
    return {lang: raw["name_ar"] if lang == "ar" else raw["name"] for lang in LANGUAGES}


def _field(raw: Mapping[str, Any], field: str) -> Words:
    return {lang: raw[lang][field].strip() for lang in LANGUAGES}


@cache
def city() -> City:
    """The city with its districts and categories."""
    raw = _read("city.toml")
    districts = tuple(
        District(
            id=one["id"],
            name=_name(one),
            about=one["about"],
            people=one["people"],
            label=(one["label"][0], one["label"][1]),
            polygon=tuple((x, y) for x, y in one["polygon"]),
        )
        for one in raw["district"]
    )
    return City(
        name=_name(raw),
        motto=raw["motto"],
        people=raw["people"],
        currency=raw["currency"],
        time_zone=raw["time_zone"],
        languages=tuple(raw["languages"]),
        width=raw["width"],
        height=raw["height"],
        districts=districts,
        categories=tuple(Category(one["id"], one["name"]) for one in raw["category"]),
    )


@cache
def personas() -> tuple[Persona, ...]:
    """Everybody whom the demo's sign-in offers, residents first."""
    return tuple(
        Persona(
            sub=one["sub"],
            name=one["name"],
            roles=tuple(one["roles"]),
            district=one["district"] or None,
            age=one["age"],
            months=one["months"],
            about=one["about"],
            limited=tuple(one.get("limited", ())),
            department=one.get("department", ""),
            deputy=one.get("deputy", ""),
        )
        for one in _read("personas.toml")["persona"]
    )


@cache
def innovation() -> list[dict[str, Any]]:
    """What the city tries out, each as the file says it."""
    found: list[dict[str, Any]] = _read("innovation.toml")["proposal"]
    return found


# Public holidays of Estonia: Pühade ja tähtpäevade seadus (Public Holidays Act), section 2.
HOLIDAYS = (
    "01-01", "02-24", "easter-2", "easter", "05-01", "easter+49", "06-23", "06-24", "08-20", "12-24", "12-25", "12-26",
)  # fmt: skip


@cache
def services() -> dict[str, Any]:
    """What can be applied for, as the file has it."""
    return _read("services.toml")


@cache
def workshops() -> dict[str, Any]:
    """The programme of courses, appointments and meetings, as the file has it."""
    return _read("workshops.toml")


def departments() -> tuple[Department, ...]:
    """The departments of the city hall."""
    return tuple(Department(one["id"], one["name"]) for one in _read("departments.toml")["department"])


def birthdate(persona: Persona, today: date) -> date:
    """A birth date that gives the persona its age on `today`, with the last birthday `months` months ago."""
    month = today.month - persona.months
    year = today.year - persona.age
    if month < 1:
        month += 12
        year -= 1
    return date(year, month, min(today.day, 28))


@cache
def budget(slug: str) -> Budget:
    """One budget with its pots and projects, in the order of the data files."""
    raw = _read(f"budgets/{slug}/budget.toml")
    pots = tuple(_pot(one) for one in raw.get("pot", []))
    homes = {pot.id: pot.district for pot in pots}
    files = sorted((DATA / "budgets" / slug).glob("projects-*.toml"))
    projects = [
        _project(one, homes[one["pot"]]) for file in files for one in tomllib.loads(file.read_text("utf-8"))["project"]
    ]
    return Budget(
        slug=raw["slug"],
        stage=raw["stage"],
        ballot=raw["ballot"],
        rule=raw["rule"],
        min_age=raw["min_age"],
        title=_field(raw, "title"),
        summary=_field(raw, "summary"),
        text=_field(raw, "text"),
        phases=tuple(Phase(one["kind"], one["start"], one["end"]) for one in raw["phase"]),
        pots=pots,
        projects=tuple(projects),
    )


def budgets() -> tuple[Budget, ...]:
    """All budgets: the open one first, then the finished, the reviewed and the planned one."""
    return tuple(budget(slug) for slug in BUDGETS)


def closed_budget() -> Budget:
    """The budget that exists for its members and its department alone."""
    return budget(CLOSED)


def _pot(raw: Mapping[str, Any]) -> Pot:
    return Pot(
        id=raw["id"],
        district=raw.get("district"),
        name=raw["name"],
        sources=tuple(Source(one["name"], one["amount"]) for one in raw["source"]),
    )


def _project(raw: Mapping[str, Any], home: str | None) -> Project:
    return Project(
        id=raw["id"],
        pot=raw["pot"],
        district=raw.get("district", home),
        category=raw["category"],
        cost=raw["cost"],
        place=raw["place"],
        x=raw["at"][0],
        y=raw["at"][1],
        proposer=raw["proposer"],
        motif=raw["motif"],
        seed=raw.get("seed", zlib.crc32(raw["id"].encode())),
        title=_field(raw, "title"),
        lead={lang: raw[lang].get("lead") or sentence(raw[lang]["text"], raw.get("lead", 1)) for lang in LANGUAGES},
        text=_field(raw, "text"),
        alt=_field(raw, "alt"),
    )


def sentence(text: str, n: int) -> str:
    """The n-th sentence of a text, from 1, without marks of Markdown; the last one where there are fewer. A stop before
    a small letter ("1998. aastal") ends none."""
    parts: list[str] = []
    for part in re.split(r"(?<=[.!?؟]) ", " ".join(text.replace("*", "").split())):
        if parts and part[:1].islower():
            parts[-1] += f" {part}"
        else:
            parts.append(part)
    return parts[min(n, len(parts)) - 1]


@cache
def letters() -> tuple[Letter, ...]:
    """What the city has written to the personas, in order."""
    raw = tomllib.loads((DATA / "letters.toml").read_text("utf-8"))["letters"]
    return tuple(Letter(**{**one, "address": tuple(one["address"])}) for one in raw)


@cache
def debates() -> tuple[dict[str, Any], ...]:
    """What people say about ideas, by the idea's title."""
    return tuple(_read("debates.toml")["debate"])


@cache
def pages() -> tuple[Page, ...]:
    """The texts of the city's own pages; each language is a Markdown file that begins with its title."""
    return tuple(
        Page(
            slug=one["slug"],
            place=one["place"],
            title={lang: _split(one["slug"], lang)[0] for lang in LANGUAGES},
            body={lang: _split(one["slug"], lang)[1] for lang in LANGUAGES},
        )
        for one in _read("pages.toml")["page"]
    )


@cache
def calls() -> tuple[IdeaCall, ...]:
    """The calls for ideas."""
    return tuple(IdeaCall(**one) for one in _read("ideas.toml")["call"])


@cache
def residents() -> tuple[Resident, ...]:
    """People who handed in ideas, besides the personas."""
    return tuple(Resident(**one) for one in _read("ideas.toml")["resident"])


@cache
def ideas(call: str) -> tuple[DemoIdea, ...]:
    """What was handed in to one call, the oldest first."""
    rows = [one for one in _read("ideas.toml")["idea"] if one["call"] == call]
    return tuple(DemoIdea(**{**one, "at": tuple(one["at"]) if "at" in one else None}) for one in rows)


@cache
def checks() -> tuple[dict[str, Any], ...]:
    """What the city does with ideas, by the idea's title."""
    return tuple(_read("checks.toml")["check"])


@cache
def picks() -> tuple[dict[str, Any], ...]:
    """What the council put onto short lists, by the idea's title."""
    return tuple(_read("checks.toml")["pick"])


@cache
def works() -> dict[str, Any]:
    """An older call with its ideas and answers, and the works of the finished budget, as the file has them."""
    return _read("works.toml")


def venues() -> tuple[Venue, ...]:
    """The houses where people meet."""
    return tuple(
        Venue(one["district"], one["name"], one["hours"], one["address"], tuple(one["at"]), one["step_free"])
        for one in _read("venues.toml")["venue"]
    )


def notices() -> tuple[Notice, ...]:
    """Dated notices, shown above every page while they hold."""
    return tuple(Notice(one["start"], one["end"], one["text"]) for one in _read("pages.toml")["notice"])


def _split(slug: str, lang: str) -> tuple[str, str]:
    title, _, body = (DATA / "pages" / f"{slug}.{lang}.md").read_text("utf-8").partition("\n")
    return title.removeprefix("# ").strip(), body.strip()
