"""What every form for people's own texts carries against programs that fill in forms: a box that nobody sees, and the
moment at which the form was opened. Neither refuses anybody: what looks odd waits for a moderator.

A wing's form takes `Guarded` in beside `Form`, draws all its fields, and hands `form.guard()` to
`moderation.actions.screen`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import request
from itsdangerous import BadSignature, TimestampSigner

from portal.base import fields as f
from portal.base import ground
from portal.base.i18n import _l
from portal.config import secret_of


def _signer() -> TimestampSigner:
    return TimestampSigner(secret_of(ground.settings()), salt="moderation.started")


class Trap(f.Hidden):
    """A box that is hidden from everybody, aids included, and that only programs fill in."""

    kind = "trap"


class Started(f.Hidden):
    """When the form was opened, signed. A form that is shown again keeps its first moment."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.typed = self.data

    def shown(self) -> str:
        typed = getattr(self, "typed", "")
        return typed if typed and self.moment() else _signer().sign(b"form").decode()

    def moment(self) -> datetime | None:
        """The instant (UTC); None where it is missing or was made elsewhere."""
        try:
            _mark, at = _signer().unsign(str(self.data or ""), return_timestamp=True)
        except BadSignature:
            return None
        return at.astimezone(UTC)


class Guarded:
    """Two fields that people never meet."""

    homepage = Trap(_l("Leave this empty"))
    started = Started()

    def guard(self) -> dict[str, Any]:
        """What `screen` needs to know of the form that was sent."""
        moment = self.started.moment()
        return {
            "started_at": moment,
            "trapped": bool(self.homepage.data) or moment is None,
            "origin": request.remote_addr or "",
        }
