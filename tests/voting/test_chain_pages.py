"""The chain of a vote as people meet it: heads on a page, on paper, in a feed and as files; the download that checks itself;
the auditor's page; and the head that an officer types after a restore."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from portal.base import clock, db
from portal.base.web import Portal
from portal.voting import actions_chain, actions_count, chain, queries_chain, queries_publication, sealing
from portal.voting.models import VoteState
from tests.client import Client
from tests.identity.help import enter
from tests.voting.test_chain import many
from tests.voting.town import OFFICER, close, found, opened, start_count


def counted(voters: int = 12) -> str:
    vote = opened()
    many(vote, 0, voters)
    actions_chain.seal_due(vote)
    close(vote)
    start_count(vote)
    actions_count.run_count(vote)
    with db.write() as s:
        actions_count.publish(s, OFFICER, found(s, vote), halves_destroyed=True)
    return vote


def test_everybody_reads_the_heads_and_takes_them_along(app: Portal, client: Client) -> None:
    vote = opened()
    many(vote, 0, 12)
    actions_chain.seal_due(vote)
    with db.read() as s:
        head = queries_chain.heads(s, found(s, vote).id)[-1].head
    assert "Chain and its heads" in client.get("/en/votes")
    page = client.get(f"/en/votes/{vote}/chain")
    assert page.status == 200 and head in page.html.replace("<wbr>", "") and "Entry of the day" in page and "12" in page
    slip = client.get(f"/en/votes/{vote}/chain/slip")
    assert " ".join(head[at : at + 8] for at in range(0, 64, 8)) in slip.html and "Keep this." in slip
    told = json.loads(client.get(f"/en/votes/{vote}/heads.json").html)
    assert chain.read_heads(json.dumps(told))[-1] == (1, head)
    whole = json.loads(client.get(f"/en/votes/{vote}/chain.json").html)["entries"]
    assert [one["kind"] for one in whole] == ["open", "day"] and len(whole[1]["new"]) == 12
    feed = client.get("/en/feeds/heads.atom")
    assert feed.status == 200 and head in feed.html
    assert client.get("/en/votes/0000000000000000/chain").status == 404


def test_nothing_of_the_count_shows_before_the_key_is_destroyed(app: Portal, client: Client) -> None:
    vote = counted()
    assert "Count" in client.get(f"/en/votes/{vote}/chain")
    with db.write() as s:
        found(s, vote).state = VoteState.KEPT
    for name in ("chain.json", "heads.json"):
        assert '"count"' not in client.get(f"/en/votes/{vote}/{name}").html


def test_a_vote_without_entries_says_so(app: Portal, client: Client) -> None:
    vote = opened()
    with db.write() as s:
        from portal.voting.models_chain import ChainEntry

        s.query(ChainEntry).delete()
    assert "No entry yet" in client.get(f"/en/votes/{vote}/chain")
    assert client.get(f"/en/votes/{vote}/chain/slip").status == 404


def test_an_auditor_reads_chain_roll_and_the_way_to_every_act(app: Portal) -> None:
    auditor, clerk = Client(app), Client(app)
    enter(auditor, "Ada Audit", roles=["auditor"])
    enter(clerk, "Bo Tamm", roles=["budget_officer"])
    vote = counted()
    page = auditor.get(f"/en/staff/votes/{vote}/record")
    assert page.status == 200 and "Every act of the staff on this vote" in page and "run verify" in page
    assert "Who has voted, by the way" in page
    acts = auditor.get(f"/en/staff/audit?kind=vote&object={vote}")
    assert "Vote opened" in acts and "Entry added to the chain of a vote" in acts
    assert "Every act of the staff" not in clerk.get(f"/en/staff/votes/{vote}/record")
    fresh = opened(object_id=2)
    many(fresh, 0, 3)
    assert "Nothing is shown of today while the vote is open." in auditor.get(f"/en/staff/votes/{fresh}/record")


# --- the download -----------------------------------------------------------------------------------------------------


def recount(folder: Path, files: dict[str, bytes]) -> tuple[int, str]:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    done = subprocess.run([sys.executable, "recount.py"], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def unpacked(vote: str) -> dict[str, bytes]:
    with db.read() as s:
        archive = zipfile.ZipFile(io.BytesIO(queries_publication.archive(s, found(s, vote))))
    return {name: archive.read(name) for name in archive.namelist()}


def changed(files: dict[str, bytes], name: str, change: Callable[[dict[str, object]], None]) -> bytes:
    document = json.loads(files[name])
    change(document)
    return sealing.canonical(document)


def test_the_download_checks_its_own_chain(app: Portal, tmp_path: Path) -> None:
    files = unpacked(counted())
    code, said = recount(tmp_path, files)
    assert code == 0 and "The chain is whole" in said and "byte for byte" in said


Files = dict[str, bytes]


def in_chain(change: Callable[[list[dict[str, object]]], object]) -> Callable[[Files], Files]:
    return lambda files: {"chain.json": changed(files, "chain.json", lambda told: change(told["entries"]))}  # type: ignore[arg-type]


def in_file(name: str, change: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    return lambda files: {name: change(files[name])}


OUTSIDE: dict[str, tuple[str, Callable[[Files], Files]]] = {
    "an entry is dropped": ("does not continue", in_chain(lambda told: told.pop(1))),
    "a head is changed": ("not what its head says", in_chain(lambda told: told[1].update(head="0" * 64))),
    "a commitment is dropped": ("not what its head says", in_chain(lambda told: told[1]["new"].pop())),  # type: ignore[attr-defined]
    "the count is cut off": ("end with the count", in_chain(lambda told: told.pop())),
    "a receipt is added": ("receipts: not the list", in_file("receipts.txt", lambda text: text + b"f" * 64 + b"\n")),
    "a receipt is removed": ("receipts: not the list", in_file("receipts.txt", lambda text: text.split(b"\n", 1)[1])),
    "the regulation is another one": (
        "regulation",
        in_file("regulation.json", lambda text: text.replace(b"Project 3", b"Project 4", 1)),
    ),
    "the numbers are changed": (
        "other numbers",
        in_file("ballots.json", lambda text: text.replace(b'"ballots":12,', b'"ballots":13,', 1)),
    ),
}


@pytest.mark.parametrize("damage", OUTSIDE)
def test_anybody_finds_what_was_changed_in_a_download(damage: str, app: Portal, tmp_path: Path) -> None:
    words, change = OUTSIDE[damage]
    files = unpacked(counted())
    code, said = recount(tmp_path, files | change(files))
    assert code == 1 and "DIFFERENT" in said and words in said, said


# --- after a restore --------------------------------------------------------------------------------------------------


def test_an_officer_types_the_newest_head_and_the_chain_goes_on_after_it(app: Portal) -> None:
    bo, cleo = Client(app), Client(app)
    enter(bo, "Bo Tamm", roles=["budget_officer"])
    enter(cleo, "Cleo Mets", roles=["budget_officer"])
    vote = opened()
    now = clock.now()
    with db.write() as s:
        found(s, vote).interruptions = [{"backup": now.isoformat(), "restored": now.isoformat()}]
    desk = f"/en/staff/votes/{vote}"
    later = (now + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    fields = {**bo.get(desk).fields(), "choice": "go_on", "closes_at": later}
    wrong = bo.post(f"{desk}/plan", {**fields, "newest": "7 abc"}, page=desk)
    assert wrong.status == 422 and "64 signs" in wrong and "7 abc" in wrong.html
    much = bo.post(f"{desk}/plan", {**fields, "newest": f"4000 {'a' * 64}"}, page=desk)
    assert much.status == 422 and "No vote makes so many entries." in much
    held = "b" * 64
    assert "has to agree now" in bo.post(f"{desk}/plan", {**fields, "newest": f"3: {held.upper()}"}, page=desk)
    page = cleo.get(desk)
    assert held in page.html
    assert "The vote goes on." in cleo.post(f"{desk}/agree", page.fields(), page=desk)
    with db.read() as s:
        told = queries_chain.entries(s, found(s, vote).id)
    assert [(one.number, one.kind, one.previous) for one in told[1:]] == [(4, "restored", held)]
    assert told[1].body["void"] == [1, 2, 3] and chain.broken(told) == []
