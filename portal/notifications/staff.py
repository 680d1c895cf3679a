"""The staff's side: mails that did not arrive, letters to print, the newsletter."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.base import db, files, ground, i18n, mail, texts, ui
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Todo
from portal.base.i18n import _, _l, _n
from portal.base.mail import Outgoing
from portal.base.markdown import render
from portal.base.security import actor, staff
from portal.notifications import actions_letters, actions_newsletter, queries_post, rules
from portal.notifications.forms import IssueForm
from portal.notifications.models import LetterBatch, Newsletter

desk = Blueprint("notifications_staff", __name__, url_prefix="/staff")
POST_ROOM = ("case_officer", "administrator")
EDITORS = ("administrator", "moderator")
PER_PAGE = 50


@desk.get("/post")
@staff("administrator")
def post() -> str:
    """Mails and text messages that wait for a decision, and how the post office stands."""
    number = ui.page_number(request.args.get("page"))
    page = queries_post.troubled(db.session(), limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    here = ground.settings()
    return render_template(
        "notifications/staff/post.html",
        page=page,
        paging=ui.paging(page.total, number, PER_PAGE, lambda n: ui.address(url_for(".post"), {}, page=n)),
        server=bool(here.smtp.host),
        sms=mail.sms_on(),
    )


@desk.post("/post/<int:mail_id>/again")
@staff("administrator")
def post_again(mail_id: int) -> ResponseReturnValue:
    """Send it again."""
    return _decide(mail_id, mail.again, _("It is sent again."))


@desk.post("/post/<int:mail_id>/leave")
@staff("administrator")
def post_leave(mail_id: int) -> ResponseReturnValue:
    """Leave it as it is."""
    return _decide(mail_id, mail.drop, _("It is left as it is."))


def _decide(mail_id: int, act: Any, said: str) -> ResponseReturnValue:
    s = db.session()
    row = s.get(Outgoing, mail_id)
    if row is None:
        abort(404)
    if not act(s, row):
        raise Refused(_l("Somebody else has decided already."), 409)
    record(actor(), "mail.again" if act is mail.again else "mail.left", "mail", mail_id)
    flash(said, "success")
    return redirect(url_for(".post"), 303)


@desk.get("/letters-to-print")
@staff(*POST_ROOM)
def letters() -> str:
    """Letters to print, and the batches that were made."""
    s = db.session()
    return render_template(
        "notifications/staff/letters.html",
        waiting=actions_letters.waiting(s),
        most=actions_letters.MOST,
        batches=actions_letters.batches(s),
    )


@desk.post("/letters-to-print/batches")
@staff(*POST_ROOM)
def make_batch() -> ResponseReturnValue:
    """Take what waits into a batch."""
    batch = actions_letters.make_batch(actor())
    if batch is None:
        flash(_("No letter waits."), "warning")
        return redirect(url_for(".letters"), 303)
    return redirect(url_for(".batch", batch_id=batch.id), 303)


def _note(letters: list[actions_letters.Letter], page: str) -> None:
    people = [one.person.person_id for one in letters if one.person is not None]
    note_look(actor(), people, page=page, why="post", how=How.EXPORT, roles=POST_ROOM)


@desk.get("/letters-to-print/<int:batch_id>")
@staff(*POST_ROOM)
def batch(batch_id: int) -> str:
    """The letters of a batch, one a page, for a printer; those alone that the PDF could not hold, where asked so."""
    found, alone = _batch(batch_id), request.args.get("part") == "left"
    every = actions_letters.letters(db.session(), found)
    _note(every, "notifications_staff.batch")
    return render_template(
        "notifications/staff/batch.html",
        batch=found,
        letters=[one for one in every if one.row.id in found.left_out] if alone else every,
        homeless=sum(not one.address for one in every),
        alone=alone,
    )


@desk.get("/letters-to-print/<int:batch_id>/file")
@staff(*POST_ROOM)
def batch_file(batch_id: int) -> ResponseReturnValue:
    """The same letters as one PDF, for the post room's printer."""
    found = _batch(batch_id)
    if not found.file or found.posted_at is not None:
        abort(404)
    _note(actions_letters.letters(db.session(), found), "notifications_staff.batch_file")
    return files.private(actions_letters.folder() / found.file, f"letters-{found.id}.pdf", "application/pdf")


@desk.post("/letters-to-print/<int:batch_id>/print")
@staff(*POST_ROOM)
def print_again(batch_id: int) -> ResponseReturnValue:
    """Make the PDF once more, after it could not be made."""
    if not actions_letters.print_again(actor(), _batch(batch_id)):
        raise Refused(_l("This batch has its PDF already, or is in the post."), 409)
    flash(_("The PDF is being made."), "success")
    return redirect(url_for(".batch", batch_id=batch_id), 303)


@desk.post("/letters-to-print/<int:batch_id>/posted")
@staff(*POST_ROOM)
def posted(batch_id: int) -> ResponseReturnValue:
    """The letters are in the post."""
    if not actions_letters.posted(actor(), _batch(batch_id)):
        raise Refused(_l("Somebody else has decided already."), 409)
    flash(_("The letters are marked as posted."), "success")
    return redirect(url_for(".letters"), 303)


def _batch(batch_id: int) -> LetterBatch:
    found = db.session().get(LetterBatch, batch_id)
    if found is None:
        abort(404)
    return found


# The newsletter


@desk.get("/newsletter")
@staff(*EDITORS)
def newsletters() -> str:
    """Every issue."""
    s = db.session()
    return render_template(
        "notifications/staff/newsletters.html",
        issues=actions_newsletter.issues(s),
        readers=actions_newsletter.readers(s),
    )


@desk.post("/newsletter")
@staff(*EDITORS)
def new_issue() -> ResponseReturnValue:
    """Begin an issue."""
    return redirect(url_for(".issue", issue_id=actions_newsletter.begin(actor()).id), 303)


@desk.get("/newsletter/<int:issue_id>")
@staff(*EDITORS)
def issue(issue_id: int) -> str:
    """An issue: its languages, a preview of each, the button that sends it."""
    row, s = _issue(issue_id), db.session()
    words = texts.all_languages(s, "newsletter", row.id)
    codes = ground.settings().languages
    return render_template(
        "notifications/staff/issue.html",
        row=row,
        spoken=[(code, words.get(("subject", code)), words.get(("body", code))) for code in codes],
        readers=actions_newsletter.readers(s),
        ready=actions_newsletter.pick(words, i18n.lang()) is not None,
        missing=[code for code in codes if ("body", code) not in words],
    )


@desk.route("/newsletter/<int:issue_id>/write/<code>", methods=["GET", "POST"])
@staff(*EDITORS)
def write_issue(issue_id: int, code: str) -> ResponseReturnValue:
    """Write an issue in one language, with a preview."""
    row = _unsent(issue_id)
    if code not in ground.settings().languages:
        abort(404)
    words = texts.all_languages(db.session(), "newsletter", row.id)
    stored = {field: words[field, code].body for field in ("subject", "body") if (field, code) in words}
    form, preview, status = IssueForm(data=stored), None, 200
    if form.is_submitted():
        if form.validate() and request.form.get("act") != "preview":
            actions_newsletter.write(
                actor(), row, lang=code, subject=form.subject.data or "", body=form.body.data or ""
            )
            flash(_("The text is stored."), "success")
            return redirect(url_for(".issue", issue_id=row.id), 303)
        preview = render(form.body.data or "", code) if not form.errors else None
        status = 422 if form.errors else 200
    html = render_template(
        "notifications/staff/write.html",
        form=form,
        row=row,
        code=code,
        preview=preview,
        beside=words.get(("body", "en")),
    )
    return html, status


@desk.post("/newsletter/<int:issue_id>/send")
@staff(*EDITORS)
def send_issue(issue_id: int) -> ResponseReturnValue:
    """Send it to everybody who wants it."""
    row = _unsent(issue_id)
    words = texts.all_languages(db.session(), "newsletter", row.id)
    if actions_newsletter.pick(words, i18n.lang()) is None:
        raise Refused(_l("Write the issue in at least one language first."), 409)
    actions_newsletter.send(actor(), row)
    flash(_("The newsletter is on its way."), "success")
    return redirect(url_for(".issue", issue_id=row.id), 303)


@desk.post("/newsletter/<int:issue_id>/remove")
@staff(*EDITORS)
def remove_issue(issue_id: int) -> ResponseReturnValue:
    """Throw an unsent issue away."""
    actions_newsletter.remove(actor(), _unsent(issue_id))
    flash(_("The issue is gone."), "success")
    return redirect(url_for(".newsletters"), 303)


def _issue(issue_id: int) -> Newsletter:
    row = db.session().get(Newsletter, issue_id)
    if row is None:
        abort(404)
    return row


def _unsent(issue_id: int) -> Newsletter:
    row = _issue(issue_id)
    if row.sent_at is not None:
        raise Refused(_l("This issue has been sent. It cannot be changed any more."), 409)
    return row


def todo(s: Session, who: Actor) -> list[Todo]:
    """What waits: mails to decide about, letters to print. Each is due within days of the oldest."""
    found: list[Todo] = []
    if who.everywhere("administrator") and (count := mail.troubled(s)):
        words = _n("%(n)s mail did not arrive", "%(n)s mails did not arrive", count)
        found.append(
            Todo(words, url_for("notifications_staff.post"), _after(mail.troubled_since(s), rules.MAIL_DECIDED), count)
        )
    if who.everywhere(*POST_ROOM) and (count := actions_letters.waiting(s)):
        words = _n("%(n)s letter to print", "%(n)s letters to print", count)
        due = _after(actions_letters.oldest(s), rules.LETTERS_POSTED)
        found.append(Todo(words, url_for("notifications_staff.letters"), due, count))
    return found


def _after(since: datetime | None, span: timedelta) -> datetime | None:
    return since + span if since is not None else None
