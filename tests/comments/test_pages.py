"""The pages of a debate, as people meet them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from portal.base import clock, db, ground, limits
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.base.web import Portal
from portal.comments import rules
from portal.comments.models import Comment, Side
from portal.moderation import rules as moderation
from tests.client import Client
from tests.comments.help import WHERE, Probe, actor, put_on, row, say, send
from tests.identity.help import enter


@pytest.fixture(autouse=True)
def at_leisure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here fills in forms in less than three seconds."""
    monkeypatch.setattr(moderation, "TOO_FAST", timedelta(0))
    limits._memory.clear()


@pytest.fixture
def probe(app: Portal) -> Probe:
    """A thing with a thread."""
    return put_on(app)


@pytest.fixture
def ana(client: Client) -> Client:
    """Ana, signed in."""
    enter(client, "Ana Ilves")
    return client


def many(app: Portal, count: int, *, root: int | None = None, points: bool = False) -> list[int]:
    """Comments by the hundred, past everything."""
    author = actor(app, "Many Words").person_id
    line: dict[str, Any] = {
        "kind": "probe", "object_id": 1, "body": "x", "html": "<p>x</p>", "lang": "en", "author_id": author,
        "created_at": clock.now(), "counted": True, "parent_id": root, "root_id": root,
    }  # fmt: skip
    with db.write() as s:
        lines = [
            line | {"side": (Side.FOR if n % 3 else Side.AGAINST) if points and not root else None}
            for n in range(count)
        ]
        return list(s.scalars(insert(Comment).returning(Comment.id), lines))


def test_somebody_writes_and_comes_to_their_comment(probe: Probe, ana: Client) -> None:
    assert "Nobody has commented yet" in ana.get(WHERE)
    sent = ana.get(WHERE).fields()
    page = ana.post(WHERE, {**sent, "body": "More **shade**", "language": "de"}, token=False)
    assert page.url == "/en/comments/probe/1" and "Your comment is here." in page
    number = int(re.findall(r'<article[^>]*id="c(\d+)"', page.html)[0])
    assert '<div class="fm-comment__text" lang="de" dir="ltr"><p>More <strong>shade</strong></p></div>' in page.html
    assert "in Deutsch" in page and "1 comment" in page and "Ana I." in page
    # the same form again, as Back and a second click send it
    ana.post(WHERE, {**sent, "body": "More shade", "language": "de"}, token=False)
    assert probe.comments == 1
    assert ana.get(f"/en/comments/{number}", follow=False).response.location == f"/en/comments/probe/1#c{number}"


def test_what_was_typed_stays_with_its_error(probe: Probe, ana: Client) -> None:
    page = send(ana, WHERE, {"body": " ", "language": "et", "once": "a"})
    assert page.status == 422 and "Write something first." in page and 'value="et" selected' in page.html
    long = "x" * (rules.LONGEST + 1)
    page = send(ana, WHERE, {"body": long, "language": "en", "once": "a"})
    assert page.status == 422 and long in page.html
    probe.may = no(_l("Nobody can comment here now."))
    page = send(ana, WHERE, {"body": "Words that I typed", "language": "en", "once": "a"}, page="/en/account")
    assert page.status == 409 and "Words that I typed" in page.html
    assert probe.comments == 0


def test_signed_out_people_read_and_are_led_to_the_sign_in(app: Portal, probe: Probe, client: Client) -> None:
    number = say(actor(app))
    page = client.get(WHERE)
    assert "Sign in to take part in the debate." in page and 'name="body"' not in page.html
    assert "/en/sign-in?next=" in page.html and "formaction" not in page.html
    assert client.get(f"/en/comments/{number}/reply", follow=False).status == 303
    assert client.post(f"/en/comments/{number}/useful", {"on": "1"}, page="/en/accessibility/report").status == 403


def test_points_stand_in_two_columns_each_with_its_form(app: Portal, client: Client) -> None:
    probe = put_on(app, shape="points")
    enter(client, "Ana Ilves")
    page = client.get(WHERE)
    assert [f'id="{part}_body"' in page.html for part in ("for", "against")] == [True, True]
    page = send(client, WHERE, {"side": "against", "against_body": "", "against_language": "en", "once": "a"})
    assert page.status == 422 and 'href="#against_body"' in page.html
    send(client, WHERE, {"side": "against", "against_body": "Too dear", "against_language": "en", "once": "a"})
    send(client, WHERE, {"side": "for", "for_body": "Shade", "for_language": "en", "once": "b"})
    html = client.get(WHERE).html
    assert html.index("Points for") < html.index("Shade") < html.index("Points against") < html.index("Too dear")
    assert probe.comments == 2


def test_a_reply_says_what_it_answers_and_stays_on_its_level(app: Portal, probe: Probe, ana: Client) -> None:
    bo = actor(app, "Bo Berg")
    first = say(bo, "One")
    second = say(bo, "Two", answers=first)
    third = say(bo, "Three", answers=second)
    page = send(ana, f"/en/comments/{third}/reply", {"body": "Four", "language": "en", "once": "a"})
    assert page.url == f"/en/comments/{first}/replies" and "In reply to Bo B." in page
    last = row(third + 1)
    assert (last.root_id, last.branch_id, last.parent_id) == (first, second, third)


def test_useful_goes_on_and_off_and_leads_back(app: Portal, probe: Probe, ana: Client) -> None:
    number = say(actor(app, "Bo Berg"))
    act = f"/en/comments/{number}/useful"
    answer = ana.post(act, {"on": "1", "back": "/en/?x=1"}, page=WHERE, follow=False)
    assert answer.response.location == f"/en/?x=1#c{number}"
    page = ana.get(WHERE)
    assert 'aria-pressed="true"' in page.html and "Useful (1)" in page
    ana.post(act, {"on": "1", "back": "//evil.example/"}, page=WHERE)
    assert row(number).useful == 1
    assert "evil" not in str(
        ana.post(act, {"on": "", "back": "//evil.example/"}, page=WHERE, follow=False).response.location
    )
    assert row(number).useful == 0
    assert ana.post(f"/en/comments/{say(actor(app))}/useful", {"on": "1"}, page=WHERE).status == 409, "one's own"


def test_change_and_history(app: Portal, probe: Probe, ana: Client) -> None:
    number = say(actor(app), "Frist words")
    page = f"/en/comments/{number}/edit"
    assert "Frist words" in ana.get(page)
    assert ana.get(f"/en/comments/{number}/history").status == 404
    assert send(ana, page, {"body": "", "language": "en", "version": "1"}).status == 422
    assert "First words" in send(ana, page, {"body": "First words", "language": "en", "version": "1"})
    assert "Frist words" in ana.get(f"/en/comments/{number}/history")
    say(actor(app, "Bo Berg"), answers=number)
    assert ana.get(page).status == 409
    stranger = Client(app)
    enter(stranger, "Bo Berg")
    assert stranger.get(page).status == 404


def test_taken_back_leaves_a_note_and_the_replies(app: Portal, probe: Probe, ana: Client) -> None:
    number = say(actor(app), "Silly words")
    say(actor(app, "Bo Berg"), "A reply stays", answers=number)
    assert "Take this comment back?" in ana.get(f"/en/comments/{number}/take-back")
    page = ana.post(f"/en/comments/{number}/take-back")
    assert "The author has taken this comment back." in page and "A reply stays" in page
    for path in (WHERE, f"/en/comments/{number}/replies", f"{WHERE}.atom", "/en/my", "/en/search?q=silly"):
        assert "Silly words" not in ana.get(path).text, path
    assert ana.get(f"/en/comments/{number}/reply").status == 409


def test_hidden_words_and_their_author_are_nowhere(app: Portal, probe: Probe, ana: Client) -> None:
    number = say(actor(app, "Bo Berg"), "Nasty words")
    with db.write() as s:
        s.execute(update(Comment).values(hidden_at=clock.now(), edited_at=clock.now()))
    page = ana.get(WHERE)
    assert "This text is not shown." in page
    for path in (WHERE, f"/en/comments/{number}/replies", f"/en/comments/{number}/history"):
        assert "Nasty" not in ana.get(path).html and "Bo B." not in ana.get(path).html


def test_what_waits_for_a_moderator_is_seen_by_its_author_alone(app: Portal, probe: Probe, ana: Client) -> None:
    number = say(actor(app), "Held words")
    with db.write() as s:
        s.execute(update(Comment).values(held_at=clock.now()))
    assert "Held words" in ana.get(WHERE) and "waits for a moderator" in ana.get(WHERE)
    other = Client(app)
    assert "Held words" not in other.get(WHERE).html
    assert other.get(f"/en/comments/{number}").status == 404


def test_staff_and_authors_wear_their_badge(app: Portal, probe: Probe, client: Client) -> None:
    bo = enter(client, "Bo Berg", roles=["planner"])
    probe.authors = [bo]
    page = client.get(WHERE)
    assert re.search(r'<option value="planner" selected', page.html)
    send(client, WHERE, {"body": "We look at it", "language": "en", "role": "planner", "once": "a"})
    assert "City: Planner" in client.get(WHERE) and "Author" in client.get(WHERE)
    send(client, WHERE, {"body": "As a neighbour", "language": "en", "role": "", "once": "b"})
    assert client.get(WHERE).html.count("City: Planner") == 1
    ana = Client(app)
    enter(ana, "Ana Ilves")
    send(ana, WHERE, {"body": "I am the city", "language": "en", "role": "planner", "once": "c"})
    assert ana.get(WHERE).html.count("City: Planner") == 1


def test_somebody_who_left_is_a_former_participant(app: Portal, probe: Probe, client: Client) -> None:
    say(actor(app), "Words stay")
    with db.write() as s:
        s.execute(update(Comment).values(author_id=None))
    assert "A former participant" in client.get(WHERE) and "Words stay" in client.get(WHERE)


@pytest.mark.parametrize("points", [False, True])
def test_a_lasting_address_leads_to_the_page_where_the_comment_stands(
    app: Portal, client: Client, points: bool
) -> None:
    put_on(app, shape="points" if points else "thread")
    roots = many(app, 45, points=points)
    replies = many(app, 45, root=roots[0])
    for number in (roots[0], roots[20], roots[-1], replies[0], replies[19], replies[20], replies[-1]):
        page = client.get(f"/en/comments/{number}")
        assert f'id="c{number}"' in page.html, number
        assert page.html.count("<article") <= 20 + 1 + rules.REPLIES_SHOWN


def test_a_long_debate_shows_the_first_reply_and_the_way_to_the_others(
    app: Portal, probe: Probe, client: Client
) -> None:
    roots = many(app, 5)
    for root in roots:
        many(app, 5, root=root)
    page = client.get(WHERE)
    assert page.html.count("<article") == 5 + 5 * 3, "a short debate shows three"
    for root in many(app, 15):
        many(app, 5, root=root)
    page = client.get(WHERE)
    assert page.html.count("<article") == 20 + 20 and page.html.count("Show all 5 replies") == 20
    whole = client.get(f"/en/comments/{roots[0]}/replies")
    assert whole.html.count("<article") == 1 + 5, "without a script"


def test_the_number_of_selects_stands(
    app: Portal, probe: Probe, client: Client, count_queries: Callable[..., Any]
) -> None:
    numbers = []
    who = Client(app)
    enter(who, "Ana Ilves")
    roots = many(app, 1)
    for count in (20, 500):
        made = many(app, count)
        for root in (*roots, *made[:10]):
            many(app, 5 if count == 20 else 30, root=root)
        found = []
        for one in (client, who):
            for path in (WHERE, f"/en/comments/{roots[0]}/replies"):
                one.get(path)
                with count_queries(app) as counted:
                    assert one.get(path).status == 200
                found.append(counted.number)
        numbers.append(found)
    assert numbers[0] == numbers[1]
    debate, conversation, debate_signed_in, conversation_signed_in = numbers[0]
    assert debate <= 6 and conversation <= 7
    assert debate_signed_in <= 8 and conversation_signed_in <= 9


def test_what_is_closed_does_not_exist_for_strangers(app: Portal, client: Client) -> None:
    put_on(app, closed=True)
    number = say(actor(app), "Closed words")
    for path in (WHERE, f"{WHERE}.atom", f"/en/comments/{number}", f"/en/comments/{number}/replies",
                 f"/en/comments/{number}/history", "/en/comments/probe/2", "/en/comments/budget/1"):  # fmt: skip
        assert client.get(path).status == 404, path
    enter(client, "Bo Berg")
    assert "Closed words" in client.get(WHERE)
    assert client.get(f"{WHERE}.atom").status == 404, "a feed is for everybody or not at all"


def test_the_feed_has_what_everybody_sees(app: Portal, probe: Probe, client: Client) -> None:
    say(actor(app), "Shown & **bold**")
    hidden = say(actor(app), "Hidden words")
    with db.write() as s:
        s.execute(update(Comment).where(Comment.id == hidden).values(hidden_at=clock.now(), counted=False))
    page = client.get(f"{WHERE}.atom")
    assert "Shown &amp; bold" in page.html and "Hidden" not in page.html and "Ana" not in page.html
    assert f'href="{WHERE}.atom"' in client.get(WHERE).html


def engine(text: str, source: str, target: str) -> str:
    """A city's engine for tests."""
    if "broken" in text:
        raise RuntimeError("out of order")
    return f"{target}: {text} <script>alert(1)</script>"


def test_a_machine_translates_where_the_city_has_one(app: Portal, probe: Probe, client: Client) -> None:
    number = say(actor(app), "Hedgehogs", lang="de")
    here = f"/en/comments/{number}/translation"
    assert client.get(here).status == 404 and "Show translation" not in client.get(WHERE)
    app.ground.settings = dataclasses.replace(app.ground.settings, translator=f"{__name__}:engine")
    ground.stand_on(app.ground)
    assert here in client.get(WHERE).html
    assert "Translate it" in client.get(here)
    page = client.post(here)
    assert "translated by a machine" in page and "en: Hedgehogs" in page and "<script>alert" not in page.html
    assert 'lang="de"' in page.html, "the original stands below"
    broken = say(actor(app), "broken", lang="de")
    assert client.post(f"/en/comments/{broken}/translation", page=here.replace(str(number), str(broken))).status == 503
    assert client.get(f"/de/comments/{number}/translation").status == 404, "it is German already"


ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    '"><svg/onload=alert(1)>',
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "[x](https://x.example \"' onmouseover='alert(1)\")",
    "</textarea><script>alert(1)</script>",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_does_anything_in_a_browser(app: Portal, probe: Probe, ana: Client, attack: str) -> None:
    number = say(actor(app), attack)
    say(actor(app, "Bo Berg"), attack, answers=say(actor(app, "Bo Berg"), "Plain"))
    send(ana, f"/en/comments/{number}/edit", {"body": attack + "!", "language": "en", "version": "1"})
    with db.write() as s:
        s.execute(update(Comment).values(for_name=attack, held_at=None))  # links of new accounts are held
    paths = [
        WHERE,
        f"/en/comments/{number}/replies",
        f"/en/comments/{number}/history",
        "/en/my",
        f"/en/comments/{number}/edit",
        f"/en/comments/{number}/take-back",
        "/en/search?q=alert",
        f"{WHERE}.atom",
    ]
    for path in paths:
        html = re.sub(r"<script type=\"module\" src=\"/static/[^>]*></script>", "", ana.get(path).html)
        assert not re.search(
            r"<script|<svg/|<img[^>]*(?:onerror|evil)|<[^>]*\son[a-z]+=|<[^>]*href=.?(?:javascript|data):", html
        ), path
    page = send(ana, WHERE, {"body": attack, "language": "nonsense" + attack, "once": "a", "side": attack})
    assert page.status == 422 and not re.search(r"<[^>]*\son[a-z]+=", page.html)


def test_my_page_names_a_comment_and_its_day(app: Portal, probe: Probe, ana: Client) -> None:
    say(actor(app), "The steps are icy")
    line = re.search(r"The steps are icy.*?<p>(.*?)</p>", ana.get("/en/my").html, re.S)
    assert line is not None and line.group(1)[:1].isalpha(), "nothing stands before the day, no dot either"
