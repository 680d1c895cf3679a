"""Numbers in public: never of fewer than ten, nor such that one could subtract."""

from __future__ import annotations

from itertools import product

import pytest

from portal.base.figures import FEWEST, merged, share


@pytest.mark.parametrize(
    ("counts", "groups", "others"),
    [
        ({"a": 20, "b": 12}, {"a": 20, "b": 12}, 0),
        ({"a": 20, "b": 6, "c": 5}, {"a": 20}, 11),
        ({"a": 20, "b": 12, "c": 3}, {"a": 20}, 15),  # three alone would be known: the next larger joins
        ({"a": 20, "c": 3}, {}, 23),
        ({"a": 4, "c": 3}, {}, 0),
        ({"a": 0, "b": 30}, {"b": 30}, 0),
        ({}, {}, 0),
    ],
)
def test_small_groups_are_told_together(counts: dict[str, int], groups: dict[str, int], others: int) -> None:
    told = merged(counts)
    assert (told.groups, told.others) == (groups, others)


def test_no_number_below_ten_can_be_read_or_subtracted() -> None:
    for numbers in product(range(0, 32, 3), repeat=4):
        told = merged(dict(enumerate(numbers)))
        assert all(n >= FEWEST for n in told.groups.values())
        left = sum(numbers) - sum(told.groups.values())
        assert left == told.others or not told.groups  # what is not told is nothing, or the whole of too few
        assert told.others == 0 or told.others >= FEWEST


def test_shares_are_rounded() -> None:
    assert share(41, 46) == 0.9
    assert share(5, 9) is None
    assert share(0, 10) == 0
