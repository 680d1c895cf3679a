"""A call whose texts are looked at first: comments and changed texts keep its promise."""

from __future__ import annotations

from datetime import timedelta

from portal.base import clock, db
from portal.base.web import Portal
from portal.comments import actions as comments_actions
from portal.comments import queries as comments
from portal.comments.models import Comment, Side
from portal.ideas.actions_content import CONTENT
from portal.ideas.models import Idea
from portal.moderation.models import Flagged
from tests.client import Client, Page
from tests.comments.help import actor
from tests.ideas.town import add_call, add_idea, idea
from tests.identity.help import enter


def released(app: Portal, author: int, **call: object) -> int:
    """An idea that a moderator let pass, in a call whose texts are looked at within six hours."""
    number = add_idea(app, add_call(app, premoderated=True, promised_hours=6, **call), author, "A bench")
    with db.write() as s:
        row = s.query(Idea).one()
        row.held_at = None
        s.query(Flagged).delete()
        s.flush()
        CONTENT.changed(s, row.id)
    return number


def test_a_comment_is_promised_the_hours_of_its_call(app: Portal) -> None:
    released(app, enter(Client(app), "Jonas Brandt"))
    who = actor(app)
    with db.write() as s:
        about = comments.thing(s, who, "idea", s.query(Idea).one().id, "en")
        assert about is not None
        made = comments_actions.write(who, about, body="Too near the road", lang="en", side=Side.AGAINST)
        assert isinstance(made, comments_actions.Written) and made.note is not None
    with db.read() as s:
        due = s.query(Flagged).filter_by(kind="comment").one().due_at
        assert due is not None and abs(due - clock.city_now() - timedelta(hours=6)) < timedelta(minutes=1)


def _support(app: Portal, number: int) -> Page:
    reader = Client(app)
    enter(reader, "Tom Reader")
    return reader.post(f"/en/ideas/{number}/support", {"on": "1"}, page=f"/en/ideas/{number}")


def test_where_words_were_taken_out_the_page_says_that_somebody_looks(app: Portal) -> None:
    """Then the earlier wordings are gone as well, and the newest still wait."""
    client = Client(app)
    number = released(app, enter(client, "Ana Ilves"))
    form = client.get(f"/en/ideas/{number}/edit").fields()
    client.post(f"/en/ideas/{number}/edit", {**form, "title": "Call 555 123", "body": "Rude words", "language": "en"})
    with db.write() as s:
        CONTENT.rewrite(s, s.query(Idea).one().id, {"title": "Call […]"})
    page = Client(app).get(f"/en/ideas/{number}")
    assert page.status == 200 and "A moderator is looking at the words of this idea." in page
    assert "Rude" not in page.html and "Call" not in page.html
    assert Client(app).get(f"/en/ideas/{number}/history").status == 404


def test_other_words_are_looked_at_again(app: Portal) -> None:
    """Or else whoever was let pass once could write anything."""
    client = Client(app)
    me = enter(client, "Ana Ilves")
    number = released(app, me)
    page = client.get(f"/en/ideas/{number}/edit")
    assert page.status == 200
    after = client.post(f"/en/ideas/{number}/edit", {**page.fields(), "title": "Something rude", "body": "Rude words"})
    assert idea(number).held_at is not None and "waits for a moderator" in after
    # what was let pass stays readable meanwhile, on every page of it
    for address in ("", "/history"):
        page = Client(app).get(f"/en/ideas/{number}{address}")
        assert page.status == 200 and "A bench" in page and "rude" not in page.html, address
    page = Client(app).get(f"/en/ideas/{number}")
    assert "so that people can" in page and "as it was before" in page and "Report this idea" not in page
    again = client.get(f"/en/ideas/{number}/edit").fields()
    client.post(f"/en/ideas/{number}/edit", {**again, "title": "Ruder still", "body": "Rude words", "language": "en"})
    assert idea(number).title == "Ruder still" and "A bench" in (page := Client(app).get(f"/en/ideas/{number}"))
    assert "Rude" not in page.html and "rude" not in Client(app).get("/en/ideas/2027/").html
    debate = Client(app).get(f"/en/comments/idea/{idea(number).id}")
    assert debate.status == 200 and "A bench" in debate and "Rude" not in debate.html
    refused = _support(app, number)
    assert refused.status == 409 and "A moderator is looking at this idea." in refused

    who = actor(app, "Mia Tamm")
    with db.write() as s:
        s.query(Idea).one().held_at = None
        about = comments.thing(s, who, "idea", s.query(Idea).one().id, "en")
        assert about is not None
        comments_actions.write(who, about, body="Kind words", lang="en", side=Side.FOR)
        row = s.query(Comment).one()
        row.held_at = None
        s.flush()
        comments_actions.changed(s, row.id)
        assert comments_actions.edit(who, row, body="Rude words", lang="en", version=1)
        assert row.held_at is not None
