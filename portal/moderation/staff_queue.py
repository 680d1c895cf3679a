"""The queue: everything that was reported or held, of every kind, in one list; and one act with one reason for many."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, i18n, texts, ui
from portal.base.i18n import _, _l, ngettext
from portal.base.security import actor, staff
from portal.moderation import actions_decide, queries, queries_list, rules
from portal.moderation.forms import BulkForm, QueueFilters
from portal.moderation.models import Reason
from portal.moderation.queries_list import Wish
from portal.moderation.staff import DOOR, desk


def _wish() -> Wish:
    args = request.args
    kind, reason, claimed = args.get("kind", ""), args.get("reason", ""), args.get("claimed", "")
    return Wish(
        kind=kind if kind in queries.kinds() else "",
        state=args.get("state", "") if args.get("state") in ("open", "held", "decided") else "open",
        reason=reason if reason in {one.value for one in Reason} else "",
        days=int(args["days"]) if args.get("days") in ("1", "7") else 0,
        claimed=claimed if claimed in ("free", "mine", "others") else "",
        lang=args.get("language", "")[:12],
        sort=args.get("sort", "") if args.get("sort") in queries_list.SORTS else "oldest",
    )


def _page(bulk: BulkForm | None = None, ticked: list[str] | None = None) -> ResponseReturnValue:
    s, who, now = db.session(), actor(), clock.city_now()
    wish, number = _wish(), ui.page_number(request.args.get("page"))
    found = queries_list.queue(s, who, wish, i18n.lang(), now, offset=(number - 1) * queries_list.PER_PAGE)
    filters = QueueFilters()
    filters.kind.choices = [(name, kind.label or name) for name, kind in queries.kinds().items()]
    filters.language.choices = texts.languages(queries_list.languages(s, who))
    query = {name: value for name, value in request.args.items() if name != "page" and len(value) < 60}
    here = url_for("moderation_staff.queue")
    form = (bulk or BulkForm(formdata=None)).offer()
    html = render_template(
        "moderation/staff/queue.html",
        found=found,
        wish=wish,
        now=now,
        filters=filters,
        form=form if form.errors else None,
        bulk=form,
        ticked=ticked or [],
        action=ui.address(here, query),
        labels={name: kind.label or name for name, kind in queries.kinds().items()},
        reasons=rules.REASONS,
        held=rules.HELD,
        done=rules.DONE,
        paging=ui.paging(found.total, number, queries_list.PER_PAGE, lambda n: ui.address(here, query, page=n)),
        filtered=wish != Wish(),
        most=rules.MOST_AT_ONCE,
    )
    return html, 422 if form.errors else 200


@desk.get("")
@staff(*DOOR, scoped=True)
def queue() -> ResponseReturnValue:
    """What waits, oldest first."""
    return _page()


@desk.post("")
@staff(*DOOR, scoped=True)
def decide_many() -> ResponseReturnValue:
    """One act with one reason on everything that was ticked."""
    form = BulkForm().offer()
    ticked = request.form.getlist("thing")[: rules.MOST_AT_ONCE]
    told = form.told()
    things = [_thing(one) for one in ticked]
    reached = [one for one in things if one is not None]
    if told is not None and not reached:
        form.form_errors.append(str(_l("Tick at least one text.")))
        told = None
    if told is None:
        return _page(form, ticked)
    s, who = db.session(), actor()
    who = replace(who, deputy_for=who.stands_in(*DOOR))  # each thing by itself is asked for below
    mine = [one for one in reached if queries_list.flagged(s, who, one[0]) is not None]
    result = actions_decide.decide_many(who, mine, told)
    flash(ngettext("%(n)s text is decided.", "%(n)s texts are decided.", len(result.done)), "success")
    if result.late:
        n = len(result.late)
        flash(
            ngettext("%(n)s was decided by a colleague meanwhile.", "%(n)s were decided by colleagues meanwhile.", n),
            "warning",
        )
    if result.refused:
        n = len(result.refused)
        flash(_("%(n)s could not be decided together: open them one by one.", n=i18n.number(n)), "warning")
    return redirect(ui.address(url_for("moderation_staff.queue"), request.args), 303)


def _thing(raw: str) -> tuple[int, int] | None:
    """A ticked box: number and version."""
    parts = raw.split(":")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts):
        return None
    return int(parts[0]), int(parts[1])
