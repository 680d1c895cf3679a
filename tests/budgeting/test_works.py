"""From wish to bench: ideas become projects, the winners' works are followed with delays, money, benefit and photos, and
while people vote no figure of a project leaves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from portal.base import clock, db, ground, jobs
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.budgeting import rules_works
from portal.budgeting.actions import grow, origins, projects, works
from portal.budgeting.models import Budget, Pot, Project, ProjectStatus
from portal.budgeting.models_works import Delay, Milestone, Origin
from portal.budgeting.queries import works as queries
from portal.budgeting.rules import Denied
from portal.budgeting.rules_works import Status, Step
from portal.ideas import actions as idea_actions
from portal.ideas import actions_answers as answers
from portal.ideas.models import Author, AuthorState, Call, Idea, IdeaState
from portal.ideas.models_answers import Outcome
from portal.ideas.models_value import Objection, Subject
from portal.notifications import actions as notifications
from portal.notifications.models import Message
from tests.budgeting import town
from tests.client import Client
from tests.house import world
from tests.ideas.town import add_call, add_idea, idea
from tests.identity.help import enter

D = date
TODAY = D(2027, 5, 10)
OFFICER = town.OFFICER


@pytest.mark.parametrize(
    ("steps", "stopped", "status"),
    [
        ([], None, Status.PLANNED),
        ([Step(D(2027, 6, 1), D(2027, 6, 1))], None, Status.PLANNED),
        ([Step(D(2027, 5, 1), D(2027, 5, 1), D(2027, 5, 2)), Step(D(2027, 6, 1), D(2027, 6, 1))], None, Status.UNDER_WAY),
        ([Step(D(2027, 5, 10), D(2027, 5, 10))], None, Status.PLANNED),  # today is not yet late
        ([Step(D(2027, 5, 9), D(2027, 5, 9))], None, Status.LATE),
        ([Step(D(2027, 5, 9), D(2027, 7, 1))], None, Status.DELAYED),
        ([Step(D(2027, 5, 9), D(2027, 5, 9)), Step(D(2027, 4, 1), D(2027, 7, 1))], None, Status.LATE),
        ([Step(D(2027, 4, 9), D(2027, 5, 1), D(2027, 5, 3))], None, Status.DONE),
        ([Step(D(2027, 5, 9), D(2027, 5, 9))], D(2027, 5, 1), Status.STOPPED),
    ],
)  # fmt: skip
def test_how_far_works_are(steps: list[Step], stopped: date | None, status: Status) -> None:
    assert rules_works.progress(steps, stopped, TODAY).status is status


@pytest.mark.parametrize(
    ("state", "linked"),
    [(None, True), ("prepared", True), ("open", False), ("counted", False), ("finished", False), ("published", True)],
)
def test_links_rest_while_people_vote(state: str | None, linked: bool) -> None:
    assert bool(rules_works.may_link(state)) is linked


# --- an idea becomes a project ----------------------------------------------------------------------------------------


def ripe(app: Portal, person_id: int, title: str = "A bench", state: IdeaState = IdeaState.FEASIBLE) -> int:
    """A feasible idea; returns its number."""
    ground.stand_on(app.ground)
    with db.read() as s:
        known = s.query(Idea).first()
    call = known.call_id if known is not None else add_call(app)
    number = add_idea(app, call, person_id, title, place="Mill Street", x=0.25, y=0.5, cost_guess=70_00)
    with db.write() as s:
        s.query(Idea).filter_by(number=number).one().state = state
    return number


def make(budget: int, numbers: list[int], status: ProjectStatus = ProjectStatus.BALLOT) -> int:
    """A project of these ideas; returns its number."""
    with db.write() as s:
        row = s.get_one(Budget, budget)
        ideas = s.scalars(select(Idea).where(Idea.number.in_(numbers)).order_by(Idea.number)).all()
        pot = s.scalars(select(Pot.id).where(Pot.budget_id == budget).order_by(Pot.position)).first()
        assert pot is not None
        return grow.grow(
            OFFICER, row, ideas, texts={"title": town.in_all("Benches"), "summary": town.in_all("To sit")}, pot_id=pot,
            cost=80_00, status=status,
        ).number  # fmt: skip


def test_an_officer_makes_a_project_of_two_ideas(app: Portal) -> None:
    client = Client(app)
    enter(client, "Bo Officer", roles=["budget_officer"])
    ana, mia = enter(Client(app), "Ana Ilves"), enter(Client(app), "Mia Lund")
    town.add_budget(app, slug="2028", count=1, opens=20, closes=30)
    one, other, raw = ripe(app, ana), ripe(app, mia, "More seats"), ripe(app, mia, "A tree", IdeaState.SUBMITTED)
    with db.write() as s:
        row = s.query(Idea).filter_by(number=one).one()
        row.state = IdeaState.SUBMITTED
        assert idea_actions.support(Actor(person_id=mia), row, clock.city_now())
        row.state = IdeaState.SHORTLISTED
    page = client.get("/en/staff/budgets/2028/ripe")
    assert "A bench" in page and "More seats" in page and "A tree" not in page
    url = f"/en/staff/budgets/2028/grow?idea={idea(one).id}&idea={idea(other).id}"
    form = client.get(url)
    assert "so that people can" in form and 'value="70' in form.html and "Mill Street" in form
    wrong = client.post(url, {"status": "ballot", "title_en": "Kept words", "cost": ""})
    assert wrong.status == 422 and "Enter the cost." in wrong and "Kept words" in wrong
    with db.read() as s:
        pot = s.scalars(select(Pot.id).order_by(Pot.position)).first()
    data = {
        "status": "ballot",
        "title_en": "Benches",
        "summary_en": "To sit",
        "cost": "80",
        "pot": str(pot),
        "place": "X",
    }
    assert "linked with its ideas" in client.post(url, data)
    assert idea(one).state is idea(other).state is IdeaState.ON_BALLOT and idea(raw).state is IdeaState.SUBMITTED
    with db.read() as s:
        made = s.query(Project).filter_by(number=2).one()
        assert (made.x, made.cost, made.proposer) == (0.25, 80_00, "")
    public = Client(app).get("/en/budget/2028/projects/2")
    assert "Ana I" in public and "A bench" in public and "Grown from 2 ideas" in public
    assert "Benches" in Client(app).get(f"/en/ideas/{other}") and "On the ballot" in Client(app).get(f"/en/ideas/{one}")
    jobs.run_due()
    with db.read() as s:
        told = [m.person_id for m in s.scalars(select(Message).where(Message.notice == "project.grown"))]
    assert sorted(told) == sorted([ana, mia])  # Mia wrote one and supports the other


def test_only_ripe_ideas_grow_and_only_once(app: Portal) -> None:
    ana = enter(Client(app))
    budget = town.add_budget(app, slug="2028", count=1, opens=20, closes=30)
    number = ripe(app, ana)
    make(budget, [number])
    for state in (IdeaState.ON_BALLOT, IdeaState.SUBMITTED, IdeaState.NOT_FEASIBLE, IdeaState.WITHDRAWN):
        with db.write() as s:
            s.query(Idea).filter_by(number=number).one().state = state
        with pytest.raises(Denied):
            make(budget, [number])


def test_no_project_grows_while_an_objection_waits(app: Portal) -> None:
    client = Client(app)
    ana, mia = enter(Client(app), "Ana Ilves"), enter(Client(app), "Mia Lund")
    enter(client, "Bo Officer", roles=["budget_officer"])
    budget = town.add_budget(app, slug="2028", count=1, opens=20, closes=30)
    holder, inner, free = ripe(app, ana), ripe(app, mia, "More seats"), ripe(app, ana, "A tree")
    made = make(budget, [free], ProjectStatus.DRAFT)
    later = clock.now() + timedelta(days=9)
    with db.write() as s:
        joined = s.query(Idea).filter_by(number=inner).one()
        joined.state, joined.merged_into_id = IdeaState.MERGED, idea(holder).id
        for number in (inner, free):
            s.add(
                Objection(
                    idea_id=idea(number).id,
                    subject=Subject.MERGE,
                    words="No",
                    language="en",
                    at=clock.now(),
                    due_on=later.date(),
                )  # fmt: skip
            )
    client.get("/en/staff/budgets/2028/ripe")
    told = client.get(f"/en/staff/budgets/2028/grow?idea={idea(holder).id}")
    assert f"An author has objected to what was decided about idea {inner}" in told
    linked = client.post("/en/staff/budgets/2028/projects/1/ideas", {"number": str(holder)})
    assert linked.status == 422 and "Nobody has decided the objection yet" in linked
    with pytest.raises(Denied, match="Nobody has decided"):
        make(budget, [holder])

    def onto_the_ballot() -> None:
        with db.write() as s:
            project = s.query(Project).filter_by(number=made).one()
            projects.edit(OFFICER, s.get_one(Budget, budget), project, status=ProjectStatus.BALLOT)

    with pytest.raises(Denied, match="Nobody has decided"):
        onto_the_ballot()
    with db.write() as s:
        for row in s.query(Objection):
            row.decided_at, row.upheld, row.statement, row.statement_language = clock.now(), False, "It stays.", "en"
    onto_the_ballot()
    assert make(budget, [holder]) and idea(holder).state is idea(free).state is IdeaState.ON_BALLOT


def test_the_idea_follows_its_project(app: Portal) -> None:
    ana = enter(Client(app))
    budget = town.add_budget(app, slug="2028", count=1, opens=20, closes=30)
    number = ripe(app, ana, state=IdeaState.SHORTLISTED)
    made = make(budget, [number], ProjectStatus.DRAFT)
    states = []
    for status in (ProjectStatus.BALLOT, ProjectStatus.REFUSED, ProjectStatus.BALLOT, ProjectStatus.DRAFT):
        with db.write() as s:
            project = s.query(Project).filter_by(number=made).one()
            projects.edit(OFFICER, s.get_one(Budget, budget), project, status=status)
        states.append(idea(number).state)
    on, off = IdeaState.ON_BALLOT, IdeaState.SHORTLISTED
    assert states == [on, off, on, off]
    with db.write() as s:
        project = s.query(Project).filter_by(number=made).one()
        projects.edit(OFFICER, s.get_one(Budget, budget), project, status=ProjectStatus.BALLOT)
        projects.remove(OFFICER, s.get_one(Budget, budget), project)
    assert idea(number).state is off
    with db.read() as s:
        assert s.query(Origin).count() == 0


def test_no_figure_while_people_vote(app: Portal) -> None:
    ana = enter(Client(app))
    budget = town.add_budget(app, slug="2026", count=3)
    number = ripe(app, ana)
    made = make(budget, [number])
    with db.write() as s:
        s.query(Idea).filter_by(number=number).one().supports = 4711
    town.open_vote(app, budget)
    page = Client(app).get(f"/en/budget/2026/projects/{made}/story")
    assert "A bench" in page and "4,711" not in page and "4711" not in page and "follow" not in page.text.casefold()
    assert "not published yet" in Client(app).get("/en/budget/2026/works")
    assert Client(app).get("/en/budget/2026/works.csv").status == 404
    with pytest.raises(Denied), db.write() as s:
        project = s.query(Project).filter_by(number=1).one()
        origins.link(OFFICER, s.get_one(Budget, budget), project, s.query(Idea).first())
    with pytest.raises(Denied), db.write() as s:
        project = s.query(Project).filter_by(number=1).one()
        works.add_milestone(OFFICER, s.get_one(Budget, budget), project, planned_on=TODAY, texts={})


def test_one_answer_to_two_wishes_is_read_once_under_both_their_names(app: Portal) -> None:
    ana = enter(Client(app))
    budget = town.add_budget(app, slug="2026", count=1)
    numbers = [ripe(app, ana, "A bench"), ripe(app, ana, "A seat")]
    with db.write() as s:
        ideas = [s.query(Idea).filter_by(number=number).one() for number in numbers]
        call = s.get_one(Call, ideas[0].call_id)
        said = {"body": {"en": "Both fit together."}, "role": {"en": "Head of parks"}}
        answer = answers.draft(OFFICER, call, ideas, outcome=Outcome.BALLOT, answered_by="Bo O.", said=said)
        answers.publish(OFFICER, call, [answer.id])
    made = make(budget, numbers)
    page = Client(app).get(f"/en/budget/2026/projects/{made}/story")
    assert page.text.count("Both fit together.") == 1
    assert "A bench · A seat" in page


def test_a_project_names_everybody_whose_wish_it_was(app: Portal) -> None:
    ana, mia, eve = (enter(Client(app), name) for name in ("Ana Ilves", "Mia Lund", "Zoe Oak"))
    budget = town.add_budget(app, slug="2026", count=1)
    number = ripe(app, ana)
    with db.write() as s:
        idea = s.query(Idea).filter_by(number=number).one()
        for person, state in ((mia, AuthorState.ACCEPTED), (eve, AuthorState.INVITED)):
            s.add(Author(idea_id=idea.id, person_id=person, hash=str(person), state=state, invited_at=clock.now()))
    made = make(budget, [number])
    story = Client(app).get(f"/en/budget/2026/projects/{made}/story").html
    assert "<bdi>Ana I.</bdi>, <bdi>Mia L.</bdi> ·" in story and "Zoe" not in story


# --- works ------------------------------------------------------------------------------------------------------------


def winner(app: Portal, slug: str = "2025") -> tuple[int, int, int]:
    """A finished budget; returns its id, the number of a winner and of one that did not win."""
    world.finished(app, slug)
    with db.read() as s:
        budget = s.query(Budget).filter_by(slug=slug).one()
        fates = queries.fates(s, budget)
        assert fates is not None
        numbers = {row.code: row.number for row in s.query(Project).filter_by(budget_id=budget.id)}
        won = next(numbers[code] for code, yes in fates.items() if yes)
        lost = next((numbers[code] for code, yes in fates.items() if not yes), 0)
        return budget.id, won, lost


def test_an_idea_says_how_far_it_has_come(app: Portal) -> None:
    client = Client(app)
    ana = enter(client, "Ana Ilves")
    budget_id, won, _lost = winner(app)
    coming = town.add_budget(app, slug="2026", count=1)
    first, second = ripe(app, ana, "A bench"), ripe(app, ana, "A seat")
    with db.write() as s:
        for number, budget, place in ((first, budget_id, won), (second, coming, 1)):
            idea = s.query(Idea).filter_by(number=number).one()
            idea.state = IdeaState.ON_BALLOT
            project = s.query(Project).filter_by(budget_id=budget, number=place).one()
            s.add(Origin(project_id=project.id, idea_id=idea.id, state_before="feasible", at=clock.now()))
        slug = s.query(Call).one().slug

    def told(number: int) -> set[str]:
        """What the idea's page, the list, one's own list and my page say of it."""
        title = {first: "A bench", second: "A seat"}[number]
        said = {re.search(r'fm-eyebrow">[^·]*· ([^<]*)<', client.get(f"/en/ideas/{number}").html)[1]}  # type: ignore[index]
        for path, pattern in (
            (f"/en/ideas/{slug}/", rf'fm-card__tags"><span[^>]*>([^<]*)</span>(?:(?!fm-card__tags).)*{title}'),
            ("/en/ideas/mine", rf"{title}</bdi></a><p>([^·]*) ·"),
            ("/en/my", rf"{title}</bdi></a><p>([^·]*) ·"),
        ):
            found = re.search(pattern, client.get(path).html, re.DOTALL)
            assert found is not None, path
            said.add(found[1])
        return said

    assert told(first) == {"Won"} and told(second) == {"On the ballot"}
    with db.write() as s:
        of = s.get_one(Budget, budget_id)
        project = s.query(Project).filter_by(budget_id=budget_id, number=won).one()
        works.add_milestone(OFFICER, of, project, planned_on=queries.today(), texts={"title": {"en": "Ground broken"}})
        step = s.query(Milestone).one()
        works.finish_milestone(OFFICER, of, project, step, queries.today())
    assert told(first) == {"Works: Finished"}


def test_works_are_followed_to_the_end(app: Portal) -> None:
    client = Client(app)
    enter(client, "Bo Officer", roles=["budget_officer"])
    ana, mia = enter(Client(app), "Ana Ilves"), enter(Client(app), "Mia Lund")
    budget_id, won, lost = winner(app)
    base, story = f"/en/staff/budgets/2025/projects/{won}", f"/en/budget/2025/projects/{won}/story"
    number = ripe(app, ana)
    page = client.post(f"{base}/ideas", {"number": str(number)})
    assert "The idea is linked." in page and "A bench" in page
    assert client.post(f"{base}/ideas", {"number": "999"}).status == 422
    with db.write() as s:
        project = s.query(Project).filter_by(budget_id=budget_id, number=won).one()
        notifications.follow(Actor(person_id=mia), "project", project.id)
    if lost:
        assert client.get(f"/en/staff/budgets/2025/projects/{lost}/works").status == 409
    today = queries.today()
    soon, later = today + timedelta(days=30), today + timedelta(days=60)

    def day(name: str, on: date) -> dict[str, str]:
        return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}

    wrong = client.post(f"{base}/works/steps/new", day("planned_on", soon))
    assert wrong.status == 422 and "Say in at least one language what the step is." in wrong
    assert "The step is planned" in client.post(
        f"{base}/works/steps/new", {**day("planned_on", soon), "title_en": "Foundations", "title_de": "Fundament"}
    )
    with db.read() as s:
        step = s.query(Milestone).one().id
    wrong = client.post(f"{base}/works/steps/{step}/move", day("to", later))
    assert wrong.status == 422 and "Give the reason" in wrong
    assert "New day" in client.get(f"{base}/works")
    client.post(f"{base}/works/steps/{step}/move", {**day("to", later), "reason_en": "The ground was wet."})
    page = Client(app).get(story)
    assert "The ground was wet." in page and "Delayed" in page and "A bench" in page and "Ana I" in page
    wrong = client.post(f"{base}/works/steps/{step}/done", day("done_on", soon))
    assert wrong.status == 422 and "lies in the future" in wrong
    assert client.post(f"{base}/works/steps/{step}/remove", page=f"{base}/works").status == 409
    client.post(f"{base}/works/money/new", {**day("on_day", today), "amount": "50", "what_en": "Wood"})
    client.post(f"{base}/works/money/new", {**day("on_day", today), "amount": "20", "back": "1", "what_en": "Rest"})
    client.post(f"{base}/works/benefit/new", {"name_en": "Seats", "expected_en": "12"})
    client.post(f"{base}/works/news/new", {"title_en": "We dig", "body_en": "Since **today**"})
    photo = BytesIO()
    Image.new("RGB", (60, 40), "green").save(photo, "PNG")
    photo.seek(0)
    client.post(
        f"{base}/works/photos/new", {"moment": "after", "alt_en": "A new bench", "picture": (photo, "bench.png")}
    )
    client.post(f"{base}/works/steps/{step}/done", day("done_on", today))
    jobs.run_due()
    page = Client(app).get(story)
    for words in ("1 of 1 step is done.", "€30 of", "Wood", "(came back)", "Seats", "not measured yet", "We dig"):
        assert words in page, words
    assert 'alt="A new bench"' in page.html and "won" in page
    assert "Foundations" in Client(app).get(story) and "Fundament" in Client(app).get(story.replace("/en/", "/de/"))
    with db.read() as s:
        told = sorted((m.notice, m.person_id) for m in s.scalars(select(Message)) if m.notice.startswith("work."))
    assert told == sorted((n, p) for n in ("work.delayed", "work.done", "work.news") for p in (ana, mia))
    public = Client(app).get("/en/budget/2025/works?status=done")
    assert "Finished" in public and "1 project" in public
    assert "No project fits." in Client(app).get("/en/budget/2025/works?status=late")
    table = Client(app).get("/en/budget/2025/works.csv").html
    assert ",done,1,1," in table and ",30.00," in table and f"/projects/{won}/story" in table
    assert "How far the winners are" in Client(app).get("/en/budget/2025/results")
    onward = Client(app).get(f"/en/ideas/{number}")
    assert "What came of it" in onward and "Won" in onward
    page = client.post(f"{base}/works/stop", day("stopped_on", today))
    assert page.status == 422
    client.post(f"{base}/works/stop", {**day("stopped_on", today), "stopped_en": "The owner sold the land."})
    assert "The owner sold the land." in Client(app).get(story)
    client.post(f"{base}/works/resume", page=f"{base}/works")
    assert "The owner sold the land." not in Client(app).get(story)


def test_the_page_asks_the_same_of_the_database_with_much_and_little(
    app: Portal, count_queries: Callable[..., Any]
) -> None:
    budget_id, won, _lost = winner(app)
    ana = enter(Client(app))
    reader, counts = Client(app), []

    def grow_story(times: int) -> None:
        for n in range(times):
            number = ripe(app, ana, f"Bench {n} of {times}")
            with db.write() as s:
                budget = s.get_one(Budget, budget_id)
                project = s.query(Project).filter_by(budget_id=budget_id, number=won).one()
                origins.link(OFFICER, budget, project, s.query(Idea).filter_by(number=number).one())
                row = works.add_milestone(OFFICER, budget, project, planned_on=TODAY, texts={"title": {"en": "Step"}})
                works.move_milestone(OFFICER, budget, project, row, D(2028, 1, 1), {"en": "Rain"})
                works.add_spending(
                    OFFICER, budget, project, on_day=D(2026, 1, 1), amount=5, texts={"what": {"en": "x"}}
                )
                works.add_benefit(OFFICER, budget, project, texts={"name": {"en": "Seats"}})
                works.add_news(OFFICER, budget, project, texts={"title": {"en": "News"}})

    for times in (1, 11):
        grow_story(times)
        for path in (
            f"/en/budget/2025/projects/{won}/story",
            "/en/budget/2025/works",
            f"/en/budget/2025/projects/{won}",
        ):
            reader.get(path)
            with count_queries(app) as counted:
                assert reader.get(path).status == 200
            counts.append(counted.number)
    assert counts[:3] == counts[3:], counts
    assert counts[0] <= 24 and counts[1] <= 12 and counts[2] <= 11, counts


def test_a_step_moves_only_with_a_reason_and_not_once_done(app: Portal) -> None:
    budget_id, won, _lost = winner(app)
    with db.write() as s:
        budget = s.get_one(Budget, budget_id)
        project = s.query(Project).filter_by(budget_id=budget_id, number=won).one()
        row = works.add_milestone(OFFICER, budget, project, planned_on=TODAY, texts={"title": {"en": "Step"}})
        with pytest.raises(Denied):
            works.move_milestone(OFFICER, budget, project, row, D(2028, 1, 1), {"en": " "})
        with pytest.raises(Denied):
            works.move_milestone(OFFICER, budget, project, row, TODAY, {"en": "x"})
        works.finish_milestone(OFFICER, budget, project, row, D(2026, 1, 1))
        with pytest.raises(Denied):
            works.move_milestone(OFFICER, budget, project, row, D(2028, 1, 1), {"en": "x"})
        with pytest.raises(Denied):
            works.remove_milestone(OFFICER, budget, row)
        assert s.query(Delay).count() == 0
