"""A questionnaire from its first draft to its published results, as officers, citizens and clerks see it."""

from __future__ import annotations

import csv
import io
import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal.audit.models import Entry
from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.home import rules_sheets
from portal.identity.models import Identity
from portal.notifications import actions as notifications
from portal.notifications.models import Message
from portal.processes import actions_answers, jobs, queries_questions, rules_questions
from portal.processes.models import Process
from portal.processes.models_questions import Audience, FilledIn, Group, Question, Questionnaire, Reply, Stand
from portal.rights import actions_erase
from portal.rights.models import Cause
from tests.budgeting import town
from tests.budgeting.town import LANGUAGES
from tests.client import Client
from tests.identity.help import enter
from tests.notifications.help import work
from tests.processes import survey


@pytest.fixture
def process(app: Portal) -> int:
    budget = town.add_budget(app, slug="2026", count=1)
    with db.read():
        return town.get(budget).process_id


def every(name: str, text: str) -> dict[str, str]:
    return {f"{name}_{lang}": f"{text} {lang}" for lang in LANGUAGES}


def local(days: float) -> str:
    return (clock.city_now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def move(number: int, days: float) -> None:
    """Let a questionnaire have closed that many days ago."""
    with db.write() as s:
        row = s.get_one(Questionnaire, number)
        row.opens_at, row.closes_at = row.opens_at - timedelta(days=30), clock.city_now() - timedelta(days=days)


def fields(number: int) -> dict[str, list[int]]:
    with db.read() as s:
        asked = queries_questions.page(s, s.get_one(Questionnaire, number)).questions
        return {one.name: [choice for choice, _name in one.choices] for one in asked}


def test_an_officer_makes_it_and_sees_what_is_missing(app: Portal, client: Client, process: int) -> None:
    enter(client, "Bo Officer", roles=["budget_officer"])
    assert "/staff/questionnaires/of/" in client.get("/en/staff/budgets/2026").html
    of = f"/en/staff/questionnaires/of/{process}"
    assert "No questionnaire yet" in client.get(of)
    wrong = client.post(f"{of}/new", {"opens_at": local(2), "closes_at": local(1), "audience": "account"})
    assert wrong.status == 422 and "Enter a title in at least one language." in wrong and "later than" in wrong
    conditions = {"opens_at": local(0.5), "closes_at": local(9), "audience": "account", "keep_days": "30"}
    page = client.post(f"{of}/new", {**conditions, **every("title", "Mill Street"), "lead_en": "We ask."})
    here = page.url
    assert "There is no question yet." in page and "\u2068Deutsch\u2069: 1 text is missing." in page, (
        "an introduction in English only"
    )
    more = f"{here}/questions/new"
    bad = client.post(more, {"ask": "single", "text_en": "What first?", "names_en": "A\nB", "names_de": "A"})
    assert bad.status == 422 and "Enter 2 answers, as in the other languages." in bad and "A\nB</textarea>" in bad.html
    choices = {f"names_{lang}": f"Trees {lang}\nBenches {lang}" for lang in LANGUAGES}
    assert "Done:" in client.post(more, {"ask": "single", "required": "1", **every("text", "What first?"), **choices})
    scale = {"ask": "scale", "steps": "5", **every("text", "How safe?"), **every("low", "not"), **every("high", "very")}
    page = client.post(more, scale)
    first = re.search(rf"{here}/questions/(\d+)\"", page.html)
    assert first is not None
    moved = client.post(f"{here}/questions/{first[1]}/move", {"way": "down"}, page=here)
    assert moved.text.index("How safe?") < moved.text.index("What first?")
    assert "Benches ar" in client.get(f"{here}/questions/{first[1]}").html
    assert "Benches ar" in client.get(here.replace("/en/", "/ar/") + "/preview")
    assert client.get(f"/en/questionnaires/{here.rsplit('/', 1)[1]}").status == 404, "a draft is nobody's"
    page = client.post(f"{here}/release", page=here)
    assert "It opens and closes by its dates." in page and "New question" not in page
    assert client.get(more).status == 409
    assert client.post(f"{here}/delete", page=here).status == 409
    assert "draft again" in client.post(f"{here}/take-back", page=here)
    client.post(f"{here}/release", page=here)
    earlier = client.post(f"{here}/prolong", {"closes_at": local(3)}, page=here)
    assert earlier.status == 422 and "only be moved to a later time" in earlier
    assert "closes later" in client.post(f"{here}/prolong", {"closes_at": local(12)}, page=here)
    made = client.post(f"{here}/copy", page=here)
    assert "This is the copy." in made and "How safe?" in made and made.url != here
    assert "The questionnaire is deleted." in client.post(f"{made.url}/delete", page=made.url)
    with db.read() as s:
        verbs = set(s.scalars(select(Entry.verb).where(Entry.kind == "questionnaire")))
        assert s.scalar(select(func.count()).select_from(Question)) == 2
    assert verbs >= {"made questionnaire", "added question", "moved question", "released questionnaire"}


def test_somebody_answers_changes_it_and_takes_it_back(app: Portal, client: Client, process: int) -> None:
    with db.write():
        number = survey.make(process, on_paper=True)
    url, ids = f"/en/questionnaires/{number}", fields(number)
    page = client.get(url)
    assert "Sign in to answer." in page and "What first?" in page and "<form" not in page.html.split('id="main"')[1]
    assert client.post(url, {"q1": "1"}, page="/en/accessibility/report").status == 403
    assert url in client.get("/en/budget/2026/").html and "The city asks you" in client.get("/en/budget/2026/")
    ana = enter(client, "Ana Ilves")
    assert "Mill Street" in client.get("/en/my")
    with db.read() as s:
        lines = s.scalar(select(func.count()).select_from(Entry))
    wrong = client.post(url, {"q2": [str(one) for one in ids["q2"]], "q4": "Zebra crossing"})
    assert wrong.status == 422 and "Choose an answer." in wrong and "Choose at most 2 answers." in wrong
    assert "Zebra crossing" in wrong.html and wrong.html.count("checked") == 3, "everything typed is kept"
    right = {"q1": str(ids["q1"][1]), "q2": [str(ids["q2"][0])], "q3": "4", "q4": "Zebra crossing"}
    assert "Your answers are stored." in client.post(url, right)
    page = client.post(url, right | {"q3": "5", "q4": ""})
    assert "You have answered." in page and re.search(r'value="5"\s+checked', page.html)
    with db.read() as s:
        row = s.scalars(select(FilledIn)).one()
        assert (row.person_id, row.party, row.on_day) == (ana, Group.CITIZEN, row.on_day)
        assert s.scalars(select(Reply.step).where(Reply.step.is_not(None))).all() == [5]
        assert s.scalar(select(func.count()).select_from(Reply)) == 3
        assert s.scalar(select(func.count()).select_from(Entry)) == lines, "no line tells who answered when"
    assert "You answered on" in client.get("/en/my")
    assert "Your answers are deleted." in client.post(f"{url}/withdraw", page=url)
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(Reply)) == 0
    move(number, 1)
    assert client.post(url, right, page="/en/account").status == 409
    assert "Delete my answers" not in client.get(url)


@pytest.mark.parametrize("audience", list(Audience))
def test_who_is_asked(app: Portal, process: int, audience: Audience) -> None:
    with db.write():
        number = survey.make(process, audience=audience, officers=True)
    url, may = f"/en/questionnaires/{number}", {}
    for name, given in (("Mia Mail", {}), ("Vera Vouched", {}), ("Rita Resident", {"district": "north"})):
        client = Client(app)
        person = enter(client, name, **given)
        if name == "Mia Mail":
            with db.write() as s:
                s.execute(update(Identity).where(Identity.person_id == person).values(issuer="email"))
        may[name] = "Send the answers" in client.get(url)
    assert (
        list(may.values())
        == {
            Audience.ACCOUNT: [True, True, True],
            Audience.VOUCHED: [False, True, True],
            Audience.RESIDENT: [False, False, True],
        }[audience]
    )
    officer = Client(app)
    enter(officer, "Lia Librarian", roles=["librarian"])
    assert "You answer as an officer of the city." in officer.get(url)


def test_two_posts_at_once_are_one_answer(app: Portal, client: Client, process: int) -> None:
    with db.write():
        number = survey.make(process)
    person, ids = enter(client, "Ana Ilves"), fields(number)
    who, start = rules_questions.Answerer(signed_in=True), threading.Barrier(4)
    failed: list[BaseException] = []

    def send(n: int) -> None:
        ground.stand_on(app.ground)
        start.wait()
        try:
            with db.write() as s:
                row = s.get_one(Questionnaire, number)
                asked = list(queries_questions.page(s, row).questions)
                values = {asked[0].row.id: ids["q1"][n % 3], asked[2].row.id: 1 + n}
                assert actions_answers.store(
                    Actor(person_id=person), row, who, asked, values, lang="en", today=clock.now().date(),
                    now=clock.city_now(),
                )  # fmt: skip
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=send, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(FilledIn)) == 1
        assert s.scalar(select(func.count()).select_from(Reply)) == 2


def test_results_are_published_once_and_keep_still(app: Portal, client: Client, process: int) -> None:
    with db.write():
        number = survey.make(process, officers=True)
        survey.fill(number, Group.CITIZEN, 20, first=0, step=5, text="More <b>shade</b>")
        survey.fill(number, Group.OFFICER, 10, first=1, step=2)
    staff = f"/en/staff/questionnaires/{number}"
    enter(client, "Bo Officer", roles=["budget_officer"])
    page = client.get(f"{staff}/results")
    assert "The answers can be read after the close." in page and "Trees" not in page and "More" not in page
    assert client.get(f"{staff}/results.csv").status == 409
    assert client.post(f"{staff}/publish", page=staff).status == 409
    move(number, 1)
    assert "Publish the results of a questionnaire: Mill Street" in client.get("/en/staff/")
    page = client.get(f"{staff}/results")
    assert "“Trees”: 100% of the citizens, 0% of the officers." in page and "not decided yet" in page
    with db.read() as s:
        texts = s.scalars(select(Reply.id).where(Reply.body.is_not(None)).order_by(Reply.id)).all()
    seen = [str(one) for one in texts]
    assert "stored" in client.post(f"{staff}/texts", {"seen": seen, "shown": seen[:1]}, page=f"{staff}/results")
    public = Client(app)
    url = f"/en/questionnaires/{number}/results"
    assert public.get(url).status == 404 and public.http.get(f"{url}.csv", base_url=public.base).status_code == 404
    page = client.post(f"{staff}/publish", page=f"{staff}/results")
    assert page.url == url and page.html.count("More &lt;b&gt;shade") == 1
    assert client.post(f"{staff}/publish", page=staff).status == 409
    lines = list(
        csv.DictReader(io.StringIO(public.http.get(f"{url}.csv", base_url=public.base).get_data(as_text=True)[1:]))
    )
    trees = [one for one in lines if one["number"] == "1" and one["answer"] == "Trees"]
    assert [(one["group"], one["count"], one["answered_by"]) for one in trees] == [
        ("citizen", "20", "20"), ("officer", "0", "10"),
    ]  # fmt: skip
    with db.write() as s:
        s.query(FilledIn).filter_by(questionnaire_id=number).delete()
    assert "“Trees”: 100% of the citizens, 0% of the officers." in public.get(url), "published figures keep still"
    assert f"/en/questionnaires/{number}/results.csv" in public.get("/en/data").html
    move(number, 40)
    few = public.get(f"/ar/questionnaires/{number}/results")
    assert few.status == 200 and 'lang="ar" dir="rtl"' in few.html


def test_fewer_than_ten_officers_are_counted_with_the_citizens(app: Portal, client: Client, process: int) -> None:
    with db.write():
        number = survey.make(process, officers=True)
        survey.fill(number, Group.CITIZEN, 12)
        survey.fill(number, Group.CITIZEN, 3, first=1)
        survey.fill(number, Group.OFFICER, 9, first=1)
    enter(client, "Bo Officer", roles=["budget_officer"])
    staff = f"/en/staff/questionnaires/{number}"
    before = client.get(f"{staff}/results")
    assert ">24<" in before.html and ">15<" not in before.html and ">9<" not in before.html, (
        "not beside one of its parts"
    )
    move(number, 1)
    client.post(f"{staff}/publish", page=f"{staff}/results")
    page = Client(app).get(f"/en/questionnaires/{number}/results")
    assert "both groups are counted together" in page and "of the officers" not in page
    table = Client(app).http.get(f"/en/questionnaires/{number}/results.csv", base_url="http://127.0.0.1:8000").text
    assert ",all,12,24" in table and "officer" not in table


def test_two_who_chose_an_answer_are_told_nowhere(app: Portal, client: Client, process: int) -> None:
    with db.write():
        number = survey.make(process)
        for people, first, step in ((20, 0, 5), (12, 1, 4), (2, 2, 1)):
            survey.fill(number, Group.CITIZEN, people, first=first, step=step, several=(first,))
    move(number, 1)
    enter(client, "Bo Officer", roles=["budget_officer"])
    staff = f"/en/staff/questionnaires/{number}"
    desk = client.get(f"{staff}/results")
    client.post(f"{staff}/publish", page=f"{staff}/results")
    page = Client(app).get(f"/en/questionnaires/{number}/results")
    for one in (desk, page):
        assert "not told" in one and "On average" not in one and "fewer than 10 people are not told" in one
        assert ">2 <" not in one.html and ">12 <" in one.html, "the second question does not add up"
    table = Client(app).http.get(f"/en/questionnaires/{number}/results.csv", base_url="http://127.0.0.1:8000").text
    rows = [line.split(",")[-3:] for line in table.splitlines() if ",all," in line]
    assert [one[1] for one in rows[:6]] == ["20", "", "", "20", "12", ""] and not any(one[1] == "2" for one in rows)
    with db.write() as s:  # published before small numbers were left out
        row = s.get_one(Questionnaire, number)
        counts = row.figures["questions"]
        whole = {key: {**one, "counts": {k: {"all": n} for k, n in zip(one["counts"], (20, 12, 2), strict=False)}}
                 for key, one in counts.items() if len(one["counts"]) == 3}  # fmt: skip
        row.figures = {**row.figures, "questions": {**counts, **whole}}
    assert ">2 <" not in Client(app).get(f"/en/questionnaires/{number}/results").html


def test_it_is_answered_on_paper(app: Portal, client: Client, process: int) -> None:
    with db.write():
        number = survey.make(process, on_paper=True)
    ids = fields(number)
    sheet = Client(app).get(f"/en/paper/questionnaire-{number}")
    assert "Hand this paper in by" in sheet and "[q2]" in sheet.text and "Choose up to 2 answers." in sheet
    printed = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", sheet.text)
    assert printed is not None
    enter(client, "Lia Rebane", roles=("librarian",))
    assert "Mill Street" in client.get("/en/staff/paper")
    desk = f"/en/staff/paper/questionnaire-{number}"
    nothing = client.post(desk, {"number": printed[0], "q4": " "})
    assert nothing.status == 422 and "This paper answers no question" in nothing
    move(number, 1)
    assert "Left blank on the paper" in client.get(desk), "a must on the screen is none for who enters a paper"
    right = {"number": printed[0], "q1": str(ids["q1"][0]), "q3": "2", "q4": "Lamps"}
    assert "What the paper says is stored" in client.post(desk, right), "a paper of the last day"
    assert "entered before" in client.post(desk, right)
    assert Client(app).get(f"/en/paper/questionnaire-{number}").status == 404, "nothing is printed after the close"
    with db.read() as s:
        row = s.scalars(select(FilledIn)).one()
        assert (row.person_id, row.on_paper) == (None, True)
    again = rules_sheets.printed(rules_sheets.whole("ABCDEFG"))
    told = client.post(desk, {"number": again, "q1": "", "q2": [str(ids["q2"][0])]})
    assert "What the paper says is stored" in told and "Noted as left blank on the paper: 1, 3, 4." in told
    with db.read() as s:
        last = s.scalars(select(FilledIn).order_by(FilledIn.id.desc())).first()
        assert last is not None
        assert [one.choice_id for one in s.query(Reply).filter_by(answer_id=last.id)] == [ids["q2"][0]]


def test_the_link_to_people_is_deleted_and_the_counts_stay(app: Portal, client: Client, process: int) -> None:
    with db.write():
        number = survey.make(process, keep_days=5)
    ids = fields(number)
    enter(client, "Ana Ilves")
    client.post(f"/en/questionnaires/{number}", {"q1": str(ids["q1"][0]), "q3": "2"})
    move(number, 4.9)
    jobs.unlink({})
    with db.read() as s:
        assert s.scalars(select(FilledIn.person_id)).one() is not None
    move(number, 5.1)
    jobs.unlink({})
    with db.read() as s:
        row = s.scalars(select(FilledIn)).one()
        assert (row.person_id, row.on_day) == (None, None)
        assert s.scalar(select(func.count()).select_from(Reply)) == 2
        assert s.scalars(select(Entry).where(Entry.verb == "unlinked answers")).one().after == {"number": 1}


def test_an_erased_person_leaves_ticks_and_no_words(app: Portal, client: Client, process: int) -> None:
    with db.write():
        number = survey.make(process)
    ids = fields(number)
    ana = enter(client, "Ana Ilves")
    client.post(f"/en/questionnaires/{number}", {"q1": str(ids["q1"][0]), "q3": "2", "q4": "I live at Quay 1"})
    with db.write() as s:
        erasure = actions_erase.confirm(s, ana, Cause.ASKED, clock.now())
        actions_erase.erase(s, erasure, clock.now())
    with db.read() as s:
        assert s.scalars(select(FilledIn.person_id)).one() is None
        assert "Quay" not in " ".join(s.scalars(select(Reply.body).where(Reply.body.is_not(None))))
        assert s.scalars(select(Reply.step).where(Reply.step.is_not(None))).one() == 2


def test_followers_and_officers_are_told_once(app: Portal, client: Client, process: int) -> None:
    ana = enter(client, "Ana Ilves")
    bo = enter(Client(app), "Bo Officer", roles=["budget_officer"])
    with db.write():
        budget = town.get(1).id
        notifications.follow(Actor(person_id=ana), "budget", budget)
        survey.make(process, officers=True)
    for _n in range(2):
        jobs.tell_open({})
        work()
    with db.read() as s:
        told = s.execute(select(Message.person_id, Message.notice).order_by(Message.person_id)).all()
    assert sorted(tuple(one) for one in told) == [(ana, "questionnaire.open"), (bo, "questionnaire.officers")]
    assert "New questionnaire: Mill Street" in client.get("/en/inbox")
    with db.write() as s:
        s.get_one(Process, process).closed = True
        shut = survey.make(process, title="For members")
    jobs.tell_open({})
    work()
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(Message)) == 2, "a follower is no member"
        assert s.get_one(Questionnaire, shut).told_at is not None
        assert s.get_one(Questionnaire, shut).stand is Stand.SHOWN
