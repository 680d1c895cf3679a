"""The filters of the programme."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import request

from portal.base import clock, ground, texts, ui
from portal.base import fields as f
from portal.base.i18n import _l
from portal.base.texts import Said
from portal.workshops import rules
from portal.workshops.models import Level, Purpose
from portal.workshops.queries_list import Filters
from portal.workshops.rules_languages import SIGNED


class ProgrammeFilters(f.GetForm):
    """Words, kind, rung, house, days, language, what one needs, still free."""

    q = f.Search(_l("Search"))
    venue = f.Select(_l("Place"), coerce=int, blank=_l("All places"))
    when = f.Select(
        _l("When"), blank=_l("Any time"), choices=[("7", _l("In the next 7 days")), ("31", _l("In the next 31 days"))]
    )
    language = f.Select(_l("Language"), blank=_l("All languages"))
    purpose = f.Select(_l("Kind"), coerce=Purpose, blank=_l("All kinds"), choices=list(rules.PURPOSE_NAMES.items()))
    level = f.Select(
        _l("Step on the ladder"), coerce=Level, blank=_l("All steps"), choices=list(rules.LEVEL_NAMES.items())
    )
    step_free = f.YesNo(_l("Step-free"))
    loop = f.YesNo(_l("Induction loop"))
    devices = f.YesNo(_l("Devices are lent"))
    free = f.YesNo(_l("Still free"))

    @classmethod
    def of(cls, houses: Mapping[int, Said]) -> ProgrammeFilters:
        """The form with the houses of the city."""
        form = cls()
        form.venue.choices = list(houses.items())
        spoken = dict.fromkeys([*ground.settings().languages, *(code for code, _name in texts.written())])
        form.language.choices = [*texts.languages(spoken), *SIGNED.items()]
        return form

    def filters(self, houses: Mapping[int, Said], today: date, **fixed: Any) -> Filters:
        """What was asked; answers that are not in the lists are left out. `fixed`: what the page itself sets. One day can
        be asked for in the address alone (day=2027-03-27), where calendars lead."""
        when = self.when.data if self.when.data in ("7", "31") else ""
        day = clock.day_of(request.args.get("day", ""))
        known = {choice[0] for choice in self.language.choices}
        asked = Filters(
            q=(self.q.data or "")[:200].strip(),
            purpose=self.purpose.data if self.purpose.data in set(Purpose) else None,
            level=self.level.data if self.level.data in set(Level) else None,
            venue=self.venue.data if self.venue.data in houses else None,
            when="" if day else when,
            day=day or (today if when else None),
            until=day or (today + timedelta(days=int(when)) if when else None),
            language=self.language.data if self.language.data in known else "",
            step_free=bool(self.step_free.data),
            loop=bool(self.loop.data),
            devices=bool(self.devices.data),
            free=bool(self.free.data),
            page=ui.page_number(request.args.get("page")),
        )
        return Filters(**{**{name: getattr(asked, name) for name in Filters.__slots__}, **fixed})
