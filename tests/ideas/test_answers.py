"""The city answers ideas: drafts are published together, everybody is told once, corrections keep what stood before, and a
call is closed only when every idea has its answer. A withdrawn answer leaves its place and its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.base import clock, db, ground, jobs
from portal.base.actor import Actor
from portal.base.mail import Outgoing, State
from portal.base.web import Portal
from portal.ideas import actions, actions_jobs, actions_merge, queries_answers, rules_answers
from portal.ideas import actions_answers as act
from portal.ideas.models import Call, Idea, IdeaState
from portal.ideas.models_answers import Answer, AnswerVersion, Outcome
from portal.ideas.rules import Denied
from portal.ideas.rules_answers import Progress
from portal.notifications import actions as notifications
from portal.notifications.models import Channel, Delivery, DeliveryState, Message
from portal.processes.models import Phase, PhaseKind, Process
from tests.client import Client
from tests.ideas.town import OFFICER, add_call, add_idea, idea
from tests.identity.help import enter

S = IdeaState
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


@dataclass
class CallFacts:
    """A call as the rules ask for it."""

    always_open: bool = False
    closed_at: datetime | None = None
    frozen_at: datetime | None = None


@dataclass
class Dates:
    """A phase."""

    kind: PhaseKind
    opens_at: datetime
    closes_at: datetime | None


@pytest.mark.parametrize(
    ("outcome", "state", "before", "after"),
    [
        (Outcome.DONE, S.SUBMITTED, None, S.ANSWERED),
        (Outcome.NOT, S.NOT_FEASIBLE, None, S.ANSWERED),
        (Outcome.EXISTS, S.SHORTLISTED, None, S.ANSWERED),
        (Outcome.BALLOT, S.FEASIBLE, None, S.FEASIBLE),  # it waits for its project
        (Outcome.BALLOT, S.SHORTLISTED, None, S.SHORTLISTED),
        (Outcome.BALLOT, S.ANSWERED, S.FEASIBLE, S.FEASIBLE),  # corrected
        (Outcome.PARTLY, S.ON_BALLOT, None, S.ON_BALLOT),  # a project of it stands there
        (Outcome.NOT, S.WITHDRAWN, None, S.WITHDRAWN),
        (Outcome.NOT, S.MERGED, None, S.MERGED),
    ],
)
def test_an_answer_moves_an_idea(outcome: Outcome, state: S, before: S | None, after: S) -> None:
    assert rules_answers.state_after(outcome, state, before) is after


@pytest.mark.parametrize(
    ("call", "open_", "progress", "word"),
    [
        (CallFacts(), False, Progress(3, 3), None),
        (CallFacts(), False, Progress(), None),  # a call without ideas
        (CallFacts(always_open=True), True, Progress(3, 3), None),  # closing is how it ends
        (CallFacts(), True, Progress(3, 3), "still be handed in"),
        (CallFacts(), False, Progress(3, 2), "1 idea has no answer yet"),
        (CallFacts(), False, Progress(40, 12), "28 ideas have no answer yet"),
        (CallFacts(), False, Progress(3, 3, held=1), "waits for a moderator"),
        (CallFacts(closed_at=NOW), False, Progress(3, 3), "closed already"),
    ],
)
def test_when_a_call_can_be_closed(call: Any, open_: bool, progress: Progress, word: str | None) -> None:
    ends = NOW + timedelta(days=1) if open_ else NOW - timedelta(days=1)
    verdict = rules_answers.may_close(call, [Dates(PhaseKind.SUBMIT, NOW - timedelta(days=9), ends)], progress, NOW)
    assert bool(verdict) is (word is None)
    assert word is None or word in str(verdict.reason)


# --- actions ----------------------------------------------------------------------------------------------------------


def said(text: str) -> dict[str, dict[str, str]]:
    return {"body": {"en": text}, "role": {"en": "Mayor"}, "state": {}}


def draft(number: int | list[int], text: str = "We **will**.", outcome: Outcome = Outcome.DONE) -> int:
    """A draft for ideas, by their numbers; returns its id."""
    with db.write() as s:
        numbers = [number] if isinstance(number, int) else number
        ideas = s.scalars(select(Idea).where(Idea.number.in_(numbers)).order_by(Idea.number)).all()
        call = s.get_one(Call, ideas[0].call_id)
        return act.draft(OFFICER, call, ideas, outcome=outcome, answered_by="Dana Oru", said=said(text)).id


def publish(call_id: int, *ids: int) -> tuple[int, int]:
    with db.write() as s:
        done = act.publish(OFFICER, s.get_one(Call, call_id), ids)
    jobs.run_due()
    return done


def told(notice: str = "idea.answered") -> list[tuple[int, dict[str, Any]]]:
    with db.read() as s:
        rows = s.scalars(select(Message).where(Message.notice == notice).order_by(Message.person_id))
        return [(row.person_id, row.args) for row in rows]


def support(number: int, person_id: int) -> None:
    with db.write() as s:
        row = s.query(Idea).filter_by(number=number).one()
        assert actions.support(Actor(person_id=person_id), row, clock.city_now())


WHY = "Raha ei ole."


def withdraw(call_id: int, answer: int, version: int = 1) -> int:
    with db.write() as s:
        call, row = s.get_one(Call, call_id), s.get_one(Answer, answer)
        done = act.withdraw(OFFICER, call, row, reason=WHY, lang="et", version=version)
    jobs.run_due()
    return done


def correct(call_id: int, answer: int, version: int = 1, outcome: Outcome = Outcome.BALLOT) -> bool:
    with db.write() as s:
        return act.correct(
            OFFICER, s.get_one(Call, call_id), s.get_one(Answer, answer), outcome=outcome, answered_by="Dana Oru",
            said=said("You decide."), reason="The owner agreed.", version=version,
        )  # fmt: skip


def test_everybody_is_told_once_and_nobody_learns_who_supports(app: Portal) -> None:
    ana, jonas, mia = (enter(Client(app), name) for name in ("Ana Ilves", "Jonas Brandt", "Mia Lund"))
    call_id = add_call(app)
    first, second = add_idea(app, call_id, ana, "A bench"), add_idea(app, call_id, jonas, "A swing")
    for number in (first, second):  # Mia supports both; Ana her own and Jonas's
        support(number, mia)
        support(number, ana)
    with db.write():
        notifications.follow(Actor(person_id=mia), "idea", idea(second).id)
    answer = draft([first, second])
    assert idea(first).state is S.SUBMITTED and told() == []
    assert publish(call_id, answer) == (1, 2)
    assert [person for person, _link in told()] == sorted([ana, jonas, mia])
    assert idea(first).state is idea(second).state is S.ANSWERED
    with db.read() as s:  # the messages are the same for authors, supporters and followers
        assert len({(m.notice, m.topic, str(m.values["outcome"])) for m in s.scalars(select(Message))}) == 1
    assert publish(call_id, answer) == (0, 0) and len(told()) == 3


def test_drafts_are_published_all_or_none(app: Portal) -> None:
    ana = enter(Client(app))
    call_id = add_call(app)
    good, bad = add_idea(app, call_id, ana, "A bench"), add_idea(app, call_id, ana, "A swing")
    ids = [draft(good), draft(bad, outcome=Outcome.BALLOT)]
    with db.write() as s:
        s.query(Idea).filter_by(number=bad).one().state = S.NOT_FEASIBLE
    with pytest.raises(Denied):
        publish(call_id, *ids)
    with db.read() as s:
        assert s.query(Answer).filter(Answer.published_at.is_not(None)).count() == 0
    assert idea(good).state is S.SUBMITTED
    with pytest.raises(Denied) as denied:  # one draft per idea
        draft(good)
    assert str(good) in str(denied.value.verdict.reason)


def test_an_idea_that_is_withdrawn_leaves_its_draft(app: Portal) -> None:
    ana = enter(Client(app))
    call_id = add_call(app)
    one, other = add_idea(app, call_id, ana, "A bench"), add_idea(app, call_id, ana, "A swing")
    answer = draft([one, other])
    with db.write() as s:
        row = s.query(Idea).filter_by(number=other).one()
        actions.withdraw(Actor(person_id=ana), s.get_one(Call, call_id), row, "Not needed")
    assert publish(call_id, answer) == (1, 1)
    assert idea(other).state is S.WITHDRAWN


def test_a_correction_keeps_what_stood_before(app: Portal) -> None:
    ana = enter(Client(app))
    call_id = add_call(app)
    number = add_idea(app, call_id, ana)
    with db.write() as s:
        s.query(Idea).filter_by(number=number).one().state = S.FEASIBLE
    answer = draft(number, "We will *not*.", Outcome.NOT)
    publish(call_id, answer)
    assert correct(call_id, answer) and idea(number).state is S.FEASIBLE
    with pytest.raises(Denied):  # of somebody who saw the older wording
        correct(call_id, answer)
    assert not correct(call_id, answer, 2)
    jobs.run_due()
    assert [person for person, _link in told("idea.answer_corrected")] == [ana]
    page = Client(app).get(f"/en/ideas/{number}/official")
    assert "It goes on the ballot" in page and "You decide." in page
    assert "It will not be done" in page and "<em>not</em>" in page and "The owner agreed." in page
    with db.read() as s:
        assert s.query(AnswerVersion).one().texts["body"] == {"en": "We will *not*."}


def test_a_later_answer_takes_the_place_of_the_first(app: Portal) -> None:
    ana = enter(Client(app))
    call_id = add_call(app)
    one, other = add_idea(app, call_id, ana, "A bench"), add_idea(app, call_id, ana, "A swing")
    publish(call_id, draft([one, other], "Both of them."))
    publish(call_id, draft(one, "Only this one.", Outcome.PARTLY))
    page = Client(app).get(f"/en/ideas/{one}/official")
    assert "Only this one." in page and "Both of them." in page and "replaced by the one above" in page
    assert "Both of them." in Client(app).get(f"/en/ideas/{other}")


def test_a_withdrawn_answer_keeps_its_place_and_the_idea_waits_again(app: Portal) -> None:
    ana, mia, lia = (enter(Client(app), name) for name in ("Ana Ilves", "Mia Lund", "Lia Kask"))
    call_id = add_call(app)
    one, other = add_idea(app, call_id, ana, "A bench"), add_idea(app, call_id, ana, "A swing")
    support(one, mia)
    with db.write() as s:
        notifications.follow(Actor(person_id=lia), "idea", idea(other).id)
        s.query(Idea).filter_by(number=one).one().state = S.FEASIBLE
    answer = draft([one, other], "Both are *paid*.")
    with pytest.raises(Denied):  # a draft is thrown away instead
        withdraw(call_id, answer)
    publish(call_id, answer)
    assert idea(one).state is S.ANSWERED
    with pytest.raises(Denied):  # by somebody who saw another wording
        withdraw(call_id, answer, 2)
    assert withdraw(call_id, answer) == 2
    assert idea(one).state is S.FEASIBLE and idea(other).state is S.SUBMITTED
    with db.read() as s:
        assert queries_answers.counted(s, call_id) == Progress(2, 0)
        assert queries_answers.current_of(s, [idea(one).id]) == {}
    assert [person for person, _link in told("idea.answer_withdrawn")] == sorted([ana, mia, lia])
    with db.read() as s:
        assert {m.free_text for m in s.scalars(select(Message).where(Message.notice == "idea.answer_withdrawn"))} == {
            WHY
        }
    for again in (withdraw, correct):  # what is withdrawn stays so
        with pytest.raises(Denied):
            again(call_id, answer)
    page = Client(app).get(f"/de/ideas/{one}")
    assert WHY in page and f'lang="et" dir="ltr">{WHY}' in page and "paid" not in page
    page = Client(app).get(f"/en/ideas/{one}/official")
    assert WHY in page and "<em>paid</em>" in page and "This answer was also for" in page
    publish(call_id, draft(one, "Next year.", Outcome.PARTLY))
    page = Client(app).get(f"/en/ideas/{one}/official")
    assert "Next year." in page and "withdrawn on" in page and WHY in page and "replaced" not in page
    assert WHY not in Client(app).get(f"/en/ideas/{one}") and WHY in Client(app).get(f"/en/ideas/{other}")
    assert idea(one).state is S.ANSWERED
    later = draft(one, "Not at all.", Outcome.NOT)
    publish(call_id, later)
    assert withdraw(call_id, later) == 1 and idea(one).state is S.FEASIBLE


def test_news_of_an_answer_that_is_withdrawn_at_once_is_no_news(app: Portal) -> None:
    ana = enter(Client(app))
    call_id = add_call(app)
    answer = draft(add_idea(app, call_id, ana))
    with db.write() as s:
        act.publish(OFFICER, s.get_one(Call, call_id), [answer])
    withdraw(call_id, answer)
    assert told() == [] and [person for person, _link in told("idea.answer_withdrawn")] == [ana]


def test_a_closed_call_keeps_its_answers(app: Portal) -> None:
    client = Client(app)
    bo = enter(client, "Bo Officer", roles=["moderator"])
    call_id = add_call(app)
    answer = draft(add_idea(app, call_id, bo))
    publish(call_id, answer)
    given = "/en/staff/ideas/2027/answers/given"
    assert "Withdraw" in client.get(given)
    with db.write() as s:
        s.get_one(Call, call_id).closed_at = clock.now()
    with pytest.raises(Denied):
        withdraw(call_id, answer)
    assert "Withdraw" not in client.get(given)
    page = client.get(f"/en/staff/ideas/2027/answers/{answer}/withdraw")
    assert page.status == 409 and "every idea in it keeps its answer" in page


def test_a_call_is_closed_when_every_idea_is_answered(app: Portal) -> None:
    client = Client(app)
    ana = enter(client, "Bo Officer", roles=["budget_officer"])
    call_id = add_call(app, opens=-9, closes=9)
    numbers = [add_idea(app, call_id, ana, f"A bench {n}") for n in range(3)]
    with db.write() as s:
        process = s.get_one(Call, call_id).process_id
        for phase in s.query(Phase).join(Process).filter(Process.id == process):
            phase.opens_at -= timedelta(days=60)
            phase.closes_at -= timedelta(days=60)
    publish(call_id, draft(numbers[:2]))
    page = client.get("/en/staff/ideas/2027/close")
    assert "1 idea has no answer yet" in page and "2 of 3 ideas are answered." in page
    assert client.post("/en/staff/ideas/2027/close", page="/en/staff/ideas/2027").status == 409
    assert "1 idea without an answer" in client.get("/en/staff/")
    publish(call_id, draft(numbers[2], "No.", Outcome.NOT))
    page = client.post("/en/staff/ideas/2027/close")
    assert "Every idea has its answer" in page
    with db.read() as s:
        assert s.get_one(Call, call_id).closed_at is not None
    assert "This call is closed" in Client(app).get("/en/ideas/2027/")


def test_what_only_supporters_have_been_told_goes_with_their_supports(app: Portal) -> None:
    ana, jonas, mia, lia = (enter(Client(app), name) for name in ("Ana Ilves", "Jonas Brandt", "Mia Lund", "Lia Kask"))
    call_id, other_call = add_call(app, forget_days=10), add_call(app, slug="2026", forget_days=900)
    one, old = add_idea(app, call_id, ana, "A bench"), add_idea(app, other_call, ana, "A seat")
    support(one, mia)
    support(old, jonas)
    with db.write() as s:
        notifications.follow(Actor(person_id=lia), "idea", idea(one).id)
        actions_merge.merge(
            OFFICER, *(s.scalars(select(Idea).where(Idea.number == n)).one() for n in (old, one)), "Same."
        )
    answer = draft(one)
    publish(call_id, answer)
    withdraw(call_id, answer)
    kinds = {"idea.answered", "idea.answer_withdrawn", "idea.support_moved"}

    def inbox() -> dict[int, set[str]]:
        with db.read() as s:
            rows = s.scalars(select(Message).where(Message.notice.in_(kinds))).all()
        return {person: {row.notice for row in rows if row.person_id == person} for person in (ana, jonas, mia, lia)}

    both = {"idea.answered", "idea.answer_withdrawn"}
    assert inbox() == {ana: both, jonas: kinds, mia: both, lia: both}
    with db.write() as s:  # a mail of each that went out
        for number in s.scalars(select(Message.id).where(Message.notice.in_(kinds))).all():
            sent = Outgoing(
                recipient="x@example", subject="x", body="x", lang="en", state=State.SENT, created_at=NOW, next_at=NOW
            )
            s.add(sent)
            s.flush()
            known = s.scalars(select(Delivery).where(Delivery.message_id == number)).first()
            if known is None:
                known = Delivery(message_id=number, channel=Channel.EMAIL, state=DeliveryState.HANDED, next_at=NOW)
                s.add(known)
            known.outbox_id = sent.id
    assert actions_jobs.forget(clock.city_now() + timedelta(days=7 + 60)) == 1
    assert inbox() == {ana: both, jonas: set(), mia: set(), lia: both}  # an author, two supporters, a follower
    with db.read() as s:
        kept = set(s.scalars(select(Message.id).where(Message.notice.in_(kinds))))
        assert set(s.scalars(select(Delivery.message_id))) & kept == kept and len(kept) == 4
        assert s.query(Outgoing).filter_by(recipient="x@example").count() == 4


# --- pages ------------------------------------------------------------------------------------------------------------


def test_an_officer_answers_two_ideas_and_publishes(app: Portal) -> None:
    client = Client(app)
    bo = enter(client, "Bo Officer", roles=["moderator"])
    call_id = add_call(app)
    one, other = add_idea(app, call_id, bo, "A bench"), add_idea(app, call_id, bo, "مقعد", language="ar")
    base = "/en/staff/ideas/2027/answers"
    assert "0 of 2 ideas are answered." in client.get(base)
    ids = [idea(one).id, idea(other).id]
    url = f"{base}/new?idea={ids[0]}"
    data: dict[str, Any] = {"ideas": [ids[0]], "more": str(other), "answered_by": "Dana Oru", "body_en": ""}
    wrong = client.post(url, data)
    assert (
        wrong.status == 422 and "Choose the outcome." in wrong and "Write the answer" in wrong and "Dana Oru" in wrong
    )
    foreign = add_idea(app, add_call(app, slug="2028"), bo, "In another call")
    for more, sentence in (
        ("12, x", "Enter numbers of ideas, such as 12, 15."),
        (f"{other}, {foreign}, 99999", f"do not stand in the lists of this call: {foreign}, 99999."),
    ):
        wrong = client.post(url, {**data, "more": more, "outcome": "done", "body_en": "Yes, all"})
        assert wrong.status == 422 and 'id="more-error"' in wrong.html and sentence in wrong, more
        assert f'value="{more}"' in wrong.html and "Yes, all" in wrong and "Dana Oru" in wrong
        assert re.search(rf'value="{ids[0]}"[^>]*checked', wrong.html), "what was ticked stays ticked"
    page = client.post(url, {**data, "outcome": "partly", "body_en": "Half of *it*.", "state_en": "Half in 2028"})
    assert "Half in 2028" in page and "The draft is stored" in page
    assert "Half of" not in Client(app).get(f"/en/ideas/{one}")
    with db.read() as s:
        answer = s.query(Answer).one().id
    page = client.post(f"{base}/publish", {"answer": [answer]}, page=f"{base}/drafts")
    assert "2 ideas are answered by it" in page and "2 of 2 ideas are answered." in page
    public = Client(app).get(f"/de/ideas/{one}")
    assert "Half in 2028" in public and "<em>it</em>" in public and "Dana Oru" in public
    assert "Half in 2028" in Client(app).get(f"/ar/ideas/{other}/official")
    data = {"outcome": "done", "answered_by": "Dana Oru", "body_en": "All of it.", "version": "1"}
    wrong = client.post(f"{base}/{answer}", data)
    assert wrong.status == 422 and "Say why the answer is corrected." in wrong and "All of it." in wrong
    page = client.post(f"{base}/{answer}", {**data, "reason": "More money"})
    assert "The answer is corrected." in page
    gone = f"{base}/{answer}/withdraw"
    wrong = client.post(gone, {"reason": " ", "lang": "en", "version": "2"})
    assert wrong.status == 422 and "Give a reason." in wrong
    stale = client.post(gone, {"reason": "No money", "lang": "en", "version": "1"})
    assert stale.status == 422 and "in the meantime" in stale and "No money" in stale
    page = client.post(gone, {"reason": "No money", "lang": "en", "version": "2"})
    assert "2 ideas wait for another one" in page and "0 of 2 ideas are answered." in page
    assert client.get(f"{base}/{answer}").status == client.get(gone).status == 409
    assert "withdrawn on" in client.get(f"{base}/given") and "No money" in Client(app).get(f"/en/ideas/{one}")
    enter(client, "Au Ditor", roles=["auditor"])
    assert "Published answers" in client.get(f"{base}/given") and client.get(f"{base}/{answer}").status == 403


def test_progress_counts_what_stands_in_the_lists(app: Portal) -> None:
    ana = enter(Client(app))
    call_id = add_call(app)
    numbers = [add_idea(app, call_id, ana, f"A bench {n}") for n in range(4)]
    draft(numbers[0])
    publish(call_id, draft(numbers[1]))
    ground.stand_on(app.ground)
    with db.write() as s:
        s.query(Idea).filter_by(number=numbers[2]).one().hidden_at = clock.now()
        s.query(Idea).filter_by(number=numbers[3]).one().held_at = clock.now()
    with db.read() as s:
        assert queries_answers.progress(s, [call_id])[call_id] == Progress(2, 1, 1, 1)
