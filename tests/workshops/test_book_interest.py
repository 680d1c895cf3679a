"""Who finds nothing that fits says so, and is told once when something does."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from portal.base import clock, db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.identity.models import Contact
from portal.notifications.models import Message
from portal.processes.models import Process
from portal.workshops import actions_interest, queries_interest
from portal.workshops.models import Interest, Level, Purpose, Workshop
from portal.workshops.rules_interest import Topic
from tests.client import Client
from tests.identity.help import enter, limited
from tests.workshops import town

PAGE = "/en/workshops/interested"
GUEST = {
    "topic": "level-messages", "venue": "", "language": "en", "words": "On Saturdays", "name": "Old Juhan",
    "email": "juhan@example.org", "written": "en",
}  # fmt: skip


def _told(person_id: int | None) -> list[str]:
    with db.read() as s:
        wanted = select(Message.notice).where(Message.person_id == person_id, Message.notice.like("workshop.%"))
        return list(s.scalars(wanted.order_by(Message.id)))


def test_a_guest_wishes_is_written_to_once_and_takes_it_away(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write():
        course, here = town.workshop("messages", level=Level.MESSAGES), town.house()
        there = town.session(course, here, days=5).id  # was there before: they have seen it
    client = Client(app)
    page = client.get(PAGE)
    wrong = client.post(PAGE, {**page.fields(), **GUEST, "email": "", "topic": ""})
    assert wrong.status == 422 and "Choose a topic" in wrong and "Enter your e-mail address." in wrong
    assert "On Saturdays" in wrong.html
    done = client.post(PAGE, {**page.fields(), **GUEST})
    assert done.status == 200 and "Messages and calls" in done and "On Saturdays" in done and "Old Juhan" not in done
    with db.read() as s:
        row = s.scalars(select(Interest)).one()
        person, slip = row.person_id, queries_interest.slip_of(row)
        assert s.scalars(select(Contact.value)).all() == ["juhan@example.org"]
    assert done.url.endswith(slip) and _told(person) == ["workshop.wished"]

    later = clock.city_now() + timedelta(minutes=5)
    assert actions_interest.tell_fitting(later) == 0 and there
    with db.write() as s:
        full = town.session(s.get_one(Workshop, course.id), here, days=9, seats=1)
        town.book(town.person("Ana Ilves"), full.id)
        town.session(s.get_one(Workshop, course.id), here, days=9, languages=[("et", False)])
        town.session(town.workshop("safety", level=Level.SAFETY), here, days=9)
    assert actions_interest.tell_fitting(later) == 0  # full, in another language, of another rung
    with db.write() as s:
        fitting = town.session(s.get_one(Workshop, course.id), here, days=12).id
    assert actions_interest.tell_fitting(later) == 1
    assert actions_interest.tell_fitting(later) == 0
    assert _told(person) == ["workshop.wished", "workshop.interest"]
    with db.read() as s:
        told = s.scalars(select(Message).where(Message.notice == "workshop.interest")).one()
        assert told.args == {"session_id": fitting}

    again = client.get(f"{PAGE}/{slip}")
    assert "We wrote to you on" in again
    gone = client.post(f"{PAGE}/{slip}/end", again.fields())
    assert "Taken away" in gone
    assert client.get(f"{PAGE}/{slip}").status == 404 and client.get(f"{PAGE}/{slip[:-1]}").status == 404


def test_titles_of_a_process_are_no_topics(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        process = Process(subject="budgeting.budget", closed=True)
        s.add(process)
        s.flush()
        town.workshop("secret-meeting", purpose=Purpose.MEETING, process_id=process.id)
        town.workshop("draft-course", shown=False)
        open_one = town.workshop("evening")
        number = process.id
    client = Client(app)
    page = client.get(f"{PAGE}?workshop=secret-meeting")
    assert "Secret meeting" not in page and "Draft course" not in page and "Evening" in page
    assert f'value="workshop-{open_one.id}" selected' in client.get(f"{PAGE}?workshop=evening").html
    guessed = client.post(PAGE, {**page.fields(), **GUEST, "topic": f"workshop-{open_one.id - 1}"})
    assert guessed.status == 422
    client.post(PAGE, {**page.fields(), **GUEST, "topic": f"workshop-{open_one.id}"})
    with db.write() as s:  # what was open becomes a meeting of a closed process
        row = s.scalars(select(Interest)).one()
        slip = queries_interest.slip_of(row)
        s.execute(
            update(Workshop).where(Workshop.id == row.workshop_id)
            .values(purpose=Purpose.MEETING, level=None, process_id=number)
        )  # fmt: skip
    shown = client.get(f"{PAGE}/{slip}")
    assert "Evening" not in shown and "no longer offered" in shown


def test_with_an_account_it_stands_on_my_page_and_goes_in_a_press(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write():
        town.workshop("evening")
        here = town.house()
    client = Client(app)
    ana = enter(client, "Ana Ilves")
    page = client.get(PAGE)
    assert "E-mail address" not in page
    given = {"topic": "level-safety", "venue": str(here), "language": "en", "words": ""}
    for _twice in range(2):
        assert client.post(PAGE, {**page.fields(), **given}).status == 200
    with db.read() as s:
        row = s.scalars(select(Interest)).one()  # the same wish is one wish
        assert (row.person_id, row.venue_id, row.level) == (ana, here, Level.SAFETY)
        slip = queries_interest.slip_of(row)
    mine = client.get("/en/my")
    assert f"interested/{slip}" in mine.html and "We write to you when something fits" in mine
    gone = client.post(f"{PAGE}/{slip}/end", {**mine.fields(), "back": "/en/my"})
    assert gone.url == "/en/my" and f"interested/{slip}" not in gone.html


def test_who_plans_sees_how_many_wish_for_what(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        here, there = town.house(), town.house("Town hall")
        ana, bert = town.person("Ana Ilves"), town.person("Bert Oja")
        for who, venue, words in (
            (ana, here, "Mornings"),
            (bert, here, ""),
            (bert, there, "Evenings"),
            (ana, None, ""),
        ):
            actions_interest.add(who, who.person_id or 0, Topic(level=Level.SAFETY), venue_id=venue, language="en",
                                 words=words, now=clock.now())  # fmt: skip
        s.flush()
    kim, lia = Client(app), Client(app)
    enter(kim, "Kim Kask", roles=["programme"])
    limited(enter(lia, "Lia Lind"), "programme", "place", here)
    desk = "/en/staff/workshops/interest"
    every, part = kim.get(desk), lia.get(desk)
    assert "Town hall" in every and "Mornings" in every and "Evenings" in every and "Ana" not in every.text
    assert "Harbour Library" in part and "Town hall" not in part and "Evenings" not in part and "Anywhere" in part
    tom = Client(app)
    enter(tom, "Tom Tamm", roles=["librarian"])
    assert tom.get(desk).status == 403


def test_nobody_wishes_for_everything(app: Portal) -> None:
    ground.stand_on(app.ground)
    client = Client(app)
    ana = enter(client, "Ana Ilves")
    with db.write():
        rows = [town.workshop(f"course-{n}") for n in range(21)]
        for row in rows[:20]:
            actions_interest.add(SYSTEM, ana, Topic(workshop_id=row.id), venue_id=None, language="en", words="",
                                 now=clock.now())  # fmt: skip
        last = rows[20].id
    page = client.get(PAGE)
    given = {"topic": f"workshop-{last}", "venue": "", "language": "en", "words": "Soon"}
    full = client.post(PAGE, {**page.fields(), **given})
    assert full.status == 422 and "many topics already" in full and "Soon" in full.html
