"""Forms about fees: at the desk, and for what the bank told."""

from __future__ import annotations

from portal.base import fields as f
from portal.base.i18n import _l
from portal.services import iban, rules_fees
from portal.services.rules_fees import FeeState

_AMOUNT = _l("Enter an amount.")


class WaiveForm(f.Form):
    """Asking for less."""

    amount = f.Amount(_l("How much is waived?"), [f.required(_AMOUNT)])
    why = f.LongText(
        _l("Reason"), [f.required(_l("Give the reason.")), f.length(500)], hint=_l("The applicant reads exactly this.")
    )


class CashForm(f.Form):
    """Money at the desk."""

    amount = f.Amount(_l("How much did you take?"), [f.required(_AMOUNT)])


class RefundForm(f.Form):
    """Money back."""

    amount = f.Amount(_l("How much is paid back?"), [f.required(_AMOUNT)])
    payee = f.Text(_l("To whom?"), [f.required(_l("Enter whose account it is.")), f.length(140)])
    iban = f.Text(
        _l("Account number (IBAN)"),
        [f.required(_l("Enter the account number.")), f.length(60)],
        attributes={"dir": "ltr", "spellcheck": "false"},
    )
    why = f.LongText(
        _l("Reason"), [f.required(_l("Give the reason.")), f.length(500)], hint=_l("The applicant reads exactly this.")
    )

    def checked(self) -> bool:
        """Valid, and the account number can exist."""
        good = bool(self.validate())
        if self.iban.data and not self.iban.errors:
            verdict = iban.check(iban.plain(self.iban.data))
            if not verdict:
                self.iban.errors = [str(verdict.reason)]
                good = False
        return good


class FeeFilters(f.GetForm):
    """The accounts of cases."""

    q = f.Search(_l("Reference or name"), [f.optional(), f.length(max=100)])
    state = f.Select(
        _l("State"),
        [f.optional()],
        blank=_l("All"),
        choices=[
            ("open", _l("Something is open")),
            ("late", _l("Late")),
            *(
                (state.value, rules_fees.STATES[state])
                for state in (FeeState.PART, FeeState.OVER, FeeState.PAID, FeeState.WAIVED, FeeState.REFUNDED)
            ),
        ],
    )


class ExportForm(f.GetForm):
    """What the treasury takes with it, from day to day."""

    since = f.Day(_l("From"), [f.optional()])
    until = f.Day(_l("Until"), [f.optional()])


class PaymentFilters(f.GetForm):
    """What the bank told."""

    q = f.Search(_l("Payer, text or reference"), [f.optional(), f.length(max=100)])
    state = f.Select(
        _l("State"),
        [f.optional()],
        blank=_l("All"),
        choices=[(state.value, label) for state, label in rules_fees.LINES.items()],
    )


class StatementForm(f.Form):
    """A file of the bank."""

    file = f.Picture(
        _l("Bank statement"),
        hint=_l("A file in the format camt.053, as the bank gives it for download."),
        accept=".xml,application/xml,text/xml",
    )


class PaymentForm(f.Form):
    """Whose a payment is."""

    reference = f.Text(
        _l("Reference of the case or of the transfer"),
        [f.required(_l("Enter a reference, such as 2027-7K3QX-94HM0.")), f.length(60)],
        attributes={"dir": "ltr", "spellcheck": "false"},
    )
