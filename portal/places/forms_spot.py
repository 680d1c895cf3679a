"""A place on the city plan, asked in three ways that are worth the same: a press on the plan, a list, two numbers."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from portal.base.i18n import _l
from portal.base.texts import Said
from portal.base.verdict import Verdict
from portal.places.forms import SpotForm
from portal.places.rules import Spot, clicked

PRESS = "spot"  # name of the button that is the plan
CHOOSE = _l("Choose a place from the list.")
NUMBERS = _l("Enter both numbers.")


def spot_form(spots: Sequence[tuple[str, Said, Spot]], now: Spot | None, *, but: str = "") -> SpotForm:
    """The form with the places that may be chosen; `but`: the thing itself is not one of them."""
    percent = {"x": round(now.x * 100), "y": round(now.y * 100)} if now else {}
    form = SpotForm(data=percent)
    form.like.choices = [(key, name) for key, name, _spot in spots if key != but]
    return form


def asked_spot(
    form: SpotForm, size: tuple[int, int], spots: Sequence[tuple[str, Said, Spot]]
) -> tuple[bool, Spot | None]:
    """What was asked: (True, the spot, or None to take the thing off the plan); (False, None) where the form now has a
    sentence instead. `size`: the plan as a button, in CSS pixels."""
    pressed = clicked(request.form, PRESS, *size)
    if isinstance(pressed, Verdict):
        form.like.errors = [str(pressed.reason)]
        return False, None
    if not form.validate():
        return False, None
    if pressed is not None:
        return True, pressed
    if request.form.get("act") == "off":
        return True, None
    if request.form.get("act") == "like":
        found = {key: spot for key, _name, spot in spots}.get(form.like.data or "")
        if found is None:
            form.like.errors = [str(CHOOSE)]
        return found is not None, found
    if form.x.data is None or form.y.data is None:
        form.x.errors = [str(NUMBERS)]
        return False, None
    return True, Spot(form.x.data / 100, form.y.data / 100)
