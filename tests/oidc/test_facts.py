"""What is kept of what a provider says: yes or no, a district, a keyed hash; never a birth date or a code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text

from portal import config
from portal.base import clock, db, ground
from portal.identity import actions, queries, rules
from portal.identity.models import Fact, Person
from tests.oidc.conftest import Browser
from tests.oidc.liar import Liar


def facts_of(browser: Browser) -> rules.Facts:
    ground.stand_on(browser.page.app.ground)
    with db.read() as s:
        person = s.scalars(select(Person.id)).one()
        return queries.facts(s, person, clock.now())


def test_yes_or_no_per_age_rule(browser: Browser, liar: Liar) -> None:
    with db.write() as s:
        actions.need_age(s, years=16, on=date(2030, 6, 1), until=date(2030, 6, 1))
        actions.need_age(s, years=16, on=date(2030, 6, 1), until=date(2031, 6, 1))
        actions.need_age(s, years=60, on=date(2030, 6, 1), until=date(2030, 6, 1))
        actions.need_age(s, years=18, on=date(2001, 6, 1), until=date(2001, 6, 2))  # over
    browser.sign_in()
    facts = facts_of(browser)
    assert facts.age(rules.AgeRule(16, date(2030, 6, 1))) is True
    assert facts.age(rules.AgeRule(60, date(2030, 6, 1))) is False
    assert "18@2001-06-01" not in facts.ages
    assert facts.district == "saltwick"
    assert facts.lives_here is True


@pytest.mark.parametrize(
    ("said", "district", "here"),
    [("saltwick", "saltwick", True), ("SALTWICK ", "saltwick", True), ("elsewhere", None, False), (None, None, None)],
)
def test_district(browser: Browser, liar: Liar, said: str | None, district: str | None, here: bool | None) -> None:
    liar.said = {"name": "Ana", **({"district": said} if said else {})}
    browser.sign_in()
    facts = facts_of(browser)
    assert (facts.district, facts.lives_here) == (district, here)


def test_no_birth_date_and_no_code_is_stored_anywhere(browser: Browser, liar: Liar) -> None:
    liar.said = {"name": "Ana", "birthdate": "1988-05-04", "district": "saltwick", "code": "48805040123"}
    browser.sign_in()
    ground.stand_on(browser.page.app.ground)
    found = []
    with db.read() as s:
        for table in inspect(s.connection()).get_table_names():
            rows = s.execute(text(f'SELECT * FROM "{table}"')).all()
            found += [str(tuple(row)) for row in rows]
    stored = "\n".join(found)
    assert "1988" not in stored
    assert "48805040123" not in stored


def test_two_providers_name_one_human_by_the_same_hash(browser: Browser, liar: Liar, settings: config.Settings) -> None:
    liar.said = {"name": "Ana", "code": "EE 4880504-0123"}
    browser.sign_in()
    first = facts_of(browser).resident
    assert first == rules.resident_hash(config.key_of(settings, "resident"), "test", "ee48805040123")
    assert first != rules.resident_hash(b"another key", "test", "ee48805040123")
    assert (Path(settings.keys) / "resident.key").stat().st_mode & 0o777 == 0o600


def test_facts_are_replaced_at_each_sign_in(browser: Browser, liar: Liar) -> None:
    browser.sign_in()
    liar.said = {"name": "Ana Ilves-Kask"}
    browser.sign_in()
    facts = facts_of(browser)
    assert facts.district is None
    assert facts.ages == {}
    with db.read() as s:
        assert s.scalars(select(Person.name)).one() == "Ana Ilves-Kask"
        assert s.scalars(select(Fact.id)).all() == []


def test_people_are_linked_by_issuer_and_subject_alone(browser: Browser, liar: Liar) -> None:
    liar.said = {"name": "Ana", "email": "a@example.org", "email_verified": True}
    browser.sign_in()
    liar.sub = "another"
    Browser(browser.page.app, liar).sign_in()
    with db.read() as s:
        assert len(s.scalars(select(Person.id)).all()) == 2


def test_a_name_is_made_fit_to_be_shown(browser: Browser, liar: Liar) -> None:
    liar.said = {"name": "A\u202ena\u0000<b>\n Ilves"}
    browser.sign_in()
    page = browser.page.get("/en/account")
    assert "A na <b> Ilves" in page.text
