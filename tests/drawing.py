"""A Flask application that can draw templates and nothing else: no database, no features."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import generate_csrf

from portal import paths
from portal.base import i18n
from portal.base.printing import Environment
from portal.base.web import _counted, _sentence, asset, page_filters


def bare_app() -> Flask:
    """Templates, filters and globals as the portal has them."""
    app = Flask("drawing", template_folder=str(paths.shipped("templates")))
    app.jinja_environment = Environment
    app.secret_key = "a secret for tests only"
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(gettext=_sentence, _=_sentence, ngettext=_counted)
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(page_filters())
    env.globals.update(asset=asset, csrf_token=generate_csrf, i18n=i18n)
    return app
