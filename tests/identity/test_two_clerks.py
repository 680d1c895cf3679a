"""A document looked at for an account is worth what a code over the counter is: no clerk alone votes for a resident."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal import config
from portal.base import db
from portal.base.jobs import JobRow
from portal.base.web import Portal
from portal.identity.models import Fact
from portal.notifications import jobs as told
from portal.voting.models import Channel
from tests.client import Client, Page
from tests.identity.help import enter
from tests.identity.test_help import hand_over, take
from tests.identity.test_slips import bare, channels, clerk, confirm, give  # noqa: F401
from tests.identity.test_terminal import librarian, library, terminal
from tests.identity.test_ways import ask_and_print, cast, prove_at_counter, vote_of
from tests.identity.ways import by_email, counter, letter_code


def crony(town: Portal) -> Client:
    made = Client(town)
    by_email(made, "crony@example.org", "Crony")
    return made


def ana_votes(town: Portal, slug: str) -> Client:
    ana = Client(town)
    enter(ana, "Ana Ilves", district="north", resident="EE1001")
    assert "Your receipt code" in cast(ana, slug)
    return ana


def refused(page: Page) -> bool:
    return page.status == 409 and "one clerk alone" in page


def test_who_voted_is_proved_for_another_account_by_two_clerks_only(town: Portal) -> None:
    slug, _id = vote_of(town)
    ana_votes(town, slug)
    other = crony(town)
    page = prove_at_counter(town, other).last
    assert "A second clerk has to confirm this proof" in page
    with db.read() as s:
        assert not s.scalars(select(Fact).where(Fact.source == "counter")).all()
    give(clerk(town))
    code = confirm(clerk(town, "Cora Clerk"), seen="yes")
    other.post("/en/code", {"code": letter_code(code)})
    assert "takes the place" in cast(other, slug)


def test_a_proof_from_before_the_resident_voted_replaces_nothing_and_the_resident_is_told(town: Portal) -> None:
    slug, _id = vote_of(town)
    ana = Client(town)
    enter(ana, "Ana Ilves", district="north", resident="EE1001")
    other = crony(town)
    prove_at_counter(town, other)
    with db.read() as s:
        payload = s.scalars(select(JobRow.payload).where(JobRow.kind == "identity.joined_elsewhere")).one()
    told.joined_elsewhere(payload)
    assert "Another account was joined" in ana.get("/en/inbox")
    assert "Your receipt code" in cast(ana, slug)
    assert refused(cast(other, slug))
    assert channels() == [Channel.WEB]


def test_nor_does_a_code_of_one_clerk_typed_in_an_account(town: Portal) -> None:
    slug, _id = vote_of(town)
    other = crony(town)
    other.post("/en/code", {"code": letter_code(give(clerk(town)))})
    ana_votes(town, slug)
    assert refused(cast(other, slug))


def test_nor_does_a_helper_who_found_the_account_by_a_number(town: Portal) -> None:
    """Lia says that Ana stands before her, hands over to "Ana", and types the number herself."""
    slug, _id = vote_of(town)
    ana = Client(town)
    by_email(ana, "ana@example.org")
    ana.post("/en/code", {"code": ask_and_print(town, ana)})
    assert "Your receipt code" in cast(ana, slug)
    venue = library(town)
    lia = librarian(town, venue)
    given = {"venue": str(venue), "document": "passport", "number": "EE-1001", "consent": "y", "language": "en"}
    assert "You help Ana Ilves" in lia.post("/en/staff/help/counter", given)
    screen = terminal(town, venue)
    assert "You can vote now" in take(screen, hand_over(lia))
    assert refused(cast(screen, slug))
    assert channels() == [Channel.WEB]


def test_who_was_proved_by_one_clerk_votes_and_votes_again(town: Portal) -> None:
    slug, _id = vote_of(town)
    other = crony(town)
    prove_at_counter(town, other)
    assert "Your receipt code" in cast(other, slug)
    assert "takes the place" in cast(other, slug)
    assert channels() == [Channel.DESK], "on the strength of the counter"
    ana_votes(town, slug)
    assert channels() == [Channel.WEB]


@pytest.mark.parametrize("slips", ["second", "off"])
def test_without_a_register_one_clerk_makes_up_no_voter(bare: Callable[..., Portal], slips: str) -> None:  # noqa: F811
    town = bare(slips=slips)
    slug, _id = vote_of(town)
    other = crony(town)
    page = prove_at_counter(town, other, number="made-up-1").last
    assert "A second clerk has to confirm this proof" in page
    page = cast(other, slug)
    assert page.status >= 400 and "Your receipt code" not in page


def test_proofs_per_clerk_and_hour_are_few(make_town: Callable[..., Portal]) -> None:
    town = make_town(config.Register(adapter="csv", scheme="ee", slips_per_hour=1))
    lia, page = clerk(town), None
    for name in ("a", "b"):
        who = Client(town)
        by_email(who, f"{name}@example.org", name.upper() * 3)
        page = lia.post("/en/staff/counter", {"who": f"{name}@example.org"})
        page = lia.post("/en/staff/counter/proof", {**page.fields(), **counter()})
    assert page is not None and page.status == 429 and "in an hour" in page
