"""The desk: a letter is written, found, replaced, revoked, printed; nobody else gets near it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select

from portal.base import clock, db, ground, i18n
from portal.base.web import Portal
from portal.identity.models import Contact, Way
from portal.papers import actions, actions_make, queries, render, sign
from portal.papers.models import Fault, Paper, PaperState, PostBatch
from tests.client import Client, Page
from tests.identity.help import enter
from tests.papers import office
from tests.rights.test_looks import lines

LETTER = {"recipient": "Ana Ilves", "lang": "et", "title": "Teie luba", "body": "Tere!\n\nLuba on antud."}


@pytest.fixture
def desk(client: Client) -> Client:
    """Bo at his desk."""
    enter(client, "Bo Kask", roles=["case_officer"])
    return client


def open_with_reason(desk: Client, address: str) -> Page:
    """As staff do: first say why."""
    form = desk.get(address, follow=False)
    assert form.status == 303, "the reason comes first"
    return desk.post(form.response.headers["Location"], {"why": "asked", "words": ""})


def newest(app: Portal) -> Paper:
    """The paper that was given out last."""
    ground.stand_on(app.ground)
    with db.read() as s:
        return s.scalars(select(Paper).order_by(Paper.id.desc())).first()


def test_a_letter_goes_from_the_desk_to_its_holder(desk: Client, app: Portal) -> None:
    ana = Client(app)
    who = enter(ana, "Ana Ilves")
    assert "No paper was given out yet" in desk.get("/en/staff/papers")
    assert f"/en/staff/papers/letter/to/{who}" in desk.get("/en/staff/papers/letter/to?q=ilv").html
    page = open_with_reason(desk, f"/en/staff/papers/letter/to/{who}")
    assert 'value="Ana Ilves"' in page.html
    page = desk.post(f"/en/staff/papers/letter/to/{who}", LETTER)
    assert "The letter has its number and is being made." in page
    paper = newest(app)
    actions_make.make(paper.id)
    assert "Teie luba" in ana.get("/en/papers") and "Download (PDF)" in ana.get(f"/en/papers/{paper.id}")
    answer = desk.http.get(f"/en/staff/papers/{paper.id}/file", base_url=desk.base)
    assert answer.data.startswith(b"%PDF-") and answer.headers["Cache-Control"] == "no-store"
    labels = [label for label, _value in newest(app).lines]
    assert labels != ["Recipient", "Subject"], "the lines speak the paper's language"


def test_whoever_opens_a_paper_stands_in_the_log_of_its_holder(desk: Client, app: Portal) -> None:
    who = enter(Client(app), "Ana Ilves")
    paper = office.made(app, person_id=who)
    seen = []
    for path in ("papers", f"papers/{paper.id}", f"papers/{paper.id}/file", "papers/letter/to?q=ilv"):
        if path.endswith("file"):
            desk.http.get(f"/en/staff/{path}", base_url=desk.base)
        else:
            desk.get(f"/en/staff/{path}")
        seen.append(lines(app, who)[-1])
    assert [(row.page, row.why, row.role) for row in seen] == [
        ("papers_staff.papers", "list", "case_officer"),
        ("papers_staff.paper", "paper", "case_officer"),
        ("papers_staff.file", "paper", "case_officer"),
        ("papers_staff.recipient", "list", "case_officer"),
    ]
    open_with_reason(desk, f"/en/staff/papers/letter/to/{who}")
    assert lines(app, who)[-1].why == "asked"


def test_a_letter_says_what_it_lacks(desk: Client, app: Portal) -> None:
    page = desk.post("/en/staff/papers/letter", {"lang": "en", "by_post": "1"})
    assert page.status == 422
    for said in ("Enter who the letter is for.", "Enter a subject.", "Enter a text.", "Enter the postal address"):
        assert said in page
    assert newest(app) is None


def test_somebody_reached_by_post_alone_is_offered_post(desk: Client, app: Portal) -> None:
    who = enter(Client(app), "Aino Virtanen")
    now = clock.now()
    with db.write() as s:
        s.add(
            Contact(
                person_id=who, way=Way.POST, value="Pärna 5\n10111 Sundhaven", value_folded="x", created_at=now,
                confirmed_at=now,
            )
        )  # fmt: skip
    page = open_with_reason(desk, f"/en/staff/papers/letter/to/{who}")
    assert "Pärna 5" in page and "checked" in page.html.split('name="by_post"')[1][:60]


def test_papers_are_found_by_number_subject_and_state(
    desk: Client, app: Portal, count_queries: Callable[..., Any]
) -> None:
    first = office.look(app, office.issue(app, title="Parking"))
    office.issue(app, title="Swimming")
    assert "Parking" in desk.get(f"/en/staff/papers?q={first.number.lower()}")
    page = desk.get("/en/staff/papers?q=swim")
    assert "Swimming" in page and "Parking" not in page
    assert "No paper fits" in desk.get("/en/staff/papers?state=failed")
    with count_queries(app) as few:
        desk.get("/en/staff/papers")
    for n in range(31):
        office.issue(app, title=f"Letter {n}")
    with count_queries(app) as many:
        page = desk.get("/en/staff/papers")
    assert many.number == few.number and 'rel="next"' in page.html
    assert "Parking" in desk.get("/en/staff/papers?page=2")


def test_revoking_needs_a_reason_and_is_for_good(desk: Client, app: Portal) -> None:
    paper = office.look(app, office.issue(app))
    address = f"/en/staff/papers/{paper.id}"
    page = desk.post(f"{address}/revoke", {}, page=address)
    assert page.status == 422 and "Choose a reason." in page
    assert "The paper is revoked." in desk.post(f"{address}/revoke", {"reason": "lost"}, page=address)
    page = desk.get(address)
    assert "It was lost or stolen." in page and "Revoke this paper" not in page and "Write the new letter" not in page
    token = desk.get("/en/staff/papers/letter").token
    again = desk.post(f"{address}/revoke", {"reason": "lost", "csrf_token": token})
    assert again.status == 409


def test_a_new_letter_takes_the_old_ones_place(desk: Client, app: Portal) -> None:
    who = enter(Client(app), "Ana Ilves")
    old = office.look(app, office.issue(app, person_id=who))
    page = desk.get(f"/en/staff/papers/{old.id}/replace")
    assert old.number in page and 'value="Your permit"' in page.html
    desk.post(f"/en/staff/papers/{old.id}/replace", LETTER)
    new = newest(app)
    old = office.look(app, old.id)
    assert old.state is PaperState.REPLACED and old.replaced_by_id == new.id and new.person_id == who
    assert new.number in desk.get(f"/en/staff/papers/{old.id}")
    assert desk.get(f"/en/staff/papers/{old.id}/replace").status == 409


def test_what_could_not_be_made_is_told_and_made_again(desk: Client, app: Portal) -> None:
    paper_id = office.issue(app)
    actions_make._not_made(paper_id, Fault.LETTERS)
    page = desk.get(f"/en/staff/papers/{paper_id}")
    assert "This paper could not be made" in page and "no font on this server" in page
    assert "1 paper could not be made" in desk.get("/en/staff/")
    page = desk.post(f"/en/staff/papers/{paper_id}/again", page=f"/en/staff/papers/{paper_id}")
    assert "is being made again" in page and office.look(app, paper_id).state is PaperState.BEING_MADE


def test_a_server_without_pango_tells_its_staff(desk: Client, app: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "missing", lambda: "Pango")
    paper = office.made(app)
    page = desk.get(f"/en/staff/papers/{paper.id}")
    assert "This paper is not made yet" in page and "lacks the programs that make PDF files" in page
    assert "1 paper waits to be made" in desk.get("/en/staff/")


def test_the_post_room_prints_each_letter_once(desk: Client, app: Portal) -> None:
    one = office.made(app, by_post=True)
    two = office.made(app, by_post=True)
    office.made(app)
    assert "2 letters wait for the post room" in desk.get("/en/staff/papers/post")
    assert "being put together" in desk.post("/en/staff/papers/post")
    with db.read() as s:
        batch_id = s.scalars(select(PostBatch.id)).one()
    actions_make.make_batch(batch_id)
    actions_make.make_batch(batch_id)
    with db.read() as s:
        batch = s.get(PostBatch, batch_id)
    assert (batch.count, batch.sheets) == (2, 2)
    with pikepdf.open(queries.path_of(batch.file)) as file:
        assert len(file.pages) == 4, "each letter begins on a sheet of its own"
    assert "Ready to print" in desk.get("/en/staff/papers/post")
    answer = desk.http.get(f"/en/staff/papers/post/{batch_id}/file", base_url=desk.base)
    assert sign.sha256(answer.data) == batch.file
    desk.post(f"/en/staff/papers/post/{batch_id}/printed", page="/en/staff/papers/post")
    assert "Sent on" in desk.get(f"/en/staff/papers/{one.id}")
    token = desk.get("/en/staff/papers/letter").token
    assert desk.post("/en/staff/papers/post", {"csrf_token": token}).status == 409
    assert office.look(app, two.id).batch_id == batch_id


@pytest.mark.parametrize("kind", ["", "?paper=80"])
def test_a_slip_speaks_the_language_of_its_paper_and_its_buttons_the_clerks(
    desk: Client, app: Portal, kind: str
) -> None:
    paper = office.made(app, person_id=enter(Client(app), "Ana Ilves"), lang="ar")
    page = desk.get(f"/en/staff/papers/{paper.id}/slip{kind}")
    slip = re.search(r'<div lang="ar" dir="rtl">(.*?)</section>', page.html, flags=re.S)
    with i18n.use_locale("ar"):
        words = [i18n.gettext("Reference number"), i18n.gettext("Next step"), i18n.day(paper.issued_at)]
    assert slip is not None and [one for one in words if one not in slip[1]] == []
    assert "Reference number" not in page and "Back to the paper" in page
    assert '<h1 class="fm-no-print">' in page.html, "what is printed is in one language"


def test_a_slip_names_nobody(desk: Client, app: Portal) -> None:
    who = enter(Client(app), "Ana Maria Ilves")
    paper = office.look(app, office.issue(app, person_id=who, title="Your permit"))
    for kind in ("", "?paper=80"):
        page = desk.get(f"/en/staff/papers/{paper.id}/slip{kind}")
        assert paper.number in page and "AMI" in page.text and "<svg" in page.html
        for secret in ("Ana", "permit", actions.code_of(paper)):
            assert secret not in page.html
    assert "fm-slip" in page.html


@pytest.mark.parametrize("roles", [[], ["librarian"], ["planner"], ["auditor"]])
def test_the_desk_is_shut_for_others(app: Portal, roles: list[str]) -> None:
    paper = office.issue(app)
    client = Client(app)
    enter(client, "Tom Other", roles=roles)
    for path in ("", f"/{paper}", f"/{paper}/file", f"/{paper}/slip", "/post", "/letter"):
        assert client.get(f"/en/staff/papers{path}").status == 403
