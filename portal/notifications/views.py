"""A person's own messages, and how they want to be told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.base import db, ground, i18n, ics, mail, ui
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Topic
from portal.base.i18n import _, _l
from portal.base.security import actor, alone_because, back_to, for_oneself, public, shared_screen, signed_in
from portal.identity.queries import reachable
from portal.notifications import actions, queries, queries_around
from portal.notifications.forms import AlertForm, InboxFilters, wished, wishes_form
from portal.notifications.rules import Wish
from portal.places.queries import district_names, districts
from portal.places.queries_plan import city_scale

pages = Blueprint("notifications", __name__)
PER_PAGE = 20
OWN_CALENDAR = _l(
    "The address opens the person’s dates to whoever has seen it. They make it alone, in a session of their own."
)


@pages.get("/inbox")
@signed_in
def inbox() -> str:
    """Everything one was told, newest first, with search and filters that live in the address."""
    form, topics = InboxFilters(), {topic.name: topic for topic in _topics()}
    form.topic.choices = [(topic.name, topic.label) for topic in topics.values()]
    form.validate()
    number = ui.page_number(request.args.get("page"))
    _note_look("notifications.inbox", How.SEARCH)
    topic = form.topic.data if form.topic.data in topics else ""
    found = queries.inbox(
        db.session(), actor(), words=form.q.data or "", topic=topic or "", unread_only=bool(form.unread.data),
        limit=PER_PAGE, offset=(number - 1) * PER_PAGE,
    )  # fmt: skip
    query = {name: value for name, value in request.args.items() if name != "page" and len(value) < 200}
    return render_template(
        "notifications/inbox.html",
        form=None,
        filters=form,
        found=found,
        own=queries.whose(actor()).own,
        asked=bool(form.q.data or topic or form.unread.data),
        paging=ui.paging(found.total, number, PER_PAGE, lambda n: ui.address(url_for(".inbox"), query, page=n)),
    )


@pages.post("/inbox/read-all")
@signed_in
@for_oneself
def read_all() -> ResponseReturnValue:
    """Mark everything as read."""
    actions.mark_all_read(actor())
    flash(_("All messages are marked as read."), "success")
    return redirect(url_for(".inbox"), 303)


@pages.get("/inbox/<int:message_id>")
@signed_in
def message(message_id: int) -> str:
    """One message."""
    row = queries.message(db.session(), actor(), message_id)
    shown = queries.shown(row) if row is not None else None
    if shown is None:
        raise NotFound
    _note_look("notifications.message", How.PAGE)
    return render_template(
        "notifications/message.html", it=shown, link=bool(_link(shown)), own=queries.whose(actor()).own
    )


def _note_look(page: str, how: How) -> None:
    """Whoever reads for another stands in that person's list of looks."""
    who = actor()
    if who.acting_for is not None and who.acting_for.person_id is not None:
        note_look(who, [who.acting_for.person_id], page=page, why="mandate", how=how)


def _link(shown: queries.Shown) -> str:
    """The page that a message is about; empty where there is none, or its wing is off."""
    if not shown.row.endpoint:
        return ""
    try:
        return url_for(shown.row.endpoint, **shown.row.args)
    except Exception:  # werkzeug's BuildError: the page went away with its wing
        return ""


@pages.post("/inbox/<int:message_id>/read")
@signed_in
def mark(message_id: int) -> ResponseReturnValue:
    """Mark a message as read, or as unread again; `go` leads on to the page that it is about."""
    row = queries.message(db.session(), actor(), message_id)
    if row is None:
        raise NotFound
    wish = request.form.get("as", "read")
    actions.mark_read(actor(), message_id, wish != "unread")
    shown = queries.shown(row)
    target = _link(shown) if wish == "go" and shown is not None else ""
    return redirect(target or url_for(".inbox"), 303)


@pages.route("/inbox/settings", methods=["GET", "POST"])
@signed_in
@for_oneself
def wishes() -> ResponseReturnValue:
    """How one wants to be told, by topic."""
    s, who = db.session(), actor()
    assert who.person_id is not None
    topics = _topics()
    stored = {topic: wish for (_person, topic), wish in queries.wishes(s, [who.person_id]).items()}
    form = wishes_form(topics, stored, sms=mail.sms_on())
    if form.is_submitted():
        if form.validate():
            actions.wish(who.person_id, wished(form, topics, stored))
            flash(_("Your wishes are stored."), "success")
            return redirect(url_for(".wishes"), 303)
        return _wishes(form, topics), 422
    return _wishes(form, topics)


def _wishes(form: Any, topics: list[Any], alert: AlertForm | None = None) -> str:
    s, who = db.session(), actor()
    assert who.person_id is not None
    names = district_names(s)
    alone = who.helped_by is None and shared_screen() is None  # the address opens the dates to whoever has seen it
    key = queries.calendar_key(s, who) if alone else None
    return render_template(
        "notifications/settings.html",
        form=alert if alert is not None and alert.errors else form,
        wishes=form,
        topics=topics,
        reach=reachable(s, [who.person_id]).get(who.person_id),
        sms=mail.sms_on(),
        alerts=queries.alerts(s, who),
        alert_form=alert or _alert_form(),
        around_on=city_scale() is not None,
        places=[(one, queries_around.circle(one).args()) for one in queries_around.own(s, who)],
        labels={topic.name: topic.label for topic in topics},
        names=names,
        following=queries.following(s, who, i18n.lang()),
        kinds={kind.name: kind.label for feature in ground.current().features for kind in feature.kinds},
        offers_calendar=alone,
        calendar=ground.settings().base_url + url_for(".calendar", secret=key.secret) if key else "",
    )


def _topics() -> list[Topic]:
    """The topics that concern whoever asks."""
    return [topic for topic in queries.topics().values() if not topic.staff or actor().staff]


def _alert_form() -> AlertForm:
    form = AlertForm()
    news = [one for one in _topics() if not (one.required or one.personal)]
    form.topic.choices = [(one.name, one.label) for one in news]
    form.district.choices = [(row.code, row.name) for row in districts(db.session())]
    return form


@pages.post("/inbox/alerts")
@signed_in
@for_oneself
def add_alert() -> ResponseReturnValue:
    """Want to hear of a topic's news."""
    form = _alert_form()
    if not form.validate():
        s, who = db.session(), actor()
        assert who.person_id is not None
        topics = _topics()
        stored = {topic: wish for (_person, topic), wish in queries.wishes(s, [who.person_id]).items()}
        return _wishes(_unsent(wishes_form, topics, stored), topics, form), 422
    actions.add_alert(actor(), form.topic.data, form.district.data or "")
    flash(_("You will hear of what is new there."), "success")
    return redirect(url_for(".wishes") + "#news", 303)


def _unsent(make: Any, topics: list[Any], stored: dict[str, Wish]) -> Any:
    """The form of wishes as it is stored, on an answer to another form."""
    form = make(topics, stored, sms=mail.sms_on())
    form.process(formdata=None, data=form.data | {name: field.object_data for name, field in form._fields.items()})
    return form


@pages.post("/inbox/alerts/<int:alert_id>/remove")
@signed_in
@for_oneself
def remove_alert(alert_id: int) -> ResponseReturnValue:
    """Hear of a topic's news no longer."""
    if not actions.remove_alert(actor(), alert_id):
        raise NotFound
    flash(_("You will not hear of that any more."), "success")
    return redirect(url_for(".wishes") + "#news", 303)


@pages.post("/follow")
@signed_in
def follow() -> ResponseReturnValue:
    """Follow a public thing, or follow it no longer (`on` is empty)."""
    kind, raw = request.form.get("kind", "")[:40], request.form.get("id", "")
    object_id = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 16 else 0
    if not request.form.get("on"):
        actions.unfollow(actor(), kind, object_id)
        flash(_("You no longer follow this."), "success")
    elif not object_id or not queries.is_public(db.session(), kind, object_id, i18n.lang()):
        raise NotFound
    elif actions.follow(actor(), kind, object_id):
        flash(_("You follow this now. News about it come to your messages."), "success")
    else:
        raise Refused(_l("You follow very many things. End some of them first."), 409)
    return back_to(request.form.get("back"), url_for(".wishes"))


@pages.post("/inbox/calendar")
@signed_in
@for_oneself
@alone_because(OWN_CALENDAR)
def calendar_address() -> ResponseReturnValue:
    """Make a calendar address, or (with `end`) take it away. Not at a shared screen, where others may see it."""
    if shared_screen() is not None:
        raise Refused(_l("The address opens your dates to whoever has seen it. Make it in a browser of your own."), 403)
    if request.form.get("end"):
        actions.end_calendar_address(actor())
        flash(_("The calendar address is dead."), "success")
    else:
        actions.new_calendar_address(actor())
        flash(_("Your calendar has an address now."), "success")
    return redirect(url_for(".wishes") + "#calendar", 303)


@pages.get("/calendar/<secret>.ics")
@public
def calendar(secret: str) -> Response:
    """A person's dates for a calendar program, which cannot sign in: the address itself is the key."""
    s = db.session()
    person_id = queries.calendar_owner(s, secret)
    if person_id is None or person_id not in reachable(s, [person_id]):
        raise NotFound
    events = queries.events(s, Actor(person_id=person_id, channel="calendar"), i18n.lang())
    name = _("My dates in %(city)s", city=ground.settings().city.name)
    answer = ics.answer(events, name, i18n.lang())
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
