"""Proposals, pilots and outcomes as a file."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base import db
from portal.base.security import public
from portal.innovation import queries_figures

api = Blueprint("innovation_api", __name__, url_prefix="/data")


@api.get("/innovation.csv")
@public
def table() -> Response:
    """UTF-8 with a mark, so that spreadsheets read it as such."""
    answer = Response(queries_figures.table(db.session()), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="innovation.csv"'
    return answer
