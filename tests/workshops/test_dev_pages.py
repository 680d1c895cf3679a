"""Help with a device in the browser: asking with and without an account, the slip, the desk of a house."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from portal.audit.models_looks import Look
from portal.base import db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.identity import actions_help
from portal.identity.models import Contact, Person
from portal.workshops import actions_devices as act
from portal.workshops import queries_devices
from portal.workshops.models_devices import Device, DeviceKind, DeviceRequest, DeviceState, Loan, RequestState
from tests.client import Client
from tests.identity.help import enter
from tests.workshops import town
from tests.workshops.test_dev_actions import asked, here, lent, today

__all__ = ["here"]

ASK, DESK = "/en/workshops/devices/ask", "/en/staff/workshops/devices"
WISH = {"help": "loan", "device": "tablet", "why": "To write to my doctor"}
GUEST = WISH | {"name": "Old Juhan", "way": "phone", "phone": "+372 555 1234", "language": "en"}


def only_request() -> DeviceRequest:
    with db.read() as s:
        return s.scalars(select(DeviceRequest)).one()


def test_a_guest_asks_and_comes_back_with_the_slip(client: Client, here: int) -> None:
    assert "Mobile phone" in client.get("/en/workshops/devices").text
    assert "/en/workshops/devices" in client.get("/en/workshops/").html
    page = client.post(ASK, GUEST | {"venue": str(here)}, page=ASK)
    row = only_request()
    slip = queries_devices.slip_of(row.id)
    assert slip in page.text and "Juhan" not in page.text
    with db.read() as s:
        assert s.scalars(select(Contact.value).where(Contact.person_id == row.person_id)).one() == "+372 555 1234"
    for width in ("", "?width=80"):
        assert slip in client.get(f"/en/workshops/devices/request/{slip}/print{width}").text
    where = f"/en/workshops/devices/request/{slip}/withdraw"
    assert "Withdraw this request?" in client.get(where).text
    assert "Your request is withdrawn." in client.post(where, {}, page=where).text
    assert client.post(where, {}, page=ASK).status == 409
    assert client.get("/en/workshops/devices/request/ABCD-EFGH").status == 404


def test_what_is_missing_is_said_at_the_field_and_nothing_is_lost(client: Client, here: int) -> None:
    wrong = ({"phone": ""}, "Enter your telephone number."), ({"way": "email"}, "Enter your e-mail address.")
    for given, said in (*wrong, ({"why": ""}, "in a few words"), ({"way": "none"}, "one of the answers")):
        page = client.post(ASK, GUEST | {"venue": str(here)} | given, page=ASK)
        assert page.status == 422 and said in page.text
        assert "Old Juhan" in page.html
    with db.read() as s:
        assert s.scalars(select(Person.id).where(Person.name == "Old Juhan")).all() == []


def test_with_an_account_it_stands_on_my_page_and_can_be_taken_back(client: Client, here: int) -> None:
    enter(client, "Ana Ilves")
    assert "Your name" not in client.get(ASK).text
    client.post(ASK, WISH | {"venue": str(here), "help": "voucher"}, page=ASK)
    assert "A voucher" in client.get("/en/my").text
    slip = queries_devices.slip_of(only_request().id)
    client.post(f"/en/workshops/devices/request/{slip}/withdraw", {}, page="/en/my")
    assert only_request().state is RequestState.WITHDRAWN


def test_the_desk_decides_hands_out_renews_and_takes_back(client: Client, here: int) -> None:
    with db.write() as s:
        ana = town.person("Ana Ilves")
        number = asked(ana, here).id
        device = s.scalars(select(Device.id).where(Device.label == "T-1")).one()
    lia = enter(client, "Lia Rossi", roles=["librarian"])
    at = f"{DESK}/requests/{number}"
    assert client.get(at).status == 404  # nobody has named her house yet
    with db.write():
        actions_help.set_places(SYSTEM, lia, [here])
    assert "Ana Ilves" in client.get(f"{DESK}/requests").text
    page = client.post(f"{at}/decide", {"decision": "refused", "reason": ""}, page=at)
    assert page.status == 422 and "Say why it is refused." in page.text
    client.post(f"{at}/decide", {"decision": "approved", "reason": "School"}, page=at)
    due = today() + timedelta(days=10)
    day = {"due-day": str(due.day), "due-month": str(due.month), "due-year": str(due.year)}
    late = client.post(f"{at}/hand-out", {"device": str(device), **day, "due-year": "2020"}, page=at)
    assert late.status == 409 and "from today on" in late.text
    client.post(f"{at}/hand-out", {"device": str(device), **day, "condition": "With its cable"}, page=at)
    with db.read() as s:
        loan = s.scalars(select(Loan)).one()
        assert (loan.due_on, loan.condition_out) == (due, "With its cable")
        assert s.scalars(select(Look.page).where(Look.person_id == ana.person_id)).first() is not None
    more = {f"until-{part.removeprefix('due-')}": value for part, value in day.items()}
    assert client.post(f"{DESK}/loans/{loan.id}/renew", more, page=at).status == 409  # no later than before
    assert "The device is back." in client.post(f"{DESK}/loans/{loan.id}/return", {"back": "Fine"}, page=at).text
    assert only_request().state is RequestState.CLOSED


def test_the_register_shows_overdue_first_and_is_searched(client: Client, here: int) -> None:
    with db.write() as s:
        lent(town.person("Ana Ilves"), here, "T-2", today() + timedelta(days=1))
        s.scalars(select(Loan)).one().from_on = today() - timedelta(days=30)
        s.scalars(select(Loan)).one().due_on = today() - timedelta(days=20)
        mill = town.house("Old mill", "Mill Lane 3")
        act.add_device(SYSTEM, venue_id=mill, kind=DeviceKind.LAPTOP, label="=M-1")
    enter(client, "Pia Plan", roles=["programme"])
    page = client.get(DESK)
    assert page.text.index("T-2") < page.text.index("T-1") and "Overdue" in page.text
    assert "T-1" not in client.get(f"{DESK}?q=ana").text
    assert "T-2" not in client.get(f"{DESK}?state=available").text
    assert "'=M-1" in client.get(f"{DESK}.csv").text
    assert "No device fits." in client.get(f"{DESK}?state=retired").text


def test_a_device_is_added_changed_and_taken_out_of_use(client: Client, here: int) -> None:
    enter(client, "Pia Plan", roles=["programme"])
    new = {"label": "L-1", "kind": "laptop", "venue": str(here), "note": "Bag"}
    assert "in the register" in client.post(f"{DESK}/new", new, page=f"{DESK}/new").text
    again = client.post(f"{DESK}/new", new, page=f"{DESK}/new")
    assert again.status == 422 and "has this label" in again.text
    with db.read() as s:
        number = s.scalars(select(Device.id).where(Device.label == "L-1")).one()
    at = f"{DESK}/{number}"
    assert client.post(at, new | {"label": "T-1", "state": "repair"}, page=at).status == 422
    client.post(at, new | {"state": "retired"}, page=at)
    with db.read() as s:
        assert s.get_one(Device, number).state is DeviceState.RETIRED


def test_library_staff_reach_their_own_house_only(client: Client, app: Portal, here: int) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        mill = town.house("Old mill", "Mill Lane 3")
        device = act.add_device(SYSTEM, venue_id=mill, kind=DeviceKind.LAPTOP, label="M-1").id
        loan = lent(town.person("Ana Ilves"), here)
        number, at_home, home = loan.id, loan.device_id, loan.request_id
        s.flush()
    lia = enter(client, "Lia Rossi", roles=["librarian"])
    with db.write():
        actions_help.set_places(SYSTEM, lia, [mill])
    page = client.get(DESK)
    assert "M-1" in page.text and "T-1" not in page.text
    assert client.get(f"{DESK}/{device}").status == 200
    for path in (f"{at_home}", f"requests/{home}"):
        assert client.get(f"{DESK}/{path}").status == 404
    for path in (
        f"loans/{number}/return",
        f"loans/{number}/renew",
        f"loans/{number}/called",
        f"requests/{home}/decide",
    ):
        assert client.post(f"{DESK}/{path}", {}, page=f"{DESK}/new").status == 404


def test_the_desks_lists_are_read_in_a_fixed_number_of_selects(
    client: Client, app: Portal, here: int, count_queries: Any
) -> None:
    enter(client, "Lia Rossi", roles=["programme"])

    def looked_at(number: int) -> tuple[int, int]:
        with db.write():
            for each in range(number):
                label = f"B{number}-{each}"
                act.add_device(SYSTEM, venue_id=here, kind=DeviceKind.TABLET, label=label)
                lent(town.person(f"Person {label}"), here, label)
                asked(town.person(f"Reader {label}"), here)
        found = []
        for page in (DESK, f"{DESK}/requests"):
            client.get(page)
            with count_queries(app) as counted:
                client.get(page)
            found.append(counted.number)
        return found[0], found[1]

    one, many = looked_at(1), looked_at(20)
    assert one == many and max(many) <= 16
