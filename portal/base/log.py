"""Structured logs: one JSON line per event, with the request's correlation number and without personal data."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog

LONGEST_REASON = 300  # characters of what an exception says of itself


class Said(logging.StreamHandler):  # type: ignore[type-arg]
    """Our own handler of the standard library's logging, so that a second set-up replaces it."""


def _reason(error: BaseException) -> str:
    """What an exception says of itself, without the values that a database repeats in its refusals ("Key (address)=…
    already exists"): there its number and the name of the constraint say enough."""
    driver = getattr(error, "orig", None) or error
    diagnosis = getattr(driver, "diag", None)
    if diagnosis is not None:  # psycopg; SQLite names columns only
        told: list[Any] = [getattr(driver, "sqlstate", None), diagnosis.table_name, diagnosis.constraint_name]
    else:
        told = [str(driver)[:LONGEST_REASON]]
    return " ".join([*(str(part) for part in told if part), getattr(error, "statement", None) or ""]).strip()


def _told(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    """The chain of an exception, the cause first: where it came through, its kind, its reason."""
    parts: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        parts.insert(0, "".join(traceback.format_tb(error.__traceback__)) + f"{kind}: {_reason(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(parts)


def set_up(level: str = "INFO", plain: bool = False) -> None:
    """Configure structlog for the process. `plain`: readable lines for a terminal."""
    last = structlog.dev.ConsoleRenderer(colors=False) if plain else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_told),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # What libraries say (the server's "Task queue depth", for one) goes out in the same form.
    foreign = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(_told),
            last,
        ],
    )
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, Said)]:
        root.removeHandler(old)
    handler = Said(sys.stderr)
    handler.setFormatter(foreign)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
