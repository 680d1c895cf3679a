"""The counter: staff look at a document, give codes, confirm mandates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from portal.audit.actions import record
from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.base import clock, db, limits
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.security import actor, reads, staff
from portal.config import secret_of
from portal.identity import (
    actions_mandates,
    actions_proof,
    queries_ways,
    register,
    rules,
    rules_ways,
)  # fmt: skip
from portal.identity.forms_ways import FindForm, MandateProofForm, ProofForm, SecondProofForm, wrong
from portal.identity.queries_ways import Found
from portal.places.queries import districts

desk = Blueprint("identity_desk", __name__, url_prefix="/staff")
log = structlog.get_logger("portal.identity")
ROLES = ("clerk", "librarian", "administrator")
MINUTES = 20


def _signed(found: Found) -> str:
    """Whom a counter found, so that a proof can go to nobody else by changing a number, and the name that it was shown."""
    return str(_signer().dumps([found.person_id, actor().person_id, found.name]))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_of(settings()), salt="counter")


def _person(token: str) -> Found | None:
    try:
        person_id, clerk, name = _signer().loads(token, max_age=MINUTES * 60)
    except (BadSignature, ValueError, TypeError):
        return None
    return Found(int(person_id), str(name)) if clerk == actor().person_id else None


@desk.get("/counter")
@staff(*ROLES)
def counter() -> ResponseReturnValue:
    """Who stands here?"""
    return _counter_page(FindForm())


def _counter_page(form: FindForm, status: int = 200) -> ResponseReturnValue:
    ready = bool(settings().scheme)
    return render_template("identity/staff/counter.html", form=form, ready=ready, slips=offers_slips()), status


def has_register() -> bool:
    """Is there a register of residents to ask?"""
    return register.of(settings()) is not None


def offers_slips() -> bool:
    """Does this city give codes over the counter? Where no register can be asked it can switch them off."""
    site = settings()
    return bool(site.scheme) and (has_register() or site.register.slips != "off")


@desk.post("/counter")
@staff(*ROLES)
def find() -> ResponseReturnValue:
    """Find the person by the code on their page or by their address; looking is on record."""
    form = FindForm()
    found = queries_ways.at_counter(db.session(), form.who.data or "", clock.now()) if form.validate() else None
    if found is None:
        if not form.errors:
            wrong(form, form.who, _l("Nobody was found. The code is good for ten minutes."))
        return _counter_page(form, 422)
    note_look(actor(), [found.person_id], page="identity_desk.counter", why="counter", how=How.SEARCH, roles=ROLES)
    record(actor(), "found at counter", "person", found.person_id)
    waits = actions_proof.waiting_proof(db.session(), found.person_id, clock.now())
    db.finish(commit=True)
    if waits is not None and waits.first_id != actor().person_id:
        form = SecondProofForm(formdata=None).offer(settings().register.documents)
        form.person.data = _signed(found)
        return _second_page(form, found.name)
    proof = offer()
    proof.person.data, proof.name.data = _signed(found), found.name
    return _proof_page(proof, found.name)


def offer(sent: Any = None) -> ProofForm:
    """The form of what a document says, with documents and districts to choose from."""
    return ProofForm(formdata=sent).offer(settings().register.documents, districts(db.session()))


def _proof_page(form: ProofForm, name: str, status: int = 200) -> ResponseReturnValue:
    return render_template("identity/staff/counter_proof.html", form=form, name=name), status


def claimed_at_counter(form: ProofForm) -> rules.Claimed | None:
    """What the counter saw; None and a sentence on the form where it can't be. Where there is a register, it must know
    the number, and district and birth date are the register's: what a clerk types about them is only compared. Asked
    outside the write lock."""
    born, number = form.born.data, rules_ways.read_number(form.number.data or "")
    birth = rules.Birth(born.year, born.month, born.day)
    name, reg = rules.clean_name(form.name.data), register.of(settings())
    if number is None:
        wrong(form, form.number, _l("Only letters from A to Z and digits stand in a number."))
        return None
    if reg is None:
        return rules.Claimed(name, birth, form.district.data, number)
    db.finish(commit=False)
    try:
        found = reg.find(number)
    except register.RegisterError as error:
        log.error("register_down", why=str(error))
        wrong(form, form.number, _l("The register of residents does not answer. Try again later."))
        return None
    if found is None:
        wrong(form, form.number, _l("The register knows no resident with this number."))
        return None
    if found.birth is not None and found.birth.latest() != birth.latest():
        wrong(form, form.number, _l("The register has another date of birth for this number."))
        return None
    return rules.Claimed(name, found.birth or birth, found.district, found.number)


def _for_whom(form: ProofForm | SecondProofForm) -> Found:
    """The account that this clerk found, which is not their own."""
    found = _person(form.person.data or "")
    if found is None:
        raise Refused(_l("This form was open for too long. Find the person again."), 409)
    if found.person_id == actor().person_id:
        raise Refused(_l("Nobody checks their own documents. Ask a colleague."), 409)
    if not settings().scheme:
        raise NotFound
    return found


def _needs_second(person_id: int, number: str) -> bool:
    """Does this proof need a second clerk? Whom the account belongs to already needs none for having voted."""
    s, site = db.session(), settings()
    own = actions_proof.joined_number(s, person_id) == rules.plain_number(number)
    return rules_ways.proof_needs_second(
        register=has_register(),
        one=site.register.proofs == "one",
        used=not own and bool(queries_ways.used(s, number)),
    )


def _count(s: Session, who: Actor, now: datetime) -> None:
    """One more proof by this clerk; so many an hour are enough for honest work."""
    if limits.too_many(
        s, "counter-proof", str(who.person_id), now, most=settings().register.slips_per_hour, minutes=60
    ):
        raise Refused(_l("You have recorded as many proofs as one clerk may in an hour. Ask a colleague."), 429)
    limits.failed(s, "counter-proof", str(who.person_id), now)


@desk.post("/counter/proof")
@staff(*ROLES)
@reads
def proof() -> ResponseReturnValue:
    """Store what was seen: kind of document, district, ages asked for; the person sees it on their page. Or, where it
    needs four eyes, note it for the second clerk."""
    form, who = offer(request.form), actor()
    found = _for_whom(form)
    person_id = found.person_id
    claimed = claimed_at_counter(form) if form.validate() else None
    if claimed is None:
        return _proof_page(form, found.name, 422)
    now, number = clock.now(), claimed.resident or ""
    if _needs_second(person_id, number):
        with db.write() as s:
            _count(s, who, now)
            facts = actions_proof.facts_of(s, claimed, now)
            actions_proof.ask_second(
                s, who, person_id, document=form.document.data, number=number, facts=facts, now=now
            )
        return render_template("identity/staff/counter_waits.html")
    with db.write() as s:
        _count(s, who, now)
        verdict = actions_proof.prove(
            s,
            who,
            person_id,
            way=rules_ways.COUNTER,
            document=form.document.data,
            number=number,
            facts=actions_proof.facts_of(s, claimed, now),
            now=now,
        )
    if not verdict:
        wrong(form, form.number, f"{verdict.reason} {verdict.next or ''}".strip())
        return _proof_page(form, found.name, 409)
    flash(_("The proof is stored. The person sees it on their page."), "success")
    return redirect(url_for("identity_desk.counter"), 303)


def _second_page(form: SecondProofForm, name: str, status: int = 200) -> ResponseReturnValue:
    return render_template("identity/staff/counter_second.html", form=form, name=name), status


@desk.post("/counter/proof/second")
@staff(*ROLES)
@reads
def confirm_proof() -> ResponseReturnValue:
    """The second clerk has looked at the document too: join the account with the resident."""
    form, who, now = SecondProofForm().offer(settings().register.documents), actor(), clock.now()
    found = _for_whom(form)
    person_id, name = found.person_id, found.name
    number = rules_ways.read_number(form.number.data or "") if form.validate() else None
    if number is None:
        if not form.errors:
            wrong(form, form.number, _l("Only letters from A to Z and digits stand in a number."))
        return _second_page(form, name, 422)
    with db.write() as s:
        verdict = actions_proof.confirm_proof(s, who, person_id, document=form.document.data, number=number, now=now)
    if not verdict:
        wrong(form, form.number, f"{verdict.reason} {verdict.next or ''}".strip())
        return _second_page(form, name, 409)
    flash(_("The proof is stored. The person sees it on their page."), "success")
    return redirect(url_for("identity_desk.counter"), 303)


@desk.get("/counter/mandate")
@staff(*ROLES)
def mandate() -> ResponseReturnValue:
    """Confirm that somebody acts for another."""
    return render_template("identity/staff/mandate.html", form=MandateProofForm())


@desk.post("/counter/mandate")
@staff(*ROLES)
def confirm_mandate() -> ResponseReturnValue:
    """Confirm it, with the kind of document that was seen."""
    form = MandateProofForm()
    if form.validate():
        verdict = actions_mandates.confirm(
            actor(), form.code.data or "", document=form.document.data, staff=True, now=clock.now()
        )
        if verdict:
            flash(_("The mandate is confirmed."), "success")
            return redirect(url_for("identity_desk.mandate"), 303)
        wrong(form, form.code, verdict.reason)
    return render_template("identity/staff/mandate.html", form=form), 422
