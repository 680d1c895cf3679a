"""The ballot: one form, one button. Reading buttons of the same form store nothing; the cast answers with the receipt.

Choices stand in the body of a post and nowhere else: not in an address, a session, a redirect or a log.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import abort, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from portal.base import clock, db, ground, i18n, limits, ui
from portal.base.errors import Refused, never_shown
from portal.base.i18n import _, _l, _n
from portal.base.security import (
    actor,
    alone_because,
    asks_first,
    in_scope,
    leave_session,
    public,
    reads,
    reference,
    signed_in,
)
from portal.base.verdict import Verdict, no
from portal.budgeting.forms.ballot import BallotErrors, BallotPost, MailBox
from portal.budgeting.forms.filters import SORT_NAMES
from portal.budgeting.models import BallotKind, Budget
from portal.budgeting.queries import budgets, wordings
from portal.budgeting.queries.ballot import SORTS, ballot_page
from portal.budgeting.rules import ballot_sentence
from portal.budgeting.views.pages import allowed, find_budget, pages
from portal.config import secret_of
from portal.identity.actions_paper import spend
from portal.identity.queries import reachable
from portal.processes import rules as process_rules
from portal.voting import queries as voting
from portal.voting import rules as vote_rules
from portal.voting import rules_interruption as interruption
from portal.voting.actions import REPEATED, Cast, CastRefused, cast_ballot, new_form_token
from portal.voting.actions_mail import can_mail
from portal.voting.actions_mail import mail_receipt as mail_code
from portal.voting.models import Vote, VoteState

Answer = str | tuple[str, int]
MAILS_PER_MINUTE = 5
MAIL_MINUTES = 30  # so long a receipt code may be mailed from the page that showed it
OWN_BALLOT = _l(
    "A ballot is marked and cast by the voter alone, unseen by a helper. Hand over: they vote at a terminal."
)
BALLOT_KINDS = {"approval", "knapsack", "choose-1"}


def _vote_of(budget: Budget) -> Vote | None:
    vote = voting.vote_for(db.session(), "budget", budget.id)
    return None if vote is None or vote.state == "prepared" else vote


@pages.get("/budget/<slug>/ballot")
@public
@in_scope("vote")
@alone_because(OWN_BALLOT)
def ballot(slug: str) -> Answer | Response:
    """An empty ballot, or the sentence why there is none for this person now. Nobody has to sign in to read that the
    vote is over."""
    budget = find_budget(slug)
    vote = _vote_of(budget)
    if vote is None:
        return _not_yet(budget)
    if not actor().signed_in:
        running = vote_rules.is_running(vote, clock.city_now())
        if not running:
            return _no_ballot(budget, running, results=vote.state == "published")
        return redirect(url_for("identity.sign_in", next=request.path), 303)
    return _page(budget, vote, BallotPost.read(request.form), new_form_token())


@pages.get("/budget/<slug>/ballot/look")
@signed_in
@in_scope("vote")
@alone_because(OWN_BALLOT)
def look_again(slug: str) -> Response:
    """Somebody who comes back to the address of a reading button gets the empty ballot."""
    return redirect(url_for("budgeting.ballot", slug=slug), 303)


@pages.post("/budget/<slug>/ballot/look")
@signed_in
@in_scope("vote")
@never_shown
@reads
@alone_because(OWN_BALLOT)
def look(slug: str) -> Answer:
    """Search, filter, order and total: everything ticked is kept in the page, nothing is stored."""
    budget = find_budget(slug)
    vote = _vote_of(budget)
    if vote is None:
        return _not_yet(budget)
    post = BallotPost.read(request.form)
    return _page(budget, vote, post, post.token or new_form_token())


@pages.post("/budget/<slug>/ballot")
@signed_in
@in_scope("vote")
@never_shown
@asks_first(budgets.ask_for_cast)
@alone_because(OWN_BALLOT)
def cast(slug: str) -> Answer:
    """Casts the ballot. The answer comes after the COMMIT and holds the receipt; nothing is redirected."""
    s, post = db.session(), BallotPost.read(request.form)
    held = budgets.for_cast(s, slug, actor())
    budget = allowed(held[0]).budget if held is not None else find_budget(slug)
    if held is None or held[1].state in (VoteState.PREPARED, VoteState.IMPORTING):
        return _refused(slug, post, no(_l("The city has not opened this vote yet.")), 422)
    _found, vote, told = held
    once = actor().scope == "vote"
    facts = voting.voter_facts(s, actor(), vote, told)
    try:
        done = cast_ballot(s, actor(), vote, post.choices(vote.document), post.token, facts=facts, last=not once)
        if once:
            spend(s, reference())
        db.finish(commit=True)
    except CastRefused as refusal:
        return _refused(slug, post, refusal.verdict, refusal.status)
    if once:  # the session's own row is not touched: one that ended at the moment of a cast would keep the moment
        leave_session()
    return _receipt(budget, vote, done, post, once)


@pages.get("/budget/<slug>/ballot/receipt")
@signed_in
@alone_because(OWN_BALLOT)
def receipt_again(slug: str) -> Response:
    """Nothing is kept of the receipt: who comes back to this address checks a code by typing it."""
    vote = _vote_of(find_budget(slug))
    return redirect(url_for("voting.receipt", public_id=vote.public_id) if vote else url_for(".show", slug=slug), 303)


@pages.post("/budget/<slug>/ballot/receipt")
@signed_in
@never_shown
@alone_because(OWN_BALLOT)
def mail_receipt(slug: str) -> Answer:
    """Sends the receipt code by mail, a request of its own: the cast wrote nothing but the ballot."""
    budget = find_budget(slug)
    vote, form, s = _vote_of(budget), MailBox(), db.session()
    if vote is None or not can_mail():
        abort(404)
    if not limits.allow("receipt mail", str(actor().person_id), MAILS_PER_MINUTE):
        abort(429)
    title, sent = wordings.names(s, budget.id).title, ""
    if form.validate_on_submit():
        if not _is_own(vote, form):
            raise Refused(_l("A receipt code is mailed only from the page that showed it, for half an hour."), 403)
        reached = reachable(s, [actor().person_id or 0]).get(actor().person_id or 0)
        to = form.to.data or (reached.email if reached else "")
        if to:
            if not limits.allow("receipt mail to", to.casefold(), MAILS_PER_MINUTE):
                abort(429)
            address = url_for("voting.receipt", public_id=vote.public_id, _external=True)
            mail_code(s, vote, code=form.code.data or "", to=to, title=title.body, url=address, lang=i18n.lang())
            sent = to
        else:
            form.to.errors = [_("Enter an e-mail address. None is confirmed in your account.")]
    html = render_template("budgeting/receipt_mail.html", budget=budget, vote=vote, title=title, form=form, sent=sent)
    return html, 200 if sent else 422


def _proofs() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_of(ground.settings()), salt="receipt mail")


def _told(vote: Vote, code: str) -> str:
    """What ties a receipt code to this session and this vote; the code itself is not in it."""
    return hashlib.sha256(f"{reference()}\0{vote.public_id}\0{code}".encode()).hexdigest()


def _is_own(vote: Vote, form: MailBox) -> bool:
    """Was this code shown to this very session a short while ago?"""
    try:
        said = _proofs().loads(form.proof.data or "", max_age=MAIL_MINUTES * 60)
    except BadSignature:
        return False
    return hmac.compare_digest(str(said), _told(vote, form.code.data or ""))


def _refused(slug: str, post: BallotPost, verdict: Verdict, status: int) -> Answer:
    """The ballot again with everything ticked; read afresh, after the write lock is free."""
    db.finish(commit=False)
    budget = find_budget(slug)
    vote = _vote_of(budget)
    if vote is None:
        return _not_yet(budget)[0], status
    return _page(budget, vote, post, post.token or new_form_token(), wrong=verdict), status


def _receipt(budget: Budget, vote: Vote, done: Cast, post: BallotPost, once: bool = False) -> str:
    """Budget, vote and marks are those that the cast itself read: the answer asks nothing after the COMMIT.

    No address leads to this answer, so its language links are buttons: they post the form's token again, without any
    choice, and a token that was cast before stores nothing and is answered with its code. Whoever voted with a code on
    paper is signed out by now, and is offered none.
    """
    translated = done.repeated and post.translate
    spoken = next((one for one in (i18n.lang(), i18n.SOURCE, *vote.titles) if one in vote.titles), i18n.lang())
    code, mail = done.receipt_code, None
    if can_mail() and not once:
        mail = MailBox(formdata=None, data={"code": code, "proof": _proofs().dumps(_told(vote, code))})
    return render_template(
        "budgeting/receipt.html",
        budget=budget,
        vote=vote,
        cast=done,
        once=once,
        mail=mail,
        closes=process_rules.Until(vote.closes_at),
        notices=interruption.notices(vote, clock.city_now()),
        title=vote.titles.get(spoken) or budget.slug,
        title_lang=spoken,
        title_dir=i18n.direction(spoken),
        repeated=done.repeated and not translated,
        repeated_text=REPEATED if done.repeated and not translated else None,
        day=i18n.in_zone(clock.city_now()).date(),
        language_post=None if once else {"form_token": post.token, "translate": "1"},
    )


def _not_yet(budget: Budget) -> tuple[str, int]:
    """No vote has been opened: when it will be, if that is known."""
    s, now = db.session(), clock.city_now()
    dates = budgets.dates_of(s, [(budget.id, budget.process_id)])[budget.id]
    verdict = process_rules.phase_allows(dates.phases, "vote", now)
    if verdict.reason is None:
        verdict = no(_l("The city has not opened this vote yet."), verdict.next)
    return _no_ballot(budget, verdict), 200


def _no_ballot(budget: Budget, verdict: Verdict, *, results: bool = False, prove: bool = False) -> str:
    """Why there is no ballot. What comes next is left out where it would say the same again."""
    same = str(verdict.next) == str(verdict.reason)
    return render_template(
        "budgeting/no_ballot.html",
        budget=budget,
        title=wordings.names(db.session(), budget.id).title,
        reason=verdict.reason,
        next=None if same else verdict.next,
        results=results,
        weak=verdict.reason == vote_rules.TOO_WEAK,
        prove=prove,
    )


def _page(budget: Budget, vote: Vote, post: BallotPost, token: str, wrong: Verdict | None = None) -> str:
    if vote.document["ballot"]["kind"] not in BALLOT_KINDS:
        abort(404)
    now = clock.city_now()
    page = ballot_page(
        db.session(),
        actor(),
        budget,
        vote,
        now,
        look=post.look,
        ticked=set(post.ticked),
        secret=secret_of(ground.settings()),
    )
    if not page.verdict and wrong is None:
        return _no_ballot(budget, page.verdict, results=vote.state == "published", prove=page.prove)
    return render_template(
        "budgeting/ballot.html",
        page=page,
        budget=budget,
        token=token,
        render=secrets.token_hex(4),
        form=BallotErrors(wrong) if wrong is not None else None,
        instruction=ballot_sentence(BallotKind(page.kind), page.least, page.most),
        closes=process_rules.Until(vote.closes_at),
        closed=now >= vote.closes_at,
        notices=interruption.notices(vote, now),
        sorts=[(key, SORT_NAMES[key]) for key in SORTS],
        looking=bool(post.look.q or post.look.pot or post.look.category),
        script=_script(budget.currency, page.most),
    )


def _script(currency: str, most: int | None) -> dict[str, object]:
    """What the live total needs to write the same sentences as the server."""
    limited = most is not None and ui.pattern(
        _n(
            "%(chosen)s of at most %(n)s project ticked",
            "%(chosen)s of at most %(n)s projects ticked",
            most,
            chosen="{chosen}",
        )
    )
    return {
        "limited": limited,
        "money": ui.money_mould(currency),
        "counts": ui.plural_table(_n("%(n)s project ticked", "%(n)s projects ticked", 0)),
        "left": ui.pattern(_l("%(money)s left of %(limit)s")),
        "over": ui.pattern(_l("%(money)s more than the %(limit)s of this pot")),
    }
