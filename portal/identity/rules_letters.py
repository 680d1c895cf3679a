"""Questions about printing letters with codes: who may do it once more, and what the letter is asked again for. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no

BATCH = 60  # letters in one file: whoever prints waits for it
PRINTED = timedelta(days=2)  # so soon a letter that was asked for is printed
LISTED_DAYS = 7  # so long a batch can be printed once more


def may_ask_again(*, usable: int, waits: bool) -> Verdict:
    """May a second printing of a batch be asked for? `usable`: its letters whose codes nobody has used."""
    if not usable:
        return no(_l("Every code of this batch was used, or the letters are too old to be printed again."))
    if waits:
        return no(_l("A second printing of this batch was asked for already. A colleague confirms it."))
    return YES


def may_print_again(*, first: int | None, printing: int | None, expires_at: datetime, now: datetime) -> Verdict:
    """May this clerk make the second printing? Never who asked for it: whoever holds the file can read the codes in it,
    and new ones end those that are in the post."""
    if now >= expires_at:
        return no(_l("This was asked for more than an hour ago. Ask anew."))
    if printing is None or first == printing:
        return no(_l("You asked for this yourself. A colleague prints it."))
    return YES
