"""What everybody can download of a published vote, and count again alone: regulation, plain lists, outcome, receipts
and the recount program, in one archive whose bytes depend on nothing else."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.base.errors import Refused
from portal.base.i18n import _l
from portal.voting import queries_chain, sealing
from portal.voting.models import Vote
from portal.voting.queries import plain_lists, published, published_ballots, receipts_counted

RECOUNT = Path(__file__).with_name("recount.py")
README = """The result of a vote, to be counted again by anyone

  regulation.json   everything that decides the outcome, as it was frozen when the vote opened
  ballots.json      the ballots as published: shuffled, without names, times or places; or, where the regulation says
                    so, only their totals
  outcome.json      the outcome as the portal counted it
  receipts.txt      hashes of all receipts in the counted set, sorted; joined to no ballot
  chain.json        the entries that were made while the vote ran: fingerprints of sealed ballots, each entry continuing the
                    one before; compare its heads with those that you kept
  recount.py        checks the chain, counts again with Python 3.8 or later and nothing else, and compares:  python3 recount.py

A pot with fewer than ten ballots publishes none of them and no number that comes from them, because they could give
somebody away: outcome.json names its winners alone. Nobody outside can count such a pot again: recount.py names it and
leaves it out.
"""


def ballots_document(s: Session, vote: Vote) -> dict[str, Any]:
    """The document `ballots.json`: per pot the number of ballots, and the list or the totals that may be shown, in the
    form that recount.py reads. Raises Refused before publication."""
    public = published(s, vote)
    if public is None:
        raise Refused(_l("The result of this vote is not published yet."), 404)
    lists = published_ballots(s, vote)
    totals = _totals(s, vote) if public.totals_only else {}
    pots: dict[str, dict[str, Any]] = {}
    for pot in public.regulation["pots"]:
        pot_id = pot["id"]
        told = {"sha256": public.lists[pot_id]["sha256"]}
        if pot_id in public.withheld:
            pots[pot_id] = told | {"withheld": True}
            continue
        told["number"] = public.numbers["pots"].get(pot_id, 0)
        if public.totals_only:
            pots[pot_id] = told | {"totals": totals[pot_id]}
        else:
            pots[pot_id] = told | {"ballots": lists[pot_id], "salt": public.lists[pot_id]["salt"]}
    return {
        "format": 1,
        "vote": vote.public_id,
        "regulation_sha256": public.regulation_hash,
        "lots": public.lots or None,
        "lot_seed": public.lots.get("seed") if public.lots else None,
        "numbers": public.numbers,
        "pots": pots,
    }


def _totals(s: Session, vote: Vote) -> dict[str, dict[str, Any]]:
    """Votes and scores per project, which suffice to count a greedy rule again."""
    kind, longest = vote.document["ballot"]["kind"], vote.document["ballot"].get("max")
    found = {}
    for pot_id, ballots in plain_lists(s, vote).items():
        votes: Counter[str] = Counter()
        scores: Counter[str] = Counter()
        for ballot in ballots:
            for place, one in enumerate(ballot):
                project, points = one if isinstance(one, list) else (one, 1)
                if kind == "ordinal":
                    points = (longest or len(ballot)) - place
                votes[project] += 1
                scores[project] += points
        ids = [project["id"] for project in vote.document["projects"] if project["pot"] == pot_id]
        found[pot_id] = {
            "ballots": len(ballots),
            "votes": {one: votes[one] for one in ids},
            "scores": {one: scores[one] for one in ids},
        }
    return found


def archive(s: Session, vote: Vote) -> bytes:
    """The download: a zip with fixed dates and order, so that two downloads are the same bytes."""
    document, public = ballots_document(s, vote), published(s, vote)
    assert public is not None
    files = {
        "README.txt": README.encode(),
        "regulation.json": vote.regulation.encode(),
        "ballots.json": sealing.canonical(document),
        "outcome.json": public.outcome_text.encode(),
        "chain.json": sealing.canonical(queries_chain.document(s, vote)),
        "receipts.txt": "".join(line + "\n" for line in receipts_counted(s, vote)).encode(),
        "recount.py": RECOUNT.read_bytes(),
    }
    if vote.key_check is None:  # taken in from a file, and never sealed
        del files["chain.json"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive_file:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive_file.writestr(info, content)
    return out.getvalue()
