"""The programme of the measured city: 2,000 sessions of twelve workshops in eight houses, a year of them.

The sessions are written past the actions, as many in one statement as there are: what is measured is how they are read."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy import insert

from portal.base import clock, db, ground
from portal.places import actions as places
from portal.workshops import rules
from portal.workshops.models import Day, Session, Spoken
from tests.bench.town import Town
from tests.workshops import town as workshops

SESSIONS = 2000
LANGUAGES = ("et", "en", "de", "ar", "pl", "fr")


def fill(town: Town, sessions: int = SESSIONS) -> tuple[int, int, str]:
    """Plan the year; returns the number of a session in the middle, of a house, and the month of that session."""
    ground.stand_on(town.app.ground)
    draw, now = (
        random.Random(2027),
        clock.city_now().replace(minute=0, second=0, microsecond=0),
    )  # the same at every run
    with db.write() as s:
        courses = [workshops.workshop(f"course-{n}", level=rules.LADDER[n % len(rules.LADDER)]).id for n in range(12)]
        names = [{"en": f"Library {n}"} for n in range(8)]
        houses = [
            places.add_venue(workshops.SYSTEM, names=name, address=f"Quay {n}").id for n, name in enumerate(names)
        ]
        rows, days, spoken = [], [], []
        for n in range(1, sessions + 1):
            at = now + timedelta(hours=26 + n * 4)
            seats = draw.randrange(6, 13)
            rows.append(
                {
                    "id": n, "workshop_id": draw.choice(courses), "venue_id": draw.choice(houses), "room": str(n % 5),
                    "starts_at": at, "ends_at": at + timedelta(minutes=90), "seats": seats, "state": "open",
                    "seats_taken": draw.randrange(seats + 1), "devices": draw.randrange(3), "companions": 2,
                    "loop": n % 7 == 0, "uid": f"year-{n}", "created_at": now, "changed_at": now,
                }
            )  # fmt: skip
            days.append({"session_id": n, "starts_at": at, "ends_at": at + timedelta(minutes=90)})
            spoken += [{"session_id": n, "lang": lang, "signed": False} for lang in draw.sample(LANGUAGES, 2)]
        for table, given in ((Session, rows), (Day, days), (Spoken, spoken)):
            s.execute(insert(table.__table__), given)
    middle = sessions // 2
    return middle, houses[0], f"{now + timedelta(hours=26 + middle * 4):%Y-%m}"
