"""Pure questions about budgets: may it change, who may see it, what is missing before its vote can open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.base.i18n import Text, _l, _n
from portal.base.textfield import TextField
from portal.base.verdict import YES, Verdict, no
from portal.base.verdict import Denied as Denied
from portal.budgeting.models import BallotKind, BudgetState, PotVoters, ProjectStatus
from portal.processes import rules as process_rules
from portal.processes.models import PhaseKind

TEXTS: dict[str, dict[str, TextField]] = {
    "budget": {
        "title": TextField(_l("Title"), 120, needed=True),
        "lead": TextField(_l("Introduction in one or two sentences"), 400, needed=True, rows=3),
        "body": TextField(_l("Text of the page"), 20_000, markdown=True, rows=10),
    },
    "pot": {"name": TextField(_l("Name of the pot"), 120, needed=True)},
    "source": {"name": TextField(_l("Where the money comes from"), 160)},
    "category": {"name": TextField(_l("Name of the category"), 80, needed=True)},
    "project": {
        "title": TextField(_l("Title"), 160, needed=True),
        "summary": TextField(_l("Summary in one or two sentences"), 400, needed=True, rows=3),
        "body": TextField(_l("Description"), 20_000, markdown=True, rows=10),
        "picture_alt": TextField(_l("What the picture shows, for people who do not see it"), 250, rows=2),
        "decision": TextField(_l("Reason for the decision of the city"), 1000, rows=3),
    },
    # the works of a project
    "milestone": {"title": TextField(_l("Step of the works"), 160, needed=True)},
    "milestone_delay": {"reason": TextField(_l("Reason for the new day"), 600, needed=True, rows=3)},
    "spending": {"what": TextField(_l("What was paid for"), 160, needed=True)},
    "project_benefit": {
        "name": TextField(_l("What it is to bring"), 160, needed=True),
        "expected": TextField(_l("Expected"), 160),
        "measured": TextField(_l("Measured"), 160),
    },
    "project_photo": {
        "alt": TextField(_l("What the picture shows, for people who do not see it"), 250, needed=True, rows=2),
        "caption": TextField(_l("Caption"), 200),
    },
    "project_news": {
        "title": TextField(_l("Title"), 120, needed=True),
        "body": TextField(_l("News"), 4000, markdown=True, rows=6),
    },
    "project_work": {"stopped": TextField(_l("Why the works were given up"), 600, needed=True, rows=3)},
}

# States of a vote (voting's words) in which everything may still be changed.
LOOSE = (None, "prepared")


def may_change(vote_state: str | None) -> Verdict:
    """May projects, money, texts and rules of the budget change? Only until its vote opens."""
    if vote_state in LOOSE:
        return YES
    return no(
        _l("The vote has been opened. Projects, amounts, texts and rules are frozen."),
        next=_l("Two officers can withdraw a project or prolong the vote on the page of the vote."),
    )


def may_change_dates(
    vote_state: str | None, before: Mapping[PhaseKind, object], after: Mapping[PhaseKind, object]
) -> Verdict:
    """After the opening the dates of results and works may still move, the others not."""
    if vote_state in LOOSE:
        return YES
    firm = (PhaseKind.SUBMIT, PhaseKind.REVIEW, PhaseKind.VOTE)
    if any(before.get(kind) != after.get(kind) for kind in firm):
        return no(
            _l("The vote has been opened. Its dates and those before it are frozen."),
            next=_l("Two officers can prolong the vote on the page of the vote."),
        )
    return YES


def may_see(state: BudgetState, is_staff: bool) -> bool:
    """Drafts are for staff, imports that are not complete for nobody."""
    return state is BudgetState.SHOWN or (state is BudgetState.DRAFT and is_staff)


PUBLIC = (ProjectStatus.REVIEW, ProjectStatus.BALLOT, ProjectStatus.REFUSED, ProjectStatus.WITHDRAWN)


def status_name(status: ProjectStatus) -> Text:
    """The status of a project as a tag shows it."""
    return {
        ProjectStatus.DRAFT: _l("Draft"),
        ProjectStatus.REVIEW: _l("Being checked"),
        ProjectStatus.BALLOT: _l("On the ballot"),
        ProjectStatus.REFUSED: _l("Not on the ballot"),
        ProjectStatus.WITHDRAWN: _l("Withdrawn"),
    }[status]


def fate_name(won: bool) -> Text:
    """The status of a project once the result is published."""
    return _l("Won") if won else _l("Did not win")


def ballot_sentence(kind: BallotKind, least: int, most: int | None) -> Text:
    """What a voter may tick, in one sentence."""
    if kind is BallotKind.KNAPSACK:
        return _l("Tick as many projects as you like, as long as the money of each pot suffices.")
    if kind is BallotKind.CHOOSE_1:
        return _l("Tick one project.")
    if kind is BallotKind.CUMULATIVE:
        return _l("Spread your points over the projects.")
    if kind is BallotKind.ORDINAL:
        return _l("Put the projects in your order.")
    if most is None and least < 1:
        return _l("Tick as many projects as you like.")
    if most is None:
        return _n("Tick at least %(n)s project.", "Tick at least %(n)s projects.", least)
    if least > 1:
        return _l("Tick %(least)s to %(most)s projects in each pot.", least=least, most=most)
    return _n("Tick up to %(n)s project in each pot.", "Tick up to %(n)s projects in each pot.", most)


# --- what is missing before a vote can open ---------------------------------------------------------------------------


@dataclass(frozen=True)
class PotFacts:
    """What the check list asks of a pot. Amounts in cents."""

    name: str
    amount: int
    sources: int  # sum of the sources, 0 = none named
    on_ballot: int  # number of projects that stand on the ballot
    dear: int = 0  # how many of them cost more than the pot has
    has_district: bool = False


@dataclass(frozen=True)
class Readiness:
    """Everything the check list looks at."""

    phases: Sequence[process_rules.PhaseLike]
    pots: Sequence[PotFacts]
    undecided: int  # projects still in review
    drafts: int
    without_picture: int
    regulation_chosen: bool
    regulation_faults: Sequence[Text]
    age: int | None
    pot_voters: PotVoters
    ballot: BallotKind
    max_choices: int | None
    missing_texts: Mapping[str, int] = field(default_factory=dict)  # language -> number of needed texts it lacks
    reasons: Mapping[str, str] = field(default_factory=dict)  # language -> public reason
    language_names: Mapping[str, str] = field(default_factory=dict)
    shown: bool = False


@dataclass(frozen=True)
class Check:
    """One line of the check list. `where`: the part of the staff area that mends it. A warning stops nothing."""

    ok: bool
    text: Text
    where: str
    warning: bool = False


def check_list(facts: Readiness, now: datetime) -> list[Check]:
    """What stands and what is missing before the vote can open, in the order of the staff area."""
    return [
        *_check_dates(facts, now),
        *_check_money(facts),
        *_check_projects(facts),
        *_check_plan(facts),
        *_check_texts(facts),
        Check(facts.shown, _l("The budget is shown to the public."), "show")
        if facts.shown
        else Check(False, _l("The budget is still a draft that only staff see."), "show"),
    ]


def ready(checks: Iterable[Check]) -> bool:
    """True when nothing but warnings is left."""
    return all(check.ok or check.warning for check in checks)


def _check_dates(facts: Readiness, now: datetime) -> list[Check]:
    vote = process_rules.find(facts.phases, PhaseKind.VOTE)
    if vote is None or vote.closes_at is None:
        return [Check(False, _l("The vote has no dates."), "dates")]
    if vote.closes_at <= now:
        return [Check(False, _l("The dates of the vote are over."), "dates")]
    opens, closes = process_rules.From(vote.opens_at), process_rules.Until(vote.closes_at)
    text = _l("The vote lasts from %(opens)s to %(closes)s.", opens=opens, closes=closes)
    return [Check(True, text, "dates")]


def _check_money(facts: Readiness) -> list[Check]:
    if not facts.pots:
        return [Check(False, _l("There is no pot with money."), "money")]
    lines = []
    for pot in facts.pots:
        if pot.sources and pot.sources != pot.amount:
            lines.append(
                Check(False, _l("The sources of “%(pot)s” do not add up to its amount.", pot=pot.name), "money")
            )
        elif not pot.sources:
            lines.append(
                Check(False, _l("“%(pot)s” names no source of its money.", pot=pot.name), "money", warning=True)
            )
    if not any(not line.ok for line in lines):
        n = len(facts.pots)
        lines.append(
            Check(True, _n("%(n)s pot has an amount and sources.", "%(n)s pots have amounts and sources.", n), "money")
        )
    return lines


def _check_projects(facts: Readiness) -> list[Check]:
    lines = []
    for pot in facts.pots:
        if not pot.on_ballot:
            lines.append(Check(False, _l("“%(pot)s” has no project on the ballot.", pot=pot.name), "projects"))
        if pot.dear:
            text = _n(
                "%(n)s project of “%(pot)s” costs more than the pot has.",
                "%(n)s projects of “%(pot)s” cost more than the pot has.",
                pot.dear,
                pot=pot.name,
            )
            lines.append(Check(False, text, "projects", warning=True))
    if facts.undecided:
        text = _n("%(n)s project is not decided yet.", "%(n)s projects are not decided yet.", facts.undecided)
        lines.append(Check(False, text, "projects"))
    if facts.drafts:
        text = _n("%(n)s project is still a draft.", "%(n)s projects are still drafts.", facts.drafts)
        lines.append(Check(False, text, "projects", warning=True))
    if facts.without_picture:
        text = _n("%(n)s project has no picture.", "%(n)s projects have no picture.", facts.without_picture)
        lines.append(Check(False, text, "projects", warning=True))
    total = sum(pot.on_ballot for pot in facts.pots)
    if total:
        text = _n("%(n)s project stands on the ballot.", "%(n)s projects stand on the ballot.", total)
        lines.append(Check(True, text, "projects"))
    return lines


def _check_plan(facts: Readiness) -> list[Check]:
    lines = []
    if not facts.regulation_chosen:
        lines.append(Check(False, _l("No regulation is chosen."), "plan"))
    else:
        if facts.pots and all(pot.on_ballot for pot in facts.pots):  # else the lines on money and projects say it
            lines += [Check(False, fault, "plan") for fault in facts.regulation_faults]
        if not facts.regulation_faults:
            lines.append(Check(True, _l("The regulation is chosen and complete."), "plan"))
    if facts.age is None:
        lines.append(Check(False, _l("Nobody is too young to vote: no age is set."), "plan", warning=True))
    if facts.pot_voters is PotVoters.OWN and not any(pot.has_district for pot in facts.pots):
        lines.append(
            Check(
                False, _l("Only residents choose in a district's pot, but no pot has a district."), "plan", warning=True
            )
        )
    most = max((pot.on_ballot for pot in facts.pots), default=0)
    if facts.ballot is BallotKind.APPROVAL and facts.max_choices is not None and facts.max_choices > most > 0:
        lines.append(Check(False, _l("Voters may tick more projects than any pot has."), "plan", warning=True))
    return lines


def _check_texts(facts: Readiness) -> list[Check]:
    lines = []
    for lang, n in facts.missing_texts.items():
        name = f"\u2068{facts.language_names.get(lang, lang)}\u2069"  # an isolate: it may run the other way
        if not n:
            lines.append(Check(True, _l("%(language)s: every text is there.", language=name), "texts"))
        elif facts.reasons.get(lang):
            text = _n(
                "%(language)s: %(n)s text is missing; a public reason is given.",
                "%(language)s: %(n)s texts are missing; a public reason is given.",
                n,
                language=name,
            )
            lines.append(Check(True, text, "texts"))
        else:
            text = _n(
                "%(language)s: %(n)s text is missing. Complete it or give a public reason.",
                "%(language)s: %(n)s texts are missing. Complete them or give a public reason.",
                n,
                language=name,
            )
            lines.append(Check(False, text, "texts"))
    return lines
