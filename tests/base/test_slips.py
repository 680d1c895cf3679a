"""Codes on slips: each names one row of one kind, and none can be made up."""

from __future__ import annotations

import pytest

from portal.base import slips
from portal.base.web import Portal


@pytest.fixture(autouse=True)
def _here(app: Portal) -> None:
    """Keys lie in an instance."""


def test_a_code_names_its_row_however_it_is_typed() -> None:
    for number in (1, 2, 77, 2**32 - 1):
        code = slips.code("booking", number)
        assert slips.read("booking", code) == number
        assert slips.read("booking", f" {code.lower().replace('-', ' ')} ") == number


def test_a_code_of_another_kind_or_with_another_letter_names_nothing() -> None:
    code = slips.code("booking", 5)
    assert slips.read("device_request", code) is None
    for at, sign in enumerate(code):
        if sign != "-":
            assert slips.read("booking", code[:at] + ("7" if sign != "7" else "8") + code[at + 1 :]) is None
    for typed in ("", "x", "0" * 17, code * 3, "é" * 17):
        assert slips.read("booking", typed) is None


def test_neighbours_do_not_look_alike() -> None:
    one, other = (slips.code("booking", n).replace("-", "") for n in (6, 7))
    assert sum(a == b for a, b in zip(one, other, strict=True)) < 8
