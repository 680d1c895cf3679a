"""One's own data: the access log, the export, the erasure, requests, consents; and the public register."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.audit import queries_looks, rules_looks
from portal.base import clock, db, ground, personal, ui
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Item
from portal.base.i18n import _, _l
from portal.base.security import actor, alone_because, for_oneself, public, same_for_all, signed_in
from portal.identity import queries as people
from portal.identity import queries_ways as ways
from portal.rights import actions, queries, queries_records, register, rules
from portal.rights.forms import WORD, AskForm, EraseForm, LogFilters, RequestForm
from portal.rights.models import Wish

bp = Blueprint("rights", __name__)
plain = Blueprint("rights_api", __name__, url_prefix="/api")
PAGE_SIZE = 25
OWN_EXPORT = _l("The file holds everything that is known of the person. They open it alone, in a session of their own.")
OWN_ERASURE = _l(
    "Whoever has their account erased does so alone, without a helper. They sign in themselves, at any browser or "
    "terminal."
)
FORMS = {"correction": Wish.CORRECTION, "restriction": Wish.RESTRICTION, "objection": Wish.OBJECTION}


@bp.get("/my/data")
@signed_in
@for_oneself
def mine() -> str:
    """What a person can see and ask about their data."""
    s, who = db.session(), actor()
    return render_template(
        "rights/mine.html",
        requests=queries.own_requests(s, who),
        exports=queries.own_exports(s, who, clock.now()),
        wishes=rules.WISHES,
        today=clock.city_now().date(),
    )


@bp.get("/my/data/log")
@signed_in
@for_oneself
def log() -> str:
    """Who looked at the reader's data, when, in which role, and why."""
    s, who = db.session(), actor()
    me = who.person_id or 0
    labels = _roles()
    form = LogFilters()
    known = queries_looks.roles_that_looked(s, me)
    form.role.choices = [(name, labels.get(name, name)) for name in known]
    form.validate()
    number = ui.page_number(request.args.get("page"))
    wish = queries_looks.LookFilter(role=form.role.data if form.role.data in known else "")
    rows, total = queries_looks.looks_at(s, me, wish, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    address = url_for("rights.log")
    return render_template(
        "rights/log.html",
        form=None,
        filters=form,
        rows=rows,
        total=total,
        paging=ui.paging(total, number, PAGE_SIZE, lambda n: ui.address(address, {"role": wish.role}, page=n)),
        names=queries.names(s, [row.actor_id for row in rows]),
        labels=labels,
        said=rules_looks.said,
        asked=queries.questions_by_look(s, who),
        tracker=ground.settings().data_tracker.on,
    )


def _roles() -> dict[str, Any]:
    return {role.name: role.label for role in people.known_roles()}


@bp.route("/my/data/log/<int:look_id>/ask", methods=["GET", "POST"])
@signed_in
@for_oneself
def ask(look_id: int) -> ResponseReturnValue:
    """Ask the data protection officer about a line of the access log."""
    s, who = db.session(), actor()
    row = queries_looks.own_look(s, who.person_id, look_id)
    if row is None:
        raise NotFound
    asked = queries.asked_about(s, who, look_id)
    if asked is not None:
        return redirect(url_for("rights.show", request_id=asked.id), 303)
    form = AskForm()
    if form.validate_on_submit():
        made = actions.ask(who, Wish.QUESTION, form.words.data, look_id=row.id, about="look")
        flash(_("Your question was sent."), "success")
        return redirect(url_for("rights.show", request_id=made.id), 303)
    name = queries.names(s, [row.actor_id]).get(row.actor_id or 0, "")
    html = render_template("rights/ask.html", form=form, row=row, name=name, labels=_roles(), said=rules_looks.said)
    return html, 422 if form.errors else 200


@bp.route("/my/data/requests/new/<wish>", methods=["GET", "POST"])
@signed_in
@for_oneself
def new(wish: str) -> ResponseReturnValue:
    """Ask for a correction or a restriction, or object."""
    if wish not in FORMS:
        raise NotFound
    form = RequestForm().offer(register.records(queries_records.left_behind(db.session())))
    if form.validate_on_submit():
        made = actions.ask(actor(), FORMS[wish], form.words.data, about=form.about.data)
        flash(_("Your request was sent."), "success")
        return redirect(url_for("rights.show", request_id=made.id), 303)
    html = render_template("rights/new.html", form=form, wish=FORMS[wish], title=rules.WISHES[FORMS[wish]])
    return html, 422 if form.errors else 200


@bp.get("/my/data/requests/<int:request_id>")
@signed_in
@for_oneself
def show(request_id: int) -> str:
    """One of one's own requests, by when it is due, and its answer."""
    row = queries.own_request(db.session(), actor(), request_id)
    if row is None:
        raise NotFound
    record = personal.record_of(row.about)
    return render_template(
        "rights/show.html", row=row, title=rules.WISHES[row.wish], record=record, outcomes=rules.OUTCOMES
    )


@bp.route("/my/data/export", methods=["GET", "POST"])
@signed_in
@for_oneself
@alone_because(OWN_EXPORT)
def export() -> ResponseReturnValue:
    """Order a zip of everything, and fetch it."""
    s, who, now = db.session(), actor(), clock.now()
    fresh = _fresh(who)
    if request.method == "POST":
        if not fresh:
            raise Refused(_l("Sign in again first. What you entered was not stored."), 403)
        actions.order_export(who)
        flash(_("Your data are being put together. This page shows them when they are ready."), "success")
        return redirect(url_for("rights.export"), 303)
    return render_template(
        "rights/export.html", exports=queries.own_exports(s, who, now), fresh=fresh, again=_again("rights.export"),
        lasts=rules.EXPORT_LASTS,
    )  # fmt: skip


@bp.get("/my/data/export/<int:export_id>/file")
@signed_in
@for_oneself
@alone_because(OWN_EXPORT)
def export_file(export_id: int) -> ResponseReturnValue:
    """The zip, for the person it belongs to, for a week."""
    row = queries.own_export(db.session(), actor(), export_id, clock.now())
    path = queries_records.export_folder() / row.name if row is not None else None
    if path is None or not path.is_file():
        raise NotFound
    answer = send_file(path, mimetype="application/zip", as_attachment=True, download_name=_("my-data") + ".zip")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/my/data/erasure", methods=["GET", "POST"])
@signed_in
@for_oneself
@alone_because(OWN_ERASURE)
def erasure() -> ResponseReturnValue:
    """First what is deleted, made anonymous or kept and why; then the word that confirms it."""
    s, who, now = db.session(), actor(), clock.now()
    me = who.person_id or 0
    verdict = rules.may_erase(held=queries.is_held(s, me), roles=queries.has_roles(s, me))
    fresh, form = _fresh(who), EraseForm()
    if form.validate_on_submit() and verdict and fresh:
        if rules.is_typed(form.word.data, str(WORD)):
            actions.order_erasure(who, now)
            return redirect(url_for("rights.erased"), 303)
        form.word.errors = [_("Type the word “%(word)s” to confirm.", word=str(WORD))]
    if request.method == "POST" and (not verdict or not fresh):
        raise Refused(verdict.reason or _l("Sign in again first. What you entered was not stored."), 403)
    return render_template(
        "rights/erasure.html", form=form, plan=queries_records.plan(s, me), verdict=verdict, fresh=fresh,
        again=_again("rights.erasure"),
    ), 422 if form.errors else 200  # fmt: skip


@bp.get("/my/data/erased")
@public
def erased() -> str:
    """What happens after an erasure was confirmed; the account is closed by now."""
    return render_template("rights/erased.html")


def _fresh(who: Actor) -> bool:
    return ways.is_confirmed(db.session(), who.session_id, "delete", clock.now())


def _again(endpoint: str) -> str:
    """Where the reader proves anew who they are, in the way of this session, and comes back from."""
    return url_for("identity.step_up", act="account", next=url_for(endpoint))


@bp.route("/my/data/consents", methods=["GET", "POST"])
@signed_in
@for_oneself
def consents() -> ResponseReturnValue:
    """What one agreed to, in which version, and the way back out."""
    s, who = db.session(), actor()
    known = {consent.name: consent for consent in personal.consents()}
    if request.method == "POST":
        consent = known.get(request.form.get("name", ""))
        if consent is None:
            raise NotFound
        given = request.form.get("act") == "give"
        actions.set_consent(who, consent, given)
        flash(_("Your consent was stored.") if given else _("Your consent was withdrawn."), "success")
        return redirect(url_for("rights.consents"), 303)
    lines = queries_looks.consent_lines(s, who.person_id)
    last = {line.name: line for line in reversed(lines)}
    stands = {n: n in last and last[n].given and last[n].version >= c.version for n, c in known.items()}
    return render_template("rights/consents.html", known=known, lines=lines, stands=stands)


# The public register


@bp.get("/data-register")
@public
def data_register() -> str:
    """Every kind of record about people with purpose, basis, readers and end; and every machine."""
    return render_template(
        "rights/register.html", areas=register.areas(queries_records.left_behind(db.session())), fates=register.FATES
    )


@plain.get("/data-register.json")
@public
@same_for_all
def data_register_json() -> Response:
    """The register for programs, in every language of the site."""
    answer = jsonify(register.document(queries_records.left_behind(db.session()), ground.settings().languages))
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def my_items(s: Any, who: Actor, _lang: str) -> list[Item]:
    """The lines of "my page": requests that wait, then answered ones."""
    return [
        Item(
            rules.WISHES[row.wish],
            "rights.show",
            {"request_id": row.id},
            state=_l("Answered") if row.answered_at else _l("Waits for an answer"),
            at=row.received_at,
        )
        for row in queries.own_requests(s, who)[:5]
    ]
