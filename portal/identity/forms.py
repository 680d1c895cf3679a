"""What people fill in about themselves and others."""

from __future__ import annotations

from portal.base import fields as f
from portal.base import ground
from portal.base.i18n import _l, own_name


class LanguageForm(f.Form):
    """In which language the city writes to a person."""

    language = f.Select(_l("Language of messages"), [f.required(_l("Choose a language"))])

    def offer(self) -> LanguageForm:
        """Fill in the site's languages."""
        self.language.choices = [(code, own_name(code)) for code in ground.settings().languages]
        return self


class PeopleForm(f.GetForm):
    """Looking for people."""

    q = f.Search(_l("Name of the person"))
    role = f.Select(_l("Role"))
