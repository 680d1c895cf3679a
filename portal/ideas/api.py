"""Feeds and files of calls, and the question for similar ideas while somebody types."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, abort, jsonify, request, url_for

from portal.base import atom, db, ui
from portal.base.i18n import ngettext
from portal.base.security import actor, public, signed_in
from portal.ideas import queries, queries_found, queries_list, queries_shortlist, queries_similar
from portal.ideas.forms import IdeaFilters

api = Blueprint("ideas_api", __name__)


def _found(slug: str) -> queries.Found:
    found = queries.readable(db.session(), actor(), slug)
    if found is None or not found.call.shown:
        abort(404)
    return found


@api.get("/ideas/<slug>/ideas.atom")
@public
def feed(slug: str) -> Response:
    """The newest ideas of a call as an Atom feed; with the filters of the list in the address, those that fit."""
    found, s = _found(slug), db.session()
    names = queries.names(s, found.call)
    filters = replace(IdeaFilters.of(names).filters(names, 0), sort="newest", page=1)
    shown, _total = queries_list.listed(s, found.call.id, filters, per_page=queries_found.MOST)
    answer = atom.answer(
        queries_found.news(shown),
        title=names.title.body if not filters.q else f"{names.title.body}: {filters.q}",
        here=ui.address(url_for(".feed", slug=slug), filters.query()),
        page=ui.address(url_for("ideas.call", slug=slug), filters.query()),
    )
    if found.closed:  # for its members alone
        answer.headers["Cache-Control"] = "no-store"
        del answer.headers["Access-Control-Allow-Origin"]
    return answer


@api.get("/ideas/<slug>/ideas.csv")
@public
def table(slug: str) -> Response:
    """The ideas of a call as a table, without authors and supporters."""
    found, s = _found(slug), db.session()
    body = queries_found.table(s, found.call, queries.names(s, found.call))
    answer = Response(body, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-ideas.csv"'
    return answer


@api.get("/ideas/<slug>/short-list.csv")
@public
def ranking(slug: str) -> Response:
    """Every idea as it stood when the short list was frozen, and what the rule makes of it, counted anew for this answer:
    its SHA-256 is the fingerprint on the page of the list."""
    found, s = _found(slug), db.session()
    row = queries_shortlist.of_call(s, found.call.id)
    if row is None:
        abort(404)
    answer = Response(queries_shortlist.recounted(s, row), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-short-list.csv"'
    return answer


@api.get("/ideas/<slug>/similar")
@signed_in
def similar(slug: str) -> Response:
    """Ideas like the title that somebody types, in whatever language they were written."""
    found = _found(slug)
    alike = queries_similar.alike(db.session(), found.call, request.args.get("q", ""))
    return jsonify(
        ideas=[
            {
                "title": one.title,
                "lang": one.lang,
                "dir": one.dir,
                "url": url_for("ideas.idea", number=one.number),
                "supports": ngettext("%(n)s support", "%(n)s supports", one.supports),
            }
            for one in alike
        ]
    )
