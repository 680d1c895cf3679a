"""A list for supporters' signatures, to be printed and carried from door to door."""

from __future__ import annotations

from flask import render_template, url_for

from portal.base import clock, db, ground, qr
from portal.base.i18n import _
from portal.base.security import public
from portal.ideas import actions_paper, queries, rules, rules_paper
from portal.ideas.views import find_idea, pages, refused
from portal.identity import queries_register
from portal.processes.rules import Until


@pages.get("/ideas/<number:number>/signatures")
@public
def signatures(number: int) -> str:
    """The list: what is supported, by which rule, what becomes of the names, and lines to fill in. Each has a number of
    its own, kept nowhere until somebody enters it."""
    found, s = find_idea(number), db.session()
    idea, call = found.idea, found.call
    register = queries_register.asks()
    verdict = rules_paper.may_collect(idea, call, closed=found.of.closed or not call.shown, register=register)
    verdict = verdict and rules.supports(call, found.dates, clock.city_now())
    if not verdict:
        raise refused(verdict, number)
    printed = actions_paper.new_number()
    entry = url_for("ideas_lists.listed", number=printed, idea=number)
    return render_template(
        "ideas/signatures.html",
        found=found,
        idea=idea,
        call=call,
        names=queries.names(s, call),
        until=Until(end) if (end := rules_paper.lists_until(call, found.dates)) else None,
        audience=rules_paper.SIGNERS[call.audience],
        asks_number=register,
        rows=rules_paper.ROWS,
        number=printed,
        drawing=qr.svg(ground.settings().base_url + entry, _("QR code for the staff who enter this list")),
    )
