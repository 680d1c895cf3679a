"""Which resident somebody is: the check in the register, letters, codes on paper, the code for a counter.

The register is asked in the reading part of a request; each act is one short write of its own, so that a wrong try
counts although the answer is no."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db, i18n, limits
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.security import (
    actor,
    alone_because,
    back_to,
    browser,
    enter_session,
    for_oneself,
    opens_in,
    public,
    reads,
    safe_next,
    signed_in,
)
from portal.base.verdict import YES, Verdict
from portal.identity import (
    actions_paper,
    actions_proof,
    codes,
    queries_ways,
    register,
    rules,
    rules_help,
    rules_ways,
    views_here,
)
from portal.identity.actions_codes import DAY
from portal.identity.forms_ways import CheckForm, PaperCodeForm, wrong
from portal.identity.models_ways import PaperKind
from portal.identity.register import Resident
from portal.identity.views import identity
from portal.identity.views_account import fact_rows

log = structlog.get_logger("portal.identity")

ATTACKED = _l(
    "This number was tried too often today. Ask for a letter with a code: it goes to the address in the register."
)
NOT_FOUND = _l("These three do not fit together. Look at each of them again.")
WAIT = _l("Too many tries. Wait a day, or go to a counter of the city.")


def _register() -> register.PopulationRegister:
    found = register.of(settings())
    if found is None:
        raise NotFound
    return found


@identity.get("/account/residence")
@signed_in
@for_oneself
def residence() -> ResponseReturnValue:
    """Where the city thinks the reader lives, how it knows, and the ways to prove it."""
    return _residence_page()


def _residence_page(desk: str = "") -> ResponseReturnValue:
    s, site = db.session(), settings()
    page = queries_ways.residence(s, actor(), clock.now())
    has = register.of(site) is not None
    return render_template(
        "identity/residence.html",
        page=page,
        facts=fact_rows(s, page.facts),
        offers_check=has and site.register.check,
        offers_letter=has,
        offers_counter=bool(site.scheme),
        appointments=queries_ways.appointments(s) if site.scheme else None,
        check_votes=site.register.check_votes,
        desk=desk,
        minutes=int(rules_ways.DESK_CODE.total_seconds() // 60),
    )


@identity.post("/account/residence/desk-code")
@signed_in
@for_oneself
@alone_because(rules_help.OWN_CODE)
def desk_code() -> ResponseReturnValue:
    """A short code for the counter, shown once."""
    code = actions_proof.desk_code(actor(), clock.now())
    db.finish(commit=True)
    return _residence_page(codes.grouped(code))


@dataclass(frozen=True, slots=True)
class Checked:
    """What the register said. `quiet`: the page must not tell, because somebody is guessing."""

    resident: Resident | None
    quiet: bool = False


def _found(form: CheckForm, *, letter: bool) -> Checked | None:
    """The resident whom number, birth date and postcode name together; None and a sentence on the form if they do not.

    Wrong tries count per person or browser, who then waits; per number and, far above a library's use, per network
    address, where nobody is locked out by what others did. Of a number that is guessed at, the check alone proves
    nothing any more that day, and the letter answers right and wrong alike: its code goes to the address in the
    register, so the resident still gets in and who guesses learns nothing.
    """
    reg = _register()
    db.finish(commit=False)  # a register may be another server: no transaction waits for it
    try:
        found = reg.find(form.number.data or "")
    except register.RegisterError as error:
        log.error("register_down", why=str(error))
        wrong(form, form.number, error.told)
        return None
    born = form.born.data
    birth = rules.Birth(born.year, born.month, born.day) if born else None
    right = register.matches(found, birth=birth, postcode=form.postcode.data or "")
    who, number, origin = _who(), rules.plain_number(form.number.data or ""), request.remote_addr or ""
    now = clock.now()
    with db.write() as s:
        if limits.too_many(s, "check", who, now, most=rules_ways.CHECKS_PER_PERSON, minutes=DAY):
            wrong(form, form.number, WAIT)
            return None
        attacked = limits.too_many(
            s, "check-number", _hidden(number), now, most=rules_ways.CHECKS_PER_NUMBER, minutes=DAY
        )
        crowd = limits.too_many(s, "check-origin", origin, now, most=rules_ways.CHECKS_PER_ORIGIN)
        if not right:
            for scope, key in (("check", who), ("check-number", _hidden(number)), ("check-origin", origin)):
                limits.failed(s, scope, key, now)
    if letter and (attacked or crowd):
        return Checked(found if right else None, quiet=True)
    if attacked:
        wrong(form, form.number, ATTACKED)
        return None
    if not right:
        wrong(form, form.number, WAIT if crowd else NOT_FOUND)
        return None
    return Checked(found)


def _who() -> str:
    return f"person {actor().person_id}" if actor().signed_in else f"browser {browser()}"


def _hidden(number: str) -> str:
    """The key under which tries at a number are counted: keyed, for a plain hash of a number is soon undone."""
    return actions_proof.blind(number)


def _check_page(form: CheckForm, purpose: str, status: int = 200) -> ResponseReturnValue:
    reg = _register()
    tries: list[Resident] = []
    if settings().demo and isinstance(reg, register.CsvRegister):
        try:
            tries = reg.first(3)
        except register.RegisterError as error:
            log.error("register_down", why=str(error))
    return render_template("identity/check.html", form=form, purpose=purpose, tries=tries), status


@identity.get("/account/residence/check")
@signed_in
@for_oneself
def check() -> ResponseReturnValue:
    """Number, birth date and postcode."""
    _may_check()
    return _check_page(CheckForm(), "check")


def _may_check() -> None:
    if not settings().register.check:
        raise NotFound
    _register()


@identity.post("/account/residence/check")
@signed_in
@for_oneself
@reads
def do_check() -> ResponseReturnValue:
    """Check them in the register, and keep what it says of the district and the ages asked for."""
    _may_check()
    form, who = CheckForm(), actor()
    checked = _found(form, letter=False) if form.validate() else None
    if checked is None or checked.resident is None or who.person_id is None:
        return _check_page(form, "check", 422)
    found, now = checked.resident, clock.now()
    with db.write() as s:
        verdict = actions_proof.prove(
            s,
            who,
            who.person_id,
            way=rules_ways.REGISTER,
            number=found.number,
            facts=actions_proof.facts_of(s, found.claimed(), now),
            now=now,
        )
    if not verdict:
        wrong(form, form.number, f"{verdict.reason} {verdict.next or ''}")
        return _check_page(form, "check", 409)
    flash(_("The register knows you. Your district is stored with your account."), "success")
    return redirect(url_for("identity.residence"), 303)


@identity.get("/account/residence/letter")
@signed_in
@for_oneself
def letter() -> ResponseReturnValue:
    """Ask for a letter with a code."""
    return _check_page(CheckForm(), "letter")


@identity.post("/account/residence/letter")
@signed_in
@for_oneself
@reads
def ask_letter() -> ResponseReturnValue:
    """Put the letter into the queue."""
    return _ask_letter("letter", url_for("identity.residence"))


@identity.get("/code/letter")
@public
def vote_letter() -> ResponseReturnValue:
    """Ask for a letter without an account, to vote once."""
    return _check_page(CheckForm(), "vote_letter")


@identity.post("/code/letter")
@public
@reads
def ask_vote_letter() -> ResponseReturnValue:
    """Put that letter into the queue."""
    return _ask_letter("vote_letter", url_for("identity.paper_code"))


def _ask_letter(purpose: str, target: str) -> ResponseReturnValue:
    _register()
    form = CheckForm()
    checked = _found(form, letter=True) if form.validate() else None
    if checked is None:
        return _check_page(form, purpose, 422)
    verdict: Verdict = YES
    if checked.resident is not None:
        with db.write() as s:
            verdict = actions_paper.ask_letter(s, actor(), checked.resident, language=i18n.lang(), now=clock.now())
    if checked.quiet:
        flash(_("If these three fit together, a letter with a code goes to the address in the register."), "success")
        return redirect(target, 303)
    if not verdict:
        wrong(form, form.number, verdict.reason)
        return _check_page(form, purpose, 409)
    flash(_("A letter with a code goes to the address in the register. It takes a few days."), "success")
    return redirect(target, 303)


@identity.get("/code")
@public
def paper_code() -> ResponseReturnValue:
    """Enter a code on paper: with an account it proves where one lives, without one it lets one vote once."""
    session["code_next"] = safe_next(request.args.get("next"), "")
    return _paper_page(PaperCodeForm())


def _paper_page(form: PaperCodeForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "identity/paper_code.html", form=form, offers_letter=register.of(settings()) is not None
    ), status


@identity.post("/code")
@public
@reads
def use_paper_code() -> ResponseReturnValue:
    """Use it. The register is asked between two short transactions: the first finds the resident, the second acts."""
    form, who, now, place = PaperCodeForm(), actor(), clock.now(), views_here.here()
    if not form.validate():
        return _paper_page(form, 422)
    origin = request.remote_addr or ""
    with db.write() as s:
        # the code is looked at first: it has 80 bits, so a right one is no guess, whoever else failed here
        row = actions_paper.find(s, form.code.data or "", now)
        if isinstance(row, Verdict):
            if limits.too_many(s, "paper", _who(), now, most=rules_ways.PAPER_TRIES) or limits.too_many(
                s, "paper-origin", origin, now, most=rules_ways.PAPER_PER_ORIGIN
            ):
                wrong(form, form.code, _l("Too many tries. Wait 15 minutes."))
                return _paper_page(form, 429)
            limits.failed(s, "paper", _who(), now)
            limits.failed(s, "paper-origin", origin, now)
        else:
            number, asks = actions_proof.number_of(row), row.kind is PaperKind.LETTER
    if isinstance(row, Verdict):
        return _no_code(form, row)
    try:
        resident = _register().find(number) if asks else None
    except register.RegisterError as error:
        log.error("register_down", why=str(error))
        wrong(form, form.code, error.told)
        return _paper_page(form, 503)
    with db.write() as s:
        again = actions_paper.find(s, form.code.data or "", now)
        if isinstance(again, Verdict):
            done: object = again
        elif who.signed_in and not who.scope:
            done = actions_paper.use_for_account(s, who, again, resident, now)
        else:
            done = actions_paper.enter_to_vote(s, again, resident, language=i18n.lang(), now=now, here=place)
    if isinstance(done, Verdict):
        if not done:
            return _no_code(form, done)
        flash(_("The code is right. The city knows now where you live."), "success")
        return redirect(url_for("identity.residence"), 303)
    target = session.get("code_next", "")
    if not opens_in(rules_ways.VOTE, target):  # who came from a page of an account is not sent back to a closed door
        target = ""
    enter_session(done.actor, done.reference)  # type: ignore[attr-defined]
    log.info("signed_in", provider=rules_ways.CODE, staff=False)
    flash(_("The code is right. You can vote now; open the vote."), "success")
    return back_to(target, f"/{i18n.lang()}/")


def _no_code(form: PaperCodeForm, verdict: Verdict) -> ResponseReturnValue:
    wrong(form, form.code, f"{verdict.reason} {verdict.next or ''}".strip())
    return _paper_page(form, 422)
