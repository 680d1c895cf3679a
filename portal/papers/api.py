"""The public register for programs."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from portal.base import clock, db
from portal.base.security import public, same_for_all
from portal.papers import queries, rules

api = Blueprint("papers_api", __name__)
DAYS = 400
MOST_WITHDRAWN = 5000


@api.get("/verify/register.json")
@public
@same_for_all
def register_json() -> Response:
    """Closed days with their leaves, withdrawn numbers, signing certificates. Nothing in it names a person.

    A day's `head` is the SHA-256 of lines that each end with a line feed: the day, the head before, "issued " and each
    leaf, "revoked " and each number, both in the order of their signs. A leaf is the SHA-256 of the paper's number, a line
    feed and the SHA-256 of its file in small hexadecimal digits, so whoever has a paper can find it here.
    """
    s = db.session()
    heads, days = queries.heads(s, limit=DAYS)
    told = queries.entries(s, heads[-1].day, heads[0].day) if heads else {}
    gone, withdrawn = queries.withdrawn(s, limit=MOST_WITHDRAWN, offset=0)
    answer = jsonify(
        heads=[
            {
                "day": one.day.isoformat(),
                "previous": one.previous,
                "head": one.head,
                "issued": told.get(one.day, ([], []))[0],
                "revoked": told.get(one.day, ([], []))[1],
            }
            for one in reversed(heads)
        ],
        days=days,
        first=rules.FIRST,
        withdrawn=[
            {"number": one.number, "replaced": one.replaced, "at": one.revoked_at.isoformat(timespec="seconds")}
            for one in gone
        ],
        withdrawn_total=withdrawn,
        certificates=[{"sha256": one.fingerprint, "name": one.name, "pem": one.pem} for one in queries.certificates(s)],
        at=clock.now().isoformat(timespec="seconds"),
    )
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "public, max-age=300"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
