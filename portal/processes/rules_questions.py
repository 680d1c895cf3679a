"""Who may answer a questionnaire and when, what an answer must be, and what has to stand before it opens. Pure: `now`
is handed in. What may be published of the answers stands in rules_figures.py."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from portal.base.i18n import Text, _l, _n
from portal.base.verdict import YES, Verdict, no
from portal.processes.models_questions import Ask, Audience, Group, Stand
from portal.processes.rules import From, Until

LONGEST_TEXT = 2000  # of a free answer
MOST_QUESTIONS, MOST_CHOICES = 40, 30
STEPS = (2, 11)


class Moment(enum.StrEnum):
    """Where a questionnaire stands against the clock and its officers."""

    DRAFT = "draft"
    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"


NAMES: Mapping[Moment, Text] = {
    Moment.DRAFT: _l("Draft"),
    Moment.COMING: _l("Not open yet"),
    Moment.OPEN: _l("Open"),
    Moment.CLOSED: _l("Closed"),
    Moment.PUBLISHED: _l("Results published"),
}
AUDIENCES: Mapping[Audience, Text] = {
    Audience.ACCOUNT: _l("Everybody with an account, an account by e-mail too"),
    Audience.VOUCHED: _l("Everybody who signed in with a service that knows who they are"),
    Audience.RESIDENT: _l("Residents of the city"),
}
KINDS: Mapping[Ask, Text] = {
    Ask.SINGLE: _l("One answer of a list"),
    Ask.SEVERAL: _l("Several answers of a list"),
    Ask.SCALE: _l("A scale"),
    Ask.TEXT: _l("A text"),
}
GROUPS: Mapping[Group, Text] = {Group.CITIZEN: _l("Citizens"), Group.OFFICER: _l("Officers of the city")}


class SurveyLike(Protocol):
    """What the questions need of a questionnaire."""

    @property
    def stand(self) -> Stand: ...
    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...
    @property
    def audience(self) -> Audience: ...
    @property
    def officers(self) -> bool: ...
    @property
    def on_paper(self) -> bool: ...
    @property
    def keep_days(self) -> int: ...


class QuestionLike(Protocol):
    """What the questions need of a question."""

    @property
    def ask(self) -> Ask: ...
    @property
    def required(self) -> bool: ...
    @property
    def least(self) -> int | None: ...
    @property
    def most(self) -> int | None: ...
    @property
    def steps(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Answerer:
    """What is known of somebody who wants to answer. `resident`: None where nobody has said."""

    signed_in: bool = False
    vouched: bool = False
    resident: bool | None = None
    officer: bool = False
    member: bool = True  # of a closed process; true for one that is not closed
    acting_for: str = ""  # somebody else's name while the person acts for them


def moment(survey: SurveyLike, now: datetime) -> Moment:
    """Draft, coming, open, closed or published. Open at its opening instant and no longer at its closing instant."""
    if survey.stand is Stand.DRAFT:
        return Moment.DRAFT
    if survey.stand is Stand.PUBLISHED:
        return Moment.PUBLISHED
    if now < survey.opens_at:
        return Moment.COMING
    return Moment.OPEN if now < survey.closes_at else Moment.CLOSED


def when(survey: SurveyLike, now: datetime) -> Text:
    """The sentence on its dates."""
    return {
        Moment.DRAFT: _l("Only staff see this questionnaire."),
        Moment.COMING: _l("You can answer from %(moment)s.", moment=From(survey.opens_at)),
        Moment.OPEN: _l("You can answer until %(moment)s.", moment=Until(survey.closes_at)),
        Moment.CLOSED: _l(
            "This questionnaire closed on %(moment)s. The results follow.", moment=Until(survey.closes_at)
        ),
        Moment.PUBLISHED: _l("This questionnaire closed on %(moment)s.", moment=Until(survey.closes_at)),
    }[moment(survey, now)]


def is_open(survey: SurveyLike, now: datetime) -> Verdict:
    """Are answers taken at this moment?"""
    return YES if moment(survey, now) is Moment.OPEN else no(when(survey, now))


def may_answer(who: Answerer, survey: SurveyLike, now: datetime) -> Verdict:
    """May this person answer, or change their answer, now? A no says why and what the person can do."""
    running = is_open(survey, now)
    if not running:
        return running
    if not who.signed_in:
        return no(_l("You are not signed in."), _l("Sign in to answer. Each person answers once."))
    if who.acting_for:
        return no(
            _l("You act for %(name)s just now, and everybody answers for themselves.", name=who.acting_for),
            _l("Act for yourself again to answer."),
        )
    if group_of(who, survey) is Group.OFFICER:
        return YES
    if not who.member:
        return no(_l("Only members of this process can answer."))
    if survey.audience is Audience.VOUCHED and not who.vouched:
        return no(
            _l("An account by e-mail is not enough here."),
            _l("Sign in with a service that knows who you are, or add one to your account."),
        )
    if survey.audience is Audience.RESIDENT and not who.resident:
        if who.resident is None:
            return no(
                _l("Only residents of the city can answer, and the portal does not know yet where you live."),
                _l("Your account shows how to prove it."),
            )
        return no(_l("Only residents of the city can answer."))
    return YES


def group_of(who: Answerer, survey: SurveyLike) -> Group:
    """In which group somebody's answer is counted: staff in their own where officers are asked too."""
    return Group.OFFICER if survey.officers and who.officer else Group.CITIZEN


def may_enter_paper(survey: SurveyLike, now: datetime) -> Verdict:
    """May staff enter an answer from paper? Papers that came in before the close are entered until the results are
    published."""
    if not survey.on_paper:
        return no(_l("This questionnaire is not answered on paper."))
    if moment(survey, now) in (Moment.OPEN, Moment.CLOSED):
        return YES
    return no(when(survey, now))


def may_edit(survey: SurveyLike) -> Verdict:
    """May questions, texts and conditions change? Only those of a draft: what people were asked stays as it was."""
    if survey.stand is Stand.DRAFT:
        return YES
    return no(_l("This questionnaire has been released. Its questions do not change any more."))


def may_take_back(survey: SurveyLike, now: datetime) -> Verdict:
    """May a released questionnaire become a draft again? Until it opens."""
    if moment(survey, now) is Moment.COMING:
        return YES
    return no(_l("This questionnaire has opened. It cannot be taken back."))


def may_prolong(survey: SurveyLike, closes_at: datetime, now: datetime) -> Verdict:
    """May a released questionnaire close at another time? Only later, and while it has not closed."""
    if moment(survey, now) not in (Moment.COMING, Moment.OPEN):
        return no(_l("This questionnaire has closed."))
    if closes_at < survey.closes_at:
        return no(_l("The close can only be moved to a later time: people rely on the date."))
    return YES


def may_choose_texts(survey: SurveyLike, now: datetime) -> Verdict:
    """May officers choose which texts are published? After the close, at any time: what was published can go again."""
    if moment(survey, now) in (Moment.CLOSED, Moment.PUBLISHED):
        return YES
    return no(_l("The texts can be read after the close."))


def may_publish(survey: SurveyLike, now: datetime) -> Verdict:
    """May the results be published now? Once, after the close: figures that grow while people answer would tell what
    single people answered."""
    if moment(survey, now) is Moment.CLOSED:
        return YES
    if survey.stand is Stand.PUBLISHED:
        return no(_l("The results have been published already."))
    return no(_l("The results can be published after the close."))


def unlinks_at(survey: SurveyLike) -> datetime:
    """From when on nobody is told any more which answer is whose."""
    return survey.closes_at + timedelta(days=survey.keep_days)


# --- an answer --------------------------------------------------------------------------------------------------------


def check(question: QuestionLike, value: object, choices: Collection[int] = ()) -> Text | None:
    """What is wrong with the answer to one question; None where it is right. `value`: the number of the chosen answer,
    a list of such numbers, a step of the scale, or a text; None or empty for no answer."""
    if value is None or value == "" or value == []:
        if question.required:
            return _l("Choose an answer.") if question.ask in (Ask.SINGLE, Ask.SCALE) else _l("Answer this question.")
        return None
    if question.ask is Ask.TEXT:
        size = len(value) if isinstance(value, str) else LONGEST_TEXT + 1
        return (
            _n("Use at most %(n)s character.", "Use at most %(n)s characters.", LONGEST_TEXT)
            if size > LONGEST_TEXT
            else None
        )
    if question.ask is Ask.SCALE:
        fits = isinstance(value, int) and 1 <= value <= (question.steps or 0)
        return None if fits else _l("Choose one of the answers in the list.")
    chosen = value if isinstance(value, list) else [value]
    if any(one not in choices for one in chosen) or len(set(chosen)) != len(chosen):
        return _l("Choose one of the answers in the list.")
    if question.ask is Ask.SINGLE and len(chosen) != 1:
        return _l("Choose one of the answers in the list.")
    if question.ask is Ask.SEVERAL:
        return _number_fits(question, len(chosen))
    return None


def _number_fits(question: QuestionLike, number: int) -> Text | None:
    if question.least is not None and number < question.least:
        return _n("Choose at least %(n)s answer.", "Choose at least %(n)s answers.", question.least)
    if question.most is not None and number > question.most:
        return _n("Choose at most %(n)s answer.", "Choose at most %(n)s answers.", question.most)
    return None


def how(question: QuestionLike) -> Text | None:
    """How a question is answered, where that has to be said."""
    if question.ask is Ask.SEVERAL:
        least, most = question.least, question.most
        if least is not None and most is not None and least > 1:
            return _l("Choose %(least)s to %(most)s answers.", least=least, most=most)
        if most is not None:
            return _n("Choose up to %(n)s answer.", "Choose up to %(n)s answers.", most)
        return _l("Choose as many as you like.")
    if question.ask is Ask.TEXT:
        return _l("Write no names and no addresses. Staff read the text and may publish it without your name.")
    return None


# --- before it opens --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list of what is missing. A `warning` does not hold up the release."""

    text: Text
    ok: bool
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """What the list asks about a draft. `lacks`: per language how many texts are missing; `nowhere`: texts that no
    language has."""

    closes_at: datetime
    questions: Sequence[tuple[QuestionLike, int]]  # with the number of answers to choose from
    lacks: Mapping[str, int]
    nowhere: int
    owner_shown: bool


def check_list(ready: Ready, names: Mapping[str, str], now: datetime) -> list[Check]:
    """What has to stand, and what is worth a thought, before a draft is released. `names`: the languages' own."""
    few = [q for q, n in ready.questions if q.ask in (Ask.SINGLE, Ask.SEVERAL) and n < 2]
    tight = [q for q, n in ready.questions if q.ask is Ask.SEVERAL and max(q.least or 0, q.most or 0) > n]
    lacking = [lang for lang, number in ready.lacks.items() if number]
    found = [
        Check(_l("There is a question.") if ready.questions else _l("There is no question yet."), bool(ready.questions)),
        Check(_l("The close lies in the future.") if ready.closes_at > now else _l("The close lies in the past."),
              ready.closes_at > now),
    ]  # fmt: skip
    if few:
        found.append(Check(_l("A question has fewer than two answers to choose from."), False))
    if tight:
        found.append(Check(_l("A question asks for more answers than there are."), False))
    if ready.nowhere:
        found.append(
            Check(_n("%(n)s text stands in no language.", "%(n)s texts stand in no language.", ready.nowhere), False)
        )
    if lacking:
        for lang in lacking:
            text = _n("%(language)s: %(n)s text is missing.", "%(language)s: %(n)s texts are missing.",
                      ready.lacks[lang], language=names[lang])  # fmt: skip
            found.append(Check(text, False, warning=True))
    else:
        found.append(Check(_l("Every language has every text."), True))
    if not ready.owner_shown:
        found.append(Check(_l("What it belongs to is not shown to the public yet."), False, warning=True))
    return found


def may_release(survey: SurveyLike, checks: Sequence[Check]) -> Verdict:
    """May a draft be released? When nothing but warnings is left of the list."""
    if survey.stand is not Stand.DRAFT:
        return no(_l("This questionnaire has been released. Its questions do not change any more."))
    wrong = next((one for one in checks if not one.ok and not one.warning), None)
    return YES if wrong is None else no(wrong.text)
