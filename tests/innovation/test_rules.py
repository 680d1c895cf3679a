"""Who does what with a proposal, at each stage; the arithmetic of a pilot; where its drawing puts things."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from portal.base.verdict import Verdict
from portal.innovation import rules, rules_chart
from portal.innovation.models import Stage, StopWay

TODAY = date(2026, 6, 1)
ANA, KAI, LEA = 1, 2, 3


@dataclass(frozen=True)
class Proposal:
    stage: Stage = Stage.PROPOSED
    proposer_id: int | None = ANA
    coach_id: int | None = KAI
    department_id: int | None = 7
    shown: bool = True
    locked_at: object = None


@dataclass(frozen=True)
class Pilot:
    baseline: int = 20_00
    target: int = 5_00
    stop_way: StopWay | None = StopWay.ABOVE
    stop_at: int | None = 30_00
    starts_on: date = date(2026, 5, 1)
    ends_on: date = date(2026, 8, 1)
    cost: int = 1000


# what can be done at each stage: withdraw, screen, decide, coach, plan, begin, measure, end, grant, talk
TABLE = {
    Stage.PROPOSED: "withdraw screen decide talk",
    Stage.TRY: "coach plan begin grant talk",
    Stage.PILOT: "coach measure end grant talk",
    Stage.ENDED: "talk",
    Stage.NOT_NOW: "withdraw screen decide talk",
    Stage.NO: "",
    Stage.WITHDRAWN: "",
}


@pytest.mark.parametrize("stage", list(Stage))
def test_each_act_has_its_stages(stage: Stage) -> None:
    p, pilot = Proposal(stage), Pilot()
    done = {
        "withdraw": rules.may_withdraw(p, ANA),
        "screen": rules.may_screen(p, KAI),
        "decide": rules.may_decide(p, LEA, {KAI, 4}),
        "coach": rules.may_have_coach(p, KAI),
        "plan": rules.may_plan(p),
        "begin": rules.may_begin(p, pilot, 1000, TODAY),
        "measure": rules.may_check_in(p, pilot, TODAY, TODAY),
        "end": rules.may_end(p, pilot, 1000, 1000),
        "grant": rules.may_grant(p, LEA, 10, 10, 2026, TODAY),
        "talk": rules.may_talk(p),
    }
    assert {name for name, may in done.items() if may} == set(TABLE[stage].split())
    assert all(may.reason for may in done.values() if not may)


CASES: list[tuple[str, Verdict, bool]] = [
    ("another withdraws", rules.may_withdraw(Proposal(), KAI), False),
    ("nobody withdraws what nobody handed in", rules.may_withdraw(Proposal(proposer_id=None), None), False),
    ("the proposer screens", rules.may_screen(Proposal(), ANA), False),
    ("the proposer decides", rules.may_decide(Proposal(), ANA, {KAI, LEA}), False),
    ("one screening is not enough", rules.may_decide(Proposal(), LEA, {KAI}), False),
    ("the proposer is no coach", rules.may_have_coach(Proposal(Stage.TRY), ANA), False),
    ("another coach", rules.may_accompany(Proposal(), 9, lead=False), False),
    ("a lead", rules.may_accompany(Proposal(), 9, lead=True), True),
    ("nobody is not the coach of what has none", rules.may_accompany(Proposal(coach_id=None), None, lead=False), False),
    ("no plan", rules.may_begin(Proposal(Stage.TRY), None, 1000, TODAY), False),
    ("no coach", rules.may_begin(Proposal(Stage.TRY, coach_id=None), Pilot(), 1000, TODAY), False),
    ("a cent too little", rules.may_begin(Proposal(Stage.TRY), Pilot(), 999, TODAY), False),
    ("over before it begins", rules.may_begin(Proposal(Stage.TRY), Pilot(), 1000, date(2026, 8, 1)), False),
    ("tomorrow", rules.may_check_in(Proposal(Stage.PILOT), Pilot(), date(2026, 6, 2), TODAY), False),
    ("before it began", rules.may_check_in(Proposal(Stage.PILOT), Pilot(), date(2026, 4, 30), TODAY), False),
    ("its first day", rules.may_check_in(Proposal(Stage.PILOT), Pilot(), date(2026, 5, 1), TODAY), True),
    ("a cent too much", rules.may_end(Proposal(Stage.PILOT), Pilot(), 1001, 1000), False),
    ("the coach grants", rules.may_grant(Proposal(Stage.TRY), KAI, 1, 10, 2026, TODAY), False),
    ("the proposer grants", rules.may_grant(Proposal(Stage.TRY), ANA, 1, 10, 2026, TODAY), False),
    ("last year's money", rules.may_grant(Proposal(Stage.TRY), LEA, 1, 10, 2025, TODAY), False),
    ("more than there is", rules.may_grant(Proposal(Stage.TRY), LEA, 11, 10, 2026, TODAY), False),
    ("less than granted", rules.may_set(9, 10), False),
    ("as much as granted", rules.may_set(10, 10), True),
    ("hidden", rules.may_talk(Proposal(shown=False)), False),
    ("locked", rules.may_talk(Proposal(locked_at=TODAY)), False),
]


@pytest.mark.parametrize(("case", "may", "expected"), CASES, ids=[case[0] for case in CASES])
def test_who_may(case: str, may: Verdict, expected: bool) -> None:
    assert bool(may) is expected, case


def test_targets_above_and_below_the_baseline() -> None:
    down, up = Pilot(), Pilot(baseline=10, target=20, stop_way=StopWay.BELOW, stop_at=5)
    assert [rules.reached(down, v) for v in (501, 500)] == [False, True]
    assert [rules.reached(up, v) for v in (19, 20)] == [False, True]
    assert [rules.stops(down, v) for v in (3000, 3001)] == [False, True]
    assert [rules.stops(up, v) for v in (5, 4)] == [False, True]
    assert not rules.stops(Pilot(stop_at=None, stop_way=None), 10**9)
    assert [rules.share(down, v) for v in (2000, 1250, 500, 2300)] == [0, 50, 100, -20]


def test_late_and_quiet_pilots() -> None:
    pilot = Pilot()
    assert rules.is_due(pilot, Stage.PILOT, date(2026, 8, 2)) and not rules.is_due(pilot, Stage.PILOT, date(2026, 8, 1))
    assert not rules.is_due(pilot, Stage.ENDED, date(2027, 1, 1))
    assert rules.is_quiet(pilot, Stage.PILOT, None, date(2026, 6, 6))
    assert not rules.is_quiet(pilot, Stage.PILOT, None, date(2026, 6, 5))
    assert not rules.is_quiet(pilot, Stage.PILOT, date(2026, 6, 1), date(2026, 6, 20))


def test_the_second_screener_reads_the_first_one_afterwards() -> None:
    assert not rules.may_see_scores(LEA, {KAI})
    assert rules.may_see_scores(KAI, {KAI}) and rules.may_see_scores(LEA, {KAI, 4})
    assert rules.disagreements([{"need": 3, "safe": 2}, {"need": 1, "safe": 1}]) == ["need"]


def test_values_as_people_and_files_write_them() -> None:
    assert rules.said(1250, "%") == "12.5\u00a0%" and rules.said(-300) == "-3"
    assert [rules.plain(v) for v in (1250, 1200, -5, 105, 0)] == ["12.5", "12", "-0.05", "1.05", "0"]


def test_everything_lies_on_the_drawing() -> None:
    chart = rules_chart.draw(
        [(date(2026, 9, 1), 3500), (date(2026, 5, 10), -200)], date(2026, 5, 1), date(2026, 8, 1), 2000, 500, 3000
    )
    assert [dot.value for dot in chart.dots] == [-200, 3500], "by day, also one that came after the last day"
    heights = [*(dot.y for dot in chart.dots), *(tick.y for tick in chart.ticks), chart.target, chart.baseline]
    assert all(chart.top <= y <= chart.bottom for y in heights)
    assert all(chart.left <= dot.x <= chart.right for dot in chart.dots)
    assert 3 <= len(chart.ticks) <= 8 and chart.stop is not None
    assert rules_chart.draw([(date(2026, 5, 1), 1)], date(2026, 5, 1), date(2026, 5, 2), 1, 2, None).ticks
