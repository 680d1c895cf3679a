"""The chain of a vote for everybody: its heads on a page, as files, and on paper. On the blueprint of views.py."""

from __future__ import annotations

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import db, limits, qr
from portal.base.i18n import _
from portal.base.security import public
from portal.voting import queries_chain, rules_chain
from portal.voting.sealing import canonical
from portal.voting.views import find, pages, saved

PER_MINUTE = 30  # downloads of a whole chain per origin


@pages.get("/<public_id>/chain")
@public
def heads(public_id: str) -> ResponseReturnValue:
    """The entries of a vote's chain with their heads, newest first, and what they prove."""
    vote = find(public_id)
    rows = queries_chain.shown(db.session(), vote)
    return render_template("voting/chain.html", vote=vote, entries=rows[::-1], kinds=rules_chain.KINDS)


@pages.get("/<public_id>/chain.json")
@public
def chain_json(public_id: str) -> Response:
    """Every entry whole, commitments included: megabytes for a large vote, so not all too often for one origin."""
    if not limits.allow("chain", request.remote_addr or "", PER_MINUTE):
        abort(429)
    vote = find(public_id)
    content = canonical(queries_chain.document(db.session(), vote))
    return saved(content, "application/json", f"chain-{vote.public_id}.json")


@pages.get("/<public_id>/heads.json")
@public
def heads_json(public_id: str) -> Response:
    """Numbers, days and heads: what one keeps to compare later."""
    vote = find(public_id)
    content = canonical(queries_chain.heads_document(db.session(), vote))
    return saved(content, "application/json", f"heads-{vote.public_id}.json")


@pages.get("/<public_id>/chain/slip")
@public
def head_slip(public_id: str) -> ResponseReturnValue:
    """The newest head on the 80 mm roll, to be kept, printed in a paper, or sent to another city."""
    vote = find(public_id)
    rows = queries_chain.shown(db.session(), vote)
    if not rows:
        abort(404)
    address = url_for("voting.heads", public_id=vote.public_id, _external=True)
    return render_template(
        "voting/head_slip.html",
        vote=vote,
        entry=rows[-1],
        kinds=rules_chain.KINDS,
        address=address,
        drawing=qr.svg(address, _("QR code that leads to the heads of this vote")),
    )
