"""A small city with one of everything, for tests that walk over all addresses."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from portal.audit.models_looks import Look
from portal.base import clock, db, ground, jobs, mail
from portal.base.actor import NOBODY, SYSTEM, Actor
from portal.base.jobs import JobRow
from portal.base.web import Portal
from portal.budgeting.models import Budget, Project
from portal.budgeting.models_works import Benefit, Milestone
from portal.comments import actions as comments_actions
from portal.comments import queries as comments
from portal.comments.models import Comment, Side
from portal.config import Map
from portal.home import actions as home
from portal.home.models import NoticeKind
from portal.ideas import actions_answers, actions_object
from portal.ideas.models import Call, Idea, SavedSearch
from portal.ideas.models_answers import Outcome
from portal.ideas.models_merge import Twin
from portal.ideas.models_paper import Import, SupportList
from portal.ideas.models_value import Subject
from portal.identity.models import Identity, SignIn
from portal.identity.models_ways import Mandate, PaperCode, PaperKind
from portal.moderation import actions as moderation
from portal.moderation import actions_appeal, actions_decide
from portal.moderation.models import Appeal, Decision, Flagged, Reason
from portal.notifications import actions as notifications
from portal.notifications import actions_letters
from portal.notifications.models import Alert, LetterBatch, Message, Newsletter, PlaceAlert
from portal.papers import actions as papers
from portal.papers.actions_make import store
from portal.papers.models import PaperState, PostBatch
from portal.places import actions as places
from portal.places import actions_terminal as terminals
from portal.places.models import Department, District
from portal.processes.models import Phase, PhaseKind, Process
from portal.processes.models_questions import Question
from portal.rights.models import Breach, DataExport, DataRequest, MarkKind, PersonMark, Wish
from portal.voting import actions_count
from portal.voting.models_complaint import Complaint
from tests.budgeting import town
from tests.client import Client
from tests.ideas import town as calls
from tests.identity.help import enter
from tests.innovation import town as innovation
from tests.moderation import board
from tests.processes import survey
from tests.services import town as services
from tests.voting import town as votes
from tests.workshops import town as workshops

ROLES = (
    "moderator",
    "budget_officer",
    "case_officer",
    "planner",
    "librarian",
    "clerk",
    "auditor",
    "data_protection_officer",
    "administrator",
    "innovation_lead",
    "innovation_coach",
    "programme",
    "trainer",
)
RAW_TOKEN = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class World:
    """Arguments by name for addresses: of things that everybody may see, and of things that are somebody else's."""

    open: Mapping[str, Any]
    foreign: Mapping[str, Any]


def build(app: Portal) -> World:
    """Fill the city: an open vote, a draft, a page, a notice, a report, a failed job, a district, a venue, the city's
    plan, another person."""
    other = enter(Client(app), "Tom Other", district="north")
    enter(Client(app), "Cleo Second", district="north")
    board.put_up(app)
    enter(Client(app), "Ana Third", district="north")
    town.add_budget(app, slug="draft", count=3, shown=False, opens=20, closes=30)
    _finished(app)
    budget = town.add_budget(app, slug="2026", count=4)
    public_id = town.open_vote(app, budget)
    here = app.ground.settings
    here.instance.mkdir(parents=True, exist_ok=True)
    (here.instance / "plan.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 280"/>', "utf-8")
    app.ground.settings = dataclasses.replace(
        here, city=dataclasses.replace(here.city, map="plan.svg"), map=Map(metres=4000)
    )
    ground.stand_on(app.ground)
    with db.write() as s:
        venue = places.add_venue(SYSTEM, names={"en": "Library"}, address="Quay 1")
        home.write_page(SYSTEM, home.add_page(SYSTEM, slug="help"), lang="en", title="Help", body="Call us")
        page = home.add_page(SYSTEM, slug="opening-hours")
        home.write_page(SYSTEM, page, lang="en", title="Opening hours", body="8 to 16")
        notice = home.put_notice(
            SYSTEM,
            None,
            kind=NoticeKind.NEWS,
            starts_at=clock.now() + timedelta(days=1),
            ends_at=None,
            words={"en": "Market"},
        )
        report = home.report_barrier(page="/en/", what="No focus", contact="", lang="en")
        jobs.enqueue(s, "no.such.kind", {})
        job = s.query(JobRow).filter_by(kind="no.such.kind").one()
        job.failed_at = clock.now()
        mail.put(s, to="jo@example.org", subject="Lost", body="x", lang="en", wake=False)
        lost = s.query(mail.Outgoing).filter_by(subject="Lost").one()
        lost.state = mail.State.DEAD
        notifications.tell(other, "account.role_given", {"role": "x"})
        message = s.query(Message).filter_by(person_id=other).one()
        alert = Alert(person_id=other, topic="budgets", created_at=clock.now())
        batch = LetterBatch(made_at=clock.now(), letters=0, file="letters.pdf")
        actions_letters.folder().mkdir(parents=True)
        (actions_letters.folder() / batch.file).write_bytes(b"%PDF-1.7 letters")
        issue = Newsletter(made_at=clock.now())
        around = PlaceAlert(
            person_id=other,
            name="Home",
            x=0.5,
            y=0.5,
            metres=500,
            kinds=[],
            seen_at=clock.now(),
            created_at=clock.now(),
        )
        s.add_all([alert, around, batch, issue])
        s.flush()
        session = s.query(SignIn).filter_by(person_id=other).one()
        department = Department(code="parks")
        s.add(department)
        mandate = Mandate(
            agent_id=other, principal_name="Old Aunt", relation="relative", scope="all", from_day=clock.now().date(),
            until_day=clock.now().date() + timedelta(days=9), created_at=clock.now(), confirmed_at=clock.now(),
        )  # fmt: skip
        s.add(mandate)
        printed = PaperCode(
            kind=PaperKind.LETTER, scheme="ee", blind="0" * 64, key=1, ciphertext=b"", language="en",
            asked_at=clock.now(), printed_at=clock.now(), code_hash="0" * 64,
        )  # fmt: skip
        s.add(printed)
        searched = SavedSearch(person_id=other, name="Trees", query={}, seen_at=clock.now(), created_at=clock.now())
        s.add(searched)
        letter = papers.issue(SYSTEM, kind="letter", lang="en", values={}, person_id=other, title="A letter")
        letter.state, letter.file, letter.made_at = PaperState.READY, store(b"%PDF-1.7 a letter"), clock.now()
        batch = PostBatch(made_at=clock.now(), count=1, file=store(b"%PDF-1.7 a batch"))
        s.add(batch)
        s.flush()
        process = s.get_one(Budget, budget).process_id
        complaint = Complaint(
            vote_id=votes.found(s, public_id).id, reference="AAAA-AAAA", at=clock.now(), person_id=other, words="Wrong",
            language="en",
        )  # fmt: skip
        s.add(complaint)
        s.flush()
        asked, unasked = survey.of_city(process)
        shared = {
            "lang": "en",
            "code": "en",
            "version": 1,
            "key": "test",
            "token": "no-such-token",
            "name": "0" * 64 + "-card.webp",
            "pot": "1",
            "number": 1,
            "public_id": public_id,
            "voting:reference": complaint.reference,
            "voting_staff:number": complaint.id,
            "person_id": other,
            "district_id": s.query(District.id).first()[0],
            "venue_id": venue.id,
            "terminal_id": terminals.add_terminal(SYSTEM, venue, name="Window").id,
            "means": "guest",
            "paper": "barrier",
            "report_id": report.id,
            "notice_id": notice.id,
            "job_id": job.id,
            "session_id": session.id,
            "identity_id": s.query(Identity.id).filter_by(person_id=other).first()[0],
            "act": "vote",
            "mandate_id": mandate.id,
            "mail_id": lost.id,
            "message_id": message.id,
            "alert_id": alert.id,
            "around_id": around.id,
            "batch_id": batch.id,
            "issue_id": issue.id,
            "letter_id": printed.id,
            "secret": "no-such-secret",
            "project_id": 1,
            "pot_id": 1,
            "category_id": 1,
            "budget_id": budget,
            "kind": "budget",
            "object_id": budget,
            "page_id": page.id,
            "process_id": process,
            "questionnaire_id": asked,
            "question_id": s.query(Question.id).filter_by(questionnaire_id=asked).first()[0],
            "member_id": 1,
            "absence_id": 1,
            "department_id": department.id,
            "paper_id": letter.id,
            "wish": "correction",
            "search_id": searched.id,
            "pick_id": 1,
            "file_id": 1,
            "step": "idea",
            "step_id": 1,
            "benefit_id": 1,
            "thing": "money",
            "thing_id": 1,
            "idea_id": 1,
            **_rights(other),
            **_moderated(other),
        }
    _built("2025")
    shown = calls.add_idea(app, calls.add_call(app, slug="2026"), other)
    unseen = calls.add_idea(app, calls.add_call(app, slug="draft", shown=False), other)
    _debate(other, shown, unseen)
    shared["objection_id"] = _objected(app, calls.add_idea(app, calls.call_id("2026"), other, "Not to be done"), other)
    shared["twin_id"] = _twin(app, other, shown)
    shared["answer_id"] = _answered(shown)
    shared |= _on_paper(shown, other)
    tried = innovation.every_page(app, other)
    held = workshops.every_page(app, other)
    shared |= held | services.every_page(app, other)
    foreign = {
        **shared,
        "slug": "draft",
        "number": unseen,
        "questionnaire_id": unasked,
        "proposal_id": tried.pop("held"),
        "workshops:session_id": held.pop("draft_id"),
    }
    shared.pop("draft_id")
    shared |= tried
    return World({**shared, "slug": "2026", "number": shown}, {**foreign, "fund_id": tried["fund_id"]})


def _on_paper(number: int, person_id: int) -> dict[str, Any]:
    """A list of supporters that somebody else began to enter, and a file that waits for a yes."""
    with db.write() as s:
        row = s.query(Idea).filter_by(number=number).one()
        a_list = SupportList(
            idea_id=row.id, number="0000-0000-00", on_day=clock.now().date(), lines=3, entered_by_id=person_id,
            created_at=clock.now(),
        )  # fmt: skip
        a_file = Import(
            call_id=row.call_id, what="ideas", name="there.csv", body="title,text,language\nA,B,en\n", lines=1,
            by_id=person_id, created_at=clock.now(),
        )  # fmt: skip
        s.add_all([a_list, a_file])
        s.flush()
        return {"list_id": a_list.id, "import_id": a_file.id}


def _objected(app: Portal, number: int, person_id: int) -> int:
    """An idea was found not feasible, and its author objects."""
    calls.value(app, number, feasible=False)
    with db.write():
        row = actions_object.object_to(
            Actor(person_id=person_id), calls.idea_id(number), Subject.FEASIBILITY, words="It is", language="en",
            now=clock.city_now(),
        )  # fmt: skip
        return row.id


def _twin(app: Portal, person_id: int, number: int) -> int:
    """Somebody says that the idea is the same as a second one of that person; it waits."""
    with db.read() as s:
        call_id = s.query(Idea).filter_by(number=number).one().call_id
    second = calls.add_idea(app, call_id, person_id, "The same bench")
    with db.write() as s:
        ids = {row.number: row.id for row in s.query(Idea)}
        said = Twin(
            idea_id=ids[second],
            into_id=ids[number],
            pair=f"{ids[number]}:{ids[second]}",
            by_id=person_id,
            lang="en",
            word="Both are benches.",
            at=clock.now(),
        )
        s.add(said)
        s.flush()
        return said.id


def _built(slug: str) -> None:
    """Works have begun on what won there: a step is planned, and what it is to bring is said."""
    with db.write() as s:
        for project in s.query(Project).join(Budget, Budget.id == Project.budget_id).filter(Budget.slug == slug):
            today = clock.now().date()
            s.add(Milestone(project_id=project.id, first_planned_on=today, planned_on=today, created_at=clock.now()))
            s.add(Benefit(project_id=project.id, at=clock.now()))


def _answered(number: int) -> int:
    """The city has answered this idea; returns the answer's number."""
    with db.write() as s:
        idea = s.query(Idea).filter_by(number=number).one()
        call = s.get_one(Call, idea.call_id)
        said = {"body": {"en": "We will."}, "role": {"en": "Mayor"}, "state": {}}
        answer = actions_answers.draft(SYSTEM, call, [idea], outcome=Outcome.BALLOT, answered_by="Dana Oru", said=said)
        actions_answers.publish(SYSTEM, call, [answer.id])
        return answer.id


def _debate(person_id: int, shown: int, unseen: int) -> None:
    """On somebody else's idea: a comment with more replies than its page shows, and a changed one. Between them stands
    one on the idea that nobody sees yet, with that idea's number."""
    author = Actor(person_id=person_id)
    with db.write() as s:
        ids = {row.number: row.id for row in s.query(Idea)}
        about = comments.thing(s, author, "idea", ids[shown], "en")
        assert about is not None
        hidden = Comment(
            kind="idea",
            object_id=ids[unseen],
            body="x",
            html="x",
            lang="en",
            author_id=person_id,
            created_at=clock.now(),
        )
        root = comments_actions.write(author, about, body="Words", lang="en", side=Side.FOR)
        s.add(hidden)
        s.flush()
        changed = comments_actions.write(author, about, body="Other words", lang="en", side=Side.AGAINST)
        assert isinstance(root, comments_actions.Written) and isinstance(changed, comments_actions.Written)
        assert (root.comment.id, hidden.id) == (shown, unseen)
        for n in range(4):
            answers = comments.found(s, author, root.comment.id, "en")
            row = comments_actions.write(author, about, body=f"Reply {n}", lang="en", answers=answers)
            assert isinstance(row, comments_actions.Written)
            row.comment.created_at -= timedelta(hours=2)
            s.flush()
        comments_actions.edit(author, changed.comment, body="Changed words", lang="en", version=1)


def _rights(person_id: int) -> dict[str, Any]:
    """Somebody else looked at them, asked for something, has an export and a hold; and a breach was entered."""
    rows = {
        "look_id": Look(at=clock.now(), person_id=person_id, page="identity_staff.person", role="administrator"),
        "request_id": DataRequest(
            person_id=person_id, wish=Wish.CORRECTION, words="My name", lang="en", received_at=clock.now(),
            due_on=clock.city_now().date(),
        ),
        "export_id": DataExport(person_id=person_id, lang="en", asked_at=clock.now()),
        "mark_id": PersonMark(person_id=person_id, kind=MarkKind.HOLD, reason="Evidence", placed_at=clock.now()),
        "breach_id": Breach(
            discovered_at=clock.now(), entered_at=clock.now(), changed_at=clock.now(), title="List", what="Sent", data="x"
        ),
    }  # fmt: skip
    s = db.session()
    s.add_all(rows.values())
    s.flush()
    return {name: row.id for name, row in rows.items()}


def _moderated(person_id: int) -> dict[str, Any]:
    """Two reported notes of somebody else: one waits, one is hidden and appealed against."""
    moderator = Actor(person_id=None, roles=frozenset({"moderator"}))
    s = db.session()
    waits, hidden = (board.pin(s, "Benches by the pond", person_id) for _n in range(2))
    made = [
        moderation.report(NOBODY, "note", number, reason=Reason.INSULT, words="", lang="en")
        for number in (waits, hidden)
    ]
    row = s.query(Flagged).filter_by(object_id=hidden).one()
    actions_decide.decide(moderator, row.id, board.HIDE, version=row.version)
    decision = s.query(Decision).one()
    actions_appeal.appeal(Actor(person_id=person_id), decision, words="", lang="en")
    return {
        "flagged_id": s.query(Flagged).filter_by(object_id=waits).one().id,
        "reference": made[0].reference,
        "decision_id": decision.id,
        "appeal_id": s.query(Appeal).one().id,
    }


def _finished(app: Portal) -> None:
    """A budget of last month, counted and published."""
    finished(app, "2025")


def finished(app: Portal, slug: str, reworded: Callable[[], object] = lambda: None) -> str:
    """A budget of last month, counted and published; the answer is its vote's public id. `reworded` may change its words
    before the vote freezes them."""
    budget = town.add_budget(app, slug=slug, count=4, age=None)
    reworded()
    public_id = town.open_vote(app, budget)
    with db.read() as s:
        codes = list(s.scalars(select(Project.code).where(Project.budget_id == budget).order_by(Project.number)))
    for n in range(24):
        votes.cast(public_id, f"resident {n}", {"1": [codes[n % 2]]})
    votes.close(public_id)
    with db.write() as s:
        for phase in (
            s.query(Phase).join(Process).join(Budget, Budget.process_id == Process.id).filter(Budget.id == budget)
        ):
            phase.opens_at -= timedelta(days=30)
            phase.closes_at -= timedelta(days=20 if phase.kind is PhaseKind.RESULTS else 30)
    votes.start_count(public_id)
    actions_count.run_count(public_id)
    with db.write() as s:
        actions_count.publish(s, votes.OFFICER, votes.found(s, public_id), halves_destroyed=True)
    return public_id


def enter_as(client: Client, role: str) -> None:
    """Sign in as somebody with this role; "resident" has none, "nobody" is signed out."""
    if role == "nobody":
        with client.http.session_transaction(base_url=f"http://{client.host}") as kept:
            kept.clear()
    else:
        roles = [] if role == "resident" else [role]
        enter(client, f"Some {role}", roles=roles, district="north", ages={"16@2026-06-01": True}, resident=role)
    with client.http.session_transaction(base_url=f"http://{client.host}") as kept:
        kept["csrf_token"] = RAW_TOKEN


def form_token(app: Portal) -> str:
    """A CSRF token that fits the session of `enter_as`."""
    return str(URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(RAW_TOKEN))
