"""After a session: the stamp card, the certificate, "do you still use it?", and the public figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.figures import Told
from portal.base.i18n import Text, _, _l
from portal.base.security import actor, public, signed_in
from portal.identity.queries import person
from portal.workshops import actions_after, queries, queries_after, queries_list, rules, rules_languages
from portal.workshops.models import Using
from portal.workshops.queries_after import Outcome
from portal.workshops.queries_list import Filters
from portal.workshops.rules import Denied
from portal.workshops.views import pages
from portal.workshops.views_slip import find

USING: dict[Using, Text] = {
    Using.YES: _l("Yes, I use it"),
    Using.SOMETIMES: _l("Now and then"),
    Using.NO: _l("No"),
}
WAYS: dict[str, Text] = {
    "web": _l("At home, by oneself"),
    "slip": _l("At home, by oneself"),
    "terminal": _l("At a terminal of a library"),
    "helped": _l("With somebody at a desk"),
    "telephone": _l("By telephone"),
    "walk_in": _l("At the door"),
    "moved": _l("Moved from another day"),
}
FIRST: dict[bool, Text] = {True: _l("First workshop of the city"), False: _l("Came before, or did not say")}


@pages.get("/stamps")
@signed_in
def stamps() -> str:
    """One's own way up the ladder, and the next step."""
    s, now = db.session(), clock.city_now()
    found = queries_after.stamps(s, actor())
    following = next((one.level for one in found if one.at is None), None)
    coming, _total = (
        queries_list.listed(s, actor(), Filters(level=following, free=True), now, size=6) if following else ([], 0)
    )
    return render_template(
        "workshops/stamps.html", stamps=found, following=following, coming=coming, levels=rules.LEVEL_NAMES,
        purposes=rules.PURPOSE_NAMES, language_name=rules_languages.name,
    )  # fmt: skip


@pages.get("/booking/<slip>/still-using")
@public
def still_using(slip: str) -> str:
    """Do you still use it? One tap is enough."""
    found = find(slip)
    return render_template(
        "workshops/still_using.html", found=found, reference=queries.slip_of(found.booking), answers=USING,
        told=queries_after.title_of(db.session(), found.workshop),
    )  # fmt: skip


@pages.post("/booking/<slip>/still-using")
@public
def say_using(slip: str) -> ResponseReturnValue:
    """The answer to it."""
    found, said = find(slip), request.form.get("using", "")
    if said not in set(Using):
        return still_using(slip), 422
    who = actor()
    try:
        actions_after.answer_using(
            who if who.signed_in else Actor(channel="slip"), found.booking.id, Using(said), clock.city_now()
        )  # fmt: skip
        flash(_("Thank you. Your answer helps the next courses."))
    except Denied as denied:
        flash(str(denied.verdict.reason))
    return redirect(url_for(".still_using", slip=queries.slip_of(found.booking)), 303)


@pages.post("/booking/<slip>/certificate")
@signed_in
def certificate(slip: str) -> ResponseReturnValue:
    """A certificate of attendance for one's own account."""
    found, s = find(slip), db.session()
    if found.booking.person_id != actor().person_id:
        flash(_("A certificate is for the person who came. Sign in with the account that booked."))
        return redirect(url_for(".slip", slip=queries.slip_of(found.booking)), 303)
    who = person(s, found.booking.person_id or 0)
    try:
        made = actions_after.certificate(actor(), found, who.name if who else "", i18n.lang())
    except Denied as denied:
        flash(str(denied.verdict.reason))
        return redirect(url_for(".slip", slip=queries.slip_of(found.booking)), 303)
    return redirect(url_for("papers.paper", paper_id=made.id), 303)


def _labels(found: Outcome) -> Iterator[tuple[str, Text, dict[str, int], int]]:
    """Every figure as (name for files, heading, numbers by label, all others)."""

    def named(told: Told, names: dict) -> dict[str, int]:  # type: ignore[type-arg]
        said: dict[str, int] = {}
        for key, n in told.groups.items():
            label = str(names.get(key, key))
            said[label] = said.get(label, 0) + n
        return said

    languages = {code: i18n.own_name(code) for code in found.languages.groups}
    yield "place", _l("By place"), named(found.places, found.houses), found.places.others
    yield "term", _l("By term or year"), named(found.terms, {}), found.terms.others
    yield "step", _l("By step on the ladder"), named(found.levels, dict(rules.LEVEL_NAMES)), found.levels.others
    yield "age", _l("By age, as people said"), named(found.ages, dict(rules.AGE_BANDS)), found.ages.others
    yield "first", _l("New, or not for the first time"), named(found.first, dict(FIRST)), found.first.others
    yield "way", _l("How they booked"), named(found.ways, dict(WAYS)), found.ways.others
    yield "language", _l("Language in which they booked"), named(found.languages, languages), found.languages.others
    yield "using", _l("Three months later: do you still use it?"), named(found.using, dict(USING)), found.using.others


@pages.get("/outcomes")
@public
def outcomes() -> str:
    """Whom the courses reached, and what stayed."""
    found = queries_after.outcome(db.session())
    tables = [row for row in _labels(found) if row[2] or row[3]]
    return render_template("workshops/outcomes.html", found=found, tables=tables)


@pages.get("/outcomes.csv")
@public
def outcomes_csv() -> Response:
    """The same figures as a table."""
    found = queries_after.outcome(db.session())
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["figure", "group", "people"])
    if found.came:
        writer.writerow(["all", "", found.came])
    for name, _heading, groups, others in _labels(found):
        for label, n in groups.items():
            writer.writerow([name, label, n])
        if others:
            writer.writerow([name, "all others", others])
    if found.shown_up is not None:
        writer.writerow(["shown up", "share, rounded", found.shown_up])
    answer = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="workshop-outcomes.csv"'
    return answer
