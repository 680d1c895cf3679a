"""Interest in a topic where nothing fits: said, looked at, taken away."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, i18n, limits
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import actor, back_to, public
from portal.identity.models import Way
from portal.workshops import actions_guest, actions_interest, queries_interest, views_shared
from portal.workshops.forms_interest import InterestForm
from portal.workshops.models import Interest
from portal.workshops.rules import Denied
from portal.workshops.rules_interest import Topic
from portal.workshops.views import pages
from portal.workshops.views_book import GUESTS_A_MINUTE, Whom, whom
from portal.workshops.views_slip import TRIES_A_MINUTE


@pages.route("/interested", methods=["GET", "POST"])
@public
def interested() -> ResponseReturnValue:
    """Say in what one is interested where nothing fits."""
    s, who = db.session(), whom()
    form = InterestForm.fit(
        queries_interest.topics(s), queries_interest.houses(s), guest=who.asks_way, lang=i18n.lang(),
        wanted=queries_interest.topic_of(s, request.args.get("workshop", "")[:80]),
    )  # fmt: skip
    status = 200
    if form.is_submitted():
        if form.validate():
            try:
                row = _add(form, who)
            except Denied as denied:
                form.form_errors.append(f"{denied.verdict.reason} {denied.verdict.next or ''}".strip())
            else:
                flash(_("Noted. We write to you once something fits."), "success")
                views_shared.opened(queries_interest.SLIP, row.id)
                return redirect(url_for(".interest", wish=queries_interest.slip_of(row)), 303)
        status = 422
    return render_template("workshops/interested.html", form=form, whom=who), status


def _add(form: InterestForm, who: Whom) -> Interest:
    """Note it; whoever is not known yet becomes a guest who is written to. Raises Denied."""
    topic, now, number = Topic.read(form.topic.data), clock.now(), who.person_id
    if topic is None:
        abort(400)
    if number is None:
        if not limits.allow("interest", request.remote_addr or "", GUESTS_A_MINUTE):
            raise Refused(_l("Many people write from your network just now. Try again in a minute."), 429)
        number = actions_guest.make(
            who.actor, name=form.name.data, language=form.written.data, way=Way.EMAIL, value=form.email.data, now=now
        ).id
    elif who.asks_way:
        actions_guest.give_way(number, Way.EMAIL, form.email.data, now)
    return actions_interest.add(
        who.actor, number, topic, venue_id=form.venue.data, language=form.language.data, words=form.words.data or "",
        now=now,
    )  # fmt: skip


def find(typed: str) -> Interest:
    """The wish behind a code; 404 for one that nobody was given."""
    row = queries_interest.by_slip(db.session(), typed)
    if row is None:
        if not limits.allow("slip", request.remote_addr or "", TRIES_A_MINUTE):
            raise Refused(_l("Too many wrong codes. Try again in a minute."), 429)
        abort(404)
    views_shared.only_if_open(queries_interest.SLIP, row.id, row.person_id)
    return row


@pages.get("/interested/<wish>")
@public
def interest(wish: str) -> str:
    """What somebody wants to hear of, by the code of it."""
    row = find(wish)
    shown = queries_interest.wishes(db.session(), [row])[0]
    return render_template("workshops/interest.html", wish=shown, code=queries_interest.slip_of(row))


@pages.post("/interested/<wish>/end")
@public
def interest_end(wish: str) -> ResponseReturnValue:
    """Take it away."""
    row, who = find(wish), actor()
    actions_interest.take_away(who if who.signed_in else Actor(channel="slip"), row)
    flash(_("Taken away. We do not write to you about it any more."), "success")
    return back_to(request.form.get("back"), url_for(".index"))
