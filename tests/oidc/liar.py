"""A provider that can lie: about sixty lines of OpenID on loopback, every part of which a test can bend."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from portal.config import Provider

CLIENT, SECRET = "portal", "a-client-secret-of-more-than-thirty-two-signs"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class Liar:
    """The provider; `bend` takes claims and header before they are signed, the other attributes bend the rest."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.forged = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.honest()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def honest(self) -> None:
        """Tell the truth again."""
        self.bend: Callable[[dict[str, Any], dict[str, Any]], None] = lambda claims, header: None
        self.sign: Callable[[dict[str, Any], dict[str, Any]], str] = self._sign
        self.said: dict[str, Any] = {"name": "Ana Ilves", "birthdate": "1988-05-04", "district": "saltwick"}
        self.discovery: dict[str, Any] = {}
        self.token_status, self.delay, self.signed_userinfo = 200, 0.0, False
        self.answer_more: dict[str, str | None] = {}
        self.acr, self.amr, self.auth_time = "substantial", ["pin"], 0.0
        self.sub, self.sid = "ana", "sid-1"
        self.asked: dict[str, str] = {}
        self.posted: dict[str, str] = {}
        self.calls: list[str] = []

    def provider(self, **more: Any) -> Provider:
        """The portal's configuration of this provider."""
        values: dict[str, Any] = {
            "key": "liar",
            "name": "Liar",
            "issuer": self.issuer,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scopes": "openid profile",
            "algorithms": ("RS256",),
            "acr_values": ("low", "substantial", "high"),
            "min_acr": "substantial",
            "staff_acr": "high",
            "claims": {"birthdate": "birthdate", "district": "district", "resident": "code"},
            "register": "test",
        }
        return Provider(**{**values, **more})

    def authorize(self, location: str) -> str:
        """What the browser would do at the authorization page: the address to which it is sent back."""
        self.asked = {k: v[0] for k, v in parse_qs(urlsplit(location).query).items()}
        params = {"code": "the-code", "state": self.asked["state"], **self.answer_more}
        back = self.asked["redirect_uri"]
        return f"{urlsplit(back).path}?{urlencode({k: v for k, v in params.items() if v is not None})}"

    def _sign(self, claims: dict[str, Any], header: dict[str, Any]) -> str:
        return _raw(claims, header, lambda text: self.key.private_key.sign(text, PKCS1v15(), SHA256()))

    def forge(self, claims: dict[str, Any], header: dict[str, Any]) -> str:
        """Signed by somebody else's key under the right name."""
        return jwt.encode(header, claims, self.forged, [header["alg"]])

    def forge_with_own_key(self, claims: dict[str, Any], header: dict[str, Any]) -> str:
        """Signed by a key that the token itself brings along."""
        header = {"alg": "RS256", "jwk": self.forged.as_dict(private=False)}
        return jwt.encode(header, claims, self.forged, ["RS256"])

    def unsigned(self, claims: dict[str, Any], header: dict[str, Any]) -> str:
        """alg: none."""
        return _raw(claims, {"alg": "none", "kid": "one"}, lambda _text: b"")

    def with_secret(self, claims: dict[str, Any], header: dict[str, Any]) -> str:
        """HS256 with the client's secret."""
        return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(SECRET), ["HS256"])

    def with_public_key(self, claims: dict[str, Any], header: dict[str, Any]) -> str:
        """HS256 with the published key taken for a secret (the algorithm mix-up)."""
        secret = self.key.as_pem(private=False)
        return _raw(claims, {"alg": "HS256", "kid": "one"}, lambda text: hmac.digest(secret, text, "sha256"))

    def with_curve(self, claims: dict[str, Any], header: dict[str, Any]) -> str:
        """A sound algorithm that our configuration does not list for this provider."""
        key = ECKey.generate_key("P-256", {"kid": "one"})
        return jwt.encode({"alg": "ES256", "kid": "one"}, claims, key, ["ES256"])

    def logout_token(self, **bent: Any) -> str:
        """An order to end sessions; None takes a claim away, `header` and `key` bend the rest."""
        now = int(time.time())
        header = {"alg": "RS256", "kid": "one", "typ": "logout+jwt", **bent.pop("header", {})}
        key = bent.pop("key", self.key)
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": f"j{time.time_ns()}",
            "events": {LOGOUT: {}}, "sid": self.sid, **bent,
        }  # fmt: skip
        return jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, key, ["RS256"], default_type=None)

    def _answer(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        self.calls.append(request.path)
        time.sleep(self.delay)
        answer = {"/token": self._token, "/userinfo": self._userinfo, "/keys": self._keys}.get(
            request.path, self._found
        )
        return answer(request)(environ, start)

    def _found(self, request: Request) -> Response:
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end",
            "id_token_signing_alg_values_supported": ["none", "RS256", "HS256", "ES256"],
            **self.discovery,
        }
        return _json({k: v for k, v in found.items() if v is not None})

    def _keys(self, request: Request) -> Response:
        return _json({"keys": [self.key.as_dict(private=False)]})

    def _token(self, request: Request) -> Response:
        self.posted = dict(request.form.items())
        if self.token_status != 200:
            return _json({"error": "invalid_grant"}, self.token_status)
        now, access = int(time.time()), "an-access-token"
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims: dict[str, Any] = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.sub, "iat": now, "exp": now + 300,
            "nonce": self.asked.get("nonce"), "auth_time": self.auth_time or now, "acr": self.acr, "amr": self.amr,
            "sid": self.sid, "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
        }  # fmt: skip
        header = {"alg": "RS256", "kid": "one"}
        self.bend(claims, header)
        return _json({"access_token": access, "token_type": "Bearer", "id_token": self.sign(claims, header)})

    def _userinfo(self, request: Request) -> Response:
        said = {"sub": self.sub, **self.said}
        if self.signed_userinfo:
            token = self._sign({"iss": self.issuer, "aud": CLIENT, **said}, {"alg": "RS256", "kid": "one"})
            return Response(token, mimetype="application/jwt")
        return _json(said)


def _raw(claims: dict[str, Any], header: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A token put together by hand: libraries refuse to make the bad ones."""

    def plain(part: bytes) -> str:
        return base64.urlsafe_b64encode(part).decode().rstrip("=")

    text = f"{plain(json.dumps(header).encode())}.{plain(json.dumps(claims).encode())}"
    return f"{text}.{plain(sign(text.encode()))}"


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status, mimetype="application/json")
