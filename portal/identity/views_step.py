"""Asking for a confirmation before an act that deserves it: what every door of this feature can call."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db
from portal.base.ground import settings
from portal.base.security import actor
from portal.config import key_of
from portal.identity import actions_confirm, queries_ways


def is_confirmed(act: str) -> bool:
    """Is the reader's session fresh and strong enough for this act? One select."""
    return queries_ways.is_confirmed(db.session(), actor().session_id, act, clock.now())


def demand(act: str) -> ResponseReturnValue | None:
    """For a posted act that asks for a confirmation: None where the session has it, else the way to it. What was sent
    waits meanwhile and is finished afterwards. A view marked as reading gets a short write of its own for it."""
    who = actor().person_id or 0
    if is_confirmed(act):
        if db.session().info.get("write"):
            actions_confirm.forget_acts(db.session(), who)
        return None
    key = key_of(settings(), "pending")
    fields = [(k, v) for k, v in request.form.items(multi=True) if k != "csrf_token"]
    address, now = request.full_path.rstrip("?"), clock.now()
    if db.session().info.get("write"):
        token = actions_confirm.keep_act(db.session(), key, who, act, address, fields, now)
    else:
        with db.write() as s:
            token = actions_confirm.keep_act(s, key, who, act, address, fields, now)
    return redirect(url_for("identity.confirm", token=token), 303)
