"""create_app(): the ground floor, then the features in order, then the locks are checked."""

from __future__ import annotations

import gc

# What the start loads stays. Looking through it again and again for garbage took a quarter of the start: `_settled`.
gc.disable()

# ruff: noqa: E402
import importlib
import importlib.util
from typing import Any
from urllib.parse import urlsplit

from flask import abort, redirect, request, url_for
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response
from whitenoise import WhiteNoise

from portal import paths
from portal.audit.actions import record_now
from portal.base import db, errors, ground, log, mail, marks, packing, security, web
from portal.base.feature import Feature
from portal.base.ground import Ground
from portal.config import LOOPBACK, WINGS, ConfigError, Settings, check_production, load, secret_of

# In the order in which they are put on. Of a wing that the configuration leaves out nothing is left but what it keeps
# about people: see `left_behind`.
FEATURES = (
    "audit", "places", "identity", "notifications", "papers", "moderation", "processes", "comments", "ideas", "voting",
    "innovation", "workshops", "services", "budgeting", "home", "admin", "opendata", "rights", "backup", "demo",
)  # fmt: skip


def manifests(settings: Settings) -> list[Feature]:
    """The manifests of the features that are on. The demo is one of them only in demo mode."""
    found = []
    for name in FEATURES:
        if (name in WINGS and name not in settings.wings) or (name == "demo" and not settings.demo):
            continue
        if importlib.util.find_spec(f"portal.{name}") is None:
            continue
        if importlib.util.find_spec(f"portal.{name}.manifest") is None:
            continue
        found.append(importlib.import_module(f"portal.{name}.manifest").FEATURE)
    return found


def left_behind(settings: Settings) -> list[Feature]:
    """The wings that are off, with nothing of them but what a city cannot switch off: which data about people their
    tables may hold, for the export, the erasure and the nightly round, and the work that forgets."""
    off = [name for name in FEATURES if name in WINGS and name not in settings.wings]
    found = [importlib.import_module(f"portal.{name}.manifest").FEATURE for name in off]
    return [
        Feature(one.name, personal=one.personal, jobs=[job for job in one.jobs if job.always], wing=True)
        for one in found
    ]


def stand(settings: Settings | None = None) -> Ground:
    """Settings, database and features without Flask: what the worker and the command line need."""
    settings = _complete(settings or load())
    paths.keep_private(settings.instance)
    base = Feature(name="base", jobs=mail.JOBS)
    here = Ground(
        settings,
        db.Database(settings.database, journal=settings.journal),
        [base, *manifests(settings)],
        left_behind(settings),
    )
    ground.stand_on(here)
    _settled()
    return here


def _settled() -> None:
    """From here on garbage is looked for, among what is made from here on."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _complete(settings: Settings) -> Settings:
    """The demo names its city and its provider itself; its package is not even imported elsewhere."""
    if not settings.demo:
        return settings
    completed: Settings = importlib.import_module("portal.demo.oidc").complete(settings)
    return completed


def create_app(settings: Settings | None = None) -> web.Portal:
    """Make the application.

    Raises ConfigError where the settings would be unsafe, BareView where a view has no lock.
    """
    settings = _complete(settings or load())
    check_production(settings)
    log.set_up(plain=settings.demo)
    here = stand(settings)
    app = web.Portal(
        "portal", template_folder=str(paths.shipped("templates")), static_folder=None, subdomain_matching=False
    )
    app.ground = here
    app.config.update(
        SECRET_KEY=secret_of(settings),
        SESSION_COOKIE_NAME=settings.cookie,
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=(settings.upload_megabytes + 1) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=2000,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        TESTING=settings.testing,
    )
    packing.install(app)
    web.install(app)
    errors.install(app)
    _check_database(here)
    load_actor, address = _identity(app)
    security.install(app, load_actor, address)
    for feature in here.features:
        for blueprint in feature.blueprints:
            app.register_blueprint(blueprint, url_prefix="/<lang:lang>" + (blueprint.url_prefix or ""))
        for blueprint in feature.plain:
            app.register_blueprint(blueprint)
        if feature.setup is not None:
            feature.setup(app)
    if settings.demo:
        app.before_request(_to_base_host)
    security.check_locks(app)
    security.check_addresses(app)
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=str(web.STATIC), prefix="static/", max_age=31536000)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=0, x_port=0)  # type: ignore[method-assign]
    return app


def _identity(app: web.Portal) -> tuple[Any, Any]:
    """What the locks need to know about people, handed down."""
    if importlib.util.find_spec("portal.identity.actions") is None:
        return (lambda _ref: None), (lambda back: "/en/")
    actions = importlib.import_module("portal.identity.actions")

    def sign_in_address(back: str) -> str:
        return url_for("identity.sign_in", next=back)

    screens = importlib.import_module("portal.identity.views_here")

    def recognise(reference: str) -> Any:
        """Who a session is. One that began at a shared screen lives at shared screens alone: elsewhere it would have
        neither Finish nor an end in sight."""
        found = actions.recognise(reference)
        return None if found is not None and found.channel == "terminal" and screens.here() is None else found

    security.on_shared(lambda: place.venue_id if (place := screens.here()) is not None else None)
    security.on_refused(lambda who, lock: record_now(who, "refused", "page", request.endpoint or "", after=list(lock)))
    return recognise, sign_in_address


def _check_database(here: Ground) -> None:
    """Production refuses a database that was made for the demo."""
    if not here.settings.production:
        return
    try:
        with db.read():
            demo = marks.get("demo")
    except Exception:  # not migrated yet: /readyz says so
        return
    if demo:
        raise ConfigError("this database belongs to the demo; production needs one of its own")


def _to_base_host() -> Response | None:
    """In the demo every loopback name leads to the base address, so that cookies and sign-in meet. Any other name is
    refused: a page elsewhere whose name was turned to this machine (DNS rebinding) reads nothing of the demo."""
    base = urlsplit(ground.settings().base_url)
    host = urlsplit(f"//{request.host}")
    if host.hostname not in LOOPBACK:
        abort(400)
    if base.netloc and request.method in {"GET", "HEAD"} and host.netloc != base.netloc and host.hostname in LOOPBACK:
        return redirect(f"{base.scheme}://{base.netloc}{request.full_path.rstrip('?')}", 307)
    return None
