"""The daily heads of the audit record as open data: numbers of lines and hashes, nothing about anybody."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from portal.audit import queries, rules
from portal.base import db
from portal.base.security import public, same_for_all

bp = Blueprint("audit_api", __name__)


@bp.get("/data/audit-heads.json")
@public
@same_for_all
def heads() -> Response:
    """The head of each day (UTC), newest first: how many lines the chain had, and the hash of the last."""
    rows = queries.heads(db.session())
    told = [{"day": row.day.isoformat(), "lines": row.place, "sha256": row.hash} for row in rows]
    answer = jsonify({"format": rules.FORMAT, "heads": told})
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
