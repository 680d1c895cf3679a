"""Ideas on paper: a sheet for each call that takes ideas, and what happens when staff enter one."""

from __future__ import annotations

from typing import Any

from flask import flash
from sqlalchemy.orm import Session

from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.feature import Sheet
from portal.base.i18n import _, _l
from portal.base.verdict import Verdict, no
from portal.ideas import actions_paper, queries, rules, rules_paper
from portal.ideas.forms import written
from portal.ideas.forms_paper import PaperIdeaForm
from portal.ideas.models import Call
from portal.ideas.rules import Denied
from portal.ideas.rules_paper import PAPER
from portal.identity.queries import city_day
from portal.moderation.queries import may_write
from portal.processes.rules import Stage

ADDRESS = (
    _l("Address"),
    _l("Only without an account, so that the city can write to you. It stays on the paper and is not public."),
)
WAITS = _l("It waits for a moderator before it is shown.")


def sheets(s: Session, who: Actor, lang: str) -> list[Sheet]:
    """The calls whose ideas can be handed in on paper: printed while ideas are taken, entered until the supports were
    counted. Three selects."""
    now = clock.city_now()
    return [
        _sheet(one, printable=one.takes)
        for one in queries.listed(s, now, lang=lang, reader=who)
        if one.shown and rules_paper.idea_on_paper(one.call) and _enterable(one)
    ]


def _enterable(one: queries.Listed) -> bool:
    begun = one.takes or one.stage is not Stage.COMING
    return begun and one.call.closed_at is None and one.call.frozen_at is None


def _sheet(one: queries.Listed, *, printable: bool) -> Sheet:
    call = one.call

    def form(**more: Any) -> PaperIdeaForm:
        return PaperIdeaForm.for_call(call, queries.names(db.session(), call), **more)

    def enter(who: Actor, form: Any, lang: str, paper: str) -> Any:
        return _enter(call, who, form, paper)

    must = rules_paper.needs_account(call)
    intro = (
        rules.AUDIENCES[call.audience],
        _l("The rules of the call stand on its page and lie at every counter."),
        _l("Everybody can read the idea, and the name of its author. Pictures are added on the portal."),
    )
    return Sheet(
        f"{PAPER}{call.id}", _l("Idea for: %(call)s", call=one.title.body), "ideas.call", form, enter,
        args={"slug": call.slug}, account="must" if must else "may", record="idea", keeps=False,
        intro=intro, printable=printable, numbered=True, aside=() if must else (ADDRESS,),
    )  # fmt: skip


def _enter(call: Call, who: Actor, form: Any, number: str) -> tuple[str, Any] | Verdict:
    """What the paper says becomes an idea, by the same rules as on the portal on the day when it was handed in."""
    s, now = db.session(), clock.city_now()
    name = (form.author.data or "").strip() if "author" in form else ""
    if who.person_id is None and not name:
        form.author.errors = [_("Without an account the paper needs a name.")]
        return no(_l("Enter an account here, or the name below."))
    today, zone = city_day(now), i18n.in_zone(now).tzinfo
    assert zone is not None
    verdict = rules_paper.may_enter_idea(call, queries.phases(s, call), form.received.data, today, zone)
    if not verdict:
        form.received.errors = [str(verdict.reason)]
        return verdict
    if who.person_id is not None:
        verdict = rules.may_take_part(queries.taker(s, who, call), call) and may_write(s, who)
        if not verdict:
            return no(_l("By the rules of the call, this person cannot take part: %(why)s", why=verdict.reason))
    names = queries.names(s, call)
    data = {key: form[key].data for key in ("title", "body", "language", "category", "district", "place", "cost")
            if key in form}  # fmt: skip
    words = rules.known(written(data), names.categories, names.districts)
    try:
        idea = actions_paper.enter_idea(who, call, words, paper_number=number, author_name=name)
    except Denied as denied:
        return denied.verdict
    flash(_("The idea has the number %(number)s.", number=str(idea.number)), "success")
    if not idea.shown:
        flash(str(WAITS), "success")
    return "idea", idea.id
