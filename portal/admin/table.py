"""Audit lines as a table for spreadsheets. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import UTC
from typing import Any

HEAD = (
    "place", "time_utc", "person", "name", "helped_by", "helper", "deputy_for", "absent", "mandate", "in_name_of", "channel",
    "verb", "kind", "object", "before", "after", "sha256",
)  # fmt: skip


def written(lines: Iterable[Any]) -> str:
    """The lines with a head, in the form that spreadsheets read; no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for line in lines:
        e = line.entry
        cells = (
            e.place, e.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), e.person_id, line.name, e.helped_by,
            line.helper, e.deputy_for, line.absent, e.mandate_id, line.acted_for, e.channel, e.verb, e.kind, e.object_id,
            _json(e.before), _json(e.after), e.hash,
        )  # fmt: skip
        writer.writerow([_plain(cell) for cell in cells])
    return "\ufeff" + out.getvalue()


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _plain(cell: Any) -> Any:
    text = "" if cell is None else str(cell)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
