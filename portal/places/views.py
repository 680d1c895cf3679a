"""What everybody may fetch of places: the city's own plan."""

from __future__ import annotations

from flask import Blueprint, abort, send_file
from werkzeug.wrappers import Response

from portal.base.security import public, same_for_all
from portal.places.queries_plan import KINDS, city_tiles, plan_file

plain = Blueprint("places_plain", __name__)


@plain.get("/city-plan")
@public
@same_for_all
def city_plan() -> Response:
    """The drawing, or the empty picture over the tiles. A browser may show it, but run nothing in it."""
    tiles, file = city_tiles(), plan_file()
    if tiles is not None:
        empty = f'<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="{tiles.high}" viewBox="0 0 1000 {tiles.high}"/>'
        answer = Response(empty, mimetype=KINDS[".svg"])
    elif file is None:
        abort(404)
    else:
        answer = send_file(file, mimetype=KINDS[file.suffix.lower()], conditional=True)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer
