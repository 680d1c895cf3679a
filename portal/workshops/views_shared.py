"""Slips on a screen that many share. Whoever has a slip's code is its owner, and the code stands in the address: at a
terminal the way back would lead the next person to the booking of the one before. So there a slip is shown only to
whoever typed its code, made the booking or is signed in as its person, until they finish."""

from __future__ import annotations

from flask import abort, flash, redirect, session, url_for

from portal.base.i18n import _
from portal.base.security import actor, shared_screen

_OPENED, _MOST = "slips", 20


def opened(kind: str, number: int) -> None:
    """Whoever stands at this screen has the code of this slip; forgotten when the terminal's session ends."""
    if shared_screen() is not None:
        held = [one for one in session.get(_OPENED, []) if one != [kind, number]]
        session[_OPENED] = [*held[1 - _MOST :], [kind, number]]


def only_if_open(kind: str, number: int, person_id: int | None) -> None:
    """On a shared screen: go on only for whoever has shown the code, or is the person. Others are asked for it."""
    if shared_screen() is None or [kind, number] in session.get(_OPENED, []):
        return
    who = actor()
    own = {who.person_id, who.acting_for.person_id if who.acting_for is not None else None} - {None}
    if person_id not in own:
        flash(_("This screen is shared. Type the code of the slip to see it."))
        abort(redirect(url_for("workshops.code"), 303))
