"""Forms of the staff area: budgets, dates, pots, categories, projects, the plan of the vote."""

from __future__ import annotations

from typing import Any

from portal.base import fields as f
from portal.base.i18n import _l
from portal.base.validators import between, length, optional, pattern, required
from portal.budgeting.models import BallotKind, PotVoters, ProjectStatus, Publication
from portal.budgeting.rules import status_name
from portal.processes.models import PhaseKind
from portal.processes.rules import name as phase_name

MOST_SOURCES = 6


class BudgetForm(f.Form):
    """A budget: its address and picture; the texts come per language."""

    slug = f.Text(
        _l("Address of the page"),
        [
            required(_l("Enter an address, such as 2027.")),
            length(max=80),
            pattern(r"[a-z0-9]+(-[a-z0-9]+)*", _l("Use small letters, digits and hyphens.")),
        ],
        hint=_l("The last part of the web address: small letters, digits and hyphens."),
        attributes={"dir": "ltr", "spellcheck": "false"},
    )
    picture = f.Picture(
        _l("Picture behind the title"), [optional()], hint=_l("It is decoration: people do not need it.")
    )


class DatesForm(f.Form):
    """Begin and end of each phase; two empty boxes leave a phase out."""


def dates_form() -> type[DatesForm]:
    """The form with two moments per phase."""
    fields: dict[str, Any] = {}
    for kind in PhaseKind:
        fields[f"{kind.value}_opens"] = f.Moment(_l("Begins"), [optional()])
        fields[f"{kind.value}_closes"] = f.Moment(
            _l("Ends"), [optional()], hint=_l("May stay empty.") if kind is PhaseKind.WORKS else None
        )
    return type("DatesForm", (DatesForm,), fields)


PHASES = [(kind, phase_name(kind)) for kind in PhaseKind]


class PotForm(f.Form):
    """A pot with amount and district; names and sources come per language."""

    amount = f.Amount(_l("Amount"), [required(_l("Enter the amount of the pot.")), between(min=1)])
    district = f.Select(_l("District"), [optional()], coerce=int, blank=_l("The whole city"))


def source_fields() -> dict[str, Any]:
    """An amount per source; the names are added per language."""
    return {
        f"source{n}_amount": f.Amount(_l("Amount"), [optional(), between(min=1)]) for n in range(1, MOST_SOURCES + 1)
    }


class CategoryForm(f.Form):
    """A category: its names only."""


class ProjectForm(f.Form):
    """A project; its texts come per language."""

    status = f.Radios(
        _l("Status"),
        [required(_l("Choose a status."))],
        coerce=ProjectStatus,
        choices=[(status, status_name(status)) for status in ProjectStatus],
    )
    cost = f.Amount(_l("Cost"), [required(_l("Enter the cost.")), between(min=0)])
    pot = f.Select(_l("Pot"), [required(_l("Choose a pot."))], coerce=int)
    category = f.Select(_l("Category"), [optional()], coerce=int, blank=_l("None"))
    place = f.Text(_l("Place"), [optional(), length(max=200)], hint=_l("Street, square or building."))
    x = f.Whole(
        _l("From the left edge of the city plan, in percent"),
        [optional(), between(min=0, max=100)],
        hint=_l("Leave both empty when the project has no single place."),
    )
    y = f.Whole(_l("From the upper edge of the city plan, in percent"), [optional(), between(min=0, max=100)])
    proposer = f.Text(_l("Proposed by"), [optional(), length(max=200)])
    picture = f.Picture(
        _l("Picture"),
        [optional()],
        hint=_l("Say below in each language what it shows. A new picture replaces the old one."),
    )


class PlanForm(f.Form):
    """How the vote is held."""

    ready = f.Radios(_l("How the ballots are counted"), [required(_l("Choose how the ballots are counted."))])
    ballot = f.Radios(
        _l("What voters tick"),
        [required(_l("Choose what voters tick."))],
        coerce=BallotKind,
        choices=[
            (BallotKind.APPROVAL, _l("A number of projects"), _l("From a least to a greatest number in each pot.")),
            (BallotKind.KNAPSACK, _l("Projects within the money of the pot"), _l("Together they must not cost more.")),
        ],
    )
    min_choices = f.Whole(_l("Least number of projects"), [optional(), between(min=1, max=500)])
    max_choices = f.Whole(
        _l("Greatest number of projects"),
        [optional(), between(min=1, max=500)],
        hint=_l("Empty: as many as people like."),
    )
    age = f.Whole(
        _l("Age from which people may vote"), [optional(), between(min=5, max=99)], hint=_l("Empty: any age.")
    )
    age_on = f.Day(_l("Day on which the age counts"), [optional()])
    residents_only = f.YesNo(_l("Only people who live in the city may vote"))
    districts = f.Checks(_l("Only people from these districts"), [optional()], hint=_l("None ticked: the whole city."))
    pot_voters = f.Radios(
        _l("Who chooses in the pot of a district"),
        [required()],
        coerce=PotVoters,
        choices=[(PotVoters.ANY, _l("Everybody who may vote")), (PotVoters.OWN, _l("Only residents of that district"))],
    )
    publication = f.Radios(
        _l("What is published after the count"),
        [required()],
        coerce=Publication,
        choices=[
            (
                Publication.FULL,
                _l("All ballots, shuffled and without names"),
                _l("Everybody can count again. A very unusual combination may be recognised."),
            ),
            (Publication.TOTALS, _l("Totals per project only"), _l("Possible with “most votes first” only.")),
        ],
    )
    complaint_days = f.Whole(
        _l("Days for complaints after the result"), [required(_l("Enter a number of days.")), between(min=0, max=365)]
    )
    draw_name = f.Text(
        _l("Public draw that decides ties"),
        [optional(), length(max=200)],
        hint=_l("For example a lottery drawn on television. Empty: ties are decided without lots."),
    )
    draw_on = f.Day(_l("Day of the draw"), [optional()], hint=_l("After the vote has closed."))

    def validate_max_choices(self, field: Any) -> None:
        """Not below the least number."""
        if field.data is not None and self.min_choices.data is not None and field.data < self.min_choices.data:
            raise f.Wrong(str(_l("The greatest number must not be below the least.")))

    def validate_age_on(self, field: Any) -> None:
        """An age needs its day."""
        if self.age.data is not None and field.data is None and not field.errors:
            raise f.Wrong(str(_l("Enter the day on which the age counts.")))

    def validate_draw_on(self, field: Any) -> None:
        """A draw needs its day."""
        if self.draw_name.data and field.data is None and not field.errors:
            raise f.Wrong(str(_l("Enter the day of the draw.")))


class ExpertForm(f.Form):
    """Single parameters of the rule. Empty answers keep what the ready regulation says."""

    on_misfit = f.Select(
        _l("When the next project does not fit"),
        [optional()],
        choices=[("skip", _l("It is passed over")), ("stop", _l("The count stops"))],
        blank=_l("As in the ready regulation"),
    )
    min_score = f.Whole(_l("Least number of votes of a winner"), [optional(), between(min=0, max=10_000_000)])
    utility = f.Select(
        _l("What a chosen project is worth to its voters"),
        [optional()],
        choices=[("cost", _l("Its cost")), ("cardinality", _l("One, whatever it costs"))],
        blank=_l("As in the ready regulation"),
    )
    completion = f.Select(
        _l("What happens with money that is left"),
        [optional()],
        choices=[
            ("none", _l("It stays with the city")),
            ("add1", _l("Everybody's share is raised step by step")),
            ("add1-greedy", _l("Shares are raised, and the rest goes to the projects with most votes")),
        ],
        blank=_l("As in the ready regulation"),
    )
    add1_stop = f.Select(
        _l("When raising the shares stops"),
        [optional()],
        choices=[
            ("overspend", _l("Before the winners would cost more than the pot has")),
            ("exhaustive", _l("Also when no further project fits")),
        ],
        blank=_l("As in the ready regulation"),
    )
    start = f.Select(
        _l("The first share"),
        [optional()],
        choices=[("exact", _l("Exactly the pot divided by the ballots")), ("floor", _l("Rounded down"))],
        blank=_l("As in the ready regulation"),
    )
    increment = f.Amount(_l("Step by which shares are raised"), [optional(), between(min=1)])

    def overrides(self, ready: dict[str, Any]) -> dict[str, Any]:
        """The parameters that differ from the ready regulation and that its rule uses."""
        given = {
            "on_misfit": self.on_misfit.data,
            "min_score": self.min_score.data,
            "utility": self.utility.data,
            "completion": self.completion.data,
            "add1_stop": self.add1_stop.data,
            "start": self.start.data,
            "increment_cents": self.increment.data,
        }
        used = GREEDY if ready["name"] == "greedy" else SHARES
        return {
            key: value for key, value in given.items() if key in used and value is not None and value != ready.get(key)
        }


GREEDY = ("on_misfit", "min_score")
SHARES = ("min_score", "utility", "completion", "add1_stop", "start", "increment_cents")


class ReasonForm(f.Form):
    """Why texts are missing in a language, told to the public in that language."""

    reason = f.LongText(_l("Public reason"), [optional(), length(max=400)], hint=_l("Write it in that language."))


class TextsForm(f.Form):
    """A file with texts of one language that comes back."""

    file = f.Picture(
        _l("File with texts (CSV or XLIFF)"),
        [required(_l("Choose a file."))],
        accept=".csv,.xlf,.xliff,text/csv,application/xliff+xml",
    )
