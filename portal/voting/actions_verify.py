"""The auditor's check of a vote: its chain, and with the vote key what is stored against what the chain names. It changes
nothing. The count makes the same check before anything is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.base import db
from portal.voting import chain, queries_chain, sealing
from portal.voting.actions import subkeys
from portal.voting.actions_chain import opened
from portal.voting.actions_count_open import plain_list_hash, sealed_rows
from portal.voting.counting.outcome import outcome
from portal.voting.models import Participation, Vote, VoteState
from portal.voting.queries import plain_lists, receipts_recorded
from portal.voting.regulation import fingerprint

COUNTED = (VoteState.COUNTED, VoteState.KEPT, VoteState.FINISHED, VoteState.PUBLISHED)


@dataclass(slots=True)
class Report:
    """What was looked at, and every difference. `entries`: how many the chain has, `head` of the newest; `ballots`: how many
    were compared with it; `unnamed`: how many wait for their entry; `sealed`: sealed ballots were looked at."""

    entries: int = 0
    head: str = ""
    ballots: int = 0
    unnamed: int = 0
    sealed: bool = False
    differences: list[dict[str, Any]] = field(default_factory=list)


def verify(public_id: str, heads: Iterable[tuple[int, str]] = ()) -> Report:
    """Look at one vote in one snapshot. `heads`: number and hash of entries that somebody kept elsewhere. Raises
    LookupError where there is no such vote, ValueError where it keeps no chain: it is not open yet, or came from a file."""
    with db.read() as s:
        if not db.is_sqlite():
            s.connection().exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        vote = s.scalars(select(Vote).where(Vote.public_id == public_id)).one_or_none()
        if vote is None:
            raise LookupError(public_id)
        if vote.regulation_hash is None or vote.key_check is None:
            raise ValueError("this vote keeps no chain: it is not open yet, or it came from a file")
        entries = queries_chain.entries(s, vote.id)
        report = Report(entries=len(entries), head=entries[-1].head if entries else "")
        report.differences += of_chain(vote, entries, heads)
        if vote.state in COUNTED:
            report.ballots = (vote.numbers or {}).get("ballots", 0)
            report.differences += of_lists(vote, entries, plain_lists(s, vote), receipts_recorded(s, vote))
        elif vote.state is VoteState.OPEN:
            channels = Counter(
                str(one) for one in s.scalars(select(Participation.channel).where(Participation.vote_id == vote.id))
            )
            of_ballots(report, vote, entries, list(sealed_rows(s, vote.id)), channels, set(receipts_recorded(s, vote)))
    return report


def of_chain(vote: Vote, entries: Sequence[chain.Entry], heads: Iterable[tuple[int, str]]) -> list[dict[str, Any]]:
    """Whether the chain is whole, begins with this vote's regulation and key, and holds the heads that were kept."""
    found = chain.broken(entries, regulation=vote.regulation_hash, key_check=vote.key_check)
    if fingerprint(vote.document) != vote.regulation_hash:
        found.append({"what": "regulation", "detail": "it is not the one that its hash names"})
    return found + chain.rolled_back(entries, heads)


def of_ballots(
    report: Report,
    vote: Vote,
    entries: Sequence[chain.Entry],
    rows: Sequence[tuple[str, bytes, bytes]],
    channels: Counter[str],
    receipts: set[str],
) -> None:
    """Whether the sealed ballots are all commitments less the replaced ones, each opens, there are as many by each channel
    as participations, and the receipts on record are theirs. Choices stay closed. Where the key is missing nothing of
    this can be said."""
    try:
        keys = subkeys(vote)
    except sealing.SealingError as error:
        report.differences.append({"what": "vote key", "detail": str(error)})
        return
    report.sealed, report.ballots = True, len(rows)
    read = list(opened(vote, keys, rows))
    for slot in sorted({slot for slot, _envelope, _choices in rows} - {one.stored.slot for one in read}):
        told = {"slot": slot, "what": "does not open", "detail": "it was changed, or belongs elsewhere"}
        report.differences.append(told)
    stored = [one.stored for one in read]
    report.differences += chain.strange(entries, stored, settled=False)
    report.unnamed = len(chain.unnamed(entries, stored))
    theirs = {one.receipt for one in read if one.receipt is not None}
    for words, codes in (("no ballot has it", receipts - theirs), ("it is not on record", theirs - receipts)):
        report.differences += [{"slot": code, "what": "receipt", "detail": words} for code in sorted(codes)]
    by = Counter(one.channel for one in read)
    for channel in sorted({*by, *channels} - {"imported"}):
        if by[channel] != channels[channel]:
            detail = f"{channel}: {channels[channel]} participations, {by[channel]} ballots"
            report.differences.append({"what": "participation", "detail": detail})


def of_lists(
    vote: Vote, entries: Sequence[chain.Entry], lists: dict[str, list[Any]], receipts: list[str]
) -> list[dict[str, Any]]:
    """After the count: whether the last entry names these lists, and the outcome is what they give."""
    salts = {pot: told["salt"] for pot, told in (vote.lists or {}).items()}
    hashes = {pot: plain_list_hash(salts.get(pot, ""), pot, ballots) for pot, ballots in lists.items()}
    found = chain.says_lists(entries, hashes, chain.receipts_hash(receipts))
    for pot, told in sorted((vote.lists or {}).items()):
        if told["sha256"] != hashes.get(pot):
            found.append({"what": "plain list", "detail": f"pot {pot}: not the list that its published hash names"})
    numbers = vote.numbers or {}
    said = entries[-1].body.get("numbers", {}) if entries else {}
    if any(numbers.get(name) != number for name, number in said.items()):
        found.append({"what": "numbers", "detail": "not those that the last entry names"})
    if len(receipts) != numbers.get("receipts") or {p: len(b) for p, b in lists.items()} != numbers.get("pots"):
        found.append({"what": "numbers", "detail": "not as many ballots or receipts as the count found"})
    seed = (vote.lots or {}).get("seed")
    if not found and outcome(vote.document, vote.document["projects"], lists, seed).decode() != vote.outcome:
        found.append({"what": "outcome", "detail": "not the one that the plain lists give"})
    return found
