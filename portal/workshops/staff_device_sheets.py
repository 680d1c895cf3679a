"""Requests for help with a device that come on paper."""

from __future__ import annotations

from typing import Any

from portal.base.actor import Actor
from portal.base.feature import Sheet
from portal.base.i18n import _l
from portal.base.verdict import Verdict, no
from portal.workshops import actions_devices
from portal.workshops.forms_devices import paper_form
from portal.workshops.rules import Denied


def _enter(actor: Actor, form: Any, lang: str) -> tuple[str, int] | Verdict:
    if actor.person_id is None and not (form.name.data or "").strip():
        return no(_l("Enter the name, or the account of the person."))
    if not form.checked():
        return no(_l("The way to reach the person lacks its address."))
    try:
        row = actions_devices.ask_as(actor, lang=lang, **form.person(), **form.wish())
    except Denied as denied:
        return denied.verdict
    return "device_request", row.id


SHEET = Sheet(
    "device", _l("Help with a device"), "workshops.devices", paper_form, _enter, on="workshops.ask_device",
    account="may", record="device_request", keeps=False,
)  # fmt: skip
