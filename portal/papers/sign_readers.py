"""Who takes strangers' files apart, and how many at the same time. No network address is ever shut out: a library's is
shared by many, so each may have all readers but one, and who finds them taken waits a moment in a short line."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 3  # child processes, each bounded in memory and time by sign.read
IN_LINE = 2  # requests that wait: the threads that wait are the ones that answer pages
PATIENCE = 4.0  # seconds in the line; most files take a fraction of one


class Full(Exception):
    """All readers are taken, and so is the line."""


class Readers:
    """The readers of this process."""

    def __init__(self, at_once: int = AT_ONCE, in_line: int = IN_LINE, patience: float = PATIENCE) -> None:
        self._at_once, self._in_line, self._patience = at_once, in_line, patience
        self._changed = threading.Condition()
        self._held: Counter[str] = Counter()
        self._waiting = 0

    def _free(self, place: str) -> bool:
        return self._held.total() < self._at_once and self._held[place] < max(1, self._at_once - 1)

    @contextmanager
    def reader(self, place: str) -> Iterator[None]:
        """Have a reader for a file from this network address. Raises Full."""
        with self._changed:
            if not self._free(place):
                if self._waiting >= self._in_line:
                    raise Full
                self._waiting += 1
                try:
                    if not self._changed.wait_for(lambda: self._free(place), self._patience):
                        raise Full
                finally:
                    self._waiting -= 1
            self._held[place] += 1
        try:
            yield
        finally:
            with self._changed:
                self._held[place] -= 1
                self._held += Counter()  # addresses that read nothing any more are not remembered
                self._changed.notify_all()


READERS = Readers()
