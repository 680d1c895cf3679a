"""The ballot: one form, one button. Reading buttons of the same form store nothing; the cast answers with the receipt.

Choices stand in the body of a post and nowhere else: not in an address, a session, a redirect or a log.
"""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.base import clock, db, ground, ui
from portal.base.i18n import _l, _n
from portal.base.security import actor, reads, signed_in
from portal.base.verdict import Verdict, no
from portal.budgeting.forms.ballot import BallotErrors, BallotPost
from portal.budgeting.forms.filters import SORT_NAMES
from portal.budgeting.models import BallotKind, Budget
from portal.budgeting.queries import budgets, wordings
from portal.budgeting.queries.ballot import SORTS, ballot_page
from portal.budgeting.rules import ballot_sentence
from portal.budgeting.views.pages import find_budget, pages
from portal.config import secret_of
from portal.processes import rules as process_rules
from portal.voting import queries as voting
from portal.voting import rules_interruption as interruption
from portal.voting.actions import REPEATED, Cast, CastRefused, cast_ballot, new_form_token
from portal.voting.models import Vote

Answer = str | tuple[str, int]
# States in which the page of the ballot still shows the ballot; the rest is over or not there yet.
BALLOT_KINDS = {"approval", "knapsack", "choose-1"}


def _vote_of(budget: Budget) -> Vote | None:
    vote = voting.vote_for(db.session(), "budget", budget.id)
    return None if vote is None or vote.state == "prepared" else vote


@pages.get("/budget/<slug>/ballot")
@signed_in
def ballot(slug: str) -> Answer:
    """An empty ballot, or the sentence why there is none for this person now."""
    budget = find_budget(slug)
    vote = _vote_of(budget)
    if vote is None:
        return _not_yet(budget)
    return _page(budget, vote, BallotPost.read(request.form), new_form_token())


@pages.get("/budget/<slug>/ballot/look")
@signed_in
def look_again(slug: str) -> Response:
    """Somebody who comes back to the address of a reading button gets the empty ballot."""
    return redirect(url_for("budgeting.ballot", slug=slug), 303)


@pages.post("/budget/<slug>/ballot/look")
@signed_in
@reads
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
def cast(slug: str) -> Answer:
    """Casts the ballot. The answer comes after the COMMIT and holds the receipt; nothing is redirected."""
    budget, post = find_budget(slug), BallotPost.read(request.form)
    vote = _vote_of(budget)
    if vote is None:
        return _refused(slug, post, no(_l("The city has not opened this vote yet.")), 422)
    try:
        done = cast_ballot(db.session(), actor(), vote, post.choices(vote.document), post.token)
        db.finish(commit=True)
    except CastRefused as refusal:
        return _refused(slug, post, refusal.verdict, refusal.status)
    return _receipt(budget, vote, done)


def _refused(slug: str, post: BallotPost, verdict: Verdict, status: int) -> Answer:
    """The ballot again with everything ticked; read afresh, after the write lock is free."""
    db.finish(commit=False)
    budget = find_budget(slug)
    vote = _vote_of(budget)
    if vote is None:
        return _not_yet(budget)[0], status
    return _page(budget, vote, post, post.token or new_form_token(), wrong=verdict), status


def _receipt(budget: Budget, vote: Vote, done: Cast) -> str:
    """Budget and vote are those that the cast itself read: nothing of them is asked again after the COMMIT."""
    return render_template(
        "budgeting/receipt.html",
        budget=budget,
        vote=vote,
        cast=done,
        closes=process_rules.Until(vote.closes_at if vote else None),
        notices=interruption.notices(vote, clock.city_now()) if vote else [],
        title=wordings.names(db.session(), budget.id).title,
        repeated_text=REPEATED if done.repeated else None,
    )


def _not_yet(budget: Budget) -> tuple[str, int]:
    """No vote has been opened: when it will be, if that is known."""
    s, now = db.session(), clock.city_now()
    dates = budgets.dates_of(s, [(budget.id, budget.process_id)])[budget.id]
    verdict = process_rules.phase_allows(dates.phases, "vote", now)
    html = render_template(
        "budgeting/no_ballot.html",
        budget=budget,
        title=wordings.names(s, budget.id).title,
        reason=verdict.reason or _l("The city has not opened this vote yet."),
        next=verdict.next,
        results=False,
    )
    return html, 200


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
        return render_template(
            "budgeting/no_ballot.html",
            budget=budget,
            title=page.names.title,
            reason=page.verdict.reason,
            next=page.verdict.next,
            results=vote.state == "published",
        )
    return render_template(
        "budgeting/ballot.html",
        page=page,
        budget=budget,
        token=token,
        form=BallotErrors(wrong) if wrong is not None else None,
        instruction=ballot_sentence(BallotKind(page.kind), page.least, page.most),
        closes=process_rules.Until(vote.closes_at),
        notices=interruption.notices(vote, now),
        sorts=[(key, SORT_NAMES[key]) for key in SORTS],
        looking=bool(post.look.q or post.look.pot or post.look.category),
        script=_script(budget.currency),
    )


def _script(currency: str) -> dict[str, object]:
    """What the live total needs to write the same sentences as the server."""
    return {
        "money": ui.money_mould(currency),
        "counts": ui.plural_table(_n("%(n)s project ticked", "%(n)s projects ticked", 0)),
        "left": ui.pattern(_l("%(money)s left of %(limit)s")),
        "over": ui.pattern(_l("%(money)s more than the %(limit)s of this pot")),
    }
