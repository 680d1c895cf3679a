"""What waits, who decides, and what a statement of reasons must hold: tables of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.base.actor import Actor, Grant
from portal.moderation import rules, rules_bayes
from portal.moderation.models import Act, Ground, Held, Reason
from portal.moderation.rules import Statement

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
PLAIN = {
    "text": "More trees", "premoderated": False, "staff": False, "helped": False, "new_account": False, "trapped": False,
    "elapsed": timedelta(minutes=1), "many": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, Held.NOT),
        ({"elapsed": None}, Held.NOT),  # from paper: no form was opened
        ({"elapsed": timedelta(seconds=2)}, Held.FAST),
        ({"elapsed": timedelta(seconds=3)}, Held.NOT),
        ({"trapped": True}, Held.TRAP),
        ({"many": True}, Held.MANY),
        ({"new_account": True}, Held.NOT),
        ({"new_account": True, "text": "see https://shop.example/x"}, Held.LINKS),
        ({"new_account": True, "text": "look at casino-wins.com now"}, Held.LINKS),
        ({"new_account": True, "text": "z.B. am Teich. Und die Wege"}, Held.NOT),
        ({"text": "see https://city.example"}, Held.NOT),
        ({"premoderated": True}, Held.BEFORE),
        ({"premoderated": True, "staff": True}, Held.NOT),
        ({"helped": True, "elapsed": timedelta(seconds=1), "trapped": True, "many": True}, Held.NOT),
        ({"helped": True, "premoderated": True}, Held.BEFORE),
    ],
)
def test_what_waits_for_a_moderator(told: dict[str, object], why: Held) -> None:
    assert rules.held_for(**{**PLAIN, **told}) is why  # type: ignore[arg-type]


WHOLE = Statement(Act.HIDE, Ground.RULE, "spam", "spam")


@pytest.mark.parametrize(
    ("told", "lacks"),
    [
        (WHOLE, set()),
        (Statement(Act.DISMISS), set()),
        (Statement(Act.RELEASE), set()),
        (Statement(Act.HIDE), {"ground", "phrase"}),
        (Statement(Act.HIDE, Ground.RULE, "", "spam"), {"rule"}),
        (Statement(Act.HIDE, Ground.RULE, "made up", "spam"), {"rule"}),
        (Statement(Act.HIDE, Ground.LAW, " ", "illegal"), {"law"}),
        (Statement(Act.HIDE, Ground.LAW, "Penal code § 151", "illegal"), set()),
        (Statement(Act.LOCK, Ground.RULE, "hate", "own"), {"facts"}),
        (Statement(Act.LOCK, Ground.RULE, "hate", "own", "What she says", "en"), set()),
        (Statement(Act.WARN, Ground.RULE, "hate"), {"phrase"}),
        (Statement(Act.SUSPEND, Ground.RULE, "hate", "hate"), {"days"}),
        (Statement(Act.SUSPEND, Ground.RULE, "hate", "hate", days=366), {"days"}),
        (Statement(Act.SUSPEND, Ground.RULE, "hate", "hate", days=7), set()),
        (Statement(Act.REMOVE_DATA, Ground.RULE, "private", "private"), {"act"}),
        (Statement(Act.RESTORE), {"phrase"}),
        (Statement(Act.RESTORE, phrase="mistake"), set()),
    ],
)
def test_no_act_without_a_statement_of_reasons(told: Statement, lacks: set[str]) -> None:
    assert set(rules.faults(told)) == lacks


@pytest.mark.parametrize(
    ("person", "grants", "others", "may"),
    [
        (3, [Grant("moderator")], [3, 4], True),
        (1, [Grant("moderator")], [3], False),  # decided first
        (2, [Grant("moderator")], [3], False),  # wrote it
        (5, [Grant("administrator")], [3], False),  # there is a second moderator
        (5, [Grant("administrator")], [], True),
        (5, [Grant("planner")], [], False),
        (3, [Grant("moderator", "process", 9)], [3], False),  # of another process
        (3, [Grant("moderator", "process", 7)], [3], True),
        (3, [Grant("moderator", deputy_for=1)], [4], False),  # in place of the one who decided
    ],
)
def test_somebody_else_decides_an_appeal(person: int, grants: list[Grant], others: list[int], may: bool) -> None:
    actor = Actor(person_id=person, grants=frozenset(grants))
    verdict = rules.may_decide_appeal(
        actor, scope={"process": {7}}, author_id=2, decided_by=1, others=others, fallback="administrator"
    )
    assert bool(verdict) is may


def test_acts_fit_how_the_thing_stands() -> None:
    def acts(**how: bool) -> set[Act]:
        told = {"hidden": False, "held": False, "locked": False, "author": True, "suspended": False, **how}
        return set(rules.acts_for(**told))

    assert acts() == {Act.DISMISS, Act.HIDE, Act.REMOVE_DATA, Act.LOCK, Act.WARN, Act.SUSPEND}
    assert Act.DISMISS not in acts(held=True) and Act.RELEASE in acts(held=True)
    assert acts(hidden=True) >= {Act.RESTORE} and not acts(hidden=True) & {Act.HIDE, Act.RELEASE, Act.DISMISS}
    assert not acts(author=False) & rules.ON_AUTHOR
    assert Act.RESTORE in acts(suspended=True)


def test_every_reason_and_rule_has_words() -> None:
    assert set(rules.REASONS) == set(Reason)
    assert set(rules.RULES) <= set(rules.PHRASES)
    assert [rules.rule_number(name) for name in rules.RULES] == list(range(1, len(rules.RULES) + 1))
    assert set(rules.ACTS) == set(rules.DONE) == set(Act)
    assert {*rules.HELD, Held.NOT} == set(Held)


def test_likeness_learns_and_says_nothing_while_it_knows_little() -> None:
    counts: dict[str, tuple[int, int]] = {}

    def learn(text: str, spam: bool, times: int) -> None:
        for word in {*rules_bayes.words(text), rules_bayes.TOTAL}:
            a, b = counts.get(word, (0, 0))
            counts[word] = (a + times, b) if spam else (a, b + times)

    learn("Cheap loans, click https://loans.example", True, 4)
    learn("Trees for the market square", False, 9)
    assert rules_bayes.score(rules_bayes.words("Cheap loans"), counts) == 0.5
    learn("Cheap loans for all", True, 3)
    assert rules_bayes.score(rules_bayes.words("CHEAP loans here: www.x.example"), counts) > 0.95
    assert rules_bayes.score(rules_bayes.words("Trees at the square"), counts) < 0.05
    assert rules_bayes.score(set(), counts) == 0.5
    assert all(len(word) == 16 for word in rules_bayes.words("call 5551234 or https://x.example/secret"))
