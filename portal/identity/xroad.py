"""The population register behind X-Road: the message protocol for REST (PR-REST 1.0.4, protocol version r1), spoken to
the city's own security server.

One question is one POST with the numbers in its body: addresses end in the logs of every server on the way, bodies do
not. The only X- headers are those of the protocol. Redirects are not followed, proxies and .netrc of the machine are
not asked, and nothing of the answer but the message's numbers is logged: by these the city finds the signed message in
the security server's own record. (That server checks the hash of the question; it cannot be recomputed here, for the
headers it covers are those that left it.)

Never asked under the write lock: an X-Road service may take seconds, and the city would stand still for them.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
import structlog

from portal.base import db
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.config import ConfigError, Settings, XRoad
from portal.identity import rules
from portal.identity.oidc import Crowded, outside
from portal.identity.register import COLUMNS, RegisterError, Resident, resident_of

log = structlog.get_logger("portal.identity")

# PR-REST 4.8: the only characters of an identifier's part
_PART = re.compile(r"[A-Za-z0-9'()+,\-.=?]+")
# the shape of an error's type (PR-REST 4.6); anything else is not repeated in a log
_TYPE = re.compile(r"(Client|Server)(\.[A-Za-z0-9_]+){0,4}")
_UUID = re.compile(r"[0-9a-fA-F-]{1,40}")
CONNECT_SECONDS = 3.05
LARGEST = 4 * 1024 * 1024

CROWDED = no(_l("Many people ask the register at this moment. Try again in a minute."))
REFUSES = no(
    _l("The register of residents does not accept the city’s questions."),
    _l("The city has to mend this. Until then go to a counter of the city."),
)


def identifier(text: str, *, parts: tuple[int, ...]) -> str:
    """An identifier as it travels: each part percent-encoded by itself, the slashes between them never.

    Raises ConfigError for another number of parts, or characters that X-Road does not allow.
    """
    pieces = text.split("/")
    if len(pieces) not in parts or not all(_PART.fullmatch(piece) for piece in pieces):
        raise ConfigError(f"xroad: {text!r} is no identifier of {' or '.join(map(str, parts))} parts")
    return "/".join(quote(piece, safe="") for piece in pieces)


def _files(settings: Settings) -> tuple[Any, Any]:
    """What requests takes as `cert` and `verify`."""
    ask = settings.xroad

    def place(name: str) -> str:
        found = Path(name) if Path(name).is_absolute() else settings.keys / name
        if not found.is_file():
            raise ConfigError(f"xroad: there is no file {found.name}")
        return str(found)

    own = place(ask.certificate) if ask.certificate else None
    return (own, place(ask.key)) if own and ask.key else own, place(ask.authority) if ask.authority else True


class Client:
    """Asks one service through the security server. Raises ConfigError where [xroad] cannot work."""

    def __init__(self, settings: Settings) -> None:
        ask = settings.xroad
        if not rules.over_tls(ask.server):
            raise ConfigError("xroad.server must begin with https://")
        if ask.path and not ask.path.startswith("/"):
            raise ConfigError("xroad.path must begin with a slash")
        # the subsystem may be left out of either (PR-REST 4.1)
        self.client = identifier(ask.client, parts=(3, 4))
        self.service = identifier(ask.service, parts=(4, 5))
        self.url = f"{ask.server.rstrip('/')}/r1/{self.service}{quote(ask.path, safe='/')}"
        self.cert, self.verify = _files(settings)
        self.settings: XRoad = ask

    def ask(self, question: Mapping[str, Any]) -> Any:
        """The answer to one question, as JSON. Raises RegisterError."""
        if db.writing():
            raise RuntimeError("X-Road is never asked under the write lock")
        number = str(uuid.uuid4())
        headers = {
            "X-Road-Client": self.client,
            "X-Road-Id": number,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json; charset=utf-8",
        }
        if self.settings.user:
            headers["X-Road-UserId"] = quote(self.settings.user, safe="")
        if self.settings.issue:
            headers["X-Road-Issue"] = quote(self.settings.issue, safe="/")
        try:
            with outside(), requests.Session() as calls:
                calls.trust_env = False
                status, head, body = self._call(calls, headers, json.dumps(question).encode())
        except Crowded as error:
            raise RegisterError("X-Road: half of the threads wait already", CROWDED) from error
        except (requests.RequestException, OSError) as error:  # a certificate that cannot be read is an OSError
            raise RegisterError(f"X-Road: {type(error).__name__}") from error
        self._check(number, status, head)
        try:
            return json.loads(body)
        except ValueError as error:
            raise RegisterError("X-Road: the answer is no JSON") from error

    def _call(
        self, calls: requests.Session, headers: dict[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        until = time.monotonic() + self.settings.seconds
        with calls.post(
            self.url, data=body, headers=headers, timeout=(CONNECT_SECONDS, self.settings.seconds),
            allow_redirects=False, stream=True, cert=self.cert, verify=self.verify,
        ) as answer:  # fmt: skip
            whole = b""
            while piece := answer.raw.read1(65536):
                whole += piece
                if len(whole) > LARGEST:
                    raise RegisterError("X-Road: the answer is too large")
                if time.monotonic() > until:
                    raise RegisterError("X-Road: the answer takes too long")
            return answer.status_code, answer.headers, whole

    def _check(self, number: str, status: int, head: Mapping[str, str]) -> None:
        """Is this the register's answer to our question? Errors of X-Road carry a header of their own (PR-REST 4.6);
        without it the register itself answered. Their texts are not repeated: they may quote what was asked."""
        kind = head.get("X-Road-Error")
        if kind is not None:
            kind = kind if _TYPE.fullmatch(kind) else "unknown"
            refused = kind.startswith("Client") or kind.endswith("AccessDenied")
            raise RegisterError(f"X-Road: {kind} (message {number})", REFUSES if refused else None)
        if status != 200:
            refused = status in (400, 401, 403, 404, 405, 415)
            raise RegisterError(
                f"X-Road: the register answered {status} (message {number})", REFUSES if refused else None
            )
        if head.get("X-Road-Id") != number:
            raise RegisterError(f"X-Road: an answer to another message than {number}")
        if head.get("X-Road-Client") != self.client or head.get("X-Road-Service") != self.service:
            raise RegisterError(f"X-Road: an answer for another client or service (message {number})")
        stamp = head.get("X-Road-Request-Hash", "")
        if not _is_hash(stamp):
            raise RegisterError(f"X-Road: an answer without the hash of the question (message {number})")
        request_id = head.get("X-Road-Request-Id", "")
        log.info(
            "xroad_asked", message=number, request_hash=stamp, request=request_id if _UUID.fullmatch(request_id) else ""
        )


def _is_hash(text: str) -> bool:
    """Base64 of a SHA-512."""
    try:
        return len(base64.b64decode(text, validate=True)) == 64
    except (binascii.Error, ValueError):
        return False


def _at(thing: Any, path: str) -> Any:
    """What lies at a dotted path; the thing itself for an empty one, None where there is nothing."""
    for step in path.split(".") if path else ():
        thing = thing.get(step) if isinstance(thing, dict) else None
    return thing


class XRoadRegister:
    """The register as an X-Road service: the question {"numbers": [...]} is answered by {"residents": [...]}, each with
    the columns of the CSV register; [xroad] names them where the service calls them otherwise."""

    def __init__(self, settings: Settings) -> None:
        self.client = Client(settings)
        self.settings = settings.xroad

    def find(self, number: str) -> Resident | None:
        """The resident with this number."""
        return self.many([number]).get(rules.plain_number(number))

    def many(self, numbers: Iterable[str]) -> Mapping[str, Resident]:
        """Those of these numbers that the register has. They are asked for in capitals, without spaces and dashes,
        whether somebody typed them or they come from under lock."""
        wanted = dict.fromkeys(rules.plain_number(number) for number in numbers)
        wanted.pop("", None)
        ask, found = [number.upper() for number in wanted], {}
        step = max(1, self.settings.batch)
        for begin in range(0, len(ask), step):
            answer = self.client.ask({self.settings.ask: ask[begin : begin + step]})
            for one in self._residents(answer):
                plain = rules.plain_number(one.number)
                if plain in wanted:  # whoever was not asked for is not looked at
                    found[plain] = one
        return found

    def _residents(self, answer: Any) -> Iterator[Resident]:
        rows = _at(answer, self.settings.answer)
        if not isinstance(rows, list):
            raise RegisterError("X-Road: the answer holds no list of residents")
        for row in rows:
            columns = {name: _at(row, self.settings.fields.get(name, name)) for name in COLUMNS}
            if isinstance(columns["address"], list):
                columns["address"] = " | ".join(str(line) for line in columns["address"] if line)
            yield resident_of({name: "" if value is None else str(value) for name, value in columns.items()})
