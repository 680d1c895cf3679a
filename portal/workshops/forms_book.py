"""Forms of people who book."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.base import db, ground, texts
from portal.base import fields as f
from portal.base.i18n import _l
from portal.identity import queries_ways
from portal.identity.models import Way
from portal.workshops import rules
from portal.workshops.actions import Wish
from portal.workshops.models import Session
from portal.workshops.rules import Wants
from portal.workshops.rules_languages import SIGNED

NO_WAY = "none"
_PHONE = f.pattern(r"\+[0-9][0-9 ()\-]{5,24}", _l("Enter the number with its country, such as +372 555 0142."))


def no_office(_form: Any, field: Any) -> None:
    """A guest goes by no name that sounds like the city: on lists and slips it would be taken for one of its own."""
    verdict = queries_ways.may_be_a_guests(db.session(), field.data or "")
    if not verdict:
        raise f.Wrong(str(verdict.reason))


class BookForm(f.Form):
    """A seat, for whom, and what they need. `fit` leaves out what this session or this person need not be asked."""

    name = f.Text(
        _l("Your name"),
        [f.required(_l("Enter a name.")), f.length(120), no_office],
        hint=_l("As you want to be called on the day."),
        attributes={"autocomplete": "name"},
    )
    way = f.Radios(_l("How can we reach you?"), [f.required(_l("Choose a way."))])
    email = f.Email(_l("E-mail address"), [f.length(200)], attributes={"autocomplete": "email"})
    phone = f.Telephone(
        _l("Telephone number"),
        [f.length(30)],
        hint=_l("With the country, such as +372 555 0142. Somebody of the house calls you."),
        attributes={"autocomplete": "tel"},
    )
    language = f.Select(_l("Language in which we write or speak to you"))
    companions = f.Select(_l("People who come along with you"), coerce=int)
    device = f.YesNo(_l("Lend me a device for the session"))
    old = f.YesNo("")
    interpreter = f.Select(_l("Interpreter"), blank=_l("None"))
    loop = f.YesNo(_l("Induction loop for a hearing aid"))
    wheelchair = f.YesNo(_l("Room for a wheelchair"))
    other = f.Text(_l("Something else that helps"), [f.length(300)])
    age_band = f.Select(_l("Your age"), blank=_l("I do not say"), choices=list(rules.AGE_BANDS.items()))
    first_time = f.YesNo(_l("It is my first workshop of the city"))
    waits = f.Hidden()

    @classmethod
    def fit(cls, session: Session, *, min_age: int | None, guest: bool, own_ways: bool, lang: str) -> BookForm:
        """The form for this session. `min_age`: asked where it is not known; `guest`: name and language are asked;
        `own_ways`: how to be reached is asked, too. Without one is fine where a slip can be printed."""
        form = cls()
        drop: list[str] = []
        if not guest:
            drop += ["name", "language"]
        if not own_ways:
            drop += ["way", "email", "phone"]
        if session.devices == 0:
            drop.append("device")
        if session.companions == 0:
            drop.append("companions")
        if min_age is None:
            drop.append("old")
        for name in drop:
            delattr(form, name)
        if min_age is not None:
            form.old.caption = _l("I am at least %(n)s years old on the first day", n=min_age)
        if session.companions:
            form.companions.choices = [(n, str(n)) for n in range(min(rules.MOST_COMPANIONS, session.companions) + 1)]
        if guest:
            form.language.choices = texts.languages(ground.settings().languages)
            if form.language.data is None:
                form.language.data = lang
        form.interpreter.choices = [*texts.written(), *SIGNED.items()]
        return form

    def offer_ways(self, *, slip: bool) -> None:
        """The ways to be told; none at all where a slip is printed and taken along."""
        found = [(Way.EMAIL.value, _l("By e-mail")), (Way.PHONE.value, _l("By telephone"))]
        if slip:
            found.append((NO_WAY, _l("Not at all: I take the slip and call the house the day before")))
        self.way.choices = found

    def checked(self) -> bool:
        """Valid, and the way that was chosen has its address."""
        good = bool(self.validate())
        if "way" not in self._fields or self.way.errors:
            return good
        checks: dict[str, tuple[Any, Callable[[Any, Any], None], Any]] = {
            Way.EMAIL.value: (self.email, f.email(), _l("Enter your e-mail address.")),
            Way.PHONE.value: (self.phone, _PHONE, _l("Enter your telephone number.")),
        }
        if self.way.data not in checks:
            return good
        field, check, missing = checks[self.way.data]
        try:
            if not (field.data or "").strip():
                raise f.Wrong(str(missing))
            check(self, field)
        except ValueError as error:
            field.errors = [str(error)]
            return False
        return good

    def contact(self) -> tuple[Way | None, str]:
        """The way to be told and its address."""
        if "way" not in self._fields or self.way.data in (None, NO_WAY):
            return None, ""
        way = Way(self.way.data)
        return way, str((self.email if way is Way.EMAIL else self.phone).data).strip()

    def wish(self, *, old_enough: bool | None, lang: str, for_name: str = "", mandate_id: int | None = None) -> Wish:
        """What is asked for. `old_enough` as it is known; what was ticked counts where it is not."""

        def of(name: str, otherwise: Any) -> Any:
            return self._fields[name].data if name in self._fields else otherwise

        needs = {
            "interpreter": self.interpreter.data or "", "loop": bool(self.loop.data),
            "wheelchair": bool(self.wheelchair.data), "other": (self.other.data or "").strip(),
        }  # fmt: skip
        return Wish(
            wants=Wants(bool(of("device", False)), int(of("companions", 0) or 0)),
            old_enough=(True if of("old", False) else None) if old_enough is None else old_enough,
            needs=needs, waits=bool(self.waits.data), age_band=self.age_band.data or "",
            first_time=bool(self.first_time.data), for_name=for_name, mandate_id=mandate_id, language=lang,
        )  # fmt: skip


class CodeForm(f.Form):
    """The code on a slip."""

    code = f.Text(
        _l("Code on your slip"),
        [f.required(_l("Enter the code.")), f.length(60)],
        hint=_l("Letters and digits in groups of four. Small letters and missing dashes are fine."),
        attributes={"autocomplete": "off", "spellcheck": "false", "dir": "ltr", "autocapitalize": "characters"},
    )
