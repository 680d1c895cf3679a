"""Ideas and comments leave as tables and come back: errors by line and column, nothing by halves, nothing twice."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest

from portal.base import db
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.comments import actions as comments_actions
from portal.comments import queries as comments
from portal.comments.models import Comment, Side
from portal.ideas import actions_answers, actions_tables, rules_csv, rules_tables
from portal.ideas.models import Call, Idea
from portal.ideas.models_answers import Answer, AnswerIdea, Outcome
from portal.ideas.models_paper import Import
from portal.ideas.rules_csv import BadTable
from portal.ideas.rules_tables import Known
from portal.notifications.models import Message
from tests.client import Client, Page
from tests.ideas.town import add_call, add_idea, idea
from tests.identity.help import enter

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KNOWN = Known(frozenset({"en", "de", "ar"}), {"green": 1}, {"north": 7}, {"9": 90, "there/9": 90})
HEAD = "id,title,text,language,category,district,x,y,cost,created\n"


def _faults(what: str, text: str | bytes) -> list[tuple[int, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BadTable) as found:
        table = rules_csv.read(what, data)
        if what == rules_csv.IDEAS:
            rules_tables.check_ideas(table, KNOWN, NOW, UTC)
        else:
            rules_tables.check_comments(table, KNOWN, {"old": 91}, NOW, UTC)
    return [(one.line, one.column) for one in found.value.faults]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [(1, "title"), (1, "text"), (1, "language")]),
        ("title,text,language,title\n", [(1, "title")]),
        ("title,text,language\n", [(1, "")]),  # no rows
        ("title,text,language\nA,B\nA,B,en,x\n", [(2, ""), (3, "")]),
        ('title,text,language\n"A"x,B,en\n', [(2, "")]),
        (b"title,text,language\nA,B,en\n" + b"\xff,B,en\n", [(3, "")]),
        (HEAD + ",,B,en,,,,,,\n", [(2, "title")]),
        (HEAD + ",A,B,xx,,,,,,\n", [(2, "language")]),
        (HEAD + ",A,B,en,Blue,South,,,,\n", [(2, "category"), (2, "district")]),
        (HEAD + ",A,B,en,,,0.5,,,\n", [(2, "y")]),
        (HEAD + ",A,B,en,,,2,0.5,,\n", [(2, "x"), (2, "x")]),
        (HEAD + ',A,B,en,,,,,"1,000.50",\n', [(2, "cost")]),
        (HEAD + ",A,B,en,,,,,-1,\n", [(2, "cost")]),
        (HEAD + ",A,B,en,,,,,NaN,\n", [(2, "cost")]),
        (HEAD + ",A,B,en,,,,,,27.3.2026\n", [(2, "created")]),
        (HEAD + ",A,B,en,,,,,,2027-01-01\n", [(2, "created")]),
        (HEAD + '1,A,"two\nlines",en,,,,,,\n1,C,D,en,,,,,,\n', [(4, "id")]),
        (HEAD + f",{'A' * 121},B,en,,,,,,\n", [(2, "title")]),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(text: str | bytes, faults: list[tuple[int, str]]) -> None:
    assert _faults(rules_csv.IDEAS, text) == faults


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ("1,8,,for,A,en\n", [(2, "idea")]),
        ("1,9,,,A,en\n", [(2, "side")]),
        ("1,9,,maybe,A,en\n", [(2, "side")]),
        ("1,9,2,,A,en\n", [(2, "answers")]),  # nowhere
        ("1,9,old,,A,en\n", [(2, "answers")]),  # of another idea
        ("1,9,2,,A,en\n2,9,1,,B,en\n", [(2, "answers"), (3, "answers")]),  # a circle
        ("1,9,1,,A,en\n", [(2, "answers")]),
        ("1,9,,for,,en\n", [(2, "text")]),
    ],
)
def test_what_is_wrong_with_comments(rows: str, faults: list[tuple[int, str]]) -> None:
    assert _faults(rules_csv.COMMENTS, "id,idea,answers,side,text,language\n" + rows) == faults


def test_answers_come_after_what_they_answer() -> None:
    text = "id;idea;answers;side;text;language\n3;9;2;;C;en\n2;there/9;1;;B;en\n1;9;;for;A;en\n"
    table = rules_csv.read(rules_csv.COMMENTS, ("\ufeff" + text).encode())
    found = rules_tables.check_comments(table, KNOWN, {}, NOW, UTC)
    assert [row.id for row in found.rows] == ["1", "2", "3"] and {row.idea_id for row in found.rows} == {90}


def test_no_cell_is_a_formula_and_every_cell_comes_back() -> None:
    for words in ("=1+1", "+49", "-5 °C", "@home", "'quoted'", "'=x", "plain", 'a,b;c\n"d"'):
        written = rules_csv.write(rules_csv.IDEAS, [{"title": words, "text": "x", "language": "en"}])
        assert not rules_csv.guarded(words).startswith(("=", "+", "-", "@"))
        assert rules_csv.read(rules_csv.IDEAS, written.encode()).rows[0]["title"] == words


# --- on the pages -----------------------------------------------------------------------------------------------------


def _send(client: Client, slug: str, what: str, text: str) -> Page:
    file = (io.BytesIO(text.encode()), "there.csv")
    return client.post(f"/en/staff/ideas/{slug}/tables", {"what": what, "file": file})


def _yes(client: Client, page: Page) -> None:
    client.post(f"{page.url}/begin", page=page.url)
    with db.read() as s:
        row = s.query(Import).order_by(Import.id.desc()).first()
        assert row is not None and row.begun_at is not None
        number = row.id
    actions_tables.take_in(number)
    assert actions_tables.take_in(number) == 0


def _told(one: Any) -> tuple[Any, ...]:
    names = ("language", "title", "body", "place", "x", "y", "cost_guess", "created_at", "author_name", "category_id")
    return tuple(getattr(one, name) for name in names)


def test_what_leaves_one_call_comes_into_another_the_same(app: Portal) -> None:
    client, first = Client(app), add_call(app)
    add_call(app, slug="2028")
    ana = enter(Client(app), "Ana Ilves")
    number = add_idea(
        app, first, ana, "=SUM(A1), a bench", language="de", place="'t Hof", cost_guess=150_050, x=0.25, y=0.5
    )
    add_idea(app, first, ana, "مقعد", language="ar", body="سطر\n\n**آخر**")
    with db.write() as s:
        who = Actor(person_id=ana)
        thing = comments.thing(s, who, "idea", idea(number).id, "en")
        assert thing is not None
        point = comments_actions.write(who, thing, body="-1 from me", lang="en", side=Side.AGAINST)
        assert isinstance(point, comments_actions.Written)
        found = comments.found(s, who, point.comment.id, "en")
        comments_actions.write(who, thing, body="Why?", lang="en", answers=found)
    enter(client, "Bo Officer", roles=["budget_officer"])
    ideas = client.http.get("/en/staff/ideas/2027/list.csv", base_url=client.base).get_data(as_text=True)
    said = client.http.get("/en/staff/ideas/2027/comments.csv", base_url=client.base).get_data(as_text=True)
    assert "Ilves" not in ideas + said and "Ana I." in ideas and "Ana I." in said
    same = _send(client, "2027", "ideas", ideas)
    assert "Nothing in this file is new" in same
    page = _send(client, "2028", "ideas", ideas)
    assert "Take in 2 rows" in page and "=SUM(A1), a bench" in page
    with db.read() as s:
        assert s.query(Idea).count() == 2
    _yes(client, page)
    with db.read() as s:
        old = [s.query(Idea).filter_by(number=n).one() for n in (1, 2)]
        new = [s.query(Idea).filter_by(number=n).one() for n in (3, 4)]
        for one, other in zip(old, new, strict=True):
            assert _told(other)[:7] == _told(one)[:7]
            assert (other.author_name, other.channel, other.author_id) == ("Ana I.", "import", None)
            assert other.created_at == one.created_at.replace(microsecond=0) and other.supports == 0
        assert s.query(Message).filter_by(notice="idea.imported").count() == 1
    page = _send(client, "2028", "comments", said)
    assert "Take in 2 rows" in page
    _yes(client, page)
    with db.read() as s:
        mine = s.query(Comment).filter(Comment.imported_id.is_not(None)).order_by(Comment.id).all()
        assert [c.body for c in mine] == ["-1 from me", "Why?"] and mine[1].parent_id == mine[0].id
        assert mine[0].side is Side.AGAINST and mine[0].replies == 1
    shown = Client(app).get("/en/ideas/3")
    assert "-1 from me" in shown and "Ana I." in shown and "on another platform" in shown and idea(3).comments == 2
    again = client.http.get("/en/staff/ideas/2028/list.csv", base_url=client.base).get_data(as_text=True)
    kept = [row.cells | {"number": "", "comments": ""} for row in rules_csv.read("ideas", ideas.encode()).rows]
    back = [row.cells | {"number": "", "comments": ""} for row in rules_csv.read("ideas", again.encode()).rows]
    assert [{k: v for k, v in row.items() if k != "category"} for row in kept] == [
        {k: v for k, v in row.items() if k != "category"} for row in back
    ]
    assert "Nothing in this file is new" in _send(client, "2028", "ideas", again)
    assert "Nothing in this file is new" in _send(client, "2028", "comments", said)


def test_one_bad_line_and_nothing_is_kept(app: Portal) -> None:
    client = Client(app)
    add_call(app)
    enter(client, "Bo Officer", roles=["moderator"])
    page = _send(client, "2027", "ideas", "title;text;language;cost\nA;B;en;12\nC;;en;much\n")
    assert page.status == 422 and "2 errors" in page and "This cell is empty" in page and "amount in digits" in page
    with db.read() as s:
        assert s.query(Import).count() == 0
    assert _send(client, "2027", "", "").status == 422
    page = _send(client, "2027", "ideas", "title,text,language,who\nA,B,en,x\n")
    assert "Columns that nobody here knows" in page and "who" in page
    assert "thrown away" in client.post(f"{page.url}/drop", page=page.url)
    librarian = Client(app)
    enter(librarian, "Lia Rebane", roles=["librarian"])
    assert librarian.get("/en/staff/ideas/2027/tables").status == 403


def test_answers_leave_and_come_in_as_drafts(app: Portal) -> None:
    client, first = Client(app), add_call(app)
    add_call(app, slug="2028")
    ana = enter(Client(app), "Ana Ilves")
    numbers = [add_idea(app, first, ana, title) for title in ("A bench", "Another bench", "A tree")]
    with db.write() as s:
        call = s.get_one(Call, first)
        ideas = [s.query(Idea).filter_by(number=number).one() for number in numbers[:2]]
        said = {"body": {"en": "=Yes", "de": "Ja"}, "role": {"en": "Head of parks"}}
        made = actions_answers.draft(Actor(), call, ideas, outcome=Outcome.PARTLY, answered_by="Bo O.", said=said)
        actions_answers.publish(Actor(), call, [made.id])
    enter(client, "Bo Officer", roles=["budget_officer"])
    get = lambda path: client.http.get(path, base_url=client.base).get_data(as_text=True)  # noqa: E731
    answers, ideas_file = get("/en/staff/ideas/2027/answers.csv"), get("/en/staff/ideas/2027/list.csv")
    assert answers.count("partly") == 4 and "'=Yes" in answers
    assert "Nothing in this file is new" in _send(client, "2027", "answers", answers)
    wrong = _send(client, "2028", "answers", answers)
    assert wrong.status == 422 and "no idea with this id" in wrong
    _yes(client, _send(client, "2028", "ideas", ideas_file))
    page = _send(client, "2028", "answers", answers)
    assert "as drafts" in page and "Take in 1 row" in page
    _yes(client, page)
    with db.read() as s:
        draft = s.query(Answer).order_by(Answer.id.desc()).first()
        assert draft is not None and draft.published_at is None and draft.outcome is Outcome.PARTLY
        assert s.query(AnswerIdea).filter_by(answer_id=draft.id).count() == 2
    assert "Nothing in this file is new" in _send(client, "2028", "answers", answers)
