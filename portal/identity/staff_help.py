"""Helping somebody at a desk or by telephone: making sure for whom, asking for their yes, beginning."""

from __future__ import annotations

import structlog
from flask import Blueprint, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from portal.audit.actions_looks import note_look
from portal.base import clock, db, i18n, limits, texts
from portal.base.actor import Actor
from portal.base.ground import settings
from portal.base.i18n import _l
from portal.base.security import actor, enter_session, reads, reference, staff
from portal.base.verdict import Verdict, no
from portal.identity import (
    actions_help,
    actions_paper,
    actions_proof,
    queries_help,
    queries_ways,
    register,
    rules,
    rules_help,
    rules_ways,
)
from portal.identity.forms_help import HelpForm, help_form
from portal.identity.forms_ways import wrong
from portal.identity.models import Person
from portal.identity.models_help import Means
from portal.identity.models_ways import PaperKind

desk = Blueprint("identity_help", __name__, url_prefix="/staff/help")
log = structlog.get_logger("portal.identity")
ROLES = ("librarian", "clerk", "administrator")
TRIES = 20  # wrong answers that one helper may enter in a quarter of an hour
UNCOMPARED = _l("For this account the answers cannot be compared with the register.")
NOBODY_FOUND = _l("No account was found. You can help this person as a guest.")


@desk.get("")
@staff(*ROLES)
def begin() -> ResponseReturnValue:
    """How does the person prove who they are?"""
    return render_template(
        "identity/staff/help.html",
        means=[(one.value, rules_help.MEANS_NAMES[one]) for one in _offered()],
        houses=queries_help.own_venues(db.session(), actor()),
    )


def _offered() -> list[Means]:
    found = rules_help.means_offered(actor().roles, settings().telephone_checks)
    ready = bool(settings().scheme)
    return [one for one in found if ready or one not in (Means.COUNTER, Means.LETTER)]


def _means(word: str) -> Means:
    found = next((one for one in _offered() if one.value == word), None)
    if found is None:
        raise NotFound
    return found


def _form(means: Means) -> HelpForm:
    form = help_form(means, settings().telephone_checks)
    if "venue" in form:
        form.venue.choices = queries_help.names(queries_help.own_venues(db.session(), actor()))
    if "document" in form:
        known = rules_ways.DOCUMENTS
        form.document.choices = [(key, str(known[key])) for key in settings().register.documents if key in known]
    form.language.choices = texts.languages(settings().languages)
    return form


@desk.get("/<means>")
@staff(*ROLES)
def ask(means: str) -> ResponseReturnValue:
    """What is asked in this way, and the person's yes."""
    form = _form(_means(means))
    form.language.data = i18n.lang()
    return _page(_means(means), form, 200)


def _page(means: Means, form: HelpForm, status: int) -> ResponseReturnValue:
    return render_template(
        "identity/staff/help_begin.html", form=form, means=means.value, label=rules_help.MEANS_NAMES[means]
    ), status


@desk.post("/<means>")
@staff(*ROLES)
@reads
def start(means: str) -> ResponseReturnValue:
    """Begin. The register is asked between short transactions; wrong answers count whatever becomes of the page."""
    way = _means(means)
    form, who, held, now = _form(way), actor(), reference(), clock.now()
    if not form.validate():
        return _page(way, form, 422)
    with db.read() as s:
        if limits.too_many(s, "help", f"helper {who.person_id}", now, most=TRIES):
            wrong(form, form.consent, _l("Too many tries. Wait 15 minutes."))
            return _page(way, form, 429)
    if way is Means.GUEST and not (named := queries_ways.may_be_a_guests(db.session(), form.name.data or "")):
        wrong(form, form.name, named.reason)
        return _page(way, form, 422)
    resident = _resident(way, form)
    with db.write() as s:
        found = _find(s, way, form, who, resident)
        if isinstance(found, Person):
            done = actions_help.begin_help(
                s, who, found, means=way, venue_id=form.venue.data if "venue" in form else None, now=now
            )
        else:
            done = found
            limits.failed(s, "help", f"helper {who.person_id}", now)
    if isinstance(done, Verdict):
        # nobody was found: the fault is in what names the person, not in their consent
        name = next((one for one in ("code", "number") if one in form), "consent") if done is found else "consent"
        wrong(form, form[name], f"{done.reason} {done.next or ''}".strip())
        return _page(way, form, 422)
    note_look(who, [done.person_id], page="identity_help.begin", why="help", roles=ROLES)
    enter_session(done.actor, done.reference)
    session["desk"] = held  # the helper's own session waits; any sign-out ends both
    log.info("help_began", means=way.value)
    return redirect(url_for("identity.my", lang=form.language.data), 303)


def _resident(way: Means, form: HelpForm) -> register.Resident | None:
    """Whom the register knows under the number of a caller or of a letter; asked outside the write lock."""
    reg = register.of(settings())
    if reg is None or way not in (Means.TELEPHONE, Means.LETTER):
        return None
    number = (form.number.data or "") if "number" in form else ""
    with db.read() as s:
        if way is Means.LETTER:
            row = actions_paper.find(s, form.code.data or "", clock.now())
            number = "" if isinstance(row, Verdict) else actions_proof.number_of(row)
        elif not number and "code" in form:
            found = queries_ways.at_counter(s, form.code.data or "", clock.now())
            number = actions_proof.joined_number(s, found.person_id) if found is not None else ""
    db.finish(commit=False)
    try:
        return reg.find(number) if number else None
    except register.RegisterError as error:
        log.error("register_down", why=str(error))
        return None


def _find(s: Session, way: Means, form: HelpForm, who: Actor, resident: register.Resident | None) -> Person | Verdict:
    """The person whom the answers name; a no for answers that name nobody."""
    now, wrong_answer = clock.now(), no(NOBODY_FOUND)
    if way is Means.GUEST:
        return actions_help.make_guest(s, who, form.name.data or "", form.language.data, now)
    if way is Means.LETTER:
        return _by_letter(s, form, resident)
    person_id: int | None = None
    if way is Means.TELEPHONE and not _answers_fit(form, resident):
        if resident is None and "number" not in form and queries_ways.at_counter(s, form.code.data or "", now):
            return no(UNCOMPARED, _l("Help the person at a desk, where a document is looked at."))
        return no(_l("The answers do not fit."))
    if "number" in form:
        person_id = _of_number(s, form.number.data or "")
    if "code" in form:
        found = queries_ways.at_counter(s, form.code.data or "", now)
        if found is None or "@" in (form.code.data or "") or person_id not in (None, found.person_id):
            return no(_l("The code is wrong or over. The person finds a new one on their page."))
        person_id = found.person_id
    return queries_help.person(s, person_id) or wrong_answer


def _of_number(s: Session, number: str) -> int | None:
    """The account of the resident with this number: joined with it at a counter or by letter, or told by the provider
    with whom they sign in. Not where that was only a check in the register: a relative may know what it asks for."""
    joined = queries_help.by_number(s, actions_proof.blind(number))
    if joined is not None:
        return joined
    told = actions_proof.accounts_of_all(s, [number]).get(number, [])
    return told[0] if len(told) == 1 else None


def _answers_fit(form: HelpForm, resident: register.Resident | None) -> bool:
    """Do birth date and postcode of a caller fit what the register says?"""
    if "born" not in form and "postcode" not in form:
        return True
    if resident is None:
        return False
    day = form.born.data if "born" in form else None
    birth = rules.Birth(day.year, day.month, day.day) if day else resident.birth
    postcode = (form.postcode.data or "") if "postcode" in form else resident.postcode
    return register.matches(resident, birth=birth, postcode=postcode)


def _by_letter(s: Session, form: HelpForm, resident: register.Resident | None) -> Person | Verdict:
    """The account for which a letter was sent; the letter proves their residence at once, and counts once."""
    row = actions_paper.find(s, form.code.data or "", clock.now())
    if isinstance(row, Verdict):
        return row
    found = queries_help.person(s, row.person_id)
    if found is None or row.kind is not PaperKind.LETTER:
        return no(_l("This code belongs to no account."), _l("It can be typed at a terminal, to vote once."))
    verdict = actions_paper.use_for_account(s, Actor(person_id=found.id), row, resident, clock.now())
    return found if verdict else verdict
