"""Who carries what leaves the house: an SMTP connection, and an HTTP gateway for text messages.

Each says exactly how far it came, because that decides whether a mail may be tried again. `mark` is called at the last
instant before the words leave; it stores that fact in a transaction of its own and answers whether they may leave.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

import requests

from portal.config import Settings

SECONDS = 10  # for each answer of a server; a mail server that hangs costs this long, and nobody but its own lane
SECONDS_DATA = 30  # for the answer to the whole mail: it may be looked over for viruses first
Mark = Callable[[], bool]


class NotTaken(Exception):
    """The server said no, and that is certain. `final`: asking again will not help."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.final = told(reason), final


class NoAnswer(Exception):
    """The words left, and no answer came: whether they arrived is not known."""


class Closed(Exception):
    """Nobody is there, or the talk broke off before the words left: nothing was handed over."""


class Forbidden(Exception):
    """`mark` said no: somebody else has this mail in hand."""


def told(reason: object) -> str:
    """A server's words as they may be kept: one line, short, without addresses and numbers of people."""
    line = " ".join(str(reason).split())
    return re.sub(r"\S+@\S+|\+?\d[\d ()/-]{5,}\d", "…", line)[:200]


def _words(answer: tuple[int, bytes]) -> str:
    return f"{answer[0]} {answer[1].decode('utf-8', 'replace')}"


class Smtp:
    """One connection for a batch of mails."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.server = settings.smtp, smtplib.SMTP(timeout=SECONDS)

    def __enter__(self) -> Self:
        """Raises Closed."""
        try:
            code, words = self.server.connect(self.settings.host, self.settings.port)
            if code != 220:
                raise Closed(_words((code, words)))
            if self.settings.tls:
                self.server.starttls(context=ssl.create_default_context())
            if self.settings.user:
                self.server.login(self.settings.user, self.settings.password)
            self.server.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            self.server.close()
            raise Closed(f"{type(error).__name__} {error}") from error
        except Closed:
            self.server.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: TracebackType | BaseException | None) -> None:
        if kind is None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.server.quit()
        self.server.close()

    def send(self, sender: str, to: str, message: EmailMessage, mark: Mark) -> None:
        """Hand one mail over. Raises NotTaken, NoAnswer, Closed, Forbidden."""
        wide = not (sender + to).isascii()
        if wide and not self.server.has_extn("smtputf8"):
            raise NotTaken("the mail server knows no addresses in this script", final=True)
        raw = message.as_bytes(policy=policy.SMTPUTF8 if wide else policy.SMTP)
        if not raw.endswith(b"\r\n"):
            raw += b"\r\n"
        try:
            self._say(self.server.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if wide else []))
            self._say(self.server.rcpt(to))
            self._say(self.server.docmd("DATA"), 354)
        except (OSError, smtplib.SMTPException) as error:
            raise Closed(f"{type(error).__name__} {error}") from error
        if not mark():
            self.server.close()
            raise Forbidden
        try:
            if self.server.sock is not None:
                self.server.sock.settimeout(SECONDS_DATA)
            self.server.send(re.sub(rb"(?m)^\.", b"..", raw) + b".\r\n")
            answer = self.server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.server.close()
            raise NoAnswer(told(f"{type(error).__name__} {error}")) from error
        if self.server.sock is not None:
            self.server.sock.settimeout(SECONDS)
        self._say(answer)

    def _say(self, answer: tuple[int, bytes], wanted: int = 250) -> None:
        if answer[0] == wanted or (wanted == 250 and answer[0] == 251):
            return
        if answer[0] == 421:  # the server goes: nothing more on this connection
            raise Closed(_words(answer))
        try:
            self.server.rset()
        except (OSError, smtplib.SMTPException) as error:
            self.server.close()
            raise NotTaken(_words(answer), final=500 <= answer[0] < 600) from error
        raise NotTaken(_words(answer), final=500 <= answer[0] < 600)


class Gateway:
    """A city's provider of text messages: one HTTP request per message, made from [sms] in config.toml."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings.sms

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_rest: object) -> None:
        return None

    def send(self, to: str, text: str, key: str, mark: Mark) -> None:
        """Hand one message over; `key` is the same at each try. Raises NotTaken, NoAnswer, Closed, Forbidden."""
        ask = self.settings
        fields = {name: value.replace("{to}", to).replace("{text}", text) for name, value in ask.fields.items()}
        body: dict[str, Any] = {"data": fields} if ask.form else {"json": fields}
        if ask.method.upper() == "GET":
            body = {"params": fields}
        if not mark():
            raise Forbidden
        try:
            answer = requests.request(
                ask.method, ask.url, headers={"Idempotency-Key": key, **ask.headers}, timeout=(SECONDS, SECONDS),
                allow_redirects=False, **body,
            )  # fmt: skip
        except requests.ConnectTimeout as error:
            raise Closed("the gateway does not answer") from error
        except requests.Timeout as error:
            raise NoAnswer("the gateway took the message and did not answer") from error
        except requests.ConnectionError as error:
            if "NewConnectionError" in repr(error):
                raise Closed("the gateway refuses connections") from error
            raise NoAnswer("the connection to the gateway broke") from error
        except requests.RequestException as error:
            raise NotTaken(type(error).__name__) from error
        if not 200 <= answer.status_code < 300:
            final = 400 <= answer.status_code < 500 and answer.status_code not in (401, 403, 408, 425, 429)
            raise NotTaken(f"the gateway answered {answer.status_code}", final=final)
