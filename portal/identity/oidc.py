"""The strict OpenID Connect client.

Authlib does the flow, joserfc the signatures. What Authlib leaves open is closed here: algorithms come from our own
configuration and never from the provider's discovery, the audience must name us, the issuer parameter of the answer
is compared (RFC 9207), levels are compared by rank, the age of the sign-in is checked, and the state stays bound to
the browser for an hour at most.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry
from werkzeug.datastructures import MultiDict

from portal.base import ground
from portal.config import Provider
from portal.identity import rules
from portal.identity.oidc_flow import Flow, began, put_flow

LEEWAY = 60
LEEWAY_HERE = 10  # at a shared screen: whoever was there a minute ago must not be taken for the next
METADATA_SECONDS = 3600
FORCED_KEYS_SECONDS = 5
TOKEN_AGE_SECONDS = 600
TIMEOUT = (3.05, 8)
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
SIGNED = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
METADATA = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "end_session_endpoint",
    "authorization_response_iss_parameter_supported",
)


class Refused(Exception):
    """What a provider sent is not good. `why` is a word for the log; it never holds what was sent."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Declined(Exception):
    """The provider says that the person did not sign in (turned back, refused, too weak a method)."""


class Unreachable(Exception):
    """The provider does not answer, or not in a way that can be understood."""


class Crowded(Exception):
    """Half of the server's threads wait on providers already; the person can try again in a moment."""


@contextmanager
def outside() -> Iterator[None]:
    """Calls to a provider happen in here: at most half of the server's threads at a time, so that a slow provider
    cannot stop the city's pages. Nobody queues for a place, for a queue would hold the other half.

    Raises Crowded when no place is free.
    """
    here = ground.current()
    gate = here.extra.get("oidc_gate")
    if gate is None:
        gate = here.extra.setdefault("oidc_gate", threading.BoundedSemaphore(max(1, here.settings.threads // 2)))
    if not gate.acquire(blocking=False):
        raise Crowded
    try:
        yield
    finally:
        gate.release()


_Session: Any = OAuth2Session


class Calls(_Session):
    """HTTP calls to a provider: with a time limit, over TLS outside loopback, and never sent on elsewhere."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, default_timeout=TIMEOUT, **kwargs)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if not rules.over_tls(url):
            raise Unreachable("not over TLS")
        kwargs["allow_redirects"] = False
        try:
            answer = super().request(method, url, *args, **kwargs)
        except requests.RequestException as error:
            raise Unreachable(type(error).__name__) from error
        if answer.status_code >= 500 or answer.is_redirect:
            raise Unreachable(str(answer.status_code))
        return answer


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a provider vouched for, after every check."""

    issuer: str
    sub: str
    claims: dict[str, Any]
    acr: str
    amr: tuple[str, ...]
    auth_time: float | None
    sid: str | None
    id_token: str


@dataclass(frozen=True, slots=True)
class LogoutToken:
    """A checked order by a provider to end sessions."""

    issuer: str
    jti: str
    sub: str | None
    sid: str | None
    exp: float


# Authlib has no types: its parts are taken as they are
_App: Any = FlaskOAuth2App
_Claims: Any = CodeIDToken
_Framework: Any = FlaskIntegration
_Signed: Any = PrivateKeyJWT


class StrictApp(_App):
    """Authlib's client for one provider, with its gaps closed."""

    client_cls = Calls

    def __init__(self, provider: Provider) -> None:
        loose = set(provider.algorithms) - SIGNED
        if loose or not provider.algorithms:
            raise ValueError(f"provider {provider.key}: signature algorithms not allowed: {sorted(loose)}")
        if provider.auth_method not in METHODS:
            raise ValueError(f"provider {provider.key}: unknown way of client authentication {provider.auth_method}")
        for level in (provider.min_acr, provider.staff_acr):
            if level and level not in provider.acr_values:
                raise ValueError(f"provider {provider.key}: level {level} is not in acr_values")
        secret: Any = provider.client_secret or None
        methods = None
        if provider.auth_method == "private_key_jwt":
            secret = _private_key(provider.client_secret)
            methods = [_Signed(alg="ES256" if isinstance(secret, ECKey) else "RS256")]
        super().__init__(
            _Framework(provider.key),
            name=provider.key,
            client_id=provider.client_id,
            client_secret=secret,
            client_kwargs={
                "scope": provider.scopes,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": provider.auth_method,
            },
            client_auth_methods=methods,
            server_metadata_url=provider.metadata_url or _well_known(provider.issuer),
        )
        self.provider = provider
        self.server_metadata: dict[str, Any] = {}
        self._keys: dict[str, Any] | None = None
        self._keys_at = 0.0

    # discovery and keys

    def load_server_metadata(self) -> dict[str, Any]:
        """Discovery, kept for an hour; an old copy serves on while the provider is away.

        Raises Unreachable, or Refused for a document of another issuer.
        """
        held = self.server_metadata
        if held.get("_loaded_at", 0) + METADATA_SECONDS > time.time():
            return held
        try:
            with self._get_session() as calls:
                answer = calls.request("GET", self._server_metadata_url, withhold_token=True)
                found = answer.json() if answer.ok else None
        except (Unreachable, ValueError) as error:
            if held:
                return held
            raise Unreachable("discovery") from error
        if not isinstance(found, dict):
            raise Unreachable("discovery")
        if found.get("issuer") != self.provider.issuer:
            raise Refused("discovery_issuer")
        kept = {name: found[name] for name in METADATA if name in found}
        for name in METADATA[1:-1]:
            if name in kept and not (isinstance(kept[name], str) and rules.over_tls(kept[name])):
                raise Refused(f"discovery_{name}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if name not in kept:
                raise Refused(f"discovery_{name}")
        self.server_metadata = {**kept, "_loaded_at": time.time()}
        return self.server_metadata

    def fetch_jwk_set(self, force: bool = False) -> dict[str, Any]:
        """The provider's public keys, kept for an hour. A forced fetch happens at most every few seconds: anybody can
        send a token that names a key nobody has."""
        age = time.time() - self._keys_at
        if self._keys is not None and age < (FORCED_KEYS_SECONDS if force else METADATA_SECONDS):
            return self._keys
        with self._get_session() as calls:
            answer = calls.request("GET", self.load_server_metadata()["jwks_uri"], withhold_token=True)
        try:
            found = answer.json() if answer.ok else None
        except ValueError:
            found = None
        if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
            raise Unreachable("keys")
        # a symmetric key in a public list would make everybody a signer
        public = [k for k in found["keys"] if isinstance(k, dict) and k.get("kty") in ("RSA", "EC", "OKP")]
        self._keys = {"keys": public}
        self._keys_at = time.time()
        return self._keys

    def decode(self, token: object) -> Any:
        """A signed token's header and claims, its signature checked against the provider's published keys and our
        list of algorithms.

        Raises Refused.
        """
        if not isinstance(token, str):
            raise Refused("token_missing")
        registry = JWSRegistry(algorithms=list(self.provider.algorithms), strict_check_header=False)
        try:
            try:
                return jwt.decode(token, KeySet.import_key_set(self.fetch_jwk_set()), registry=registry)  # type: ignore[arg-type]
            except InvalidKeyIdError:
                keys = KeySet.import_key_set(self.fetch_jwk_set(force=True))  # type: ignore[arg-type]
                return jwt.decode(token, keys, registry=registry)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Refused(f"signature_{type(error).__name__}") from error

    # sign-in

    def start(self, kept: MutableMapping[str, Any], flow: Flow, redirect_uri: str) -> str:
        """Begin a sign-in: its address at the provider. State, nonce and verifier go into `kept`, the signed cookie.
        A fresh flow asks the provider to forget whom it remembers; `finish` checks that it did."""
        state = secrets.token_urlsafe(32)
        wanted: dict[str, Any] = {
            "state": state,
            "nonce": flow.nonce,
            "code_verifier": flow.verifier,
            "ui_locales": flow.lang,
        }
        if flow.acr:
            wanted["acr_values"] = flow.acr
        if flow.max_age:
            wanted["max_age"] = flow.max_age
        if flow.fresh:
            wanted.update(prompt="login", max_age=0)
        address = self.create_authorization_url(redirect_uri, **wanted)["url"]
        put_flow(kept, state, flow)
        return str(address)

    def finish(self, answer: MultiDict[str, str], flow: Flow, redirect_uri: str) -> Vouched:
        """Check the provider's answer, fetch and check its tokens.

        Raises Declined, Refused or Unreachable.
        """
        if any(len(said) > 1 for _name, said in answer.lists()):  # RFC 6749, 3.1: nothing is said twice
            raise Refused("answer_repeated")
        meta = self.load_server_metadata()
        issuer = answer.get("iss")
        if issuer is None and meta.get("authorization_response_iss_parameter_supported"):
            raise Refused("answer_issuer_missing")
        if issuer is not None and issuer != self.provider.issuer:
            raise Refused("answer_issuer")
        if answer.get("error"):
            raise Declined(str(answer["error"])[:60])
        if not answer.get("code"):
            raise Refused("code_missing")
        try:
            token = self.fetch_access_token(redirect_uri, code=answer["code"], code_verifier=flow.verifier)
        except OAuthError as error:
            raise Refused("token_endpoint") from error
        except (ValueError, requests.RequestException) as error:
            raise Unreachable("token_endpoint") from error
        claims = self.check_id_token(token, flow)
        if self.provider.userinfo and meta.get("userinfo_endpoint"):
            said = self.ask_userinfo(token)
            if said.get("sub") != claims["sub"]:
                raise Refused("userinfo_sub")
            # what the signed token says counts before what userinfo says
            claims = {**said, **claims}
        amr = tuple(str(m) for m in claims.get("amr") or ())
        return Vouched(
            issuer=self.provider.issuer,
            sub=claims["sub"],
            claims=claims,
            acr=str(claims.get("acr") or ""),
            amr=amr,
            auth_time=float(claims["auth_time"]) if claims.get("auth_time") else None,
            sid=str(claims["sid"])[:255] if claims.get("sid") else None,
            id_token=token["id_token"],
        )

    def check_id_token(self, token: Mapping[str, Any], flow: Flow) -> dict[str, Any]:
        """Every check of an ID token (OpenID Connect Core 3.1.3.7, and the gaps named above).

        Raises Refused.
        """
        decoded = self.decode(token.get("id_token"))
        claims = _Claims(
            decoded.claims,
            decoded.header,
            {"iss": {"essential": True, "value": self.provider.issuer}},
            {
                "nonce": flow.nonce,
                "client_id": self.client_id,
                "access_token": token.get("access_token"),
                "max_age": flow.max_age,
            },
        )
        try:
            claims.validate(now=int(time.time()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise Refused(f"claims_{getattr(error, 'claim', None) or type(error).__name__}") from error
        found: dict[str, Any] = dict(decoded.claims)
        audience = found.get("aud")
        named = [audience] if isinstance(audience, str) else audience
        if not isinstance(named, list) or self.client_id not in named:
            raise Refused("aud")
        if len(named) > 1 and found.get("azp") != self.client_id:
            raise Refused("azp")
        if not isinstance(found.get("sub"), str) or not 0 < len(found["sub"]) <= 255:
            raise Refused("sub")
        now = time.time()
        if not isinstance(found.get("iat"), int | float) or found["iat"] < now - TOKEN_AGE_SECONDS - LEEWAY:
            raise Refused("iat")
        if not rules.reaches(str(found.get("acr") or ""), flow.acr, self.provider.acr_values):
            raise Refused("acr")
        if self.provider.amr_allowed and not set(map(str, found.get("amr") or ())) & set(self.provider.amr_allowed):
            raise Refused("amr")
        if flow.max_age or flow.fresh:
            # somebody may take their time at the provider, so a fresh sign-in is one after this flow began
            oldest = began(flow) if flow.fresh else now - flow.max_age
            when = found.get("auth_time")
            if when is None and flow.extra.get("here") and not self.provider.remembers:
                return found  # it asks everybody anew by itself, and says no time
            if not isinstance(when, int | float) or isinstance(when, bool):
                raise Refused("auth_time")
            leeway = LEEWAY_HERE if flow.extra.get("here") else LEEWAY
            if not oldest - leeway <= when <= now + LEEWAY:
                raise Refused("auth_time")
        return found

    def ask_userinfo(self, token: Mapping[str, Any]) -> dict[str, Any]:
        """The userinfo endpoint's claims: plain JSON, or a token signed by the provider (FranceConnect+).

        Raises Refused or Unreachable.
        """
        try:
            answer = self.get(self.load_server_metadata()["userinfo_endpoint"], token=dict(token))
        except OAuthError as error:
            raise Refused("userinfo") from error
        if not answer.ok:
            raise Refused("userinfo")
        if answer.headers.get("Content-Type", "").split(";")[0].strip().casefold() == "application/jwt":
            said = dict(self.decode(answer.text).claims)
            audience = said.get("aud", self.client_id)
            named = audience if isinstance(audience, list) else [audience]
            if said.get("iss") != self.provider.issuer or self.client_id not in named:
                raise Refused("userinfo_issuer")
            return said
        try:
            said = answer.json()
        except ValueError as error:
            raise Unreachable("userinfo") from error
        if not isinstance(said, dict):
            raise Refused("userinfo")
        return said

    # sign-out

    def end_session_address(self, id_token: str | None, back: str, state: str, lang: str) -> str | None:
        """Where the person signs out at the provider; None where it offers no such page or cannot be asked now."""
        try:
            address = self.load_server_metadata().get("end_session_endpoint")
        except (Unreachable, Refused):
            return None
        if not address:
            return None
        return str(self.create_logout_url(back, id_token, state, client_id=self.client_id, ui_locales=lang)["url"])

    def read_logout_token(self, raw: object) -> LogoutToken:
        """Check a back-channel logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6).

        That it is used once is for the caller to see to. Raises Refused or Unreachable.
        """
        token = self.decode(raw)
        claims, now = token.claims, time.time()
        if str(token.header.get("typ", "")).casefold() not in ("logout+jwt", "application/logout+jwt"):
            raise Refused("typ")
        if claims.get("iss") != self.provider.issuer:
            raise Refused("iss")
        audience = claims.get("aud")
        if self.client_id not in (audience if isinstance(audience, list) else [audience]):
            raise Refused("aud")
        for name in ("iat", "exp"):
            if not isinstance(claims.get(name), int | float) or isinstance(claims[name], bool):
                raise Refused(name)
        if claims["exp"] <= now - LEEWAY or not now - TOKEN_AGE_SECONDS - LEEWAY <= claims["iat"] <= now + LEEWAY:
            raise Refused("time")
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
            raise Refused("events")
        if "nonce" in claims:
            raise Refused("nonce")
        jti, sub, sid = claims.get("jti"), claims.get("sub"), claims.get("sid")
        if not isinstance(jti, str) or not 0 < len(jti) <= 255:
            raise Refused("jti")
        if not any(isinstance(value, str) and value for value in (sub, sid)):
            raise Refused("sub")
        return LogoutToken(
            issuer=self.provider.issuer,
            jti=jti,
            sub=sub if isinstance(sub, str) else None,
            sid=sid if isinstance(sid, str) else None,
            exp=float(claims["exp"]),
        )


def _well_known(issuer: str) -> str:
    return issuer.rstrip("/") + "/.well-known/openid-configuration"


def _private_key(pem: str) -> RSAKey | ECKey:
    try:
        return RSAKey.import_key(pem)
    except (JoseError, ValueError, TypeError):
        return ECKey.import_key(pem)


def client(provider: Provider) -> StrictApp:
    """The client for a provider, one per process, so that discovery and keys are fetched once."""
    held: dict[str, StrictApp] = ground.current().extra.setdefault("oidc_clients", {})
    found = held.get(provider.key)
    if found is None or found.provider != provider:
        found = held[provider.key] = StrictApp(provider)
    return found
