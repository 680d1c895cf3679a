"""The desk of papers: find them, write letters, revoke, make again, and what the post room prints."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, abort, flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.audit.queries_looks import needs_reason
from portal.base import clock, db, files, ground, i18n, markdown, qr, ui
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Step, Todo
from portal.base.i18n import _, _l, _n
from portal.base.security import actor, staff
from portal.base.verdict import Verdict
from portal.identity import queries as people
from portal.papers import actions, queries, render, rules, sign_keys
from portal.papers.forms import STATES, LetterForm, PapersFilter, RecipientFilter, RevokeForm
from portal.papers.models import Paper, PostBatch, Revocation

desk = Blueprint("papers_staff", __name__, url_prefix="/staff/papers")
DESK = ("case_officer", "administrator")
LETTER = "letter"
PAGE_SIZE = 30


@desk.get("")
@staff(*DESK)
def papers() -> str:
    """All papers that this member of staff is responsible for."""
    form = PapersFilter()
    form.kind.choices = [(kind.name, kind.label) for kind in queries.kinds_of(actor()).values()]
    form.validate()
    number = ui.page_number(request.args.get("page"))
    wish = queries.Wish(words=(form.q.data or "")[:200], kind=form.kind.data or "", state=form.state.data or "")
    lines, total = queries.listed(db.session(), actor(), wish, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    _noted([paper.person_id for paper, _name in lines], "papers_staff.papers", "list", How.SEARCH)
    query = {name: value for name, value in request.args.items() if name != "page" and len(value) < 200}
    paging = ui.paging(total, number, PAGE_SIZE, lambda n: ui.address(url_for("papers_staff.papers"), query, page=n))
    return render_template(
        "papers/staff/papers.html", filters=form, form=None, lines=lines, total=total, paging=paging,
        kinds=queries.kinds(), states=STATES, waits=queries.waits_for_post(db.session()), searched=wish != queries.Wish(),
    )  # fmt: skip


@desk.get("/<int:paper_id>")
@staff(*DESK)
def paper(paper_id: int) -> ResponseReturnValue:
    """One paper."""
    return _paper_page(paper_id, RevokeForm(formdata=None))


def _paper_page(paper_id: int, form: RevokeForm, status: int = 200) -> ResponseReturnValue:
    found, name = _handled(paper_id)
    html = render_template(
        "papers/staff/paper.html", paper=found, name=name, form=form, kind=queries.kinds()[found.kind].label,
        state=STATES[found.state], fault=rules.FAULTS[found.fault] if found.fault else None,
        reason=rules.REASONS[found.reason] if found.reason else None,
        may_revoke=bool(rules.may_revoke(found.state)), may_make_again=bool(rules.may_make_again(found.state)),
        may_replace=found.kind == LETTER and bool(rules.may_revoke(found.state)),
    )  # fmt: skip
    return html, status


@desk.get("/<int:paper_id>/file")
@staff(*DESK)
def file(paper_id: int) -> ResponseReturnValue:
    """The signed file."""
    found = queries.file_for(db.session(), actor(), paper_id)
    if found is None:
        abort(404)
    _noted([found.person_id], "papers_staff.file", "paper", How.EXPORT)
    return files.private(queries.path_of(found.file), f"{found.number}.pdf", "application/pdf")


@desk.get("/<int:paper_id>/slip")
@staff(*DESK)
def slip(paper_id: int) -> str:
    """A slip to take along: number, next step, telephone, QR code; of the person nothing but initials."""
    found, name = _handled(paper_id)
    address = f"{ground.settings().base_url}{url_for('papers_plain.short_code', code=actions.code_of(found))}"
    narrow, city = request.args.get("paper") == "80", ground.settings().city
    with i18n.use_locale(found.lang):  # the slip goes along with the paper; buttons are the clerk's
        heading = _("Slip for %(number)s", number=found.number)
        printed = get_template_attribute("papers/_slip.html", "slip")(
            found.number, _("Scan the code to see where this paper stands. To get it, sign in or call us."),
            city.telephone, qr.svg(address, _("QR code that leads to the check of this paper")),
            initials="".join(part[0] for part in name.split()[:3]).upper(), day=found.issued_at, hours=city.hours,
        )  # fmt: skip
    return render_template(
        "papers/staff/slip_narrow.html" if narrow else "papers/staff/slip.html",
        paper=found, heading=heading, printed=printed, narrow=narrow,
    )  # fmt: skip


@desk.post("/<int:paper_id>/revoke")
@staff(*DESK)
def revoke(paper_id: int) -> ResponseReturnValue:
    """Say that it does not count any more."""
    form = RevokeForm()
    if not form.validate():
        return _paper_page(paper_id, form, 422)
    found, _name = _handled(paper_id)
    _must(actions.revoke(actor(), found, Revocation(form.reason.data)))
    flash(_("The paper is revoked. Whoever checks it reads that from now on."), "success")
    return redirect(url_for("papers_staff.paper", paper_id=paper_id), 303)


@desk.post("/<int:paper_id>/again")
@staff(*DESK)
def make_again(paper_id: int) -> ResponseReturnValue:
    """Try once more to make it."""
    found, _name = _handled(paper_id)
    _must(actions.make_again(actor(), found))
    flash(_("The paper is being made again."), "success")
    return redirect(url_for("papers_staff.paper", paper_id=paper_id), 303)


def _must(verdict: Verdict) -> None:
    if not verdict and verdict.reason is not None:
        raise Refused(verdict.reason, 409)


def _handled(paper_id: int) -> tuple[Paper, str]:
    found = queries.handled(db.session(), actor(), paper_id)
    if found is None:
        abort(404)
    _noted([found[0].person_id], "papers_staff.paper", "paper")
    return found


def _noted(people: Iterable[int | None], page: str, why: str, how: How = How.PAGE) -> None:
    """A line in the access log of everybody whom this page shows."""
    note_look(actor(), [one for one in people if one is not None], page=page, why=why, how=how, roles=DESK)


# --- letters


@desk.get("/letter/to")
@staff(*DESK)
def recipient() -> str:
    """Find the person a letter goes to, or write to somebody without an account."""
    form = RecipientFilter()
    words = (form.q.data or "")[:200]
    found = people.people(db.session(), name=words).people if len(words.strip()) > 1 else []
    _noted([one.id for one in found], "papers_staff.recipient", "list", How.SEARCH)
    return render_template("papers/staff/recipient.html", filters=form, form=None, found=found, words=words)


@desk.route("/letter", methods=["GET", "POST"])
@staff(*DESK)
def letter() -> ResponseReturnValue:
    """A letter to somebody without an account."""
    return _letter(None, None)


@desk.route("/letter/to/<int:person_id>", methods=["GET", "POST"])
@staff(*DESK)
def letter_to(person_id: int) -> ResponseReturnValue:
    """A letter to somebody with an account: it also lies on their own page. It shows name and address, so a reason
    comes first; what was written meanwhile is not lost to a reason that has ended."""
    if request.method == "GET" and needs_reason(db.session(), actor(), "person", person_id, clock.now()):
        here = url_for("papers_staff.letter_to", person_id=person_id)
        return redirect(
            url_for("rights_staff.look", kind="person", id=person_id, page="papers_staff.letter_to", next=here), 303
        )
    known = people.reachable(db.session(), [person_id]).get(person_id)
    if known is None:
        abort(404)
    return _letter(known, None)


@desk.route("/<int:paper_id>/replace", methods=["GET", "POST"])
@staff(*DESK)
def replace(paper_id: int) -> ResponseReturnValue:
    """A new letter in the place of an old one."""
    old, _name = _handled(paper_id)
    if old.kind != LETTER:
        abort(404)
    _must(rules.may_revoke(old.state))
    known = people.reachable(db.session(), [old.person_id]).get(old.person_id) if old.person_id else None
    return _letter(known, old)


def _letter(known: people.Reachable | None, old: Paper | None) -> ResponseReturnValue:
    data: dict[str, Any] = {"lang": i18n.lang()}
    if known is not None:
        data = {
            "recipient": known.name, "address": known.post, "lang": known.language or i18n.lang(),
            "by_post": bool(known.post) and not known.email,
        }  # fmt: skip
    if old is not None:
        data |= {"title": old.title, "lang": old.lang, "large": old.large, "expires": _last_day(old.expires_at)}
    form = LetterForm(data=data).offer()
    if request.method == "POST" and form.validate():
        made = _issue(form, known)
        if old is not None:
            _must(actions.replace(actor(), old, made))
        flash(_("The letter has its number and is being made."), "success")
        return redirect(url_for("papers_staff.paper", paper_id=made.id), 303)
    status = 422 if form.errors else 200
    return render_template("papers/staff/letter.html", form=form, known=known, old=old), status


def _issue(form: LetterForm, known: people.Reachable | None) -> Paper:
    lang, name, title = form.lang.data, form.recipient.data, form.title.data
    address = [line.strip() for line in (form.address.data or "").splitlines() if line.strip()]
    with i18n.use_locale(lang):
        lines = [(_("Recipient"), name), (_("Subject"), title)]
    return actions.issue(
        actor(),
        kind=LETTER,
        title=title,
        lang=lang,
        person_id=known.person_id if known else None,
        values={
            "recipient": name,
            "address_lines": address,
            "address_dir": i18n.direction_of(" ".join(address) or name),
            "body": markdown.render(form.body.data, lang),
        },
        lines=lines,
        expires_at=_end_of(form.expires.data),
        large=bool(form.large.data),
        by_post=bool(form.by_post.data),
    )


def _end_of(day: Any) -> datetime | None:
    """A paper is valid until its last day is over, on the city's clock."""
    return datetime.combine(day + timedelta(days=1), time(), queries.zone()) if day else None


def _last_day(end: datetime | None) -> Any:
    return queries.day_of(end - timedelta(seconds=1)) if end else None


# --- the post room


@desk.route("/post", methods=["GET", "POST"])
@staff(*DESK)
def post() -> ResponseReturnValue:
    """The batches, and a new one from everything that waits."""
    if request.method == "POST":
        actions.put_into_batch(actor())
        flash(_("The batch is being put together."), "success")
        return redirect(url_for("papers_staff.post"), 303)
    number = ui.page_number(request.args.get("page"))
    rows, total = queries.batches(db.session(), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    paging = ui.paging(total, number, PAGE_SIZE, lambda n: ui.address(url_for("papers_staff.post"), {}, page=n))
    waits = queries.waits_for_post(db.session())
    return render_template("papers/staff/post.html", rows=rows, paging=paging, waits=waits)


@desk.get("/post/<int:batch_id>/file")
@staff(*DESK)
def batch_file(batch_id: int) -> ResponseReturnValue:
    """The pages of a batch, for the printer."""
    batch = _batch(batch_id)
    if not batch.file:
        abort(404)
    _noted(queries.people_of(db.session(), batch), "papers_staff.batch_file", "post", How.EXPORT)
    return files.private(queries.path_of(batch.file), f"post-{batch.id}.pdf", "application/pdf")


@desk.post("/post/<int:batch_id>/printed")
@staff(*DESK)
def printed(batch_id: int) -> ResponseReturnValue:
    """Note that a batch was printed and sent; its file is deleted within a day."""
    actions.mark_printed(actor(), _batch(batch_id))
    flash(_("The batch is marked as sent."), "success")
    return redirect(url_for("papers_staff.post"), 303)


def _batch(batch_id: int) -> PostBatch:
    found = db.session().get(PostBatch, batch_id)
    if found is None:
        abort(404)
    return found


# --- for the dashboard


def steps(_s: Session) -> list[Step]:
    """What a city needs before it can give out papers."""
    return [
        Step(
            _l("Letters and certificates can be made and signed"),
            not (render.missing() or sign_keys.lacks(ground.settings(), clock.now())),
            _l(
                "Install what is missing and set papers.pkcs12 or papers.pkcs11 in config.toml; the server’s log says what"
                " is missing."
            ),
        )
    ]


def todo(s: Session, who: Actor) -> list[Todo]:
    """Papers that failed, papers that wait for something, letters for the post room."""
    if not who.everywhere(*DESK):
        return []
    failed, waiting, post_room = queries.waiting(s)
    address = url_for("papers_staff.papers")
    found: list[Todo] = []
    if failed:
        said = _n("%(n)s paper could not be made", "%(n)s papers could not be made", failed)
        found.append(Todo(said, f"{address}?state=failed", count=failed))
    if waiting and render.missing():
        said = _n("%(n)s paper waits to be made", "%(n)s papers wait to be made", waiting)
        found.append(Todo(said, f"{address}?state=being_made", count=waiting))
    if post_room:
        said = _n("%(n)s letter waits for the post room", "%(n)s letters wait for the post room", post_room)
        since = queries.waits_since(s)
        due = since + rules.POSTED if since is not None else None
        found.append(Todo(said, url_for("papers_staff.post"), due, post_room))
    return found
