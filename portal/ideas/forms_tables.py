"""A file with ideas or comments that comes in."""

from __future__ import annotations

from portal.base import fields as f
from portal.base.i18n import _l
from portal.base.validators import required
from portal.ideas import rules_csv

WHAT = {
    rules_csv.IDEAS: _l("Ideas"),
    rules_csv.COMMENTS: _l("Comments on ideas"),
    rules_csv.ANSWERS: _l("Answers to ideas"),
}


class TableForm(f.Form):
    """The file, and what stands in it."""

    what = f.Radios(_l("What stands in the file?"), [required(_l("Choose what stands in the file."))],
                    choices=list(WHAT.items()))  # fmt: skip
    file = f.Picture(
        _l("Table (CSV)"),
        [required(_l("Choose a file."))],
        accept=".csv,text/csv",
        hint=_l("UTF-8, with commas, semicolons or tabs, at most %(n)s rows.", n=rules_csv.MOST_LINES),
    )
