"""The demo city is complete in every language, its figures make sense, and it is the same every time."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from portal.demo import ballots, content, content_questions, pictures

BUDGETS = content.budgets()
PROJECTS = [project for budget in BUDGETS for project in budget.projects]


def words_in(thing: Any, at: str = "") -> list[tuple[str, Any]]:
    """Every mapping from language to text inside a dataclass, with where it stands."""
    if isinstance(thing, dict):
        return [(at, thing)]
    if isinstance(thing, tuple):
        return [found for one in thing for found in words_in(one, at)]
    if is_dataclass(thing):
        name = getattr(thing, "id", getattr(thing, "slug", getattr(thing, "sub", type(thing).__name__)))
        return [
            found
            for field in fields(thing)
            for found in words_in(getattr(thing, field.name), f"{at}/{name}.{field.name}")
        ]
    return []


EVERYTHING = words_in(
    (
        content.city(),
        *content.personas(),
        *BUDGETS,
        content.closed_budget(),
        *content.departments(),
        *content.pages(),
        *content.notices(),
        *content_questions.questionnaires(),
    )
) + [
    (f"workshops/{told['slug']}.{field}", told[field])
    for told in content.workshops()["workshop"]
    for field in ("title", "summary", "bring")
    if field in told
]


def test_every_text_is_there_in_all_six_languages() -> None:
    assert len(EVERYTHING) > 290
    for at, words in EVERYTHING:
        assert tuple(sorted(words)) == tuple(sorted(content.LANGUAGES)), at
        for lang, text in words.items():
            assert text.strip(), f"{at} {lang}"
            assert "TODO" not in text and "�" not in text, f"{at} {lang}"


def test_arabic_is_arabic_and_the_others_are_not() -> None:
    arabic = re.compile("[\u0600-\u06ff]")
    for at, words in EVERYTHING:
        assert arabic.search(words["ar"]), at
        assert not any(arabic.search(words[lang]) for lang in content.LANGUAGES if lang != "ar"), at


def test_long_texts_are_translated_not_copied() -> None:
    for at, words in EVERYTHING:
        long = [text for text in words.values() if len(text.split()) > 4]
        assert len(set(long)) == len(long), at


def test_the_open_budget_has_its_projects_with_full_texts() -> None:
    (open_one,) = [budget for budget in BUDGETS if budget.stage == "open"]
    assert len(open_one.projects) >= 44
    for project in open_one.projects:
        assert 45 <= len(project.text["en"].split()) <= 70, project.id
        assert all(30 <= len(text.split()) <= 80 for text in project.text.values()), project.id


def test_the_first_words_of_a_card_say_what_is_proposed() -> None:
    leads = {project.id: project.lead for project in PROJECTS}
    assert leads["thousand-trees"]["en"].startswith("The city plants 1,000 young lindens")
    assert leads["repair-workshop"]["de"].startswith("In der alten Tischlerei richtet die Stadt eine Werkstatt ein")
    assert leads["mill-power"]["et"].startswith("Uus lehisepuust ratas")  # "1961. aastast" ends no sentence
    for project in PROJECTS:
        for lang, lead in project.lead.items():
            assert 20 < len(lead) <= 400 and "**" not in lead and lead[-1] in ".!", (project.id, lang, lead)


def test_budgets_are_open_finished_reviewed_and_planned() -> None:
    assert [budget.stage for budget in BUDGETS] == ["open", "finished", "review", "planned"]
    assert [len(budget.projects) for budget in BUDGETS] == [45, 18, 6, 0]
    for budget in BUDGETS:
        kinds = [phase.kind for phase in budget.phases]
        assert kinds == ["submit", "review", "vote", "results", "works"]
        ends = [edge for phase in budget.phases for edge in (phase.start, phase.end)]
        assert ends == sorted(ends)
        now = [phase.kind for phase in budget.phases if phase.start <= 0 < phase.end]
        assert now == {"open": ["vote"], "finished": ["works"], "review": ["review"], "planned": []}[budget.stage]


def test_ids_are_unique_and_titles_short() -> None:
    for budget in BUDGETS:
        assert not [name for name, times in Counter(p.id for p in budget.projects).items() if times > 1]
    for project in PROJECTS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", project.id)
        assert all(len(title) <= 60 for title in project.title.values()), project.id
        assert all(len(alt) <= 120 for alt in project.alt.values()), project.id
    everyone = [persona.sub for persona in content.personas()]
    assert len(set(everyone)) == len(everyone) == 18


def test_money_is_real() -> None:
    for budget in BUDGETS:
        for pot in budget.pots:
            assert all(source.amount > 0 for source in pot.sources)
            inside = [project.cost for project in budget.projects if project.pot == pot.id]
            assert all(cost <= pot.amount for cost in inside), pot.id
            if budget.stage == "open":
                assert sum(inside) > 1.5 * pot.amount, pot.id
    for project in PROJECTS:
        assert 400_000 <= project.cost <= 18_000_000
        assert project.cost % 10_000 == 0


def test_every_project_lies_where_it_says() -> None:
    city = content.city()
    categories = {category.id for category in city.categories}
    for project in PROJECTS:
        assert project.category in categories
        assert project.motif in pictures.MOTIFS
        assert 0 < project.x < city.width and 0 < project.y < city.height
        if project.district:
            assert city.district(project.district).holds(project.x, project.y), project.id


def test_every_place_lies_in_one_district_at_most() -> None:
    city = content.city()
    for x in range(5, city.width, 37):
        for y in range(5, city.height, 37):
            assert sum(district.holds(x, y) for district in city.districts) <= 1
    for district in city.districts:
        assert district.holds(*district.label)


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 12, 31), date(2028, 2, 29), date(2026, 5, 31)])
def test_personas_keep_their_age(today: date) -> None:
    for persona in content.personas():
        born = content.birthdate(persona, today)
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        assert age == persona.age


def test_two_people_can_count_and_one_is_too_young() -> None:
    personas = content.personas()
    assert sum("budget_officer" in one.roles for one in personas) == 2
    assert [one.sub for one in personas if one.age < 16] == ["mia"]
    assert [one.sub for one in personas if one.district is None] == ["nora"]
    assert {one.district for one in personas if not one.staff} >= {d.id for d in content.city().districts}


def test_pages_have_titles_and_begin_below_the_first_heading() -> None:
    for page in content.pages():
        for lang, body in page.body.items():
            assert not re.search(r"^# ", body, re.MULTILINE), (page.slug, lang)
            links = re.findall(r"\]\((/[a-z]{2})/", body)
            assert all(link == f"/{lang}" for link in links), (page.slug, lang)
            headings = len(re.findall(r"^## ", body, re.MULTILINE))
            assert headings == len(re.findall(r"^## ", page.body["en"], re.MULTILINE)), (page.slug, lang)


# --- pictures ---


@pytest.mark.parametrize("motif", sorted(pictures.MOTIFS))
def test_a_picture_is_the_same_every_time(motif: str) -> None:
    first, again, other = (pictures.paint(motif, seed) for seed in (7, 7, 8))
    assert first.size == (960, 600) and first.mode == "RGB"
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_pictures_are_light() -> None:
    for project in PROJECTS[::9]:
        data = pictures.draw(project.motif, project.seed)
        assert data[8:12] == b"WEBP"
        assert len(data) <= 45_000, project.id


def test_every_motif_is_used() -> None:
    assert {project.motif for project in PROJECTS} == set(pictures.MOTIFS)


# --- the made ballots ---


def test_made_ballots_are_the_same_every_time_and_fit_the_budget() -> None:
    made = ballots.made_ballots()
    assert len(made) == 2000
    assert made == ballots.made_ballots()
    assert made != ballots.made_ballots(seed=1)
    pots = {project.id: project.pot for project in content.budget("decides-2025").projects}
    for ballot in made:
        assert 1 <= sum(len(chosen) for _, chosen in ballot.choices) <= 8
        for pot, chosen in ballot.choices:
            assert pot in {"city", ballot.district}
            assert chosen and len(set(chosen)) == len(chosen)
            assert all(pots[project] == pot for project in chosen)


def votes_of(pot: str) -> Counter[str]:
    """Votes per project of a pot."""
    return Counter(project for ballot in ballots.made_ballots() for project in ballot.projects(pot))


def test_one_contest_is_close() -> None:
    first, second = ballots.CLOSE
    votes = votes_of("saltwick")
    assert votes[first] - votes[second] == ballots.MARGIN
    budget = content.budget("decides-2025")
    (pot,) = [pot for pot in budget.pots if pot.id == "saltwick"]
    assert sum(p.cost for p in budget.projects if p.id in ballots.CLOSE) > pot.amount


def test_the_two_rules_choose_different_projects() -> None:
    """Most votes first buys the two dearest; with equal shares as they are (no raise) neither can be paid."""
    budget = content.budget("decides-2025")
    (pot,) = [pot for pot in budget.pots if pot.id == "city"]
    projects = [project for project in budget.projects if project.pot == "city"]
    votes = votes_of("city")
    left, greedy = pot.amount, []
    for project in sorted(projects, key=lambda one: -votes[one.id]):
        if project.cost <= left:
            left -= project.cost
            greedy.append(project.id)
    assert greedy == ["ice-rink", "school-pitches"]
    voters = sum(bool(ballot.projects("city")) for ballot in ballots.made_ballots())
    share = Fraction(pot.amount, voters)
    affordable = {project.id for project in projects if votes[project.id] * share >= project.cost}
    assert affordable and not affordable & set(greedy)


def test_venues_lie_in_their_district_and_speak_every_language() -> None:
    city = content.city()
    for venue in content.venues():
        assert set(venue.name) == set(venue.hours) == set(content.LANGUAGES)
        assert city.district(venue.district).holds(*venue.at), venue.name["en"]
