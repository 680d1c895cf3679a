"""Public pages of a vote: the check of a receipt, the exact regulation, the download that anyone can count again."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, codes, db, limits, qr
from portal.base.errors import never_shown
from portal.base.i18n import Text, _
from portal.base.security import actor, public, reads
from portal.voting import queries, queries_publication, rules_interruption
from portal.voting.forms import ReceiptForm
from portal.voting.models import Vote, VoteState
from portal.voting.sealing import RECEIPT_BYTES, SealingError

pages = Blueprint("voting", __name__, url_prefix="/votes")
CHECKS_PER_MINUTE = 300  # per origin; a code has 80 bits, so this spares the database, not the codes


def find(public_id: str) -> Vote:
    """The vote at this address; 404 where it does not exist for this reader."""
    vote = queries.readable(db.session(), actor(), public_id)
    if vote is None:
        abort(404)
    return vote


@pages.get("/<public_id>/receipt")
@public
def receipt(public_id: str) -> ResponseReturnValue:
    """The form; a code never stands in the address."""
    vote = find(public_id)
    return render_template("voting/receipt.html", vote=vote, form=ReceiptForm(), answer=None, notices=_notices(vote))


@pages.post("/<public_id>/receipt")
@public
@reads
@never_shown
def check_receipt(public_id: str) -> ResponseReturnValue:
    """What the code proves."""
    if not limits.allow("receipt", request.remote_addr or "", CHECKS_PER_MINUTE):
        abort(429)
    vote, form = find(public_id), ReceiptForm()
    answer, status = None, 200
    if form.validate_on_submit():
        try:
            answer = queries.receipt(db.session(), vote, form.code.data or "")
            if answer is None:
                form.code.errors = [_("No ballot of this vote has this receipt code.")]
        except SealingError:
            form.code.errors = [_("This is not a receipt code: a character is missing or mistyped.")]
    if form.errors:
        status = 422
    return render_template("voting/receipt.html", vote=vote, form=form, answer=answer, notices=_notices(vote)), status


@pages.post("/<public_id>/receipt/slip")
@public
@reads
@never_shown
def receipt_slip(public_id: str) -> ResponseReturnValue:
    """A receipt on the 80 mm roll, from the page that showed it: vote, code, day and where to check it. The database is
    not asked about the code, and nothing here knows of a choice or a person."""
    vote = find(public_id)
    try:
        raw = codes.unprinted(request.form.get("code", ""), RECEIPT_BYTES)
    except codes.CodeError:
        abort(400)
    address = url_for("voting.receipt", public_id=vote.public_id, _external=True)
    return render_template(
        "voting/receipt_slip.html",
        vote=vote,
        code=codes.printed(raw),
        address=address,
        day=clock.city_now(),
        drawing=qr.svg(address, _("QR code that leads to the check of receipts")),
    )


def _notices(vote: Vote) -> list[Text]:
    return rules_interruption.notices(vote, clock.city_now())


@pages.get("/<public_id>/regulation.json")
@public
def regulation(public_id: str) -> Response:
    """The frozen document, byte for byte as it was hashed."""
    vote = find(public_id)
    return saved(vote.regulation.encode(), "application/json", f"regulation-{vote.public_id}.json")


@pages.get("/<public_id>/result.zip")
@public
def download(public_id: str) -> Response:
    """Everything that is published, with the program that counts it again."""
    vote = find(public_id)
    if queries.published(db.session(), vote) is None:
        abort(404)
    content = queries_publication.archive(db.session(), vote)
    return saved(content, "application/zip", f"result-{vote.public_id}.zip")


@pages.get("")
@public
def votes() -> ResponseReturnValue:
    """All votes with the doors to their checks."""
    s, now = db.session(), clock.city_now()
    listed = [vote for vote in queries.votes_listed(s, reader=actor()) if vote.state is not VoteState.PREPARED]
    return render_template("voting/votes.html", votes=queries.statuses(s, listed, now))


def saved(content: bytes, kind: str, name: str) -> Response:
    """An answer that the browser saves under this name."""
    answer = make_response(content)
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
