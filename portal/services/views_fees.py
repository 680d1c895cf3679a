"""The receipt of a fee, for its applicant."""

from __future__ import annotations

from flask import abort, render_template

from portal.base.security import signed_in
from portal.services import rules_fees
from portal.services.views import find, pages


@pages.get("/cases/<reference>/receipt")
@signed_in
def receipt(reference: str) -> str:
    """What was to be paid and what was paid, to be printed; there is none before anything was paid."""
    page = find(reference)
    if page.fee is None or not page.fee.moved:
        abort(404)
    return render_template(
        "services/receipt.html", page=page, case=page.case, fee=page.fee, fee_states=rules_fees.STATES,
        fee_kinds=rules_fees.KINDS, ways=rules_fees.WAYS,
    )  # fmt: skip
