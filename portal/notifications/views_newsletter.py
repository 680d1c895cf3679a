"""The newsletter for anybody, and the way out of every mail that is not obligatory."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db, i18n
from portal.base.i18n import _
from portal.base.security import browser, outside, public
from portal.notifications import actions, actions_newsletter, queries, sign
from portal.notifications.forms import NewsletterForm
from portal.notifications.views import pages


@pages.route("/newsletter", methods=["GET", "POST"])
@public
def newsletter() -> ResponseReturnValue:
    """Ask for the newsletter."""
    form = NewsletterForm()
    if form.is_submitted():
        if not form.validate():
            return render_template("notifications/newsletter.html", form=form), 422
        actions_newsletter.subscribe(
            db.session(),
            email=form.email.data or "",
            lang=i18n.lang(),
            browser=browser(),
            origin=request.remote_addr or "",
        )
        return redirect(url_for(".newsletter_asked"), 303)
    return render_template("notifications/newsletter.html", form=form)


@pages.get("/newsletter/asked")
@public
def newsletter_asked() -> str:
    """What comes next; the same for known and unknown addresses."""
    return render_template("notifications/asked.html")


@pages.get("/newsletter/confirm/<token>")
@public
def confirm(token: str) -> ResponseReturnValue:
    """The second yes: the link shows a button, the button says yes."""
    row = actions_newsletter.by_token(db.session(), token, "confirm")
    if row is None:
        raise NotFound
    return render_template("notifications/confirm.html", token=token, done=row.confirmed_at is not None)


@pages.post("/newsletter/confirm/<token>/yes")
@public
def confirmed(token: str) -> ResponseReturnValue:
    """Subscribe."""
    row = actions_newsletter.by_token(db.session(), token, "confirm")
    if row is None:
        raise NotFound
    actions_newsletter.confirm(row, clock.now())
    flash(_("You get the newsletter from now on."), "success")
    return redirect(url_for(".confirm", token=token), 303)


@pages.get("/unsubscribe/<token>")
@public
def unsubscribe(token: str) -> str:
    """What would end, and the button."""
    parts = sign.read(token)
    if parts is None or parts[0] not in {"topic", "digest", "letter"}:
        raise NotFound
    topic = queries.topics().get(parts[2]) if parts[0] == "topic" and len(parts) == 3 else None
    return render_template("notifications/unsubscribe.html", what=parts[0], topic=topic, token=token, done=False)


@pages.post("/unsubscribe/<token>")
@public
@outside
def unsubscribed(token: str) -> str:
    """End it. Mail programs post here by themselves (RFC 8058), so no session and no form token: the address proves
    who asks. Asking twice is harmless."""
    parts, s = sign.read(token), db.session()
    if parts is None:
        raise NotFound
    topic = None
    if parts[0] == "topic" and len(parts) == 3:
        topic = queries.topics().get(parts[2])
        actions.no_mail(int(parts[1]), parts[2])
    elif parts[0] == "digest" and len(parts) == 2:
        actions.no_digest(int(parts[1]))
    elif parts[0] == "letter" and len(parts) == 3:
        row = actions_newsletter.by_token(s, token, "letter")
        if row is not None:
            actions_newsletter.leave(s, row)
    else:
        raise NotFound
    return render_template("notifications/unsubscribe.html", what=parts[0], topic=topic, token=token, done=True)
