"""Fills the calls for ideas: what people of Sundhaven propose, each in their own language, and who supports it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.base import clock, codes
from portal.base.actor import ActingFor, Actor
from portal.demo import content
from portal.ideas import actions, actions_calls, actions_paper, actions_tables
from portal.ideas.models import Audience, Call, Idea, Picture, Support
from portal.ideas.models_paper import SupportList
from portal.ideas.rules import Written
from portal.identity import actions as people
from portal.identity.demo_idp import ISSUER
from portal.identity.models import Person
from portal.identity.queries import city_day
from portal.identity.rules import Birth
from portal.processes.models import PhaseKind

SUPPORTERS = 140  # residents who only ever press the button; nobody signs in as one of them


def seed_ideas(
    s: Session, officer: Actor, districts: dict[str, int], midnight: Any, pictures: Mapping[str, int]
) -> None:
    """All calls with their ideas. `midnight(days)`: the first instant of a day, counted from today. `pictures`: the
    numbers of the files of painted scenes."""
    authors = _authors(s)
    supporters = _supporters(s)
    for one in content.calls():
        call = _call(officer, one, midnight)
        names = {c.id: c for c in content.city().categories}
        used = [] if one.challenge else list(names)
        actions_calls.set_categories(officer, call, [(None, dict(names[key].name)) for key in used])
        kinds = dict(zip(used, actions_calls.category_ids(call), strict=True))
        for idea in content.ideas(one.slug):
            made = _idea(s, call, idea, authors[idea.author], kinds, districts, supporters)
            if idea.picture:
                s.add(Picture(idea_id=made.id, file_id=pictures[idea.picture], position=1, alt=idea.alt))
    _on_paper(s, officer)


def _authors(s: Session) -> dict[str, int]:
    now = clock.now()
    known = [(one.sub, one.name) for one in content.personas() if not one.roles]
    return {
        sub: people.person_for(s, ISSUER, sub, name=name, language=None, now=now).id
        for sub, name in [*known, *((one.sub, one.name) for one in content.residents())]
    }


def _supporters(s: Session) -> list[int]:
    """People without a way to sign in: they exist so that each support is somebody's."""
    now = clock.now()
    rows = [Person(name=f"Resident {n}", name_folded=f"resident {n}", created_at=now) for n in range(1, SUPPORTERS + 1)]
    s.add_all(rows)
    s.flush()
    return [row.id for row in rows]


def _call(officer: Actor, one: content.IdeaCall, midnight: Any) -> Call:
    call = actions_calls.create(
        officer,
        slug=one.slug,
        texts={"title": dict(one.title), "summary": dict(one.summary), "rules": dict(one.rules)},
        challenge=one.challenge,
        audience=Audience.SIGNED_IN,
        threshold=20,
        short_list_size=3,
    )
    dates = {
        PhaseKind.SUBMIT: (midnight(one.start), midnight(one.end)),
        PhaseKind.REVIEW: (midnight(one.end), midnight(one.end + 45)),
    }
    actions_calls.set_dates(officer, call, dates)
    actions_calls.show(officer, call, True)
    return call


def _idea(
    s: Session,
    call: Call,
    one: content.DemoIdea,
    author: int,
    kinds: dict[str, int],
    districts: dict[str, int],
    supporters: list[int],
) -> Idea:
    city = content.city()
    home = next((d.id for d in city.districts if one.at and d.holds(*one.at)), None)
    actor = Actor(
        person_id=author,
        acting_for=ActingFor(0, None, one.acting_for, "ideas") if one.acting_for else None,
    )
    made = actions.submit(
        actor,
        call,
        Written(
            title=one.title,
            body=one.text,
            language=one.lang,
            category_id=kinds.get(one.category),
            district_id=districts[home] if home else None,
            place=one.place,
            x=one.at[0] / city.width if one.at else None,
            y=one.at[1] / city.height if one.at else None,
            cost_guess=one.cost * 100 or None,
        ),
    )
    at = clock.now() - timedelta(days=one.days, minutes=zlib.crc32(one.title.encode()) % 700)
    _support(s, made, one, supporters, at)
    moment = {"created_at": at, "changed_at": at, "published_at": at}
    lot = zlib.crc32(one.title.encode()) % (2**31 - 3) + 1
    s.execute(update(Idea).where(Idea.id == made.id).values(**moment, shuffle=lot, supports=one.supports))
    return made


def _support(s: Session, made: Idea, one: content.DemoIdea, supporters: list[int], at: datetime) -> None:
    start = zlib.crc32(one.text.encode()) % len(supporters)
    some = [supporters[(start + n) % len(supporters)] for n in range(one.supports)]
    rows = [{"idea_id": made.id, "person_id": person, "on_day": at.date()} for person in some]
    s.execute(insert(Support), rows)


# Two lists that were carried from door to door, a file from the city's old mailbox for ideas, an idea from a form.
NEIGHBOURS = ("Aino Mets", "Karl Lepik", "Fatima Haddad", "Jan Nowak", "Rosa Weiss", "Peeter Kuusk", "Lea Simon")
OLD_IDEAS = (
    "id,title,text,language,author,created\r\n"
    "mailbox-1,A drinking fountain at the bus station,People wait there for an hour and there is no water.,en,Sam P.,"
    "2026-05-04\r\n"
    "mailbox-2,Mehr Schatten auf dem Marktplatz,Im Sommer ist der Platz leer. Drei Bäume wären ein Anfang.,de,Gerda L.,"
    "2026-05-19\r\n"
)


def _on_paper(s: Session, officer: Actor) -> None:
    """Lists of supporters, one looked at twice and one half entered; an idea that a librarian entered; a file that was
    checked and waits."""
    idea = s.scalars(select(Idea).order_by(Idea.number).limit(1)).one()
    call = s.get_one(Call, idea.call_id)
    day = city_day(clock.city_now()) - timedelta(days=3)
    for count, finished in ((5, True), (2, False)):
        number = codes.printed(bytes([count]) * actions_paper.BYTES)
        row = actions_paper.begin(officer, idea, number, on_day=day, lines=count + 2)
        assert isinstance(row, SupportList)
        for n, name in enumerate(NEIGHBOURS[:count] if finished else NEIGHBOURS[5:]):
            born = Birth(1950 + n * 7, n + 1, n + 3)
            resident = actions_paper.hash_of_name(name, born)
            actions_paper.enter_line(officer, row.id, n + 1, resident=resident, refused=None)
        actions_paper.refuse_line(officer, row.id, count + 1, "unsigned")
        if finished:
            actions_paper.refuse_line(officer, row.id, count + 2, "unreadable")
            actions_paper.finish(officer, row.id, count + 2)
    words = Written(
        title="A handrail on the steps to the harbour",
        body="I go down there every day and hold on to the wall. In winter I stay at home.",
        language="en",
        place="Harbour steps",
    )
    desk = Actor(helped_by=officer.person_id, channel="paper")
    actions_paper.enter_idea(desk, call, words, paper_number="K7M3-PX92", author_name="Hilda R.")
    actions_tables.keep(officer, call, "ideas", "mailbox-for-ideas.csv", OLD_IDEAS.encode())
