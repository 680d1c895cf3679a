"""A small budget to test with: two districts, two pots, as many projects as a test asks for, and a vote."""

from __future__ import annotations

from datetime import date, timedelta

from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.budgeting.actions import budgets, money, projects, vote
from portal.budgeting.models import BallotKind, Budget, PotVoters, ProjectStatus
from portal.places import actions as places
from portal.places.models import District
from portal.processes.models import PhaseKind
from portal.voting import actions as vote_actions
from portal.voting import queries as voting

OFFICER = Actor(person_id=1, name="Bo", roles=frozenset({"budget_officer"}))
LANGUAGES = ("en", "de", "et", "fr", "pl", "ar")
AGE_DAY = date(2026, 6, 1)


def in_all(text: str) -> dict[str, str]:
    """A text in each language, told apart by its code."""
    return {lang: text if lang == "en" else f"{text} ({lang})" for lang in LANGUAGES}


def add_budget(
    app: Portal,
    *,
    slug: str = "2026",
    count: int = 6,
    opens: float = -1,
    closes: float = 7,
    shown: bool = True,
    ballot: BallotKind = BallotKind.APPROVAL,
    most: int | None = 3,
    ready: str | None = "most-votes",
    languages: tuple[str, ...] = LANGUAGES,
    pot_voters: PotVoters = PotVoters.ANY,
    age: int | None = 16,
) -> int:
    """A budget whose voting phase opens and closes that many days from now; returns its id."""
    ground.stand_on(app.ground)
    now = clock.city_now()
    with db.write() as s:
        district = s.query(District).filter_by(code="north").one_or_none()
        if district is None:
            made = places.add_district(OFFICER, code="north", names=in_all("Northfield"))
            assert isinstance(made, District)
            district = made
        budget = budgets.create(OFFICER, slug=slug, texts=said(f"Budget {slug}", languages, body=True))
        city = money.add_pot(
            OFFICER, budget, amount=1000_00, names=in_all("City-wide"), sources=[(1000_00, in_all("City budget"))]
        )
        north = money.add_pot(
            OFFICER,
            budget,
            amount=300_00,
            names=in_all("North"),
            district_id=district.id,
            sources=[(300_00, in_all("District money"))],
        )
        category = money.add_category(OFFICER, budget, in_all("Green"))
        new = [
            projects.New(
                pot_id=city.id if n % 3 else north.id,
                category_id=category.id if n % 2 else None,
                cost=n * 50_00 % 900_00 + 10_00,
                status=ProjectStatus.BALLOT,
                place="Mill Street",
                x=0.5,
                y=0.25,
                proposer="Ana",
                texts={
                    "title": {lang: f"Bench {n} {lang}" for lang in languages},
                    "summary": dict.fromkeys(languages, f"A place to sit, number {n}"),
                    "body": {"en": f"**Bench** number {n}"},
                },
            )
            for n in range(1, count + 1)
        ]
        projects.add_all(OFFICER, budget, new)
        budgets.set_dates(
            OFFICER,
            budget,
            {
                PhaseKind.SUBMIT: (now + timedelta(days=opens - 60), now + timedelta(days=opens - 30)),
                PhaseKind.VOTE: (now + timedelta(days=opens), now + timedelta(days=closes)),
                PhaseKind.RESULTS: (now + timedelta(days=closes + 1), now + timedelta(days=closes + 90)),
            },
        )
        vote.set_plan(
            OFFICER,
            budget,
            ready=ready,
            ballot=ballot,
            min_choices=1,
            max_choices=most,
            age=age,
            age_on=AGE_DAY if age else None,
            pot_voters=pot_voters,
        )
        if shown:
            budgets.show(OFFICER, budget)
        return budget.id


def said(title: str, languages: tuple[str, ...], *, body: bool = False) -> dict[str, dict[str, str]]:
    texts = {
        "title": {lang: f"{title} {lang}" for lang in languages},
        "lead": dict.fromkeys(languages, "You decide."),
    }
    return texts | ({"body": {"en": "How it **works**"}} if body else {})


def get(budget_id: int) -> Budget:
    return db.session().get_one(Budget, budget_id)


def open_vote(app: Portal, budget_id: int) -> str:
    """Prepares and opens the vote; returns its public id."""
    ground.stand_on(app.ground)
    with db.write() as s:
        made = vote.prepare(OFFICER, get(budget_id))
        public_id = made.public_id
    with db.write() as s:
        found = voting.by_public_id(s, public_id)
        assert found is not None
        vote_actions.open_vote(s, OFFICER, found, holders=("Bo", "Cleo"))
    return public_id
