"""The bar of the demo: what day it is in Sundhaven, and buttons that move it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from portal.base import clock, db
from portal.base.security import actor, back_to, public
from portal.demo import actions, queries

pages = Blueprint("demo", __name__, url_prefix="/demo")


@pages.post("/clock")
@public
def move() -> Response:
    """Move the city clock: to just after the close of the open vote, to the next phase, or back to today."""
    now, wish = clock.city_now(), request.form.get("to", "")
    if wish == "close":
        to = queries.next_close(db.session(), now)
    elif wish == "next":
        to = queries.next_phase(db.session(), now)
    else:
        to = None
    if to is not None or wish == "today":
        actions.move_clock(actor(), to)
    return back_to(request.form.get("back"))


def bar() -> dict[str, Any]:
    """What the bar on every page shows."""
    return {"demo_bar": True, "demo_clock": {"now": clock.city_now(), "moved": clock.shift() != 0}}
