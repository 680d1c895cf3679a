"""What people fill in about themselves and others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from portal.base import fields as f
from portal.base import ground, i18n, texts
from portal.base.feature import Hit, Role
from portal.base.i18n import Text, _l
from portal.base.texts import HOLE, Said, Spoken
from portal.identity.models import Person


class LanguageForm(f.Form):
    """In which language the city writes to a person."""

    language = f.Select(_l("Language of messages"), [f.required(_l("Choose a language"))])

    def offer(self) -> LanguageForm:
        """Fill in the site's languages."""
        self.language.choices = texts.languages(ground.settings().languages)
        return self


class PeopleForm(f.GetForm):
    """Looking for people."""

    q = f.Search(_l("Name of the person"))
    role = f.Select(_l("Role"))


# Kinds of scope as people name them.
SCOPES: Mapping[str, Text] = {
    "city": _l("The whole city"),
    "department": _l("Department"),
    "district": _l("District"),
    "process": _l("Process"),
    "place": _l("Place"),
}


def scope_label(kind: str, name: str) -> str:
    """A scope as lists show it: "District: Northfield"."""
    return str(_l("%(kind)s: %(name)s", kind=SCOPES[kind], name=name))


class GrantForm(f.Form):
    """A role for one part of the city. The values of `scope` are "kind:number"."""

    role = f.Select(_l("Role"), [f.required(_l("Choose a role."))], blank=_l("Choose a role"))
    scope = f.Select(
        _l("Where the role counts"),
        [f.required(_l("Choose where the role counts."))],
        blank=_l("Choose a part of the city"),
    )

    def offer(self, roles: Sequence[Role], scopes: Mapping[str, Mapping[int, Hit]]) -> GrantForm:
        """Fill in roles and scopes."""
        self.role.choices = [(role.name, role.label) for role in roles]
        self.scope.choices = [
            (f"{kind}:{number}", Spoken.within(scope_label(kind, HOLE), Said.own(hit.title, hit.lang)))
            for kind, names in scopes.items()
            for number, hit in names.items()
        ]
        return self


class DisableForm(f.Form):
    """Why an account is shut."""

    reason = f.LongText(
        _l("Reason"),
        [f.required(_l("Give the reason.")), f.length(max=500)],
        hint=_l("Administrators and auditors can read it. Write nothing that is not needed."),
    )


class AbsenceForm(f.Form):
    """When somebody is away, and who stands in."""

    first = f.Day(_l("First day away"), [f.required(_l("Enter the first day."))])
    last = f.Day(_l("Last day away"), [f.required(_l("Enter the last day."))])
    deputy = f.Select(
        _l("Deputy"), [f.required(_l("Choose a deputy."))], blank=_l("Choose a person"), coerce=int,
        hint=_l("Only people with a role of their own can be deputies."),
    )  # fmt: skip

    def offer(self, people: Sequence[Person], own: int | None) -> AbsenceForm:
        """Fill in the people who may be deputies."""
        self.deputy.choices = [(person.id, person.name or f"{person.id}") for person in people if person.id != own]
        return self

    def span(self) -> tuple[datetime, datetime]:
        """From the first instant of the first day to the end of the last one, on the city's clock, in UTC."""
        zone = i18n.in_zone(datetime.now(UTC)).tzinfo
        first = datetime.combine(self.first.data, time(), zone)
        last = datetime.combine(self.last.data + timedelta(days=1), time(), zone)
        return first.astimezone(UTC), last.astimezone(UTC)
