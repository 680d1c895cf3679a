"""Estonia's Data Tracker: the state portal asks, through X-Road, who looked at somebody's data here.

Addresses, parameters, answers and status codes are those of the published description (rules_tracker.py). The door is
shut unless [data_tracker] opens it, and then to the city's security server alone: to everybody else there is nothing
here. X-Road headers are believed only because of where they come from. Answers to what does not fit have no body, as
the description has none; the log says which parameter it was, never its value.
"""

from __future__ import annotations

from typing import Any

import structlog
from flask import Blueprint, Response, jsonify, request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How, Look
from portal.audit.rules_looks import action
from portal.base import clock, db, i18n
from portal.base.actor import NOBODY
from portal.base.ground import settings
from portal.base.security import public
from portal.identity.queries_numbers import people_of_number
from portal.rights import queries_tracker, rules_tracker

tracker = Blueprint("data_tracker", __name__, url_prefix="/data-tracker/v2")
log = structlog.get_logger("portal.rights")


def _bare(status: int) -> Response:
    return Response(status=status, headers={"Cache-Control": "no-store"})


def _answer(body: dict[str, Any]) -> Response:
    answer = jsonify(body)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@tracker.before_request
def _only_the_security_server() -> Response | None:
    door = settings().data_tracker
    if not door.on or not rules_tracker.comes_from(request.remote_addr, door.addresses):
        return _bare(404)
    header = door.certificate_header
    if header and not rules_tracker.shows(request.headers.get(header), door.certificates):
        return _bare(404)
    if rules_tracker.client_of(request.headers.get("X-Road-Client")) not in door.clients:
        log.warning("data_tracker_refused", what="X-Road-Client")
        return _bare(400)
    return None


@tracker.errorhandler(Exception)
def _fault(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return _bare(error.code or 500)
    log.error("fault", endpoint=request.endpoint, kind=type(error).__name__, exc_info=error)
    return _bare(500)


@tracker.get("/findUsage")
@public
def find_usage() -> Response:
    """Who looked at a person's data, newest first. Whoever asks for somebody else leaves a line in that log, too."""
    try:
        wish = rules_tracker.read_usage(request.headers.get("X-Road-UserId"), request.args.to_dict(flat=False))
    except rules_tracker.NotSo as error:
        log.warning("data_tracker_refused", what=str(error))
        return _bare(400)
    people = people_of_number(db.session(), wish.person)
    if wish.represented:
        note_look(NOBODY, people, page="data_tracker.find_usage", why="represented", how=How.EXPORT)
    rows, total = queries_tracker.usages(db.session(), people, wish)
    return _answer({"totalUsages": total, "usages": [_usage(row) for row in rows]})


def _usage(row: Look) -> dict[str, str]:
    """A line of the access log: when, why in a set phrase, and which institution. Who of the city it was, in which
    role and what they wrote beside it the person reads here, signed in."""
    site = settings()
    return {
        "logtime": rules_tracker.stamp(row.at),
        "action": " / ".join(_in(lang, row) for lang in ("et", "en")),
        "receiverCode": site.data_tracker.receiver_code,
        "receiverName": site.city.name,
        "receiverSystem": site.data_tracker.system,
    }


def _in(lang: str, row: Look) -> str:
    with i18n.use_locale(lang):
        return action(row.how, row.why)


@tracker.get("/usagePeriod")
@public
def usage_period() -> Response:
    """Since when lines are kept. There is no end: they can be asked for up to now."""
    return _answer({"periodStart": rules_tracker.stamp(clock.now() - rules_tracker.LOOKS_ARE_KEPT)})


@tracker.get("/heartbeat")
@public
def heartbeat() -> Response:
    """Does the service work, the database included?"""
    try:
        db.session().execute(select(Look.id).limit(1))
    except (SQLAlchemyError, db.Busy) as error:
        log.error("data_tracker_down", kind=type(error).__name__)
        db.abandon()
        return _answer({"status": "FAIL", "message": "The database does not answer"})
    return _answer({"status": "OK", "message": "API is ready"})
