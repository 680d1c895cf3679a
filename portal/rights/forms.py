"""What people and staff fill in about data."""

from __future__ import annotations

from collections.abc import Iterable

from portal.audit.rules_looks import LONGEST_WORDS, WHY
from portal.base import fields as f
from portal.base.feature import Record
from portal.base.i18n import _l
from portal.base.validators import between, length, optional, required
from portal.rights.models import MarkKind
from portal.rights.rules import OUTCOMES

WORD = _l("erase")
MARKS = {
    MarkKind.HOLD: _l("Legal hold: nothing is erased"),
    MarkKind.RESTRICTED: _l("Restriction: kept, but not used without need"),
}


class LookForm(f.Form):
    """Why a page about somebody is opened."""

    why = f.Radios(_l("Why do you open it?"), [required(_l("Choose a reason."))], choices=list(WHY.items()))
    words = f.Text(
        _l("In your own words (optional)"),
        [optional(), length(max=LONGEST_WORDS)],
        hint=_l("The person reads this. For “Another reason” it is needed."),
    )


class LogFilters(f.GetForm):
    """What to look for in one's access log."""

    role = f.Select(_l("Role"), [optional()], blank=_l("Every role"))


class AskForm(f.Form):
    """A question about a look."""

    words = f.LongText(
        _l("Your question"),
        [required(_l("Enter your question.")), length(max=4000)],
    )


class RequestForm(f.Form):
    """A correction, restriction or objection."""

    about = f.Select(
        _l("Which data is it about?"), [required(_l("Choose which data it is about."))], blank=_l("Choose")
    )
    words = f.LongText(
        _l("What do you want, and why?"),
        [required(_l("Describe what you want.")), length(max=4000)],
    )

    def offer(self, records: Iterable[Record]) -> RequestForm:
        """Fill in those of these kinds of records that an account leads to."""
        own = [record for record in records if record.person or record.reach is not None]
        self.about.choices = [(record.table, record.label) for record in own]
        return self


class GiverForm(f.Form):
    """Who gives a paper that may belong to no account, and where the answer goes."""

    giver = f.Text(_l("Your name"), [optional(), length(max=200)], attributes={"autocomplete": "off"})
    reach = f.LongText(
        _l("Where the answer goes"),
        [optional(), length(max=500)],
        hint=_l("A postal address or an e-mail address."),
        attributes={"autocomplete": "off"},
    )


class PaperQuestionForm(AskForm, GiverForm):
    """A question on paper."""


class PaperRequestForm(RequestForm, GiverForm):
    """A correction, restriction or objection on paper."""


class PaperAccessForm(GiverForm):
    """Asking for a copy of one's data on paper."""

    words = f.LongText(
        _l("Which data do you want a copy of?"),
        [optional(), length(max=4000)],
        hint=_l("Leave it empty for everything that the city keeps about you on this portal."),
    )


class EraseForm(f.Form):
    """The word that confirms an erasure."""

    word = f.Text(
        _l("Type the word “%(word)s”", word=WORD),
        [required(_l("Type the word “%(word)s” to confirm.", word=WORD))],
        attributes={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class AnswerForm(f.Form):
    """The answer to a request."""

    outcome = f.Radios(_l("Outcome"), [required(_l("Choose the outcome."))], choices=list(OUTCOMES.items()))
    answer = f.LongText(
        _l("Answer to the person"),
        [required(_l("Write an answer.")), length(max=8000)],
        hint=_l("Where you refuse, say why, and that a complaint to the supervisory authority is possible."),
    )


class WhyForm(f.Form):
    """A reason: of an extension, or of lifting a mark."""

    why = f.LongText(_l("Reason"), [required(_l("Enter the reason.")), length(max=2000)])


class MarkForm(f.Form):
    """A legal hold or a restriction."""

    kind = f.Radios(_l("What do you place?"), [required(_l("Choose what you place."))], choices=list(MARKS.items()))
    reason = f.LongText(_l("Reason"), [required(_l("Enter the reason.")), length(max=2000)])


class BreachForm(f.Form):
    """A breach of personal data."""

    discovered_at = f.Moment(_l("Discovered"), [required(_l("Enter when it was discovered."))])
    title = f.Text(_l("Title"), [required(_l("Enter a title.")), length(max=200)])
    what = f.LongText(_l("What happened?"), [required(_l("Describe what happened.")), length(max=8000)])
    data = f.LongText(_l("Which data, of which people?"), [required(_l("Describe the data.")), length(max=4000)])
    people = f.Whole(_l("About how many people? (optional)"), [optional(), between(0, 100_000_000)])
    consequences = f.LongText(_l("Likely consequences (optional)"), [optional(), length(max=4000)])
    measures = f.LongText(_l("What was done about it (optional)"), [optional(), length(max=4000)])
    authority_at = f.Moment(_l("Supervisory authority told (optional)"), [optional()])
    people_told_at = f.Moment(_l("The people told (optional)"), [optional()])
    why_not = f.LongText(
        _l("Why somebody was not told, or later than within 72 hours (optional)"), [optional(), length(max=4000)]
    )
