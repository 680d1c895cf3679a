"""Filling in a form: begun once, one page at a time, kept on the server at each step, checked as a whole, then sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, cast

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.i18n import Text, _, _l
from portal.base.security import actor, signed_in
from portal.identity import queries as people
from portal.identity.rules_ways import may_act
from portal.services import (
    actions,
    actions_desk,
    actions_files,
    filling,
    queries,
    queries_clock,
    queries_fees,
    rules,
    rules_fees,
    sheet,
    versions,
)
from portal.services.filling import SeenPage, State
from portal.services.forms_fill import PageForm, typed_of
from portal.services.models import Case, CaseFile
from portal.services.queries import Filled
from portal.services.schema import Form, Page, Words
from portal.services.schema_kinds import FILES
from portal.services.schema_read import read
from portal.services.views import pages

COLOURS = {
    State.DONE: "green", State.INCOMPLETE: "sand", State.PROBLEM: "coral", State.NOT_YET: "grey", State.LOCKED: "grey",
}  # fmt: skip


def _for_whom() -> tuple[int, str, int | None]:
    """For whom this person applies now: account, name where there is none, mandate."""
    who = actor()
    acting = who.acting_for
    if acting is None:
        return who.person_id or 0, "", None
    if not may_act(acting.scope, "cases"):
        raise Refused(
            _l("You act for %(name)s just now, and this mandate does not cover applications.", name=acting.name), 403
        )
    if acting.person_id is not None:
        return acting.person_id, "", acting.mandate_id
    return who.person_id or 0, acting.name, acting.mandate_id


def _known(who: Actor) -> dict[str, Any]:
    """What the account says already."""
    if who.acting_for is not None:
        return dict.fromkeys(("person.name", "register.name"), _name(who.acting_for.name))
    ways = people.reachable(db.session(), [who.person_id or 0]).get(who.person_id or 0)
    return {
        "person.name": _name(who.name), "register.name": _name(who.name), "person.email": ways.email if ways else "",
        "person.telephone": ways.phone if ways else "",
    }  # fmt: skip


def _name(whole: str) -> dict[str, str]:
    """A name in its two parts; what is not known to be a given name is the family's."""
    given, _blank, family = whole.rpartition(" ")
    return {"given": given, "family": family}


@pages.post("/<slug>/begin")
@signed_in
def begin(slug: str) -> ResponseReturnValue:
    """Begin a form, with what is known already."""
    s, who, now, lang = db.session(), actor(), clock.city_now(), i18n.lang()
    found = queries.service(s, slug, now, lang)
    if found is None:
        abort(404)
    verdict = rules.may_file(shown=found.row.shown, has_form=found.form_id is not None)
    if not verdict or found.form_id is None:
        assert verdict.reason is not None
        raise Refused(verdict.reason, 409, next_label=_l("All services"), next_url=url_for(".index"))
    person_id, for_name, mandate_id = _for_whom()
    form = read(queries.form(s, found.form_id).document)
    answers, taken = filling.prefilled(form, _known(who), {}, queries_clock.today())
    row = actions.begin(
        who, found.row, found.form_id, person_id=person_id, for_name=for_name, mandate_id=mandate_id, answers=answers,
        origins=dict.fromkeys(taken, "account"),
    )  # fmt: skip
    return redirect(url_for(".tasks", number=row.id), 303)


@dataclass(frozen=True, slots=True)
class Sheet:
    """An application with its form, as it is today."""

    found: Filled
    form: Form
    lang: str  # in which the form speaks
    today: date

    @property
    def pages(self) -> tuple[SeenPage, ...]:
        """What is asked, given the answers that are kept."""
        return filling.seen(self.form, self.found.row.answers, self.today).pages

    def tasks(self) -> list[tuple[Page, State]]:
        """How far each page is."""
        return filling.tasks(self.form, self.found.row.answers, self.today, self.found.row.seen)

    def say(self, words: Words | None) -> str:
        """A text of the form."""
        return self.form.say(words, self.lang)

    def files(self, key: str) -> list[CaseFile]:
        """The files of a field."""
        return [one for one in self.found.files if one.field == key]

    @property
    def ready(self) -> bool:
        """Every page is done."""
        return all(state is State.DONE for _page, state in self.tasks())


def mine(number: int) -> Sheet:
    """An application that this person fills in, or may for another; 404 for everybody else."""
    found = queries.application(db.session(), actor(), number, i18n.lang())
    if found is None:
        abort(404)
    form = read(found.form.document)
    return Sheet(found, form, form.speaks(i18n.lang()), queries_clock.today())


@pages.get("/applications/<int:number>")
@signed_in
def tasks(number: int) -> str:
    """The task list of a form."""
    it = mine(number)
    found = it.tasks()
    newer = queries.newer_form(db.session(), it.found, clock.city_now())
    return render_template(
        "services/tasks.html", newer=newer is not None and not versions.unchanged(it.form, read(newer.document)),
        found=it.found, title=it.found.title, told=it.lang, words=filling.STATES, colours=COLOURS,
        tasks=[(page, state, it.say(page.title)) for page, state in found], ready=it.ready, locked=State.LOCKED,
        next=next((page for page, state in found if state not in (State.DONE, State.LOCKED)), None),
    )  # fmt: skip


def _page_of(it: Sheet, key: str) -> SeenPage:
    """The page, where it is asked and can be begun."""
    locked = {page.key for page, state in it.tasks() if state is State.LOCKED}
    found = next((one for one in it.pages if one.page.key == key and key not in locked), None)
    if found is None:
        abort(404)
    return found


@pages.route("/applications/<int:number>/<page>", methods=["GET", "POST"])
@signed_in
def fill(number: int, page: str) -> ResponseReturnValue:
    """One page of a form. What was sent is kept, and the next page follows, or the check from which one came."""
    it = mine(number)
    shown, row = _page_of(it, page), it.found.row
    if request.method == "GET":
        return _filled(it, shown, PageForm.fit(it.form, shown.fields, it.lang, typed_of(shown.fields, row.answers)))
    refused = _store_files(it, shown.page)
    here = queries.files_of(db.session(), row.id)
    files = {
        one.key: queries.as_answers(file for file in here if file.field == one.key)
        for one in shown.page.fields
        if one.kind == "file"
    }
    sent = filling.entered(it.form, page, request.form, row.answers, it.today, files)
    errors = {**sent.errors, **refused}
    if errors:
        again = next(
            (one for one in filling.seen(it.form, sent.answers, it.today).pages if one.page.key == page), shown
        )
        form = PageForm.fit(it.form, again.fields, it.lang, sent.typed, errors)
        if any(form.boxes(one) or form.rows(one) for one in again.fields):
            it = mine(number)
            return _filled(it, again, form, 422)
    changed = set(rules.changed_words(row.answers, sent.answers))
    actions.keep(row, page, sent.answers, {key: where for key, where in row.origins.items() if key not in changed})
    return redirect(_onward(it, page), 303)


def _filled(it: Sheet, shown: SeenPage, form: PageForm, status: int = 200) -> ResponseReturnValue:
    keys, number = [one.page.key for one in it.pages], it.found.row.id
    place = keys.index(shown.page.key) if shown.page.key in keys else 0
    html = render_template(
        "services/fill.html", found=it.found, title=it.say(shown.page.title), help=it.say(shown.page.help), form=form,
        told=it.lang, asked=[(one, it.say(one.label), it.say(one.help)) for one in shown.fields],
        files={one.key: it.files(one.key) for one in shown.fields},
        origins={key: sheet.ORIGINS[origin] for key, origin in it.found.row.origins.items()},
        back=url_for(".fill", number=number, page=keys[place - 1]) if place else url_for(".tasks", number=number),
    )  # fmt: skip
    return html, status


def _store_files(it: Sheet, page: Page) -> dict[str, Text]:
    """Take in the files of a page; by field, why one is refused."""
    refused: dict[str, Text] = {}
    for one in page.fields:
        upload = request.files.get(one.key) if one.kind == "file" else None
        if upload is None or not upload.filename:
            continue
        try:
            most = int(one.limits.get("max_files", 1))
            if len(it.files(one.key)) >= most or len(it.found.files) >= actions_files.MOST_FILES:
                raise actions_files.Refused(_l("There are enough files here. Remove one first."))
            actions_files.take(
                db.session(), cast(BinaryIO, upload.stream), upload.filename, field=one.key, application_id=it.found.row.id,
                accept=[FILES[kind] for kind in one.limits["accept"]],
            )  # fmt: skip
        except actions_files.Refused as wrong:
            refused[one.key] = wrong.reason
    return refused


def _onward(it: Sheet, page: str) -> str:
    number = it.found.row.id
    if request.args.get("back") == "check" and it.ready:
        return url_for(".check", number=number)
    after = filling.next_page(it.form, it.found.row.answers, it.today, page)
    if after is not None:
        return url_for(".fill", number=number, page=after)
    return url_for(".check" if it.ready else ".tasks", number=number)


@pages.post("/applications/<int:number>/files/<int:upload_id>/remove")
@signed_in
def remove_file(number: int, upload_id: int) -> ResponseReturnValue:
    """Take a file out of a form that is not sent yet."""
    it = mine(number)
    row = next((one for one in it.found.files if one.id == upload_id), None)
    if row is None:
        abort(404)
    field = row.field
    actions.remove_file(actor(), it.found.row, row)
    flash(_("The file is removed."), "success")
    page = it.form.page_of.get(field)
    return redirect(url_for(".fill", number=number, page=page.key) if page else url_for(".tasks", number=number), 303)


@pages.route("/applications/<int:number>/check", methods=["GET", "POST"])
@signed_in
def check(number: int) -> ResponseReturnValue:
    """Everything once more before it is sent; nothing has been sent until then."""
    it = mine(number)
    if not it.ready or filling.problems(it.form, it.found.row.answers, it.today):
        return redirect(url_for(".tasks", number=number), 303)
    if request.method == "POST":
        return redirect(url_for(".case", reference=_send(it).reference, sent=1), 303)
    row = it.found.row
    return render_template(
        "services/check.html", found=it.found, title=it.found.title, change=url_for(".tasks", number=number),
        sheet=sheet.answered(it.form, row.answers, row.origins, it.lang, it.today),
        form_words=it.say,
    )  # fmt: skip


def _send(it: Sheet) -> Case:
    """Make a case of it; one that the register can answer is answered at once, unless it is to be paid first."""
    who, s, of = actor(), db.session(), it.found.service
    answers = filling.seen(it.form, it.found.row.answers, it.today).answers
    case = actions.file(who, it.found.row, of, answers, language=i18n.lang())
    paid = rules_fees.may_grant(queries_fees.stand_of(s, case.id), pay_first=of.pay_first)
    if of.instant and paid and case.mandate_id is None and case.person_id is not None and case.decided_at is None:
        known = people.facts(s, case.person_id, clock.now())
        if known.residence:
            actions_desk.issue_at_once(case, of, known.residence)
    return case


@pages.post("/applications/<int:number>/delete")
@signed_in
def throw_away(number: int) -> ResponseReturnValue:
    """Delete a form that was begun."""
    actions.throw_away(actor(), mine(number).found.row)
    flash(_("The application is deleted."), "success")
    return redirect(url_for(".index"), 303)
