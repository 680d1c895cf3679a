"""The demo's questionnaires: what is asked, and how people are inclined. Pure, as all content."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from portal.demo.content import DATA, Words


@dataclass(frozen=True, slots=True)
class Written:
    """A made text, in the one language in which it was written; `shown`: the city chose it to be published."""

    lang: str
    text: str
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the inclinations of citizens and officers towards its answers, and made texts."""

    ask: str
    text: Words
    required: bool = False
    most: int | None = None
    steps: int | None = None
    low: Words | None = None
    high: Words | None = None
    choices: tuple[Words, ...] = ()
    likes: tuple[int, ...] = ()
    officers_like: tuple[int, ...] = ()
    written: tuple[Written, ...] = ()


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A questionnaire of a budget; days count from the day of the seed. `published`: the day of the results."""

    id: str
    budget: str
    opens: int
    closes: int
    audience: str
    title: Words
    lead: Words
    question: tuple[Asked, ...]
    on_paper: bool = False
    officers_asked: bool = False
    citizens: int = 0
    officers: int = 0
    published: int | None = None


@cache
def questionnaires() -> tuple[Questionnaire, ...]:
    """What the city asks."""
    raw = tomllib.loads((DATA / "questionnaires.toml").read_text("utf-8"))["questionnaire"]
    return tuple(
        Questionnaire(**{**one, "question": tuple(Asked(**_tuples(q)) for q in one["question"])}) for one in raw
    )


def _tuples(one: dict[str, Any]) -> dict[str, Any]:
    found = {name: tuple(value) if isinstance(value, list) else value for name, value in one.items()}
    return found | {"written": tuple(Written(**text) for text in one.get("written", ()))}


Answers = list[tuple[int, ...] | None]


def made_answers(one: Questionnaire, number: int, *, officers: bool) -> list[Answers]:
    """So many answers of a group, the same every time: for each question the places of the chosen answers (from 0), or
    None for one that was left out."""
    source = random.Random(f"{one.id} {officers}")  # noqa: S311 (made data)
    return [[_choose(source, asked, officers) for asked in one.question] for _n in range(number)]


def _choose(source: random.Random, asked: Asked, officers: bool) -> tuple[int, ...] | None:
    likes = list(asked.officers_like if officers and asked.officers_like else asked.likes)
    if not likes or (not asked.required and source.random() < 0.08):
        return None
    wanted = 1 if asked.most is None else 1 + int(source.random() * asked.most)
    found: list[int] = []
    for _n in range(wanted):
        found.append(_pick(source, [0 if place in found else like for place, like in enumerate(likes)]))
    return tuple(sorted(found))


def _pick(source: random.Random, likes: Sequence[int]) -> int:
    """A place by its weight; only random() is used, whose values are the same in every Python."""
    at = source.random() * sum(likes)
    for place, like in enumerate(likes):
        at -= like
        if at < 0:
            return place
    return max(place for place, like in enumerate(likes) if like)
