"""What stands around the wish whose way is walked: its call and its budget, its neighbours, a day that comes. All of it is
done beside the running server, by the same actions as the pages do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from portal import config
from portal.app import create_app
from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.budgeting.actions import budgets, money, projects, vote
from portal.budgeting.models import ProjectStatus
from portal.budgeting.queries import works
from portal.demo.actions import move_clock
from portal.ideas import actions, actions_calls
from portal.ideas.models import Audience, Call, Idea
from portal.ideas.rules import Written
from portal.identity.models import Person
from portal.processes.models import PhaseKind
from portal.voting import actions as voting
from tests.journeys.city import City
from tests.voting import town

Done = TypeVar("Done")
OFFICER = Actor(name="Bo", roles=frozenset({"budget_officer"}))
LANGUAGES = ("en", "de", "et", "fr", "pl", "ar")
LIST_DAY, CLOSE_DAY = 15, 21  # days after the call begins
RIVAL = "A clock for the bus station"


def beside(city: City, act: Callable[[Session], Done]) -> Done:
    """Do something beside the running server, as many people would."""
    app = create_app(config.load({}, instance=city.instance, demo=True, base_url=city.url))
    ground.stand_on(app.ground)
    with db.write() as s:
        found = act(s)
    app.ground.database.dispose()
    return found


def _in_all(text: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, text)


def announced(_s: Session, slug: str) -> int:
    """A call for ideas, and the budget whose ballot its best ideas come onto: one pot, and a rival that is too dear for
    what the wish leaves of it."""
    now = clock.city_now()

    def day(number: int) -> datetime:
        return now + timedelta(days=number)

    call = actions_calls.create(
        OFFICER, slug=slug, texts={"title": _in_all("Ideas for bus stops"), "summary": _in_all("What is missing there?")},
        audience=Audience.SIGNED_IN, threshold=20, short_list_size=3,
    )  # fmt: skip
    actions_calls.set_categories(OFFICER, call, [(None, _in_all("Bus stops"))])
    actions_calls.set_dates(
        OFFICER, call, {PhaseKind.SUBMIT: (day(-1), day(3)), PhaseKind.REVIEW: (day(3), day(LIST_DAY - 1))}
    )
    actions_calls.show(OFFICER, call, True)
    texts = {"title": _in_all("Better bus stops"), "lead": _in_all("You decide what is built.")}
    budget = budgets.create(OFFICER, slug=slug, texts=texts)
    pot = money.add_pot(
        OFFICER, budget, amount=10_000_00, names=_in_all("Bus stops"), sources=[(10_000_00, _in_all("City budget"))]
    )
    projects.add(
        OFFICER, budget, pot_id=pot.id, cost=5_000_00, status=ProjectStatus.BALLOT,
        texts={"title": _in_all(RIVAL), "summary": _in_all("Everybody sees when the bus leaves.")},
    )  # fmt: skip
    dates = {
        PhaseKind.VOTE: (day(LIST_DAY - 1), day(CLOSE_DAY)),
        PhaseKind.RESULTS: (day(CLOSE_DAY + 1), day(CLOSE_DAY + 9)),
        PhaseKind.WORKS: (day(CLOSE_DAY + 10), day(CLOSE_DAY + 99)),
    }
    budgets.set_dates(OFFICER, budget, dates)
    vote.set_plan(OFFICER, budget, ready="most-votes", max_choices=2)
    budgets.show(OFFICER, budget)
    return budget.id


def supported(s: Session, number: int, names: range) -> int:
    """So many residents support an idea."""
    idea = s.query(Idea).filter_by(number=number).one()
    for n in names:
        person = s.query(Person).filter_by(name=f"Neighbour {n}").one_or_none()
        if person is None:
            person = Person(name=f"Neighbour {n}", name_folded=f"neighbour {n}", created_at=clock.now())
            s.add(person)
            s.flush()
        assert actions.support(Actor(person_id=person.id), idea, clock.city_now())
    return number


def twin(s: Session, slug: str) -> int:
    """Jonas hands in nearly the same in German, and three support it, two of whom support the other one."""
    call = s.query(Call).filter_by(slug=slug).one()
    jonas = s.query(Person).filter_by(name="Jonas Brandt").one()
    words = Written(title="Eine Bank an der Haltestelle Larkhill", body="Mit Dach, bitte.", language="de")
    made = actions.submit(Actor(person_id=jonas.id), call, words)
    return supported(s, made.number, range(26, 29))


def later(_s: Session, days: int) -> int:
    """So many days pass on the city's clock."""
    move_clock(OFFICER, clock.city_now() + timedelta(days=days))
    return days


def today(_s: Session) -> date:
    """The day on the city's clock."""
    return works.today()


def crowd(s: Session, public_id: str, choices: Mapping[str, int]) -> int:
    """More ballots, so that the numbers may be published: project -> how many people choose it alone."""
    found, n = town.found(s, public_id), 0
    pot = found.document["pots"][0]["id"]
    for code, number in choices.items():
        for _one in range(number):
            facts, token = town.facts(f"a resident {n}"), voting.new_form_token()
            voting.cast_ballot(s, town.RESIDENT, found, {pot: [code]}, token, facts=facts)
            n += 1
    return n
