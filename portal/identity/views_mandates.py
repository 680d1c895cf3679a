"""Acting for another, and "my page"."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db, ground, i18n
from portal.base.actor import Actor
from portal.base.feature import Feature, Mine
from portal.base.i18n import Text, _
from portal.base.security import actor, alone_because, back_to, for_oneself, opens_here, shared_screen, signed_in
from portal.base.verdict import Verdict
from portal.identity import actions_mandates, queries, queries_ways, rules_help, rules_ways
from portal.identity.forms_ways import MandateCodeForm, MandateForm, wrong
from portal.identity.models_ways import Mandate
from portal.identity.views import identity


@identity.get("/account/mandates")
@signed_in
@for_oneself
def mandates() -> ResponseReturnValue:
    """For whom the reader acts, who acts for the reader, and both ways to begin it."""
    return _page(MandateForm(), MandateCodeForm())


def _page(form: MandateForm, by_code: MandateCodeForm, *, code: str = "", bad: Any = None) -> ResponseReturnValue:
    today = queries.city_day(clock.now())
    page = queries_ways.mandates(db.session(), actor())
    holds = {row.id: _holds(row, today) for row in page.mine}
    html = render_template(
        "identity/mandates.html",
        page=page,
        holds=holds,
        ask=form,
        by_code=by_code,
        form=bad,
        code=code,
        relations=rules_ways.RELATIONS,
        scopes=rules_ways.SCOPES,
        own_mandate=rules_help.OWN_MANDATE,
    )
    return html, 422 if bad else 200


def _holds(row: Mandate, today: date) -> bool:
    return rules_ways.mandate_holds(
        confirmed_at=row.confirmed_at,
        revoked_at=row.revoked_at,
        from_day=row.from_day,
        until_day=row.until_day,
        today=today,
    )


@identity.post("/account/mandates")
@signed_in
@for_oneself
@alone_because(rules_help.OWN_MANDATE)
def ask_mandate() -> ResponseReturnValue:
    """Ask to act for somebody; the code for them is shown once."""
    form = MandateForm()
    if not form.validate():
        return _page(form, MandateCodeForm(formdata=None), bad=form)
    done = actions_mandates.ask(
        actor(),
        principal_name=form.principal_name.data or "",
        relation=form.relation.data,
        scope=form.scope.data,
        from_day=form.from_day.data,
        until_day=form.until_day.data,
        now=clock.now(),
    )
    if isinstance(done, Verdict):
        return _page(form, MandateCodeForm(formdata=None), bad=wrong(form, form.until_day, done.reason))
    db.finish(commit=True)
    return _page(MandateForm(formdata=None), MandateCodeForm(formdata=None), code=done)


@identity.post("/account/mandates/look")
@signed_in
@for_oneself
def look_mandate() -> ResponseReturnValue:
    """Show the request of a code, with the button that confirms it."""
    form = MandateCodeForm()
    row = actions_mandates.found(form.code.data or "") if form.validate() else None
    if row is None:
        if not form.errors:
            wrong(form, form.code, actions_mandates.NONE)
        return _page(MandateForm(formdata=None), form, bad=form)
    return render_template(
        "identity/mandate_confirm.html",
        row=row,
        code=form.code.data,
        agent=queries_ways.agent(db.session(), row.agent_id),
        scope=rules_ways.SCOPES.get(row.scope, row.scope),
    )


@identity.post("/account/mandates/confirm")
@signed_in
@for_oneself
@alone_because(rules_help.OWN_MANDATE)
def confirm_mandate() -> ResponseReturnValue:
    """Let the one who asked act in the reader's name."""
    form = MandateCodeForm()
    verdict = actions_mandates.confirm(actor(), request.form.get("code", "")[:60], now=clock.now())
    if not verdict:
        return _page(MandateForm(formdata=None), form, bad=wrong(form, form.code, verdict.reason))
    flash(_("The mandate is confirmed. You can end it at any time."), "success")
    return redirect(url_for("identity.mandates"), 303)


@identity.post("/account/mandates/<int:mandate_id>/revoke")
@signed_in
@for_oneself
def revoke_mandate(mandate_id: int) -> ResponseReturnValue:
    """End a mandate or a request; either side may."""
    if not actions_mandates.revoke(actor(), mandate_id, clock.now()):
        raise NotFound
    flash(_("The mandate has ended."), "success")
    return redirect(url_for("identity.mandates"), 303)


@identity.post("/account/mandates/<int:mandate_id>/act")
@signed_in
@alone_because(rules_help.OWN_MANDATE)
def act_for(mandate_id: int) -> ResponseReturnValue:
    """Act for another from now on, in this session."""
    if not actions_mandates.switch(actor(), mandate_id, clock.now()):
        raise NotFound
    return redirect(url_for("identity.my"), 303)


@identity.post("/account/act-for-myself")
@signed_in
def act_for_myself() -> ResponseReturnValue:
    """Act for oneself again."""
    actions_mandates.switch(actor(), None, clock.now())
    return back_to(request.form.get("next"), url_for("identity.my"))


def _is_shown(part: Mine, who: Actor) -> bool:
    if who.acting_for is not None and not part.acts:
        return False
    return not (part.alone and who.helped_by)


def _is_of_whom(feature: Feature, who: Actor) -> bool:
    """Are the dates of this feature those of the one whose page this is?"""
    return who.acting_for is None or any(part.acts for part in feature.mine)


def _other(who: Actor) -> str:
    """Whose page this is, where somebody else reads it for them; else empty."""
    return who.acting_for.name if who.acting_for is not None else who.name if who.helped_by else ""


def _heading(part: Mine, who: Actor) -> Text | str:
    """What a part is called: where somebody else reads it for the person, "your" would be wrong."""
    name = _other(who)
    return _(part.of.msgid, name=name) if part.of is not None and name else part.label


def _offers_calendar(who: Actor) -> bool:
    """The address of the calendar opens the dates to whoever has seen it: nobody makes it for another, or where others
    look on."""
    return who.helped_by is None and shared_screen() is None and opens_here("notifications.wishes")


@identity.get("/my")
@signed_in
def my() -> ResponseReturnValue:
    """My page: what each feature has of the reader's own, and what lies ahead in the calendar."""
    s, who, lang = db.session(), actor(), i18n.lang()
    parts = [(part, part.items(s, who, lang)) for part in queries_ways.parts() if _is_shown(part, who)]
    now = clock.city_now()
    events = [
        event
        for feature in ground.current().features
        if feature.calendar is not None and _is_of_whom(feature, who)
        for event in feature.calendar(s, who, lang)
        if (event.ends_at or event.starts_at) >= now
    ]
    today = queries.city_day(clock.now())
    return render_template(
        "identity/my.html",
        other=_other(who),
        parts=[(part, _heading(part, who), items) for part, items in parts if items or part.empty],
        leads={part.start for part, _items in parts if part.start and opens_here(part.start)},
        calendar_url=url_for("notifications.wishes") if _offers_calendar(who) else "",
        now=now,
        events=sorted(events, key=lambda e: e.starts_at),
        mandates=[row for row in queries_ways.mandates(s, who).mine if _holds(row, today)],
    )
