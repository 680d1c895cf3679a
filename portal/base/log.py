"""Structured logs: one JSON line per event, with the request's correlation number and without personal data."""

from __future__ import annotations

import logging
import sys

import structlog


class Said(logging.StreamHandler):  # type: ignore[type-arg]
    """Our own handler of the standard library's logging, so that a second set-up replaces it."""


def set_up(level: str = "INFO", plain: bool = False) -> None:
    """Configure structlog for the process. `plain`: readable lines for a terminal."""
    last = structlog.dev.ConsoleRenderer(colors=False) if plain else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
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
            structlog.processors.format_exc_info,
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
