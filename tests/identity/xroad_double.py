"""XRoadDouble: a stand-in for a security server on this machine. It is NOT X-Road.

It enforces what PR-REST 1.0.4 writes of requests (one X-Road-Client; parts percent-encoded, slashes not; the allowed
characters; lengths; no hash in a request), asks for a client certificate, sets the headers of the answer, computes the
hash by the stated formula and returns errors in the documented form. What a real server does beside (signing,
time-stamping, the other side's server) it does not do.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import ipaddress
import json
import re
import ssl
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CLIENT = "EE/GOV/70001234/folkmoot"
SERVICE = "EE/GOV/70008440/rr/residents"
PART = re.compile(r"[A-Za-z0-9'()+,\-.=?]+")
RESIDENTS = [
    {"number": "ee-1001", "name": "Ana Ilves", "birth_date": "1990-02-03", "district": "north", "postcode": "10101",
     "address": ["Harbour Lane 3", "Sundhaven 10101"], "language": "en"},
    {"number": "ee-1002", "name": "Tom Kask", "birth_date": "2014-05-06", "district": "north", "postcode": "10102",
     "address": ["Hill Road 8", "Sundhaven 10102"], "language": "de"},
]  # fmt: skip


def certificates(folder: Path) -> tuple[Path, Path]:
    """Files for the server on 127.0.0.1 and for its client, each vouching for itself."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name in ("server", "client"):
        key = ec.generate_private_key(ec.SECP256R1())
        title = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        cert = (
            x509.CertificateBuilder()
            .subject_name(title)
            .issuer_name(title)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        file = folder / f"{name}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + cert.public_bytes(serialization.Encoding.PEM)
        )
        made.append(file)
    return made[0], made[1]


class NotByTheRules(Exception):
    """The request breaks the written protocol."""


@dataclass
class Asked:
    """A request as it came over the wire."""

    path: str
    headers: list[tuple[str, str]]
    body: Any

    def one(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return found[0] if found else None


@dataclass
class XRoadDouble:
    """Serves while used as a context. `answer` replaces the register's own answer: (status, headers, body)."""

    folder: Path
    residents: list[dict[str, Any]] = field(default_factory=lambda: list(RESIDENTS))
    asked: list[Asked] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    error: str = ""  # an error of X-Road, as Server.ServerProxy.NetworkError
    answer: tuple[int, dict[str, str], bytes] | None = None
    overwrite: dict[str, str | None] = field(default_factory=dict)  # headers of the answer that are spoilt
    slow: float = 0.0  # seconds between single bytes of the body

    def __enter__(self) -> Self:
        own, self.client_file = certificates(self.folder)
        self.authority = own
        double = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                double.handle(self)

            do_GET = do_POST = do_PUT = handle_any

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(self.client_file))
        context.load_cert_chain(own)
        context.verify_mode = ssl.CERT_REQUIRED
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.handle_error = lambda *_a: None  # type: ignore[method-assign]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_rest: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server.server_address[1]}"

    @property
    def settings(self) -> dict[str, Any]:
        """What stands in [xroad] for this server."""
        return {
            "server": self.url, "client": CLIENT, "service": SERVICE, "path": "/v1/lookup",
            "certificate": str(self.client_file), "authority": str(self.authority), "seconds": 2,
        }  # fmt: skip

    # the written rules

    @staticmethod
    def parts_of(raw: str, least: int, most: int) -> list[str]:
        parts = raw.split("/")
        if not least <= len(parts) <= most:
            raise NotByTheRules(f"an identifier of {len(parts)} parts")
        plain = [unquote(part) for part in parts]
        if any("/" in part or not PART.fullmatch(part) for part in plain):
            raise NotByTheRules("characters that no identifier has, or an encoded slash")
        return plain

    def check(self, asked: Asked, method: str) -> None:
        """Raises NotByTheRules."""
        if len(asked.path) > 2000:
            raise NotByTheRules("an address of more than 2000 characters")
        path, _, _query = asked.path.partition("?")
        if not path.startswith("/r1/"):
            raise NotByTheRules("the protocol's version is missing")
        service = "/".join(path[4:].split("/")[:5])
        self.parts_of(service, 5, 5)
        clients = [value for name, value in asked.headers if name.lower() == "x-road-client"]
        if len(clients) != 1:
            raise NotByTheRules(f"{len(clients)} headers X-Road-Client")
        self.parts_of(clients[0], 3, 4)
        if asked.one("X-Road-Request-Hash") is not None:
            raise NotByTheRules("a request with a hash")
        user = asked.one("X-Road-UserId")
        if user is not None and not re.fullmatch(r"[A-Z]{2}[0-9A-Za-z%-]+", user):
            raise NotByTheRules("a user without a country")
        if asked.one("X-Road-Id") == "":
            raise NotByTheRules("an empty X-Road-Id")
        if method in {"POST", "PUT"} and asked.one("Content-Type") is None:
            raise NotByTheRules("a body without its type")

    # one request

    def handle(self, door: BaseHTTPRequestHandler) -> None:
        raw = door.rfile.read(int(door.headers.get("Content-Length") or 0))
        body = json.loads(raw) if raw else None
        asked = Asked(door.path, list(door.headers.items()), body)
        self.asked.append(asked)
        try:
            self.check(asked, door.command)
        except NotByTheRules as error:
            self.refused.append(str(error))
            self._x_road_error(door, 400, "Client.BadRequest")
            return
        service = "/".join(asked.path[4:].split("/")[:5])
        if self.error:
            self._x_road_error(door, 500, self.error)
        elif service != SERVICE:
            self._x_road_error(door, 500, "Server.ServerProxy.UnknownService")
        elif asked.one("X-Road-Client") != CLIENT:
            self._x_road_error(door, 500, "Server.ServerProxy.AccessDenied")
        else:
            status, more, text = self.answer or self._register(body)
            head = {
                "Content-Type": "application/json; charset=utf-8",
                "X-Road-Client": CLIENT,
                "X-Road-Service": SERVICE,
                "X-Road-Id": asked.one("X-Road-Id") or str(uuid.uuid4()),
                "X-Road-Request-Id": str(uuid.uuid4()),
                "X-Road-Request-Hash": request_hash(asked.headers, raw),
                **more,
                **self.overwrite,
            }
            self._send(door, status, {k: v for k, v in head.items() if v is not None}, text)

    def _register(self, body: Any) -> tuple[int, dict[str, str], bytes]:
        wanted = body["numbers"]
        found = [one for one in self.residents if one["number"].replace("-", "").upper() in wanted]
        return 200, {}, json.dumps({"residents": found}).encode()

    def _x_road_error(self, door: BaseHTTPRequestHandler, status: int, kind: str) -> None:
        text = json.dumps({"type": kind, "message": "what was asked: ee-1001", "detail": str(uuid.uuid4())}).encode()
        self._send(door, status, {"Content-Type": "application/json;charset=utf-8", "X-Road-Error": kind}, text)

    def _send(self, door: BaseHTTPRequestHandler, status: int, head: dict[str, str], text: bytes) -> None:
        door.send_response(status)
        for name, value in {**head, "Content-Length": str(len(text))}.items():
            door.send_header(name, value)
        door.end_headers()
        if not self.slow:
            door.wfile.write(text)
            return
        for one in text:
            door.wfile.write(bytes([one]))
            door.wfile.flush()
            time.sleep(self.slow)


def request_hash(headers: list[tuple[str, str]], body: bytes) -> str:
    """base64(SHA512(SHA512(headers) + SHA512(body))); without a body base64(SHA512(headers)) (PR-REST 4.3)."""
    first = hashlib.sha512("".join(f"{name}:{value}\r\n" for name, value in headers).encode()).digest()
    whole = hashlib.sha512(first + hashlib.sha512(body).digest()).digest() if body else first
    return base64.b64encode(whole).decode()
