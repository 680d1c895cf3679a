"""Fills Sundhaven, and moves the demo's city clock."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Container, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, drawn, files, i18n, markdown, marks, texts
from portal.base.actor import NOBODY, SYSTEM, Actor
from portal.base.ground import settings
from portal.base.verdict import Verdict
from portal.budgeting.actions import budgets, money, projects, vote
from portal.budgeting.actions.news import mark_in
from portal.budgeting.models import BallotKind, Budget, PotVoters, ProjectStatus
from portal.demo import actions_closed, actions_questions, content, oidc, pictures
from portal.demo.actions_checks import seed_checks
from portal.demo.actions_innovation import seed_innovation
from portal.demo.actions_moderation import seed_moderation
from portal.demo.actions_services import seed_services
from portal.demo.actions_works import photos, seed_works
from portal.demo.actions_workshops import seed_workshops
from portal.demo.debates import seed_debates
from portal.demo.finished import import_finished
from portal.demo.ideas import seed_ideas
from portal.demo.joined import seed_joined
from portal.home import actions as home
from portal.home.models import NoticeKind
from portal.identity import actions as people
from portal.identity import actions_help, actions_letters, actions_paper, queries_letters
from portal.identity import actions_staff as staff
from portal.identity.demo_idp import ISSUER
from portal.identity.models import Contact, Identity, Way
from portal.notifications import actions as notifications
from portal.notifications import actions_around
from portal.notifications.rules_around import Around
from portal.papers import actions as papers
from portal.papers.models import Paper
from portal.places import actions as places
from portal.places.models import District, Venue
from portal.processes.models import PhaseKind
from portal.voting import actions as voting

SEEDED = "demo.seeded"
BY_LETTER = "yusuf"
READY = {"greedy": "most-votes", "equal-shares": "equal-shares-swiecie"}
Say = Callable[[str], None]


def seed(say: Say) -> bool:
    """Fill an empty demo: all or nothing, in one transaction, the same every time but for the days, which count from
    today. A filled one is left alone. Returns whether it was filled."""
    with db.read():
        done = marks.get(SEEDED)
    if done:
        return False
    oidc.register_file(settings())
    # the processes that paint are made before anything is open that they must not share
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("fork")) as pool:
        _fill(_gallery(pool, say), say)
    return True


def _fill(gallery: Gallery, say: Say) -> None:
    with db.write() as s:
        marks.put(s, "demo", True)
        say("people and districts")
        districts = _districts(s)
        departments = _departments()
        officer = _people(s, departments)
        say("pages")
        _pages(s)
        say("letters")
        _letters(s)
        _code_letters(s)
        for one in content.budgets():
            say(one.slug)
            _budget(s, officer, one, districts, gallery)
        if "ideas" in settings().wings:
            say("ideas")
            seed_ideas(s, officer, districts, lambda days: _midnight(_today() + timedelta(days=days)), gallery)
        if "innovation" in settings().wings:
            say("innovation")
            seed_innovation(s, departments, _today())
        say("the closed budget")
        actions_closed.fill(
            s, officer, _budget(s, officer, content.closed_budget(), districts, gallery), departments["parks"]
        )
        say("questionnaires")
        actions_questions.fill(s, officer, _today(), _midnight)
        _follows(s)
        seed_moderation(s)
        if "ideas" in settings().wings:
            seed_debates(s)
            seed_checks(s, departments, lambda days: _midnight(_today() + timedelta(days=days)))
            seed_joined(s, officer)
            say("answers and works")
            seed_works(s, officer, gallery, lambda days: _midnight(_today() + timedelta(days=days)))
        if "workshops" in settings().wings:
            say("workshops")
            seed_workshops(s, _today())
        if "services" in settings().wings:
            say("services")
            seed_services(s, departments)
        marks.put(s, SEEDED, clock.now().isoformat())


OF_PEOPLE = (640, 400)  # pixels of a picture of an idea


def _key(project: content.Project) -> str:
    return f"{project.motif}:{project.seed}"


def _cover(one: content.Budget) -> str:
    """A budget shows one of its projects; one that is only planned shows a garden."""
    return _key(one.projects[len(one.projects) // 2]) if one.projects else "garden:7"


class Gallery(Mapping[str, int]):
    """The demo's pictures by their keys, as numbers of files. They are painted in processes of their own while the rest
    of the city is written, and each is waited for when it is first needed: that is a third of the whole time."""

    def __init__(self, pool: ProcessPoolExecutor, wanted: list[str], small: Container[str], say: Say) -> None:
        folder = files.uploads()
        self.say = say
        self.coming = {key: pool.submit(_draw_one, key, key in small, folder) for key in wanted}
        self.numbers: dict[str, int] = {}

    def __getitem__(self, key: str) -> int:
        if key not in self.numbers:
            self.numbers[key] = drawn.adopt(db.session(), self.coming[key].result()).id
            if len(self.numbers) % 20 == 0 or len(self) == len(self.numbers):
                self.say(f"pictures {len(self.numbers)}/{len(self)}")
        return self.numbers[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.coming)

    def __len__(self) -> int:
        return len(self.coming)


def _gallery(pool: ProcessPoolExecutor, say: Say) -> Gallery:
    """Every picture, in the order in which the seed asks for them."""
    told, with_ideas = (*content.budgets(), content.closed_budget()), "ideas" in settings().wings
    small = [idea.picture for call in content.calls() for idea in content.ideas(call.slug) if idea.picture]
    wanted = [key for one in told for key in (_cover(one), *map(_key, one.projects))]
    wanted += [*small, *photos()] if with_ideas else []
    return Gallery(pool, list(dict.fromkeys(wanted)), frozenset(small), say)


def _draw_one(key: str, small: bool, folder: Path) -> drawn.Drawn:
    """In a process of its own: one picture, painted and encoded. What people hand in is smaller."""
    motif, _, number = key.partition(":")
    picture = pictures.paint(motif, int(number), OF_PEOPLE) if small else pictures.paint(motif, int(number))
    return drawn.encode(picture, folder)


def _districts(s: Session) -> dict[str, int]:
    found, city = {}, content.city()
    for position, one in enumerate(city.districts):
        row = District(code=one.id, position=position, x=one.label[0] / city.width, y=one.label[1] / city.height)
        s.add(row)
        s.flush()
        for lang, name in one.name.items():
            texts.put(s, "district", row.id, "name", lang, name)
            texts.put(s, "district", row.id, "about", lang, one.about[lang])
        found[one.id] = row.id
    for position, venue in enumerate(content.venues()):
        places.add_venue(
            SYSTEM,
            names=venue.name,
            hours=venue.hours,
            address=venue.address,
            district_id=found[venue.district],
            step_free=venue.step_free,
            x=venue.at[0] / city.width,
            y=venue.at[1] / city.height,
            position=position,
        )
    return found


def _departments() -> dict[str, int]:
    found = {}
    for position, one in enumerate(content.departments()):
        made = places.add_department(SYSTEM, code=one.id, names=one.name, position=position)
        assert not isinstance(made, Verdict), one.id
        found[one.id] = made.id
    return found


def _people(s: Session, departments: dict[str, int]) -> Actor:
    """The staff, with their roles; the answer is the budget officer who will have opened the vote."""
    now, officer = clock.now(), SYSTEM
    for one in content.personas():
        person = people.person_for(s, ISSUER, one.sub, name=one.name, language=None, now=now)
        s.add(_contact(person.id, one.sub, now))
        if one.roles:
            for role in one.roles:
                people.grant_role(SYSTEM, person.id, role, now)
            if "librarian" in one.roles:  # at the central library, where the demo's terminal would stand
                actions_help.set_places(
                    SYSTEM, person.id, [s.scalars(select(Venue.id).order_by(Venue.position)).all()[1]]
                )
            if "budget_officer" in one.roles and not officer.signed_in:
                officer = Actor(person_id=person.id, name=one.name, roles=frozenset(one.roles))
        for role in one.limited:
            number = departments[one.department]
            people.grant_role(SYSTEM, person.id, role, now, kind="department", number=number)
    for one in content.personas():
        if one.deputy:
            _away(one, now)
    return officer


def _away(one: content.Persona, now: datetime) -> None:
    """Somebody is away from yesterday on, for three weeks, and another does the work."""
    names = {other.sub: other.name for other in content.personas()}
    absent, deputy = (
        people.person_for(db.session(), ISSUER, sub, name=names[sub], language=None, now=now)
        for sub in (one.sub, one.deputy)
    )
    start = _midnight(_today() - timedelta(days=1))
    end = _midnight(_today() + timedelta(days=20))
    staff.set_absence(Actor(person_id=absent.id), absent.id, deputy_id=deputy.id, start=start, end=end, now=now)


def _code_letters(s: Session) -> None:
    """A letter with a code that was printed two days ago, and one that waits for the printer."""
    now, found = clock.now(), queries_letters.residents(["SUN-0004", "SUN-0002"])
    for at, (number, lang) in zip((now - timedelta(days=2), None), (("sun0004", "ar"), ("sun0002", "de")), strict=True):
        resident = found.get(number)
        if resident is None or not actions_paper.ask_letter(s, NOBODY, resident, language=lang, now=at or now):
            continue
        if at is not None:
            rows = queries_letters.waiting_letters(s)
            made = actions_letters.written(rows, found, at)
            actions_letters.printed(s, SYSTEM, made, [], roles=("clerk",), now=at)


def _letters(s: Session) -> None:
    """Letters to personas; the worker makes them when the demo is first served."""
    now, names = clock.now(), {one.sub: one.name for one in content.personas()}
    last: Paper | None = None
    for one in content.letters():
        holder = people.person_for(s, ISSUER, one.to, name=names[one.to], language=None, now=now)
        body = markdown.render(one.body, one.lang)
        with i18n.use_locale(one.lang):
            lines = [(i18n.gettext("Recipient"), holder.name), (i18n.gettext("Subject"), one.title)]
        made = papers.issue(
            SYSTEM,
            kind="letter",
            title=one.title,
            lang=one.lang,
            person_id=holder.id,
            values={
                "recipient": holder.name, "address_lines": list(one.address), "address_dir": "ltr", "body": body,
            },
            lines=lines,
            shown=[1],
            expires_at=_midnight(_today() + timedelta(days=one.days)) if one.days else None,
            by_post=one.post,
        )  # fmt: skip
        if last is not None:
            papers.replace(SYSTEM, last, made)
        last = made if one.replaced else None


def _contact(person_id: int, sub: str, now: datetime) -> Contact:
    """Everybody has an invented e-mail address, but for one, who gets letters."""
    way, value = (
        (Way.POST, "Mill Street 7\n10115 Sundhaven") if sub == BY_LETTER else (Way.EMAIL, f"{sub}@sundhaven.example")
    )
    return Contact(
        person_id=person_id, way=way, value=value, value_folded=value.casefold(), created_at=now, confirmed_at=now
    )


def _follows(s: Session) -> None:
    """The first resident follows the first budget and hears of what is new around the library, so that news arrive in
    the demo. What the seed made is no news."""
    resident = next(one for one in content.personas() if not one.staff)
    person_id = s.scalar(select(Identity.person_id).where(Identity.issuer == ISSUER, Identity.sub == resident.sub))
    budget_id = s.scalar(select(Budget.id).where(Budget.slug == content.budgets()[0].slug))
    if person_id is not None and budget_id is not None:
        notifications.follow(Actor(person_id=person_id), "budget", budget_id)
        mark_in(s)
        venue, city = content.venues()[0], content.city()
        circle = Around(venue.at[0] / city.width, venue.at[1] / city.height, 1000)
        actions_around.keep(Actor(person_id=person_id), circle, venue.name["en"])


def _pages(s: Session) -> None:
    for position, one in enumerate(content.pages(), 1):
        page = home.add_page(SYSTEM, slug=one.slug, in_footer=one.place == "footer", position=position * 10)
        for lang in one.title:
            home.write_page(SYSTEM, page, lang=lang, title=one.title[lang], body=one.body[lang])
    for notice in content.notices():
        start = _midnight(_today() + timedelta(days=notice.start))
        end = _midnight(_today() + timedelta(days=notice.end))
        home.put_notice(SYSTEM, None, kind=NoticeKind.NEWS, starts_at=start, ends_at=end, words=dict(notice.text))


def _today() -> date:
    return clock.now().astimezone(ZoneInfo(settings().city.time_zone)).date()


def _midnight(day: date) -> datetime:
    """The first instant of a day on the city's clock."""
    return datetime.combine(day, wall_time(), ZoneInfo(settings().city.time_zone))


def _budget(
    s: Session, officer: Actor, one: content.Budget, districts: dict[str, int], gallery: Mapping[str, int]
) -> Budget:
    budget = budgets.create(
        officer,
        slug=one.slug,
        texts={"title": dict(one.title), "lead": dict(one.summary), "body": dict(one.text)},
        picture_id=gallery[_cover(one)],
    )
    days = {PhaseKind(p.kind): p.on(_today()) for p in one.phases}
    dates = {kind: (_midnight(first), _midnight(after)) for kind, (first, after) in days.items()}
    first, after = dates[PhaseKind.VOTE]
    dates[PhaseKind.VOTE] = (first, after - timedelta(hours=4))  # 20:00: an hour that everybody understands alike
    budgets.set_dates(officer, budget, dates)
    _things(officer, budget, one, districts, gallery)
    closes = dates[PhaseKind.VOTE][1]
    vote.set_plan(
        officer,
        budget,
        ready=READY.get(one.rule, one.rule),
        ballot=BallotKind(one.ballot),
        max_choices=8 if one.ballot == "approval" else None,
        age=one.min_age,
        age_on=(closes - timedelta(days=1)).date(),
        pot_voters=PotVoters.OWN,
    )
    budgets.show(officer, budget)
    if one.stage == "open":
        voting.open_vote(s, officer, vote.prepare(officer, budget), holders=None)
    elif one.stage == "finished":
        import_finished(s, officer, budget, one, *dates[PhaseKind.VOTE])
    return budget


def _things(
    officer: Actor, budget: Budget, one: content.Budget, districts: dict[str, int], gallery: Mapping[str, int]
) -> None:
    city = content.city()
    pots = {
        pot.id: money.add_pot(
            officer,
            budget,
            amount=pot.amount,
            district_id=districts[pot.district] if pot.district else None,
            names=dict(pot.name),
            sources=[(source.amount, dict(source.name)) for source in pot.sources],
        ).id
        for pot in one.pots
    }
    used = {project.category for project in one.projects}
    kinds = {c.id: money.add_category(officer, budget, dict(c.name)).id for c in city.categories if c.id in used}
    new = [
        projects.New(
            pot_id=pots[project.pot],
            category_id=kinds[project.category],
            cost=project.cost,
            status=ProjectStatus.REVIEW if one.stage == "review" else ProjectStatus.BALLOT,
            place=project.place,
            x=project.x / city.width,
            y=project.y / city.height,
            picture_id=gallery[_key(project)],
            proposer=project.proposer,
            texts={
                "title": dict(project.title),
                "summary": dict(project.lead),
                "body": dict(project.text),
                "picture_alt": dict(project.alt),
            },
            code=project.id,
        )
        for project in one.projects
    ]
    projects.add_all(officer, budget, new)


def move_clock(actor: Actor, to: datetime | None) -> None:
    """Set the demo's city clock to an instant, or back to the real time."""
    s = db.session()
    seconds = 0 if to is None else int((to - clock.now()).total_seconds()) + 1
    marks.put(s, clock.SHIFT, seconds)
    record(actor, "demo.clock", "clock", "city", after={"seconds": seconds})
