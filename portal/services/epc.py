"""The text of the QR code that a banking app turns into a transfer. Pure.

Source: EPC069-12 of the European Payments Council, "Quick Response Code: Guidelines to enable data capture for the
initiation of a SEPA credit transfer", version 002 (the receiver's BIC may be left out), UTF-8, a structured reference in
its field and no free text, for the one excludes the other.
"""

from __future__ import annotations

MOST_BYTES = 331
MOST_CENTS = 99_999_999_999


def text(*, name: str, iban: str, cents: int, reference: str, bic: str = "") -> str | None:
    """What stands in the code: receiver, account number in its plain form, euro cents from 1, creditor reference. None
    where the guidelines leave no room for it, so that no code is shown rather than a wrong one."""
    name = " ".join(name.split())[:70].strip()
    if not name or not iban or len(bic) not in (0, 8, 11) or not 1 <= cents <= MOST_CENTS or len(reference) > 35:
        return None
    amount = f"EUR{cents // 100}.{cents % 100:02}"
    lines = ("BCD", "002", "1", "SCT", bic, name, iban, amount, "", reference)
    made = "\n".join(lines)
    return made if len(made.encode()) <= MOST_BYTES else None
