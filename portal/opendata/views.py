"""The catalogue as a page, as JSON, and as an OpenAPI document."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, url_for

from portal.base import atom, db, ground, i18n
from portal.base.feature import Dataset, Feed
from portal.base.security import public, same_for_all
from portal.opendata import catalogue

bp = Blueprint("opendata", __name__)
plain = Blueprint("opendata_api", __name__, url_prefix="/api")


def _datasets(lang: str) -> list[catalogue.Listed]:
    s = db.session()

    def entries(one: Dataset) -> list[tuple[str, dict[str, Any]]]:
        return one.entries(s, lang) if one.entries is not None else [(str(one.label), {})]

    return catalogue.listed(ground.current().features, _rule, url_for, entries)


def _rule(endpoint: str) -> str:
    return next(rule.rule for rule in current_app.url_map.iter_rules(endpoint))


def _version() -> str:
    try:
        return version("folkmoot")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0"


@bp.get("/data")
@public
def index() -> str:
    """What the city publishes, with the addresses of every file."""
    return render_template("opendata/index.html", datasets=_datasets(i18n.lang()))


def _feeds() -> dict[str, Feed]:
    return {feed.name: feed for feature in ground.current().features for feed in feature.feeds}


def everywhere() -> dict[str, Any]:
    """The feeds that browsers and readers find on every page."""
    return {"feeds": [(feed.label, url_for("opendata.feed", name=name)) for name, feed in _feeds().items()]}


@bp.get("/feeds/<name>.atom")
@public
def feed(name: str) -> Response:
    """A public list as an Atom feed."""
    found = _feeds().get(name)
    if found is None:
        abort(404)
    return atom.answer(
        found.entries(db.session(), i18n.lang()),
        title=f"{ground.settings().city.name}: {found.label}",
        here=url_for(".feed", name=name),
        page=url_for(found.endpoint),
    )


@plain.get("/")
@public
@same_for_all
def api() -> Response:
    """The catalogue for programs."""
    here = ground.settings()
    return _open(jsonify(catalogue.index(here.city.name, here.base_url, _datasets(i18n.lang()))))


@plain.get("/openapi.json")
@public
@same_for_all
def openapi() -> Response:
    """The OpenAPI document."""
    here = ground.settings()
    rules = {one.name: _rule(one.endpoint) for feature in ground.current().features for one in feature.datasets}
    return _open(jsonify(catalogue.openapi(here.city.name, here.base_url, _version(), _datasets(i18n.lang()), rules)))


def _open(response: Response) -> Response:
    """Any page of any site may read the catalogue."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
