"""The pages of a debate. A wing shows its first page on the page of the thing; everything else is here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import atom, clock, db, ground, i18n, limits, texts, translate, ui
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import actor, back_to, browser, public, reads, signed_in
from portal.base.verdict import Verdict
from portal.comments import actions, queries, queries_lists, rules
from portal.comments.forms import FORMS, CommentForm, EditForm
from portal.comments.models import Side

log = structlog.get_logger("portal.comments")
pages = Blueprint("comments", __name__, url_prefix="/comments")
TRANSLATIONS_PER_MINUTE = 10
NO_COMMENT = 987_654_321_987_654_321  # stands in an address for the number of each


@dataclass(frozen=True)
class Dressed:
    """What a page needs beside the debate itself: its addresses and forms."""

    home: str  # the thing's own page
    here: str  # the debate's page
    feed: str
    paging: ui.Paging
    orders: list[tuple[Any, str, bool]]  # label, address, whether it is in force
    forms: dict[Side | None, Any]
    translates: bool
    sign_in: str  # empty for somebody who is
    back: str  # this page, for acts that lead back to it


def dress(found: queries.Discussion, sent: tuple[Side | None, Any] | None = None, *, feed: bool = False) -> Dressed:
    """Addresses and forms for a debate; `sent` is a form that was sent and has to be shown again. `feed`: everybody may
    see the thing, so the debate can be subscribed to."""
    about, who = found.thing, actor()
    here = url_for("comments.show", kind=about.kind, number=about.object_id)
    asked = found.sort if found.sort is not rules.order(about.shape, None) else None
    total = found.pages * _size(about.shape)
    forms: dict[Side | None, Any] = {}
    if found.may:
        forms = {column.side: FORMS[column.side](formdata=None).dress(who) for column in found.columns}
    if sent is not None:
        forms[sent[0]] = sent[1]
    return Dressed(
        home=url_for(about.hit.endpoint, **about.hit.args),
        here=here,
        feed=url_for("comments.feed", kind=about.kind, number=about.object_id) if feed else "",
        paging=ui.paging(
            total, found.page, _size(about.shape), lambda n: ui.address(here, {"sort": asked}, page=n) + "#debate"
        ),
        orders=[
            (
                label,
                ui.address(here, {"sort": one if one is not rules.order(about.shape, None) else None}),
                one is found.sort,
            )
            for one, label in rules.SORTS.items()
        ],
        forms=forms,
        **_everywhere(),
    )


ACTS = ("comment", "history", "useful", "reply", "edit", "take_back", "translation", "conversation")


def addresses() -> dict[str, Callable[[int], str]]:
    """Of each comment, by its number: a page has up to eighty with several links each, and only the number differs."""

    def address(endpoint: str, **given: Any) -> Callable[[int], str]:
        before, after = url_for(endpoint, number=NO_COMMENT, **given).split(str(NO_COMMENT))
        return lambda number: f"{before}{number}{after}"

    return {name: address(f"comments.{name}") for name in ACTS} | {
        "report": address("moderation.report", kind="comment")
    }


def _everywhere() -> dict[str, Any]:
    """What each comment's links depend on."""
    return {
        "translates": translate.configured(),
        "sign_in": "" if actor().signed_in else url_for("identity.sign_in", next=_here()),
        "back": _here(),
    }


def _here() -> str:
    return request.full_path.rstrip("?")


def _size(shape: str) -> int:
    """Comments (without replies) in a column of a page."""
    return rules.per_column(shape)


def _thing(kind: str, number: int) -> queries.Thing:
    found = queries.thing(db.session(), actor(), kind, number, i18n.lang())
    if found is None:
        raise NotFound
    return found


def _found(number: int) -> queries.Found:
    found = queries.found(db.session(), actor(), number, i18n.lang())
    if found is None:
        raise NotFound
    return found


def _refuse(verdict: Verdict) -> None:
    if not verdict:
        raise Refused(verdict.reason or _l("This is not possible now."), 409)


@pages.get("/<kind>/<int:number>")
@public
def show(kind: str, number: int) -> str:
    """The whole debate about a thing, page by page."""
    return _show(kind, number)


def _show(kind: str, number: int, sent: tuple[Side | None, Any] | None = None) -> str:
    s, page = db.session(), ui.page_number(request.args.get("page"))
    found = queries.discussion(s, actor(), kind, number, i18n.lang(), page, request.args.get("sort"))
    if found is None:
        raise NotFound
    parts = dress(found, sent, feed=queries_lists.is_open_to_all(s, kind, number, i18n.lang()))
    return render_template("comments/show.html", discussion=found, parts=parts, form=sent[1] if sent else None)


@pages.post("/<kind>/<int:number>")
@signed_in
def write(kind: str, number: int) -> ResponseReturnValue:
    """Add a comment, or a point on one side."""
    about = _thing(kind, number)
    side: Side | None = None
    if about.shape == rules.POINTS:
        side = Side.AGAINST if request.form.get("side") == Side.AGAINST else Side.FOR
    form = FORMS[side]().dress(actor())
    if not form.validate():
        return _show(kind, number, (side, form)), 422
    done = actions.write(actor(), about, side=side, **form.said)
    if isinstance(done, Verdict):
        form.refuse(done.reason)
        return _show(kind, number, (side, form)), 409
    return _thanks(done)


def _thanks(done: actions.Written) -> ResponseReturnValue:
    flash(str(done.note or _l("Your comment is here.")), "success")
    return redirect(url_for(".comment", number=done.comment.id), 303)


@pages.get("/<int:number>")
@public
def comment(number: int) -> ResponseReturnValue:
    """The lasting address of a comment: it leads to the page on which it stands now."""
    found = _found(number)
    page = queries.page_of(db.session(), actor(), found.comment, found.thing.shape)
    if found.comment.root_id is None:
        here = url_for(".show", kind=found.thing.kind, number=found.thing.object_id)
    else:
        here = url_for(".conversation", number=found.comment.root_id)
    return redirect(ui.address(here, {}, page=page) + f"#c{number}", 302)


@pages.get("/<int:number>/replies")
@public
def conversation(number: int) -> str:
    """A comment and all replies to it, page by page."""
    it = _found(number)
    found = queries.conversation(db.session(), actor(), it.thing, number, ui.page_number(request.args.get("page")))
    if found is None:
        raise NotFound
    here = url_for(".conversation", number=number)
    return render_template(
        "comments/conversation.html",
        it=found,
        debate_url=url_for(".show", kind=it.thing.kind, number=it.thing.object_id),
        paging=ui.paging(found.total, found.page, rules.PER_PAGE, lambda n: ui.address(here, {}, page=n)),
        **_everywhere(),
    )


@pages.route("/<int:number>/reply", methods=["GET", "POST"])
@signed_in
def reply(number: int) -> ResponseReturnValue:
    """Reply to a comment."""
    found = _found(number)
    _refuse(found.thing.may)
    _refuse(rules.may_reply(found.comment, found.root))
    form = CommentForm().dress(actor())
    if form.is_submitted() and form.validate():
        done = actions.write(actor(), found.thing, answers=found, **form.said)
        if not isinstance(done, Verdict):
            return _thanks(done)
        form.refuse(done.reason)
        return _one("comments/reply.html", found, form), 409
    return _one("comments/reply.html", found, form), 422 if form.errors else 200


def _one(template: str, found: queries.Found, form: Any = None, **more: Any) -> str:
    shown = queries.one(db.session(), actor(), found)
    return render_template(template, it=shown, thing=found.thing, form=form, **_everywhere(), **more)


@pages.route("/<int:number>/edit", methods=["GET", "POST"])
@signed_in
def edit(number: int) -> ResponseReturnValue:
    """Change the words of an own comment, for a short time."""
    found = _own(number)
    row = found.comment
    form = EditForm(data={"body": row.body, "language": row.lang, "version": row.version})
    form.language.choices = texts.languages(ground.settings().languages)
    if form.is_submitted() and form.validate():
        version = int(form.version.data) if str(form.version.data).isdecimal() else 0
        _refuse(
            actions.edit(
                actor(), row, body=form.body.data, lang=form.language.data, version=version, guard=form.guard()
            )
        )
        flash(_("Your comment is changed."), "success")
        return redirect(url_for(".comment", number=number), 303)
    _refuse(rules.may_edit(row, actor(), clock.now()))
    return _one("comments/edit.html", found, form), 422 if form.errors else 200


def _own(number: int) -> queries.Found:
    """An own comment; those of others are there, but not here."""
    found = _found(number)
    if found.comment.author_id != actor().person_id:
        raise NotFound
    return found


@pages.route("/<int:number>/take-back", methods=["GET", "POST"])
@signed_in
def take_back(number: int) -> ResponseReturnValue:
    """Take an own comment back, after a question."""
    found = _own(number)
    if request.method == "POST":
        _refuse(actions.take_back(actor(), found.comment))
        flash(_("Your comment is taken back. The replies to it stay."), "success")
        return redirect(url_for(".comment", number=number), 303)
    _refuse(rules.may_take_back(found.comment, actor()))
    return _one("comments/take_back.html", found)


@pages.post("/<int:number>/useful")
@signed_in
def useful(number: int) -> ResponseReturnValue:
    """Find a comment useful (`on` says 1), or no longer."""
    found = _found(number)
    _refuse(actions.rate(actor(), found, useful=request.form.get("on") == "1"))
    back = request.form.get("back", "")
    return back_to(f"{back}#c{number}" if back else "", url_for(".comment", number=number))


@pages.get("/<int:number>/history")
@public
def history(number: int) -> str:
    """What a comment said before it was changed."""
    found = _found(number)
    if found.comment.edited_at is None or not rules.public(found.comment):
        raise NotFound
    return _one("comments/history.html", found, earlier=queries.revisions(db.session(), number))


@pages.get("/<int:number>/translation")
@public
def translation(number: int) -> str:
    """A comment in the language of the page, made by the city's engine and marked so; the original below it."""
    found = _translatable(number)
    made = queries.translation(db.session(), found.comment, i18n.lang())
    return _one("comments/translation.html", found, made=made)


@pages.post("/<int:number>/translation")
@public
@reads
def make_translation(number: int) -> ResponseReturnValue:
    """Have a comment translated. The engine is asked between two transactions: it may call other servers."""
    found, lang = _translatable(number), i18n.lang()
    row = found.comment
    body, source, version = row.body, row.lang, row.version
    if queries.translation(db.session(), row, lang) is None:
        if not limits.allow("translate", browser(), TRANSLATIONS_PER_MINUTE):
            raise Refused(_l("Many translations were asked for in a short time. Wait a minute."), 429)
        db.finish(commit=False)
        try:
            text = translate.translate(body, source, lang)
        except Exception as error:  # whatever the city's engine raises
            log.warning("no_translation", kind=type(error).__name__)
            raise Refused(_l("The translation could not be made. Try again later."), 503) from None
        with db.write() as s:
            actions.keep_translation(s, number, version, lang, text)
    return redirect(url_for(".translation", number=number), 303)


def _translatable(number: int) -> queries.Found:
    found = _found(number)
    if not translate.configured() or found.comment.lang == i18n.lang() or not rules.public(found.comment):
        raise NotFound
    return found


@pages.get("/<kind>/<int:number>.atom")
@public
def feed(kind: str, number: int) -> Any:
    """The newest comments on a thing that everybody may see. Where the debate goes on elsewhere, the feed does, too."""
    found, s = _thing(kind, number), db.session()
    how = queries.wish(kind)
    onward = how.moved(s, number) if how is not None and how.moved is not None else None
    if onward is not None:
        return redirect(url_for(".feed", kind=kind, number=onward), 301)
    if not queries_lists.is_open_to_all(s, kind, number, i18n.lang()):
        raise NotFound
    return atom.answer(
        queries_lists.news(s, kind, number),
        title=_("Comments: %(title)s", title=found.hit.title),
        here=url_for(".feed", kind=kind, number=number),
        page=url_for(".show", kind=kind, number=number),
    )
