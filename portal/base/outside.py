"""What the portal says outside a page: templates and absolute addresses without a request, for mails, letters, feeds
and calendars. The worker has no application; the addresses come from the same blueprints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from flask import Flask
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from werkzeug.routing import BuildError, Map

from portal.base import ground, i18n, web
from portal.paths import shipped


def _app() -> Flask:
    here = ground.current()
    app: Flask | None = here.extra.get("addresses")
    if app is None:
        app = Flask("addresses", static_folder=None)
        app.url_rule_class = web.LateRule
        app.url_map.converters.update(web.CONVERTERS)
        for feature in here.features:
            for blueprint in feature.blueprints:
                app.register_blueprint(blueprint, url_prefix="/<lang:lang>" + (blueprint.url_prefix or ""))
            for blueprint in feature.plain:
                app.register_blueprint(blueprint)
        app.url_defaults(_language)
        here.extra["addresses"] = app
    return app


def _language(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and _addresses().is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = i18n.lang()


def _addresses() -> Map:
    return _app().url_map


@contextmanager
def standing(lang: str) -> Iterator[None]:
    """Everything inside names addresses as a page of this language does, on the city's clock: for the worker, where it
    asks features what they otherwise tell a page. Nobody is signed in there."""
    city, before = ground.settings().city, i18n.lang()
    i18n.set_locale(lang, city.time_zone or "UTC", city.currency)
    try:
        with _app().test_request_context(f"/{lang}/"):
            yield
    finally:
        i18n.set_locale(before, city.time_zone or "UTC", city.currency)


def absolute(endpoint: str, lang: str, **args: Any) -> str:
    """The whole address of a page; empty where the page is not there (its wing is off)."""
    rules = _addresses()
    values = {"lang": lang, **args} if rules.is_endpoint_expecting(endpoint, "lang") else args
    try:
        path = rules.bind("portal").build(endpoint, values)
    except BuildError:
        return ""
    return ground.settings().base_url.rstrip("/") + path


@lru_cache(maxsize=2)
def _environment(folder: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.globals.update(gettext=web._sentence, _=web._sentence, ngettext=web._counted, i18n=i18n)
    made.filters.update(web.page_filters())
    return made


def render(template: str, lang: str, **context: Any) -> str:
    """A template in a language, on the city's clock; `city` and `lang` are there by themselves."""
    city = ground.settings().city
    before = i18n.lang()
    i18n.set_locale(lang, city.time_zone or "UTC", city.currency)
    try:
        made = _environment(str(shipped("templates"))).get_template(template)
        return made.render(lang=lang, dir=i18n.direction(lang), city=city, **context)
    finally:
        i18n.set_locale(before, city.time_zone or "UTC", city.currency)
