"""The Flask side of the ground floor: one request on one transaction, languages in addresses, what templates see."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Flask, Request, Response, g, has_request_context, jsonify, request, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import BaseConverter, IntegerConverter, Map, Rule, UnicodeConverter, ValidationError

from portal.base import clock, db, errors, ground, i18n, personal
from portal.base.actor import CITY, Actor
from portal.base.feature import Menu
from portal.base.ground import Ground
from portal.base.printing import Environment as Printing
from portal.base.printing import written
from portal.base.security import SAFE, actor, public, said
from portal.config import LOOPBACK

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = structlog.get_logger("portal.web")

ADDRESSES = 4096
LONGEST_REPEATED = 300  # a longer path is no page of ours; its language links lead to the front page
STATIC = Path(__file__).resolve().parents[1] / "static"


class LateRule(Rule):
    """An address whose builders are compiled when it is first written out. Werkzeug compiles both at once, and of some
    six hundred addresses a process writes few: that was a fifth of every start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder
        name = "_build_unknown" if append_unknown else "_build"

        def build(rule: LateRule, **values: Any) -> tuple[str, str]:
            made = compiled(append_unknown)
            setattr(rule, name, made.__get__(rule, None))
            return made(rule, **values)

        return build


class Asking(Request):
    """A request whose questions hold no NUL: nothing that is kept has this sign, and PostgreSQL refuses it."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What stands behind the question mark."""
        asked = super().args
        if b"%00" not in self.query_string and b"\0" not in self.query_string:
            return asked
        pairs = [(name.replace("\0", ""), value.replace("\0", "")) for name, value in asked.items(multi=True)]
        return ImmutableMultiDict(pairs)


class Portal(Flask):
    """A Flask application whose requests stand on one ground and run in one transaction each."""

    request_class = Asking
    url_rule_class = LateRule
    ground: Ground
    addresses: dict[tuple[Any, ...], str]
    jinja_environment = Printing
    menus: dict[tuple[Any, ...], list[tuple[str, str]]]  # labels and addresses of entries, in a language

    def url_for(self, endpoint: str, **values: Any) -> str:
        """Flask's addresses, kept: a list page asks for the same few of them again and again.

        Kept is what depends on nothing but the endpoint, the language and short plain values.
        """
        adapter = request_ctx.url_adapter if has_request_context() else None
        if adapter is None or endpoint[:1] == "." or not all(map(_plain, values.values())):
            return super().url_for(endpoint, **values)
        key = (endpoint, i18n.lang(), adapter.script_name, *values.items())
        found = self.addresses.get(key)
        if found is None:
            if len(self.addresses) >= ADDRESSES:
                self.addresses.clear()
            found = self.addresses[key] = super().url_for(endpoint, **values)
        return found

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request: the ground is entered, and whatever is still open at the end is rolled back."""
        here = ground.enter(self.ground)
        unit = db.start(environ.get("REQUEST_METHOD", "GET") not in SAFE)
        structlog.contextvars.clear_contextvars()
        try:
            return super().wsgi_app(environ, start_response)
        finally:
            db.stop(unit)
            ground.leave(here)

    def dispatch_request(self) -> ResponseReturnValue:
        """Ask the view; then COMMIT, before anything is answered. A failing COMMIT becomes an error page."""
        response = self.make_response(super().dispatch_request())
        db.finish(commit=response.status_code < 400)
        return response


def _plain(value: object) -> bool:
    """True for the values of addresses that may be kept; a flag like _external is not among them. None is what
    flask.url_for passes for each flag that was not given."""
    return value is None or type(value) is int or (type(value) is str and len(value) <= 60)


MOST = 2**63 - 1


class LanguageConverter(BaseConverter):
    """The first part of an address: one of the site's languages."""

    regex = "[a-z]{2,3}(?:-[A-Za-z]+)?"

    def to_python(self, value: str) -> str:
        if value not in ground.settings().languages:
            raise ValidationError
        return value


class NumberConverter(IntegerConverter):
    """A number in an address. No row has one of more than 63 bits, and a database would not take it: not found."""

    def __init__(self, map: Map, fixed_digits: int = 0, min: int | None = None, max: int | None = None) -> None:
        super().__init__(map, fixed_digits=fixed_digits, min=min, max=MOST if max is None else max)


class ShortConverter(NumberConverter):
    """A number that is counted, such as an idea's: its column has 31 bits."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**31 - 1)


class WordConverter(UnicodeConverter):
    """A word in an address. No text that is kept has the sign NUL, and PostgreSQL would not take it: not found."""

    def __init__(self, map: Map, minlength: int = 1, maxlength: int | None = None, length: int | None = None) -> None:
        super().__init__(map, minlength, maxlength, length)
        self.regex = self.regex.replace("[^/]", "[^/\0]")


CONVERTERS: dict[str, type[BaseConverter]] = {
    "default": WordConverter, "int": NumberConverter, "lang": LanguageConverter, "number": ShortConverter,
    "string": WordConverter,
}  # fmt: skip


@dataclass(frozen=True)
class LanguageLink:
    """This page in another language."""

    code: str
    name: str
    dir: str
    url: str
    current: bool


def _language_links() -> list[LanguageLink]:
    args = dict(request.view_args or {})
    endpoint = request.endpoint
    known = endpoint is not None and "lang" in (request.url_rule.arguments if request.url_rule is not None else set())
    here, before = "", ""
    if len(request.path) <= LONGEST_REPEATED and known and endpoint is not None and request.method in SAFE:
        query = {k: v for k, v in request.args.items(multi=False) if len(v) < 200}
        here = url_for(endpoint, **{**query, **args, "lang": i18n.lang()})
        before = f"{request.script_root}/{i18n.lang()}/"  # every address that names its language begins with it
    links = []
    for code in ground.settings().languages:
        if here:
            url = f"{request.script_root}/{code}/{here.removeprefix(before)}"
        elif len(request.path) > LONGEST_REPEATED:
            url = f"/{code}/"
        else:
            url = f"/{code}{_without_language(request.path)}"
        links.append(LanguageLink(code, i18n.own_name(code), i18n.direction(code), url, code == i18n.lang()))
    return links


def _without_language(path: str) -> str:
    parts = path.split("/", 2)
    if len(parts) > 1 and parts[1] in ground.settings().languages:
        return "/" + (parts[2] if len(parts) > 2 else "")
    return path if path.startswith("/") else "/"


@dataclass(frozen=True)
class Link:
    """A menu entry as a page shows it."""

    label: str
    url: str
    current: bool = False


def _links(app: Portal, entries: Sequence[Menu]) -> list[Link]:
    which = (i18n.lang(), request.script_root, *map(id, entries))  # the manifests keep them as long as the application
    addresses = app.menus.get(which)
    if addresses is None:
        ordered = sorted(entries, key=lambda m: m.order)
        addresses = app.menus[which] = [(str(entry.label), url_for(entry.endpoint)) for entry in ordered]
    above = [url for _label, url in addresses if request.path == url or request.path.startswith(url.rstrip("/") + "/")]
    nearest = max(above, key=len, default="")  # a dashboard stands above every staff page; only the nearest is marked
    return [Link(label, url, bool(nearest) and url == nearest) for label, url in addresses]


_hashes: dict[str, str] = {}


def asset(name: str) -> str:
    """The address of a static file, with its content's hash, so that browsers may keep it for ever."""
    if name not in _hashes:
        file = STATIC / name
        _hashes[name] = hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else "0"
    return f"/static/{name}?v={_hashes[name]}"


def _opens(app: Portal, entry: Menu, who: Actor) -> bool:
    """Would this staff page open? A page that knows no scopes needs a role for the whole city."""
    if not entry.roles:
        return True
    scoped = getattr(app.view_functions[entry.endpoint], "scoped", False)
    return who.may(*entry.roles, scope=None if scoped else CITY)


def _staff_menu(app: Portal, who: Actor | None) -> list[Link]:
    """The staff pages that would open: a question that the staff's layout asks."""
    if who is None or not who.roles:
        return []
    return _links(app, [m for f in app.ground.features for m in f.staff_menu if _opens(app, m, who)])


def _page_context(app: Portal) -> dict[str, Any]:
    settings = app.ground.settings
    features = app.ground.features
    who = actor() if not getattr(g, "no_actor", False) else None
    context: dict[str, Any] = {
        "lang": i18n.lang(),
        "dir": i18n.direction(),
        "city": settings.city,
        "demo": settings.demo,
        "actor": who,
        "menu": _links(app, [m for f in features for m in f.menu]),
        "staff_menu": lambda: _staff_menu(app, who),
        "languages": _language_links(),
        "base_url": settings.base_url,
    }
    for feature in features:
        if feature.page is not None:
            context.update(feature.page())
    return context


def rendered(html: str) -> Markup:
    """The stored HTML of a Markdown text: base.markdown cleaned it when it was stored, so it is printed as it is."""
    return Markup(html)  # noqa: S704


def _said(how: EvalContext, sentence: str, params: dict[str, Any]) -> str:
    """The sentence as HTML: its own marks are trusted, what is put into it is escaped; numbers and moments are written
    as the language writes them."""
    if not params:
        return _marked(sentence) if how.autoescape else sentence.replace("%%", "%")
    if how.autoescape:
        return Markup(sentence % {name: written(i18n.shown(value)) for name, value in params.items()})  # noqa: S704
    return sentence % {name: i18n.shown(value) for name, value in params.items()}


@lru_cache(maxsize=8192)  # all sentences of all languages are fewer
def _marked(sentence: str) -> Markup:
    return Markup(sentence.replace("%%", "%"))  # noqa: S704


@pass_eval_context
def _sentence(how: EvalContext, msgid: str, **params: Any) -> str:
    return _said(how, i18n.gettext(msgid), params)


@pass_eval_context
def _counted(how: EvalContext, one: str, many: str, n: int, **params: Any) -> str:
    return _said(how, i18n.bare_ngettext(one, many, n), {"n": n, "num": n, **params})


def _csrf_token() -> str:
    """The token of this request's forms, made once: every form on a page has it."""
    return str(g.get("csrf_token") or generate_csrf())


def page_filters() -> dict[str, Any]:
    """Filters that write numbers, money and days in the page's language."""
    return {
        "money": i18n.money, "number": i18n.number, "percent": i18n.percent, "day": i18n.day, "moment": i18n.moment,
        "hours": i18n.hours, "month": i18n.month, "weekday": i18n.weekday,
        "begins": i18n.begins, "last": i18n.last, "listing": i18n.listing, "own_name": i18n.own_name,
        "direction": i18n.direction, "rendered": rendered,
    }  # fmt: skip


def dress(env: Environment) -> Environment:
    """Teach an environment of templates to speak: sentences, numbers, money and days in the current language. Pages and
    papers are printed alike."""
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(gettext=_sentence, _=_sentence, ngettext=_counted)
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(page_filters())
    return env


def install(app: Portal) -> None:
    """Put languages, template globals and health pages on the application."""
    settings = app.ground.settings
    app.addresses, app.menus = {}, {}
    app.url_map.converters.update(CONVERTERS)
    env = dress(app.jinja_env)
    env.globals.update(asset=asset, csrf_token=_csrf_token, clock=clock, i18n=i18n, get_flashed_messages=said)
    env.globals.update(why_of=personal.record_of, consent_of=personal.consent_of)

    @app.url_value_preprocessor
    def language(endpoint: str | None, values: dict[str, Any] | None) -> None:
        code = (values or {}).pop("lang", None)
        if code is None:
            first = request.path.split("/", 2)[1] if request.path.count("/") else ""
            code = first if first in settings.languages else preferred(settings.languages)
        i18n.set_locale(code, settings.city.time_zone or "UTC", settings.city.currency)
        structlog.contextvars.bind_contextvars(number=errors.number())

    @app.url_defaults
    def keep_language(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = i18n.lang()

    app.context_processor(lambda: _page_context(app))
    app.register_blueprint(health)


def preferred(languages: tuple[str, ...]) -> str:
    """The best of the site's languages for an address that names none."""
    kept = request.cookies.get("lang", "")
    if kept in languages:
        return kept
    return request.accept_languages.best_match(languages) or languages[0]


health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@health.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """The database answers. Who asks on this machine, by its loopback name, reads with which version and settings, and
    what features say of themselves (papers: whether they can be made), which keeps nobody from being ready; a proxy
    beside the portal passes on the name that the world asked for, so the world reads one word."""
    beside = request.remote_addr in LOOPBACK and urlsplit(f"//{request.host}").hostname in LOOPBACK
    try:
        told = ground.current().database.self_test()
    except Exception as error:
        log.error("not_ready", kind=type(error).__name__)
        return jsonify(status="not ready", **({"reason": type(error).__name__} if beside else {})), 503
    if not beside:
        return jsonify(status="ok"), 200
    also = {name: say() for name, say in ground.current().extra.get("ready", {}).items()}
    return jsonify(status="ok", database=told, **also), 200
