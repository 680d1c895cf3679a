"""Limits that live in the memory of one process."""

from __future__ import annotations

from portal.base.limits import Windows


def test_a_window_lasts_a_minute_from_its_first_act() -> None:
    windows, key = Windows(), ("act", "ana")
    assert [windows.hit(key, 3, now) for now in (0.0, 10.0, 59.0, 59.9)] == [True, True, True, False]
    assert windows.hit(key, 3, 60.0)  # a new window


def test_one_person_does_not_use_up_what_another_may_do() -> None:
    windows = Windows()
    assert windows.hit(("act", "ana"), 1, 0.0) and not windows.hit(("act", "ana"), 1, 1.0)
    assert windows.hit(("act", "bo"), 1, 1.0) and windows.hit(("report", "ana"), 1, 1.0)


def test_what_has_ended_is_thrown_away() -> None:
    windows = Windows()
    for n in range(1000):
        windows.hit(("act", str(n)), 5, float(n) / 100)
    windows.hit(("act", "late"), 5, 200.0)
    assert len(windows) == 1
