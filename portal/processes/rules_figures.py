"""What may be said of the answers to a questionnaire. Pure.

Figures speak of at least ten people, or nothing is said; and no two figures may be subtracted to learn those of fewer:
- Citizens and officers are shown apart where each group has ten answers or more, together where only both have, and
  not at all below that. Where they are together, nothing tells how many of each there were.
- Where the groups are apart but ten of one did not answer a question, that group's figures are left out there. They are
  not added to the other group's: what is known of both from the other questions could be subtracted again.
- Figures are published once, after the close, and kept as they were: no later version can be compared with them.
- An answer that one to nine people gave, or all but one to nine, is such a group too: its number is left out. Where the
  numbers of all answers add up, so are others, until what is left out is more than one answer and at least ten people.
  A mean would give them back, and is told only where every number is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.base import i18n
from portal.base.i18n import Text, _l
from portal.processes.models_questions import Ask, Group

FEWEST = 10
ALL = "all"  # both groups together
NOTABLE = 0.1  # from this difference of shares on it is put into words
NOTABLE_STEP = 0.5  # the same for the means of a scale
MOST_SAID = 3

Key = str  # the number of a choice, or a step of the scale


@dataclass(frozen=True)
class Tally:
    """What was counted. `people`: answers by group; `bases`: by question and group, those who answered it; `counts`: by
    question, answer and group."""

    people: Mapping[str, int] = field(default_factory=dict)
    bases: Mapping[tuple[int, str], int] = field(default_factory=dict)
    counts: Mapping[tuple[int, Key, str], int] = field(default_factory=dict)


def parties(people: Mapping[str, int]) -> tuple[str, ...]:
    """The groups whose figures may be told, by how many people each has: both apart, both together, or none."""
    citizens, officers = people.get(Group.CITIZEN, 0), people.get(Group.OFFICER, 0)
    if citizens >= FEWEST and officers >= FEWEST:
        return (Group.CITIZEN.value, Group.OFFICER.value)
    return (ALL,) if citizens + officers >= FEWEST else ()


def told(people: Mapping[str, int]) -> dict[str, int]:
    """How many people answered, by the groups that may be told."""
    return {group: _of(people, group) for group in parties(people)}


def parties_of_question(overall: Sequence[str], people: Mapping[str, int]) -> tuple[str, ...]:
    """The same for one question, where fewer people may have answered. `overall`: what `parties` said of the whole
    questionnaire; a question never tells more than that."""
    if not overall:
        return ()
    if ALL in overall:
        return (ALL,) if sum(people.values()) >= FEWEST else ()
    enough = tuple(group for group in overall if people.get(group, 0) >= FEWEST)
    return enough or ((ALL,) if sum(people.values()) >= FEWEST else ())


def covered(counts: Mapping[Key, int], people: int, *, adds_up: bool) -> dict[Key, int | None]:
    """How often each answer was given by one group of so many people, None where it is not told. `adds_up`: the sum of all
    is known, because everybody gave one answer, or the same number of them."""
    hidden = {key for key, n in counts.items() if 0 < n < FEWEST or 0 < people - n < FEWEST}
    others = sorted((key for key in counts if counts[key] and key not in hidden), key=lambda key: (counts[key], key))
    while adds_up and hidden and others and (len(hidden) < 2 or sum(counts[key] for key in hidden) < FEWEST):
        hidden.add(others.pop(0))
    return {key: None if key in hidden else n for key, n in counts.items()}


def cover(figure: Mapping[str, Any], *, adds_up: bool) -> dict[str, Any]:
    """The figures of one question without those that are not told. What was left out once stays out."""
    counts: dict[Key, dict[str, int | None]] = {key: dict(numbers) for key, numbers in figure["counts"].items()}
    for group, people in figure["people"].items():
        column = {key: numbers[group] for key, numbers in counts.items()}
        known = {key: n for key, n in column.items() if n is not None}
        if len(known) == len(column):
            for key, n in covered(known, people, adds_up=adds_up).items():
                counts[key][group] = n
    return {"people": dict(figure["people"]), "counts": counts}


def publishable(tally: Tally, questions: Iterable[tuple[int, Sequence[Key], bool]]) -> dict[str, Any]:
    """The figures as they may be published, ready to be kept. `questions`: number and possible answers of each question
    that has figures (a text has none), and whether their numbers add up."""
    overall = parties(tally.people)
    document: dict[str, Any] = {
        "people": told(tally.people),
        "questions": {},
    }
    for number, keys, adds_up in questions:
        people = {group.value: tally.bases.get((number, group.value), 0) for group in Group}
        here = parties_of_question(overall, people)
        figure = {
            "people": {group: _of(people, group) for group in here},
            "counts": {
                key: {
                    group: _of({one.value: tally.counts.get((number, key, one.value), 0) for one in Group}, group)
                    for group in here
                }
                for key in keys
            },
        }
        document["questions"][str(number)] = cover(figure, adds_up=adds_up)
    return document


def _of(numbers: Mapping[str, int], group: str) -> int:
    return sum(numbers.values()) if group == ALL else numbers.get(group, 0)


# --- what the figures say ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """A share that is written as a percentage of the reader's language when the sentence is shown."""

    of: float

    def __str__(self) -> str:
        return i18n.percent(self.of)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with one decimal."""

    of: float

    def __str__(self) -> str:
        return i18n.number(round(self.of, 1))


@dataclass(frozen=True, slots=True)
class Quoted:
    """An answer's words between the language's quotation marks."""

    words: str

    def __str__(self) -> str:
        return i18n.quoted(self.words)


def share(figure: Mapping[str, Any], key: Key, group: str) -> float | None:
    """What part of a group's people gave an answer; of several answers the parts add up to more than the whole. None
    where it is not told."""
    people, number = figure["people"].get(group, 0), figure["counts"][key].get(group, 0)
    if number is None:
        return None
    return number / people if people else 0.0


def whole(figure: Mapping[str, Any]) -> bool:
    """Is the number of every answer told?"""
    return all(n is not None for numbers in figure["counts"].values() for n in numbers.values())


def mean(figure: Mapping[str, Any], group: str) -> float | None:
    """The mean step of a group on a scale; None where it is not told."""
    people = figure["people"].get(group, 0)
    if not people or any(numbers.get(group, 0) is None for numbers in figure["counts"].values()):
        return None
    chosen: int = sum(int(key) * numbers.get(group, 0) for key, numbers in figure["counts"].items())
    return chosen / int(people)


def apart(figure: Mapping[str, Any]) -> bool:
    """Are both groups told side by side?"""
    return set(figure["people"]) == {Group.CITIZEN.value, Group.OFFICER.value}


def difference(ask: Ask, figure: Mapping[str, Any], labels: Mapping[Key, str]) -> list[Text]:
    """In words where citizens and officers differ, the largest difference first; nothing where they are not told
    apart."""
    if not apart(figure):
        return []
    one, other = Group.CITIZEN.value, Group.OFFICER.value
    if ask is Ask.SCALE:
        citizens, officers = mean(figure, one), mean(figure, other)
        if citizens is None or officers is None:
            return []
        values = {"citizens": Mean(citizens), "officers": Mean(officers), "steps": len(figure["counts"])}
        if abs(citizens - officers) < NOTABLE_STEP:
            return [
                _l("Citizens and officers are close: %(citizens)s and %(officers)s on average, of %(steps)s.", **values)
            ]
        if citizens > officers:
            return [
                _l(
                    "Citizens chose higher steps: %(citizens)s on average, officers %(officers)s, of %(steps)s.",
                    **values,
                )
            ]
        return [
            _l("Officers chose higher steps: %(officers)s on average, citizens %(citizens)s, of %(steps)s.", **values)
        ]
    pairs = ((share(figure, key, one), share(figure, key, other), key) for key in figure["counts"])
    found = sorted(
        ((a, b, key) for a, b, key in pairs if a is not None and b is not None),
        key=lambda row: (-abs(row[0] - row[1]), row[2]),
    )
    notable = [row for row in found if abs(row[0] - row[1]) >= NOTABLE - 1e-9][:MOST_SAID]
    if not notable and not whole(figure):
        return []
    if not notable:
        return [_l("Citizens and officers answered alike: no answer differs by 10 percentage points or more.")]
    return [
        _l("%(answer)s: %(citizens)s of the citizens, %(officers)s of the officers.",
           answer=Quoted(labels[key]), citizens=Share(a), officers=Share(b))
        for a, b, key in notable
    ]  # fmt: skip
