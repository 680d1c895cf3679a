"""The yearly figures as a file."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response

from portal.base import db
from portal.base.security import public
from portal.moderation import queries_figures

api = Blueprint("moderation_api", __name__, url_prefix="/data")


@api.get("/moderation.csv")
@public
def figures_csv() -> Response:
    """The transparency table: UTF-8 with a mark, so that spreadsheets read it as such."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(queries_figures.table(queries_figures.years(db.session())))
    answer = Response("\ufeff" + out.getvalue(), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="moderation.csv"'
    return answer
