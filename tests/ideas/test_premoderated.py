"""A call whose texts are looked at first: comments and changed texts keep its promise."""

from __future__ import annotations

from datetime import timedelta

from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.comments import actions as comments_actions
from portal.comments import queries as comments
from portal.comments.models import Comment, Side
from portal.ideas.actions_content import CONTENT
from portal.ideas.models import Change, Idea
from portal.moderation import actions_decide
from portal.moderation.models import Act, Flagged
from portal.moderation.rules import Statement
from tests.client import Client, Page
from tests.comments.help import actor
from tests.ideas.town import add_call, add_idea, idea
from tests.identity.help import enter
from tests.moderation import board


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


def reworded(app: Portal, author: str = "Ana Ilves", **call: object) -> tuple[Client, int]:
    """An idea that everybody reads, with other words of its author that a moderator reads first."""
    client = Client(app)
    number = released(app, enter(client, author), **call)
    form = client.get(f"/en/ideas/{number}/edit").fields()
    after = client.post(f"/en/ideas/{number}/edit", {**form, "title": "Something rude", "body": "Rude words"})
    assert "A moderator reads them first." in after and "Your changes wait for a moderator." in after
    return client, number


def test_other_words_are_looked_at_first_and_the_idea_stands_as_it_was(app: Portal) -> None:
    """Or else whoever was let pass once could write anything; and an idea would leave the lists because of a comma."""
    client, number = reworded(app)
    assert idea(number).shown and idea(number).title == "A bench"
    reader = Client(app)
    enter(reader, "Tom Reader")
    for address in (f"/en/ideas/{number}", "/en/ideas/2027/", "/en/search?q=bench"):
        page = reader.get(address)
        assert page.status == 200 and "A bench" in page and "ude" not in page.html, address
    page = client.get(f"/en/ideas/{number}/edit")  # its author goes on with the new words
    assert "Something rude" in page
    fields = {**page.fields(), "title": "Ruder still"}
    client.post(f"/en/ideas/{number}/edit", fields)
    with db.read() as s:
        assert [row.title for row in s.query(Change)] == ["Ruder still"]
        assert [row.kind for row in s.query(Flagged)] == ["idea_change"]
    assert _support(app, number).status == 200


def _judge(app: Portal, told: Statement) -> None:
    """A moderator decides on the words that wait, or waited."""
    who = Actor(person_id=enter(Client(app), "Mo Judge", roles=["moderator"]), roles=frozenset({"moderator"}))
    with db.write() as s:
        row = s.query(Flagged).filter_by(kind="idea_change").one()
        assert actions_decide.decide(who, row.id, told, version=row.version)


PASSED = Statement(Act.RELEASE)


def test_what_was_let_pass_takes_the_place_of_the_old_words(app: Portal) -> None:
    _client, number = reworded(app)
    _judge(app, PASSED)
    page = Client(app).get(f"/en/ideas/{number}")
    assert "Rude words" in page and "A bench" in Client(app).get(f"/en/ideas/{number}/history")
    assert "Something rude" in Client(app).get("/en/ideas/2027/")
    assert idea(number).version == 2


def test_what_was_hidden_leaves_the_idea_alone_and_comes_after_all_where_that_was_a_mistake(app: Portal) -> None:
    client, number = reworded(app)
    _judge(app, board.HIDE)
    assert idea(number).title == "A bench" and "Something rude" not in client.get(f"/en/ideas/{number}/edit").html
    _judge(app, Statement(Act.RESTORE, phrase="mistake"))
    assert idea(number).title == "Something rude"


def test_nobody_supports_something_else_in_the_end(app: Portal) -> None:
    """Who supported the idea while other words of it waited supports what they read."""
    client, number = reworded(app, edit_minutes=0)
    assert _support(app, number).status == 200
    _judge(app, PASSED)
    assert idea(number).title == "A bench" and idea(number).version == 1
    assert "stays as it was" in client.get("/en/inbox")


def test_a_comment_with_other_words_is_looked_at_again(app: Portal) -> None:
    number = released(app, enter(Client(app), "Ana Ilves"))
    who = actor(app, "Mia Tamm")
    with db.write() as s:
        about = comments.thing(s, who, "idea", idea(number).id, "en")
        assert about is not None
        comments_actions.write(who, about, body="Kind words", lang="en", side=Side.FOR)
        row = s.query(Comment).one()
        row.held_at = None
        s.flush()
        comments_actions.changed(s, row.id)
        assert comments_actions.edit(who, row, body="Rude words", lang="en", version=1)
        assert row.held_at is not None
