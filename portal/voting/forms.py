"""What people type into the pages of a vote."""

from __future__ import annotations

from portal.base import fields as f
from portal.base import ground
from portal.base.i18n import _, _l, direction, own_name
from portal.voting import chain
from portal.voting.rules_interruption import BREAK_OFF, GO_ON
from portal.voting.rules_turnout import MOST


class ReceiptForm(f.Form):
    """The check of a receipt."""

    code = f.Text(
        _l("Receipt code"),
        [f.required(_l("Enter your receipt code.")), f.length(max=60)],
        hint=_l(
            "18 letters and digits in groups of four (codes of earlier votes: 17 signs). "
            "Small letters, spaces and hyphens do not matter."
        ),
        attributes={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"},
    )


class OpenForm(f.Form):
    """The opening: who keeps the two halves of the vote key."""

    holder_one = f.Text(
        _l("Keeper of the first half"),
        [f.required(_l("Enter the name of the officer who keeps the first half.")), f.length(max=200)],
    )
    holder_two = f.Text(
        _l("Keeper of the second half"),
        [f.required(_l("Enter the name of the officer who keeps the second half.")), f.length(max=200)],
    )
    sure = f.YesNo(
        _l("I have read the regulation on this page. After the opening it cannot be changed."),
        [f.required(_l("Tick that you have read the regulation."))],
    )


class DemoOpenForm(f.Form):
    """The opening in the demo, which skips the halves."""

    sure = f.YesNo(
        _l("I have read the regulation on this page. After the opening it cannot be changed."),
        [f.required(_l("Tick that you have read the regulation."))],
    )


class CountForm(f.Form):
    """Either officer's word for the count, where lots need a public draw."""

    draw = f.Text(
        _l("Result of the public draw"),
        [f.required(_l("Enter the result of the public draw.")), f.length(max=200)],
        hint=_l("Exactly as it was made public. The second officer types it again."),
    )


class PlanForm(f.Form):
    """The first officer's word on an interrupted vote."""

    choice = f.Radios(
        _l("How does this vote go on?"),
        [f.required(_l("Choose how this vote goes on."))],
        choices=[
            (GO_ON, _l("It goes on, with a later close."), _l("Who voted between the two times votes again.")),
            (
                BREAK_OFF,
                _l("It is broken off."),
                _l("Nothing is counted. All ballots and the vote key are destroyed, and this cannot be undone."),
            ),
        ],
    )
    closes_at = f.Moment(
        _l("New close"), [f.optional()], hint=_l("Only where the vote goes on. Day and time in the city's time zone.")
    )
    newest = f.Text(
        _l("Newest head that somebody outside holds"),
        [f.optional(), f.length(max=200)],
        hint=_l(
            "Number and head, as they stand on a slip or in a feed. Empty where nobody holds a newer one than this page."
        ),
        attributes={"dir": "ltr"},
    )

    def validate_newest(self, field: f.Text) -> None:
        """A number, and the 64 signs of a head."""
        try:
            self.held = chain.read_heads(field.data or "")[-1]
        except ValueError:
            raise f.Wrong(str(_l("Enter the number of the entry and then its head of 64 signs."))) from None

    held: tuple[int, str] | None = None


class AgreeForm(f.Form):
    """The second officer's word; it names the plan that stood on the page."""

    plan = f.Hidden("", [f.required(_l("This form is damaged."))])


class EntitledForm(f.Form):
    """How many people were entitled; where that stands comes per language."""

    number = f.Whole(
        _l("Number of people who were entitled to vote"),
        [f.optional(), f.between(min=1, max=MOST)],
        hint=_l("Count everybody who met the conditions of this vote. Empty: the number stays unknown."),
    )


def entitled_form() -> type[EntitledForm]:
    """The form with a source per language of the site."""
    fields = {
        f"source_{lang}": f.Text(
            _("Source (%(language)s)", language=own_name(lang)),
            [f.optional(), f.length(max=300)],
            attributes={"lang": lang, "dir": direction(lang)},
        )
        for lang in ground.settings().languages
    }
    return type("SourcedEntitledForm", (EntitledForm,), fields)


class PublishForm(f.Form):
    """The publication; the officer states what happened to the halves."""

    destroyed = f.YesNo(
        _l("Both halves of the vote key on paper have been destroyed, and no copy of the folder of keys is left."),
        [f.required(_l("Tick that both halves have been destroyed."))],
    )
