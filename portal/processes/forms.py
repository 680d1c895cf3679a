"""What officers fill in about a process, and what somebody with a letter types."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal.base import fields as f
from portal.base.i18n import _, _l
from portal.places.queries import DistrictRow
from portal.processes import rules

ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


class SettingsForm(f.Form):
    """Whose a process is, and who sees it."""

    closed = f.YesNo(_l("Closed: only members see it"), hint=_l("To everybody else it does not exist."))
    district = f.Select(_l("District"), [f.optional()], blank=_l("No district: the whole city"), coerce=int)
    department = f.Select(_l("Department"), [f.optional()], blank=_l("No department"), coerce=int)

    def offer(
        self, districts: Sequence[DistrictRow], departments: Sequence[DistrictRow], own: tuple[int | None, int | None]
    ) -> SettingsForm:
        """Fill in what is in use, and what the process has already."""
        for field, rows, kept in ((self.district, districts, own[0]), (self.department, departments, own[1])):
            field.choices = [(row.id, row.name) for row in rows if not row.closed or row.id == kept]
        return self


class AddressesForm(f.Form):
    """Addresses to invite."""

    addresses = f.LongText(
        _l("E-mail addresses"),
        [f.required(_l("Enter at least one address.")), f.length(max=40_000)],
        hint=_l("One per line. The portal writes to each, and keeps only a fingerprint of it."),
        attributes={"dir": "ltr", "spellcheck": "false", "autocomplete": "off"},
    )

    def read(self) -> list[str] | None:
        """The addresses; None (and an error) where something is not one, or there are too many."""
        found = [one for one in re.split(r"[\s,;]+", self.addresses.data or "") if one]
        wrong = next((one for one in found if not ADDRESS.fullmatch(one) or len(one) > 254), None)
        if wrong is not None:
            self.addresses.errors = [_("This is not an address: %(words)s", words=wrong[:100])]
        elif len(found) > rules.MOST_ADDRESSES:
            self.addresses.errors = [_("Enter at most %(most)s addresses at a time.", most=rules.MOST_ADDRESSES)]
        else:
            return found
        return None


class CodesForm(f.Form):
    """How many letters are written."""

    number = f.Whole(
        _l("How many codes"),
        [f.required(_l("Enter how many codes you need.")), f.between(1, rules.MOST_CODES)],
        hint=_l("They are shown once, for printing. Each lets one person in."),
    )


class PersonForm(f.GetForm):
    """Looking for somebody to put on the list."""

    name = f.Search(_l("Whole name of the person"))


class JoinForm(f.Form):
    """The code of a letter."""

    code = f.Text(
        _l("Code of your letter"),
        [f.required(_l("Enter the code of your letter.")), f.length(max=60)],
        hint=_l("12 letters and digits in groups of four. Small letters, spaces and hyphens do not matter."),
        attributes={"autocomplete": "off", "spellcheck": "false", "dir": "ltr", "autocapitalize": "characters"},
    )
