"""The bench measures what it says: the bare page is the frozen one, and the same town answers both."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.bench import bare
from tests.bench.measure import crowd

BARE = "9b6fd59484884e92bf66f2176062d308098ceab76d0c53de8f0e6533236a3d6c"


def test_the_bare_page_is_the_frozen_one() -> None:
    source = Path(bare.__file__).read_bytes()
    assert hashlib.sha256(source).hexdigest() == BARE, "a change here moves every published ratio: take a new baseline"


def test_the_bare_page_answers(tmp_path: Path) -> None:
    client = bare.make(f"sqlite:///{tmp_path / 'bare.db'}").test_client()
    assert client.get("/").data.count(b'class="card"') == 6
    assert client.get("/items").data.count(b'class="card"') == 20
    assert client.get("/items/1").data.count(b"<h3>Person") == 20
    assert client.post("/support", data={"item": 1, "name": "Ana"}).data == b"stored"


def test_a_failing_visitor_fails_the_measurement() -> None:
    def visitor(number: int):  # type: ignore[no-untyped-def]
        def act() -> None:
            if number == 1:
                raise RuntimeError("refused")
            raise StopIteration

        return act

    with pytest.raises(RuntimeError, match="refused"):
        crowd(2, 1, visitor)
