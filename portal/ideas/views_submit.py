"""An idea is handed in: step by step, with a draft on the server and a page to check everything."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.base import clock, db, files
from portal.base.errors import Refused
from portal.base.fields import Form
from portal.base.i18n import _, _l
from portal.base.security import actor, signed_in
from portal.base.verdict import Verdict
from portal.ideas import actions, actions_drafts, queries, queries_own, queries_similar, rules
from portal.ideas.forms import FileForm, IdeaForm, PictureForm, PlaceForm, SendForm, is_lenient, written
from portal.ideas.models import Draft
from portal.ideas.rules import Denied
from portal.ideas.views import find, pages
from portal.moderation.queries import may_write
from portal.places import queries as places
from portal.places.queries_plan import city_plan
from portal.places.rules import Spot, clicked

NAMES = {
    "idea": _l("Your idea"),
    "place": _l("Place and cost"),
    "pictures": _l("Pictures and files"),
    "check": _l("Check and send"),
}


def may_submit(found: queries.Found) -> Verdict:
    """May the reader hand in an idea now?"""
    s = db.session()
    dates = queries.phases(s, found.call)
    may = rules.may_submit(queries.taker(s, actor(), found.call), found.call, dates, clock.city_now())
    return may and may_write(s, actor())


def must_submit(found: queries.Found) -> None:
    """Stops a post that comes too late; what was kept of it so far stays in the draft."""
    verdict = may_submit(found)
    if not verdict:
        assert verdict.reason is not None
        back = url_for("ideas.call", slug=found.call.slug)
        raise Refused(verdict.reason, 409, next_label=_l("Back to the call"), next_url=back)


@pages.get("/ideas/<slug>/new")
@signed_in
def new(slug: str) -> ResponseReturnValue:
    """Begins an idea, or goes on with the draft; where it is not possible, says why."""
    found = find(slug)
    verdict = may_submit(found)
    if not verdict:
        names = queries.names(db.session(), found.call)
        return render_template("ideas/not_now.html", call=found.call, names=names, verdict=verdict)
    draft = queries_own.draft(db.session(), actor(), found.call)
    step = draft.step if draft is not None and draft.step in rules.steps(found.call) else rules.STEPS[0]
    return redirect(url_for(".step", slug=slug, step=step), 303)


@pages.route("/ideas/<slug>/new/<step>", methods=["GET", "POST"])
@signed_in
def step(slug: str, step: str) -> ResponseReturnValue:
    """One step. What is typed is kept with "go on" and with "later" alike."""
    found = find(slug)
    if step not in rules.steps(found.call):
        abort(404)
    if request.method == "POST":
        must_submit(found)
    elif not may_submit(found):
        return redirect(url_for(".new", slug=slug), 303)
    draft = queries_own.draft(db.session(), actor(), found.call)
    return {"idea": _idea, "place": _place, "pictures": _pictures, "check": _check}[step](found, draft)


def _data(draft: Draft | None) -> dict[str, Any]:
    return dict(draft.data) if draft is not None else {}


def _page(found: queries.Found, step: str, **more: Any) -> str:
    order = rules.steps(found.call)
    return render_template(
        f"ideas/step_{step}.html",
        call=found.call,
        step=step,
        number=order.index(step) + 1,
        steps=[
            (one, _("Pictures") if one == "pictures" and not found.call.takes_files else NAMES[one]) for one in order
        ],
        before=order[order.index(step) - 1] if order.index(step) else None,
        limits=rules,
        **more,
    )


def _on(found: queries.Found, step: str) -> Response:
    """The next step; the check page again where the reader came from there."""
    if request.form.get("act") == "later":
        flash(_("Your draft is stored. You find it on “My page”."), "success")
        return redirect(url_for("ideas.call", slug=found.call.slug), 303)
    order = rules.steps(found.call)
    following = "check" if request.form.get("from") == "check" else order[order.index(step) + 1]
    return redirect(url_for(".step", slug=found.call.slug, step=following), 303)


def _fits(form: Form) -> bool:
    """Valid; for "later" it is enough that nothing is too long."""
    valid = bool(form.validate())
    if request.form.get("act") != "later":
        return valid
    return valid or is_lenient(form)


def _idea(found: queries.Found, draft: Draft | None) -> ResponseReturnValue:
    names = queries.names(db.session(), found.call)
    form, status = IdeaForm.begun(names, _data(draft)), 200
    if form.is_submitted():
        if _fits(form):
            values = {name: form[name].data for name in ("title", "body", "category", "language") if name in form}
            actions_drafts.keep(actor(), found.call, "idea", values)
            return _on(found, "idea")
        status = 422
    return _page(found, "idea", form=form, names=names, draft=draft), status


def _place(found: queries.Found, draft: Draft | None) -> ResponseReturnValue:
    s, plan = db.session(), city_plan() if found.call.asks_place else None
    names, data = queries.names(s, found.call), _data(draft)
    spots = places.spots(s) if plan else []
    form = PlaceForm.located(found.call, names, [(key, name) for key, name, _spot in spots], data)
    status = 200
    if form.is_submitted():
        spot, sentence = _spot(form, plan, spots, data)
        if _fits(form) and sentence is None:
            values = {name: form[name].data for name in ("district", "place", "cost") if name in form}
            x, y = spot or (None, None)
            actions_drafts.keep(actor(), found.call, "place", {**values, "x": x, "y": y})
            if _of_plan():
                return redirect(url_for(".step", slug=found.call.slug, step="place", _anchor="plan"), 303)
            return _on(found, "place")
        if sentence is not None and "like" in form:
            form.like.errors = [str(sentence)]
        elif sentence is not None:
            form.form_errors.append(str(sentence))
        status = 422
    x, y = data.get("x"), data.get("y")
    pin = (
        plan.pin(x, y, data.get("place") or data.get("title") or "") if plan and x is not None and y is not None else []
    )
    return _page(found, "place", form=form, names=names, draft=draft, plan=plan, pin=pin), status


def _of_plan() -> bool:
    """Was a button of the plan pressed, and not the one that goes on?"""
    return "spot.x" in request.form or request.form.get("act") in ("like", "off")


def _spot(form: PlaceForm, plan: Any, spots: Any, data: dict[str, Any]) -> tuple[Spot | None, Any]:
    """The place on the plan after this post, and a sentence where it could not be understood."""
    held = Spot(data["x"], data["y"]) if data.get("x") is not None else None
    if plan is None or request.form.get("act") == "off":
        return None, None
    if request.form.get("act") == "like":
        found = {key: spot for key, _name, spot in spots}.get(form.like.data or "" if "like" in form else "")
        return (found, None) if found is not None else (held, _l("Choose a place from the list."))
    pressed = clicked(request.form, "spot", *plan.pressed)
    if isinstance(pressed, Verdict):
        return held, _l("The plan was not pressed with a pointer. Choose from the list instead.")
    return pressed or held, None


def _pictures(found: queries.Found, draft: Draft | None) -> ResponseReturnValue:
    s, call = db.session(), found.call
    act, form, status = request.form.get("act", ""), None, 200
    picture_form = PictureForm(formdata=None) if call.takes_pictures else None
    file_form = FileForm(formdata=None) if call.takes_files else None
    if request.method == "POST":
        if act == "picture" and call.takes_pictures:
            form = picture_form = PictureForm()
            if form.validate() and _add_picture(found, form):
                return redirect(url_for(".step", slug=call.slug, step="pictures"), 303)
            status = 422
        elif act == "file" and call.takes_files:
            form = file_form = FileForm()
            if form.validate() and _add_file(found, form):
                return redirect(url_for(".step", slug=call.slug, step="pictures"), 303)
            status = 422
        else:
            return _take_away(found, draft) or _on(found, "pictures")
    held = _data(draft).get("pictures", [])
    rows = queries_own.picture_files(s, [one[0] for one in held])
    shown = [
        (file_id, alt, files.url(rows[file_id]) if rows[file_id].state is files.State.READY else None,
         rows[file_id].sentence)
        for file_id, alt in held if file_id in rows
    ]  # fmt: skip
    return _page(
        found, "pictures", form=form, picture_form=picture_form, file_form=file_form, shown=shown,
        files=queries_own.draft_files(s, draft), draft=draft,
    ), status  # fmt: skip


def _add_picture(found: queries.Found, form: PictureForm) -> bool:
    try:
        actions_drafts.add_picture(actor(), found.call, form.picture.data.stream, form.alt.data or "")
    except files.PictureRefused as wrong:
        form.picture.errors = [str(wrong.reason)]
        return False
    except Denied as denied:
        form.picture.errors = [str(denied.verdict.reason)]
        return False
    return True


def _add_file(found: queries.Found, form: FileForm) -> bool:
    try:
        actions_drafts.add_file(actor(), found.call, form.file.data.stream, form.file.data.filename or "")
    except Denied as denied:
        form.file.errors = [str(denied.verdict.reason)]
        return False
    return True


def _take_away(found: queries.Found, draft: Draft | None) -> Response | None:
    """A picture or a file leaves the draft."""
    picture, file = request.form.get("picture_id", ""), request.form.get("file_id", "")
    if draft is None or not (picture.isdecimal() or file.isdecimal()):
        return None
    if picture.isdecimal():
        actions_drafts.remove_picture(actor(), found.call, int(picture))
    else:
        actions_drafts.remove_file(actor(), draft, int(file[:15]))
    return redirect(url_for(".step", slug=found.call.slug, step="pictures"), 303)


def _check(found: queries.Found, draft: Draft | None) -> ResponseReturnValue:
    """Everything once more, ideas that may be the same, and the button."""
    s, call = db.session(), found.call
    names, data = queries.names(s, call), _data(draft)
    form = SendForm()
    missing = _missing(names, data)
    status = 200
    if form.is_submitted():
        if draft is not None and not missing and form.validate():
            try:
                # the idea was typed in the steps before, so its time began with the draft
                return _send(found, draft, data, form.guard() | {"started_at": draft.created_at})
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    alike = queries_similar.alike(s, call, str(data.get("title") or ""))
    held = data.get("pictures", [])
    html = _page(
        found, "check", form=form, names=names, draft=draft, data=data, words=written(data), missing=missing,
        alike=alike, alts=[one[1] for one in held], files=queries_own.draft_files(s, draft),
    )  # fmt: skip
    return html, status


def _missing(names: queries.Names, data: dict[str, Any]) -> list[Any]:
    """What has to be typed before the idea can be sent."""
    found = [] if data.get("title") else [_l("Enter a title for your idea.")]
    return found if data.get("body") else [*found, _l("Describe your idea.")]


def _send(found: queries.Found, draft: Draft, data: dict[str, Any], guard: dict[str, Any]) -> Response:
    s = db.session()
    names, words = queries.names(s, found.call), written(data)
    held = data.get("pictures", [])
    known = queries_own.picture_files(s, [one[0] for one in held])
    idea = actions.submit(
        actor(),
        found.call,
        rules.known(words, names.categories, names.districts),
        pictures=[(file_id, alt) for file_id, alt in held if file_id in known],
        draft=draft,
        guard=guard,
    )
    flash(_("Your idea has been handed in. Its number is %(number)s.", number=str(idea.number)), "success")
    return redirect(url_for(".idea", number=idea.number), 303)


@pages.route("/ideas/<slug>/new/discard", methods=["GET", "POST"])
@signed_in
def discard(slug: str) -> ResponseReturnValue:
    """Deletes a draft, after a question."""
    found = find(slug)
    draft = queries_own.draft(db.session(), actor(), found.call)
    if draft is None:
        return redirect(url_for("ideas.call", slug=slug), 303)
    if request.method == "POST":
        actions_drafts.throw_away(actor(), draft)
        flash(_("Your draft is deleted."), "success")
        return redirect(url_for("ideas.call", slug=slug), 303)
    return render_template("ideas/discard.html", call=found.call, draft=draft)
