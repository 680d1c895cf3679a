"""The demo's sign-in service: a real OpenID provider whose people are made up, each one click away.

The portal and this provider meet over HTTP alone. It is a WSGI application of its own under /demo-idp, so none of the
portal's transactions, sessions or locks apply to it; the calls that the portal itself makes (discovery, keys, token,
userinfo) go to a second listener with threads of its own, for a server whose every thread waits for itself stands
still. It refuses to exist outside the demo or on an address that others can reach.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from authlib.integrations.flask_oauth2.authorization_server import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Blueprint, Flask, Response, current_app, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from portal.base import ground, i18n, web

MOUNT = "/demo-idp"
# Who vouches for the personas. It has no port, so that people and roles stay the same wherever the demo listens.
ISSUER = "http://127.0.0.1/demo-idp"
NOBODY = "nobody"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
ALGORITHM = "ES256"
LEVELS = ("low", "substantial", "high")
CHOSEN = "demo_idp_chosen"  # who was chosen a moment ago, as a real provider's own session would know
CODE_SECONDS = 60
TOKEN_SECONDS = 300
KEPT = 5000  # codes and tokens held in memory at most

_Server: Any = AuthorizationServer
_CodeGrant: Any = grants.AuthorizationCodeGrant
_Code: Any = OpenIDCode
_Challenge: Any = CodeChallenge
_UserInfo: Any = UserInfo


class NotHere(RuntimeError):
    """The demo's provider was asked to run where it must not."""


@dataclass(frozen=True)
class Persona:
    """A made-up person: what the provider knows, and what the picker says about them in each language."""

    sub: str
    name: str
    birthdate: str  # YYYY-MM-DD
    district: str = ""  # a district's code; empty: lives elsewhere
    register: str = ""  # number in the made-up register of residents
    second_factor: bool = False
    about: Mapping[str, str] = field(default_factory=dict)
    staff: bool = False


@dataclass
class Ticket:
    """A code or an access token: for whom, for which client, until when."""

    client_id: str
    redirect_uri: str
    scope: str
    sub: str
    until: float
    nonce: str = ""
    auth_time: int = 0
    acr: str = ""
    amr: tuple[str, ...] = ()
    sid: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""

    # the names under which Authlib asks
    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> str:
        return self.acr

    def get_amr(self) -> list[str]:
        return list(self.amr)


class Client:
    """The portal, as its provider knows it."""

    def __init__(self, client_id: str, client_secret: str, redirect_uri: str, back: str) -> None:
        self.client_id, self.client_secret = client_id, client_secret
        self.redirect_uri, self.back = redirect_uri, back
        self.id_token_signed_response_alg = ALGORITHM

    @property
    def client_metadata(self) -> dict[str, Any]:
        return {"id_token_signed_response_alg": ALGORITHM}

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(s for s in (scope or "").split() if s in ("openid", "profile", "residence"))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(self.client_secret, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Memory:
    """Codes and tokens under way. One process runs the demo, so its memory is enough; after a restart one signs in
    again."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.held: dict[str, Ticket] = {}

    def put(self, name: str, ticket: Ticket) -> None:
        """Hold a ticket under a name; the oldest of too many go."""
        with self.lock:
            now = time.time()
            if len(self.held) >= KEPT:
                self.held = {k: t for k, t in self.held.items() if t.until > now}
            while len(self.held) >= KEPT:
                del self.held[next(iter(self.held))]
            self.held[name] = ticket

    def get(self, name: str, *, take: bool = False) -> Ticket | None:
        """The living ticket of this name; `take` removes it."""
        with self.lock:
            found = self.held.pop(name, None) if take else self.held.get(name)
        return found if found is not None and found.until > time.time() else None


class Provider:
    """The whole provider: people, one client, key, codes and tokens."""

    issuer = ISSUER

    def __init__(self, personas: Iterable[Persona], front_channel: str, back_channel: str, client: Client) -> None:
        self.personas = {persona.sub: persona for persona in personas}
        self.front_channel, self.back_channel, self.client = front_channel, back_channel, client
        key = ECKey.generate_key("P-256")
        self.kid = key.thumbprint()
        self.key = ECKey.import_key({**key.as_dict(private=True), "kid": self.kid, "use": "sig", "alg": ALGORITHM})
        self.codes, self.tokens = Memory(), Memory()
        self.server = self._server()

    def _server(self) -> Any:
        provider = self

        class Grant(_CodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

            def save_authorization_code(self, code: str, request: Any) -> None:
                provider.codes.put(f"{request.client.client_id}\0{code}", provider.ticket(request))

            def query_authorization_code(self, code: str, client: Client) -> Ticket | None:
                # a code counts once: it is taken, not read, even if what follows fails
                return provider.codes.get(f"{client.client_id}\0{code}", take=True)

            def delete_authorization_code(self, authorization_code: Ticket) -> None:
                """Taken already."""

            def authenticate_user(self, authorization_code: Ticket) -> Persona | None:
                return provider.personas.get(authorization_code.sub)

        class Tokens(_Code):
            def exists_nonce(self, nonce: str, request: Any) -> bool:
                return False

            def resolve_client_private_key(self, client: Client) -> Any:
                return provider.key

            def get_client_algorithm(self, client: Client) -> str:
                return ALGORITHM

            def get_encode_header(self, client: Client) -> dict[str, str]:
                return {"alg": ALGORITHM, "kid": provider.kid}

            def get_compatible_claims(self, request: Any) -> dict[str, Any]:
                now = int(time.time())
                return {"iss": provider.issuer, "aud": [request.client.client_id], "iat": now, "exp": now + 300}

            def generate_user_info(self, user: Persona, scope: str) -> Any:
                # birth date and district are told by the userinfo endpoint alone, so the token can be kept
                return _UserInfo(sub=user.sub)

            def get_authorization_code_claims(self, authorization_code: Ticket) -> dict[str, Any]:
                found: dict[str, Any] = super().get_authorization_code_claims(authorization_code)
                return {**found, "sid": authorization_code.sid}

        server = _Server()
        server.init_app(
            _Config(),
            query_client=lambda client_id: self.client if client_id == self.client.client_id else None,
            save_token=self.save_token,
        )
        server.register_grant(Grant, [Tokens(require_nonce=True), _Challenge(required=True)])
        return server

    def ticket(self, request: Any) -> Ticket:
        """What a code stands for."""
        asked = request.payload.data
        persona: Persona = request.user
        return Ticket(
            client_id=request.client.client_id,
            redirect_uri=request.payload.redirect_uri or self.client.redirect_uri,
            scope=self.client.get_allowed_scope(request.payload.scope),
            sub=persona.sub,
            until=time.time() + CODE_SECONDS,
            nonce=asked.get("nonce", ""),
            auth_time=int(time.time()),
            acr="high" if persona.second_factor else "substantial",
            amr=("pin", "hwk") if persona.second_factor else ("pin",),
            sid=secrets.token_urlsafe(16),
            code_challenge=asked.get("code_challenge", ""),
            code_challenge_method=asked.get("code_challenge_method", ""),
        )

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        """Hold an access token for the userinfo endpoint."""
        code: Ticket = request.authorization_code
        self.tokens.put(
            token["access_token"],
            Ticket(code.client_id, "", token.get("scope", ""), code.sub, time.time() + TOKEN_SECONDS),
        )

    def discovery(self) -> dict[str, Any]:
        """What clients read first: pages on the portal's own address, calls on the second listener."""
        back = self.back_channel
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.front_channel}/authorize",
            "end_session_endpoint": f"{self.front_channel}/end-session",
            "token_endpoint": f"{back}/token",
            "userinfo_endpoint": f"{back}/userinfo",
            "jwks_uri": f"{back}/keys",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "profile", "residence"],
            "acr_values_supported": list(LEVELS),
            "claims_supported": ["sub", "name", "birthdate", "address", "district", "register_number"],
            "ui_locales_supported": list(i18n.SHIPPED),
            "authorization_response_iss_parameter_supported": True,
        }


class _Config:
    """Authlib reads settings from here: only how long a token lives."""

    config: ClassVar[dict[str, Any]] = {"OAUTH2_TOKEN_EXPIRES_IN": {"authorization_code": TOKEN_SECONDS}}


# The pages people see


front = Blueprint("demo_idp", __name__)


def here() -> Provider:
    """The provider of the current application."""
    found: Provider = current_app.config["PROVIDER"]
    return found


def _language() -> str:
    offered = ground.settings().languages
    for tag in (*request.values.get("ui_locales", "").split(), *(v for v, _q in request.accept_languages)):
        code = tag.split("-")[0].casefold()
        if code in offered:
            return code
    return offered[0]


def _address(lang: str) -> str:
    asked = {k: v for k, v in request.args.items() if k != "persona"}
    return f"{MOUNT}{request.path}?{urlencode({**asked, 'ui_locales': lang})}"


def _page(template: str, **more: Any) -> str:
    settings, lang = ground.settings(), i18n.lang()
    links = [
        web.LanguageLink(code, i18n.own_name(code), i18n.direction(code), _address(code), code == lang)
        for code in settings.languages
    ]
    return render_template(template, lang=lang, dir=i18n.direction(), city=settings.city, languages=links, **more)


@front.get("/authorize")
def authorize() -> ResponseReturnValue:
    """Who are you today? One link per persona; it carries the portal's request on."""
    provider, chosen = here(), request.args.get("persona", "")
    i18n.set_locale(_language(), ground.settings().city.time_zone or "UTC", ground.settings().city.currency)
    wanted = [LEVELS.index(level) for level in request.args.get("acr_values", "").split() if level in LEVELS]
    highest = bool(wanted) and min(wanted) == len(LEVELS) - 1
    if highest and not chosen:
        # the portal asks for the second factor right after somebody was chosen: nobody is asked twice who they are
        chosen = request.cookies.get(CHOSEN, "")
    persona = provider.personas.get(chosen)
    try:
        grant = provider.server.get_consent_grant(end_user=persona)
    except OAuth2Error as error:
        return make_response(_page("identity/demo/fault.html", why=error.error), 400)
    if chosen == NOBODY:
        return _back({"error": "access_denied"})
    if persona is None:
        people = sorted(provider.personas.values(), key=lambda one: one.staff)
        return _page("identity/demo/pick.html", personas=people, address=_pick, nobody=NOBODY)
    if highest and not persona.second_factor:
        # made-up citizens have no second factor to show; whoever then tries again may choose somebody else
        denied = make_response(_back({"error": "access_denied", "error_description": "no second factor"}))
        denied.delete_cookie(CHOSEN, path=MOUNT)
        return denied
    answer: Response = provider.server.create_authorization_response(grant_user=persona, grant=grant)
    location = answer.headers.get("Location", "")
    if location and "iss=" not in location:
        answer.headers["Location"] = f"{location}&{urlencode({'iss': provider.issuer})}"
    if not persona.second_factor:
        answer.set_cookie(CHOSEN, persona.sub, max_age=CODE_SECONDS, path=MOUNT, httponly=True, samesite="Lax")
    return answer


def _pick(sub: str) -> str:
    return f"{MOUNT}/authorize?{urlencode({**request.args.to_dict(), 'persona': sub})}"


def _back(params: dict[str, str]) -> ResponseReturnValue:
    provider = here()
    told = {**params, "state": request.args.get("state", ""), "iss": provider.issuer}
    return redirect(f"{provider.client.redirect_uri}?{urlencode(told)}", 302)


@front.get("/end-session")
def end_session() -> ResponseReturnValue:
    """Sign out here: this provider keeps no session of its own, so it sends people back at once, to the one address
    that the portal has registered."""
    provider = here()
    hint, target = request.args.get("id_token_hint", ""), request.args.get("post_logout_redirect_uri", "")
    known = request.args.get("client_id") == provider.client.client_id
    if hint:
        try:
            known = provider.client.client_id in jwt.decode(hint, provider.key, [ALGORITHM]).claims.get("aud", [])
        except (JoseError, ValueError):
            known = known and True  # a token from before a restart was signed with a key of its own
    if not known or target != provider.client.back:
        return redirect("/", 302)
    return redirect(f"{target}?{urlencode({'state': request.args.get('state', '')})}", 302)


@front.after_request
def headers(answer: Response) -> Response:
    """The portal's own headers, with the portal as the one place a form may lead to."""
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


# What the portal's server calls


back = Blueprint("demo_idp_back", __name__)


@back.get("/.well-known/openid-configuration")
def discovery() -> ResponseReturnValue:
    """The discovery document."""
    return jsonify(here().discovery())


@back.get("/keys")
def keys() -> ResponseReturnValue:
    """The public key."""
    return jsonify(keys=[here().key.as_dict(private=False)])


@back.post("/token")
def token() -> ResponseReturnValue:
    """A code for tokens."""
    answer: Response = here().server.create_token_response()
    return answer


@back.route("/userinfo", methods=["GET", "POST"])
def userinfo() -> ResponseReturnValue:
    """What the person's register says."""
    scheme, _, name = request.headers.get("Authorization", "").partition(" ")
    ticket = here().tokens.get(name) if scheme.casefold() == "bearer" and name else None
    persona = here().personas.get(ticket.sub) if ticket else None
    if ticket is None or persona is None:
        answer = jsonify(error="invalid_token")
        answer.status_code = 401
        answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return answer
    claims: dict[str, Any] = {"sub": persona.sub}
    if "profile" in ticket.scope.split():
        claims.update(name=persona.name, birthdate=persona.birthdate)
    if "residence" in ticket.scope.split():
        claims["district"] = persona.district or "elsewhere"
        claims["address"] = {"locality": ground.settings().city.name if persona.district else "Elsewhere"}
        if persona.register:
            claims["register_number"] = persona.register
    return jsonify(claims)


# Putting it up


def check_place() -> None:
    """Raise NotHere outside the demo, or where the portal's address is not this machine's own."""
    settings = ground.settings()
    host = urlsplit(settings.base_url).hostname or ""
    if not settings.demo:
        raise NotHere("the demo's sign-in provider belongs to the demo alone")
    if host not in LOOPBACK:
        raise NotHere("the demo's sign-in provider answers on a loopback address alone")


def _flask(portal: Flask, provider: Provider, *doors: Blueprint) -> Flask:
    app = Flask("portal.identity.demo_idp", template_folder=None, static_folder=None)
    app.config["PROVIDER"] = provider
    # the portal's templates, language and addresses of static files; nothing of its requests
    app.jinja_env = portal.jinja_env.overlay()
    for door in doors:
        app.register_blueprint(door)
    return app


def mount(
    app: web.Portal, personas: Iterable[Persona], *, client_id: str, client_secret: str, back_channel: str
) -> None:
    """Put the provider at /demo-idp of the portal. `back_channel`: base address of the second listener.

    Raises NotHere outside the demo or off loopback.
    """
    check_place()
    base = ground.settings().base_url
    client = Client(client_id, client_secret, f"{base}/oidc/demo/callback", f"{base}/oidc/signed-out")
    provider = Provider(personas, f"{base}{MOUNT}", back_channel.rstrip("/"), client)
    pages = _flask(app, provider, front)
    inner = _standing(app, pages.wsgi_app)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {MOUNT: inner})  # type: ignore[method-assign]
    app.extensions["demo_idp"] = provider
    app.extensions["demo_idp_back"] = _standing(app, _flask(app, provider, back).wsgi_app)


def _standing(app: web.Portal, inner: Any) -> Any:
    """The portal's ground under a WSGI application that is not the portal's."""

    def run(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        token = ground.enter(app.ground)
        try:
            return inner(environ, start_response)
        finally:
            ground.leave(token)

    return run


def backchannel_app(app: web.Portal) -> Any:
    """The WSGI application of the second listener: discovery, keys, token, userinfo.

    Raises NotHere where `mount` was not called.
    """
    found = app.extensions.get("demo_idp_back")
    if found is None:
        raise NotHere("mount the demo's sign-in provider first")
    return found
