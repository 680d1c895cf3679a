"""Telling people: in the transaction of the act, in the reader's language, once, by the ways they chose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from portal import config
from portal.app import create_app
from portal.base import clock, db, i18n, jobs, mail
from portal.base.actor import Actor
from portal.base.texts import Said
from portal.base.web import Portal
from portal.notifications import actions, actions_route, queries, render
from portal.notifications.models import Announcement, Channel, Delivery, Rhythm
from portal.notifications.rules import Wish
from tests.notifications.help import messages, outbox, person, put_on, work

TITLE = {"en": "Green <b>", "de": "Grün", "ar": "أخضر"}


def tell(who: Any, notice: str = "fun.new", **given: Any) -> int:
    with db.write():
        values = {"budget": TITLE, "phase": "open"} if notice == "fun.new" else {}
        return actions.tell(who, notice, values, **given)


def wish(who: int, mail_: Rhythm, sms: bool = False, topic: str = "fun") -> None:
    with db.write():
        actions.wish(who, {topic: Wish(mail_, sms)})


def test_a_rolled_back_act_tells_nobody(app: Portal) -> None:
    put_on(app)
    ana = person(app, email="ana@example.org")
    with pytest.raises(RuntimeError), db.write():
        actions.tell(ana, "law.new", {})
        raise RuntimeError
    work()
    assert messages() == [] and outbox() == []


def test_it_is_told_once_by_key_and_to_nobody_whose_account_is_closed(app: Portal) -> None:
    put_on(app)
    ana, jo = person(app, email="ana@example.org"), person(app, "Jo Closed")
    with db.write() as s:
        s.execute(update(actions.Person).where(actions.Person.id == jo).values(closed_at=clock.now()))
    assert tell([ana, jo], dedup="a") == 1
    assert tell([ana], dedup="a") == 0
    assert tell(ana, dedup="b") == 1
    assert tell(ana) == 1 and tell(ana) == 1
    work()
    assert len(messages(ana)) == 4 and len(outbox()) == 4


def test_a_phrase_whose_places_stay_empty_is_refused(app: Portal) -> None:
    put_on(app)
    with db.write():
        with pytest.raises(actions.Unfit, match="phase"):
            actions.tell(1, "fun.new", {"budget": "x"})
        with pytest.raises(KeyError):
            actions.tell(1, "no.such", {})
        with pytest.raises(TypeError):
            actions.tell(1, "fun.new", {"budget": object(), "phase": 1})


def test_mail_is_text_and_html_in_the_readers_language(app: Portal) -> None:
    put_on(app)
    person(app, "Ana Ilves", email="ana@example.org", language="en")
    omar = person(app, "Omar Said", email="omar@example.org", language="ar")
    tell((1, omar), free=("de", "Bitte Ausweis mitbringen."), link=("home.search", {}))
    work()
    english, arabic = outbox()
    assert english.lang == "en" and english.subject == "Green <b>: open"
    assert "&lt;b&gt;" in english.html and "<b>" not in english.html.replace("<bdi", "")
    assert 'lang="de"' in english.html and "Bitte Ausweis mitbringen." in english.body
    assert "http://127.0.0.1:8000/en/search" in english.body
    assert arabic.lang == "ar" and "أخضر" in arabic.subject and 'dir="rtl"' in arabic.html
    assert "/ar/search" in arabic.body and arabic.person_id == omar
    assert english.unsubscribe.startswith("http://127.0.0.1:8000/en/unsubscribe/")


def test_values_are_said_in_each_language_and_marked_where_they_are_foreign(app: Portal) -> None:
    packed = render.pack(
        {
            "day": date(2026, 6, 5),
            "sum": render.money(4500, "EUR"),
            "n": 12345,
            "text": i18n._l("Search"),
            "title": Said("Grün", "de"),
            "name": "O'Hara",
        }  # fmt: skip
    )
    sentence = i18n.Text("%(day)s %(sum)s %(n)s %(text)s %(title)s %(name)s")
    assert render.plain(sentence, packed) == "June 5, 2026 €45 12,345 Search Grün O'Hara"
    assert '<bdi lang="de" dir="ltr">Grün</bdi>' in render.html(sentence, packed)
    with i18n.use_locale("ar"):
        assert "\u2068O'Hara\u2069" in render.plain(sentence, packed)


def test_what_the_law_requires_comes_by_mail_or_letter_whatever_was_wished(app: Portal) -> None:
    put_on(app)
    ana, bo = person(app, email="ana@example.org"), person(app, "Bo Paper", post="Mill Street 7\n10115 Sundhaven")
    wish(ana, Rhythm.OFF, topic="law")
    wish(ana, Rhythm.OFF)
    assert tell([ana, bo], "law.new") == 2 and tell([ana, bo]) == 2
    work()
    (letter,) = outbox()
    assert letter.recipient == "ana@example.org" and letter.unsubscribe == ""
    with db.read() as s:
        waiting = s.scalars(select(Delivery).where(Delivery.channel == Channel.LETTER)).all()
    assert len(waiting) == 1


def test_routing_twice_makes_one_mail(app: Portal) -> None:
    put_on(app)
    ana = person(app, email="ana@example.org")
    tell(ana)
    ids = [row.id for row in messages()]
    actions_route.route(ids)
    actions_route.route(ids)
    work()
    assert len(outbox()) == 1


def test_a_digest_gathers_what_was_not_read_and_leaves_once(app: Portal) -> None:
    put_on(app)
    ana = person(app, email="ana@example.org")
    wish(ana, Rhythm.DAILY)
    for _n in range(3):
        tell(ana)
    work()
    actions_route.digests()
    assert outbox() == [], "not before its hour"
    with db.write() as s:
        s.execute(update(Delivery).values(next_at=clock.now() - timedelta(minutes=1)))
        actions.mark_read(Actor(person_id=ana), messages()[0].id)
    actions_route.digests()
    actions_route.digests()
    (one,) = outbox()
    assert one.subject == "2 new messages from Sundhaven" and one.body.count("/en/inbox/") >= 2
    assert "/en/unsubscribe/" in one.unsubscribe


def test_a_digest_of_nothing_unread_is_not_sent(app: Portal) -> None:
    put_on(app)
    ana = person(app, email="ana@example.org")
    wish(ana, Rhythm.WEEKLY)
    tell(ana)
    work()
    with db.write() as s:
        s.execute(update(Delivery).values(next_at=clock.now() - timedelta(minutes=1)))
        actions.mark_all_read(Actor(person_id=ana))
    actions_route.digests()
    assert outbox() == []


def test_a_text_message_goes_to_those_who_asked_without_a_link(make_settings: Callable[..., config.Settings]) -> None:
    app = create_app(make_settings(sms=config.Sms(url="http://127.0.0.1:9/")))
    put_on(app)
    ana = person(app, phone="+3725551234")
    tell(ana)
    work()
    assert outbox() == []
    wish(ana, Rhythm.OFF, sms=True)
    with db.write():
        actions.tell(ana, "fun.new", {"budget": "see https://evil.example", "phase": "www.evil.example"})
    actions_route.route([row.id for row in messages()])
    (one,) = outbox()
    assert one.way is mail.Way.SMS and one.body == "Sundhaven: see … …"
    with db.write() as s, pytest.raises(ValueError, match="link"):
        mail.put_sms(s, to="+1", body="http://x", lang="en")
    app.ground.database.dispose()


# Many people


def test_news_reach_followers_and_alerts_of_the_district_each_once(app: Portal) -> None:
    put_on(app)
    people = {name: person(app, f"{name} X", email=f"{name}@example.org") for name in ("fol", "all", "north", "south")}
    with db.write():
        actions.follow(Actor(person_id=people["fol"]), "budget", 7)
        actions.add_alert(Actor(person_id=people["fol"]), "fun", "")
        actions.add_alert(Actor(person_id=people["all"]), "fun", "")
        actions.add_alert(Actor(person_id=people["north"]), "fun", "north")
        actions.add_alert(Actor(person_id=people["north"]), "law", "")
        actions.add_alert(Actor(person_id=people["south"]), "fun", "south")
    values = {"budget": TITLE, "phase": "x"}
    for _twice in range(2):
        with db.write():
            actions.announce("budget", 7, topic="fun", district="north", notice="fun.new", values=values, dedup="k")
    work()
    assert [row.person_id for row in messages()] == sorted([people["fol"], people["all"], people["north"]])
    assert len(outbox()) == 3
    with db.write():
        actions.tell_followers("budget", 7, "fun.new", values)
        actions.announce("budget", 8, topic="fun", notice="fun.new", values=values)
    work()
    assert len(messages(people["fol"])) == 3 and len(messages(people["south"])) == 1


def test_a_fan_out_that_dies_goes_on_where_it_stopped(app: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on(app)
    monkeypatch.setattr(actions_route, "FAN_OUT", 2)
    people = [person(app, f"Person {n}") for n in range(5)]
    with db.write():
        for number in people:
            actions.add_alert(Actor(person_id=number), "fun", "")
    with db.write():
        actions.announce("budget", 7, topic="fun", notice="fun.new", values={"budget": TITLE, "phase": "x"})
    with db.read() as s:
        number = s.scalars(select(Announcement.id)).one()
    assert actions_route._fan_out_some(number)  # one batch, then the worker dies
    assert len(messages()) == 2
    actions_route.fan_out(number)
    actions_route.fan_out(number)
    assert sorted(row.person_id for row in messages()) == people


def test_who_comes_after_the_news_is_not_told(app: Portal) -> None:
    put_on(app)
    ana = person(app)
    with db.write():
        actions.announce("budget", 7, topic="fun", notice="fun.new", values={"budget": TITLE, "phase": "x"})
    with db.write():
        actions.add_alert(Actor(person_id=ana), "fun", "")
    work()
    assert messages() == []


def test_old_messages_are_forgotten_and_lost_ones_found(app: Portal) -> None:
    put_on(app)
    ana = person(app, email="ana@example.org")
    tell(ana)
    work()
    with db.write() as s:
        s.execute(update(queries.Message).values(created_at=clock.now() - timedelta(days=800)))
    tell(ana)
    with db.write() as s:
        s.execute(update(jobs.JobRow).values(done_at=clock.now()))  # its job got lost
    actions_route.sweep()
    work()
    assert len(messages()) == 1 and len(outbox()) == 2
