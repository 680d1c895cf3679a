"""The sign on the door of the inbox."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from sqlalchemy import select

from portal.base import db
from portal.base.feature import Fate, Feature, Job, Menu, Mine, Notice, Record, Topic
from portal.base.i18n import _l
from portal.base.security import SAFE, actor
from portal.identity.models import Contact, Way
from portal.notifications import (
    jobs,
    queries,
    queries_around,
    staff,
    staff_sheets,
    views,
    views_around,
    views_newsletter,
)
from portal.notifications.models import Delivery, Message, Subscriber


def page() -> dict[str, Any]:
    """The badge of the header (one select, for those who are signed in), and a question that follow buttons ask."""
    who = actor()
    if not who.signed_in or who.person_id is None:
        return {"follows": None, "inbox_url": None, "around_url": queries_around.address}
    return {
        "around_url": queries_around.address,
        "inbox_url": url_for("notifications.inbox"),
        # the answer of an act asks nothing after its COMMIT: the link is there, the number on the next page
        "unread": queries.unread(db.session(), who.person_id)
        if request.method in SAFE and queries.whose(who).own
        else 0,
        "unread_top": queries.BADGE_TOP,
        "follows": _follows,
    }


def _follows(kind: str, object_id: int) -> bool:
    return queries.follows(db.session(), actor(), kind, object_id)


def _own_address(person_id: int) -> Any:
    """The newsletter's line of a person's confirmed address."""
    mine = select(Contact.value_folded).where(
        Contact.person_id == person_id, Contact.way == Way.EMAIL, Contact.confirmed_at.is_not(None)
    )
    return Subscriber.email_folded.in_(mine)


def _of_messages(person_id: int) -> Any:
    return Delivery.message_id.in_(select(Message.id).where(Message.person_id == person_id))


_TWO_YEARS = _l("Two years")
_ACCOUNT = _l("As long as the account")
_TASK = _l("Public task of the city")
_ASKED = _l("The person asked for it")
_LATER = _l("As long as the audit record")


FEATURE = Feature(
    name="notifications",
    blueprints=[views.pages, staff.desk],
    footer=[Menu(_l("Newsletter"), "notifications.newsletter", order=70)],
    staff_menu=[
        Menu(_l("Newsletter"), "notifications_staff.newsletters", roles=staff.EDITORS, order=63),
        Menu(_l("Letters to print"), "notifications_staff.letters", roles=staff.POST_ROOM, order=64),
        Menu(_l("Mail that did not arrive"), "notifications_staff.post", roles=("administrator",), order=93),
    ],
    jobs=[
        Job("notifications.route", jobs.route),
        Job("notifications.fan_out", jobs.fan_out),
        Job("notifications.digest", jobs.digest, every=600),
        Job("notifications.newsletter", jobs.newsletter),
        Job("notifications.tell_around", jobs.tell_around, every=900),
        Job("notifications.sweep", jobs.sweep, every=3600),
        Job("identity.role_changed", jobs.role_changed),
        Job("identity.code_given", jobs.code_given),
        Job("identity.joined_elsewhere", jobs.joined_elsewhere),
        Job("identity.letter_printed", jobs.letter_printed),
        Job("identity.letter_used", jobs.letter_used),
    ],
    topics=[Topic("account", _l("Your account and your rights"), required=True),
            Topic("around", _l("News around your places"), personal=True)],
    notices=[
        Notice(
            "around.new",
            "around",
            _l("New around %(place)s"),
            _l("New within %(metres)s metres of %(place)s: %(titles)s"),
        ),
        Notice(
            "account.role_given",
            "account",
            _l("You have a new role: %(role)s"),
            _l("An administrator gave you the role “%(role)s”. It counts from your next page on."),
        ),
        Notice(
            "account.code_given",
            "account",
            _l("A code to vote was given out for you"),
            _l(
                "A counter of the city has seen an identity document and given out a code to vote in your name. A ballot "
                "cast with it takes the place of an earlier one. If that was not you, call the city at once."
            ),
        ),
        Notice(
            "account.letter_printed",
            "account",
            _l("A letter with a code was printed for you"),
            _l(
                "It goes to your address in the register of residents. With the code one can prove where you live, or "
                "vote for you. If the letter does not come within two weeks, or if you did not ask for it, call the city."
            ),
        ),
        Notice(
            "account.letter_used",
            "account",
            _l("The code in a letter to you was entered to vote"),
            _l(
                "Whoever entered it can vote for you: a ballot cast with it takes the place of an earlier one. “My page” "
                "shows on which day and by which way your vote was cast last. If that was not you, sign in and vote "
                "again: until the close the last ballot counts. Then object: call the city, or bring a document to a "
                "counter."
            ),
        ),
        Notice(
            "account.joined_elsewhere",
            "account",
            _l("Another account was joined with your entry in the register"),
            _l(
                "A code from a letter, or a counter that saw a document, has proved for another account that it belongs "
                "to you. With it somebody can vote as you. If that was not you, call the city at once."
            ),
        ),
        Notice(
            "account.role_taken",
            "account",
            _l("A role was taken from you: %(role)s"),
            _l("An administrator took the role “%(role)s” from you. If you think this is a mistake, ask your office."),
        ),
    ],
    sheets=staff_sheets.SHEETS,
    no_paper={**staff_sheets.NO_PAPER, "KeepAroundForm": "it keeps a place of this site’s plan"},
    personal=[
        Record(
            "message", _l("Messages"), _l("Telling people what concerns them"), _TASK, _TWO_YEARS, Fate.DELETED,
        ),
        Record(
            "delivery", _l("Ways of messages"), _l("Knowing whether a message left by mail or as a letter"), _TASK,
            _TWO_YEARS, Fate.DELETED, person=(), reach=_of_messages,
        ),
        Record(
            "preference", _l("Wishes about messages"), _l("Telling people in the way they want"), _ASKED, _ACCOUNT,
            Fate.DELETED,
        ),
        Record("follow", _l("Followed things"), _l("Telling people what is new there"), _ASKED, _ACCOUNT, Fate.DELETED),
        Record("alert", _l("News by topic and district"), _l("Telling people what is new there"), _ASKED, _ACCOUNT,
               Fate.DELETED),
        Record(
            "place_alert", _l("Places around which you hear of news"), _l("Telling people what is new there"), _ASKED,
            _ACCOUNT, Fate.DELETED, who=_l("You alone."),
        ),
        Record(
            "calendar_key", _l("Address of the calendar"), _l("Showing a person’s dates in a calendar program"), _ASKED,
            _ACCOUNT, Fate.DELETED, hidden=("secret",),
        ),
        Record(
            "letter_batch", _l("Batches of letters"), _l("Knowing who printed letters"), _TASK, _LATER, Fate.ANONYMOUS,
            person=("made_by_id",), reason=_l("The number of letters stays as evidence."),
        ),
        Record(
            "subscriber", _l("Addresses for the newsletter"), _l("Sending the newsletter to those who asked for it"), _ASKED,
            _l("Until you unsubscribe"), Fate.DELETED, person=(), reach=_own_address, hidden=("secret",),
        ),
        Record(
            "newsletter", _l("Issues of the newsletter"), _l("Knowing who wrote an issue"), _TASK, _LATER,
            Fate.ANONYMOUS, person=("made_by_id",), reason=_l("The issue itself is public."),
        ),
    ],
    mine=[
        Mine(
            "messages", _l("Messages"), queries.newest, _l("You have no messages"), start="notifications.wishes", order=10
        ),
        Mine(
            "around", _l("News around your places"), queries_around.mine,
            _l("You can be told what is new around a place in the city."), start="notifications.around", order=70,
        ),
    ],
    page=page,
    todo=staff.todo,
)  # fmt: skip

# Modules whose views stand on the blueprint above: importing them is what puts them there.
PIECES = (views_newsletter, views_around)
