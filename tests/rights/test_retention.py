"""What is older than it may be goes by itself, with a stone; an account that nobody uses goes after a notice."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from portal.audit.models_looks import Look
from portal.base import clock, db, ground, jobs, mail
from portal.base.mail import Outgoing
from portal.base.web import Portal
from portal.home.models import BarrierReport
from portal.identity.models import Contact, Person, SignIn, Way
from portal.rights import jobs as work
from portal.rights.models import AccountUse, Cause, Erasure, ErasureState, MarkKind, PersonMark, Tombstone
from tests.client import Client
from tests.identity.help import enter


def night(app: Portal) -> None:
    ground.stand_on(app.ground)
    work.round_of_the_night({})
    jobs.run_due()


def test_old_rows_go_with_a_stone_and_young_ones_stay(app: Portal, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    now = clock.now()
    with db.write() as s:
        for days in (1, 729, 731, 2000):
            s.add(Look(at=now - timedelta(days=days), person_id=ana, actor_id=1, page="x"))
        for days in (10, 91):
            mail.put(s, to="x@y.example", subject="s", body="b", lang="en")
            s.scalars(select(Outgoing).order_by(Outgoing.id.desc())).first().created_at = now - timedelta(days=days)  # type: ignore[union-attr]
        s.add(BarrierReport(what="x", lang="en", received_at=now - timedelta(days=1096)))
    night(app)
    night(app)
    with db.read() as s:
        assert len(s.scalars(select(Look)).all()) == 2
        assert len(s.scalars(select(Outgoing)).all()) == 1
        assert s.scalars(select(BarrierReport)).all() == []
        stones = {row.record: (row.count, row.cause) for row in s.scalars(select(Tombstone))}
    assert stones == {
        "look": (2, Cause.RETENTION), "outbox": (1, Cause.RETENTION), "barrier_report": (1, Cause.RETENTION)
    }  # fmt: skip


def test_under_a_hold_nothing_goes_by_age(app: Portal, client: Client) -> None:
    ana, tom = enter(client, "Ana Ilves"), enter(Client(app), "Tom Other")
    now = clock.now()
    with db.write() as s:
        s.add(PersonMark(person_id=ana, kind=MarkKind.HOLD, reason="Court", placed_at=now))
        s.add(Contact(person_id=ana, way=Way.EMAIL, value="a@h.example", value_folded="a@h.example", created_at=now,
                      confirmed_at=now))  # fmt: skip
        for person in (ana, tom, None):
            s.add(Look(at=now - timedelta(days=800), person_id=person, actor_id=1, page="x"))
        for to in ("a@h.example", "t@h.example"):
            mail.put(s, to=to, subject="s", body="b", lang="en")
        s.execute(update(Outgoing).values(created_at=now - timedelta(days=100)))
    night(app)
    with db.read() as s:
        assert list(s.scalars(select(Look.person_id))) == [ana]
        assert list(s.scalars(select(Outgoing.recipient))) == ["a@h.example"]


def age(days: int) -> None:
    with db.write() as s:
        then = clock.now() - timedelta(days=days)
        s.execute(update(AccountUse).values(seen_on=then.date()))
        s.execute(update(SignIn).values(last_seen_at=then, created_at=then, ends_at=then + timedelta(hours=1)))


def test_an_unused_account_is_erased_after_a_notice(app: Portal, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    with db.write() as s:
        s.add(Contact(person_id=ana, way=Way.EMAIL, value="a@h.example", value_folded="a@h.example",
                      created_at=clock.now(), confirmed_at=clock.now()))  # fmt: skip
    night(app)  # notes that it was used today
    age(699)
    night(app)
    with db.read() as s:
        assert s.scalars(select(Outgoing)).all() == []
    age(701)
    night(app)
    night(app)
    with db.read() as s:
        assert len(s.scalars(select(Outgoing)).all()) == 1, "told once"
        assert s.get_one(Person, ana).closed_at is None
    with db.write() as s:
        s.execute(update(AccountUse).values(warned_at=clock.now() - timedelta(days=30)))
    night(app)
    with db.read() as s:
        assert s.get_one(Person, ana).name == ""
        row = s.scalars(select(Erasure)).one()
        assert (row.cause, row.state) == (Cause.INACTIVE, ErasureState.DONE)


def test_signing_in_after_the_notice_keeps_it(app: Portal, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    night(app)
    age(701)
    night(app)
    enter(client, "Ana Ilves")
    night(app)
    with db.read() as s:
        row = s.get_one(AccountUse, ana)
        assert row.warned_at is None and row.seen_on >= clock.now().date() - timedelta(days=1)


def test_staff_and_whom_a_mark_protects_are_left_alone(app: Portal) -> None:
    held = enter(Client(app), "Ana Ilves")
    enter(Client(app), "Lia Rossi", roles=("librarian",))
    ground.stand_on(app.ground)
    with db.write() as s:
        s.add(PersonMark(person_id=held, kind=MarkKind.RESTRICTED, reason="x", placed_at=clock.now()))
    night(app)
    age(900)
    night(app)
    with db.read() as s:
        assert [row.warned_at for row in s.scalars(select(AccountUse))] == [None]
