"""What everybody may fetch of places: the city's own plan."""

from __future__ import annotations

from flask import Blueprint, abort, send_file
from werkzeug.wrappers import Response

from portal.base.security import public, same_for_all
from portal.places.queries_plan import KINDS, plan_file

plain = Blueprint("places_plain", __name__)


@plain.get("/city-plan")
@public
@same_for_all
def city_plan() -> Response:
    """The drawing. A browser may show it, but run nothing in it."""
    file = plan_file()
    if file is None:
        abort(404)
    answer = send_file(file, mimetype=KINDS[file.suffix.lower()], conditional=True)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer
