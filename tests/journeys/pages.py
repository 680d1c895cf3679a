"""Every page of the site, with an example of each and who looks at it. An address that is neither here nor among those
that are no pages fails the walk."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from portal.base import codes

OPEN, DONE, REVIEW, PLANNED = "decides-2026", "decides-2025", "young-2026", "green-2027"


@dataclass(frozen=True)
class Shown:
    """A page: its address without the language, who opens it ("" is nobody, "invited" somebody who was sent the link of
    an invitation) and the answer's status."""

    path: str
    who: str = ""
    status: int = 200


# Answers that are no pages in a language: files, redirects, pages for machines.
NO_PAGES = {
    "services.file", "services_staff.file", "services_staff.form_json", "services_staff.fee_entries",
    # a file to be saved; only with the code of a letter; only of a decided case that nobody has appealed against:
    # tests/services looks at them
    "services.hearing_file", "services.appeal_file", "services_staff.consultation_file", "services.statement",
    "services.new_appeal", "services_staff.enter_appeal",
    "services_staff.preview_form",  # posted from page to page: an address alone leads back to the form
    "services.newer",  # only where a newer form came meanwhile; tests/services/test_newer.py looks at it
    # ready to be sent only with every page filled in; tests/services/test_pages.py and the journey look at it
    "services.check",
    "workshops.booking_calendar", "workshops.outcomes_csv", "workshops_api.calendar", "workshops_api.data",
    "workshops_api.feed", "workshops_api.table", "workshops_staff.certificate_file", "workshops_staff.people",
    "workshops_staff.sessions_csv",
    "workshops.interest",  # by a code of its own; test_book_interest.py looks at it
    "admin.audit_csv", "audit_api.heads", "identity.step_up",
    "data_tracker.find_usage", "data_tracker.heartbeat", "data_tracker.usage_period",
    "papers.file", "papers_api.register_json", "papers_plain.short", "papers_plain.short_code",
    "papers_staff.batch_file", "papers_staff.file", "notifications_staff.batch_file",
    "budgeting.receipt_again", "places_plain.city_plan",
    "ideas.attachment", "ideas_api.feed", "ideas_api.ranking", "ideas_api.similar", "ideas_api.table",
    "ideas_staff.ideas_csv", "ideas_staff.comments_csv", "ideas_staff.answers_csv",
    "budgeting_staff.grow",  # without a ripe idea it only leads back; test_works.py looks at it
    "ideas.discard",  # without a draft it only leads back
    "budgeting.look_again", "budgeting_api.ballots_pb", "budgeting_api.dates", "budgeting_api.projects_feed",
    "budgeting_api.recount_zip", "budgeting_api.result_csv", "budgeting_api.works_csv",
    "budgeting_api.result_json", "budgeting_staff.texts_csv", "budgeting_staff.texts_xliff", "files.picture",
    "comments.comment", "comments.feed", "moderation_api.figures_csv", "questions.results_csv",
    "questions_staff.results_csv",
    "demo.mail_html", "demo_plain.mail", "health.healthz", "health.readyz", "notifications.calendar", "opendata.feed",
    "notifications.around_feed",
    "home_plain.colours", "home_plain.emblem", "home_plain.favicon", "home_plain.robots", "home_plain.security_txt",
    "home_plain.sitemap", "home_plain.start", "identity.begin",
    "innovation_api.table",
    # a request by its slip, and what is lent: the seeded city has none; tests/workshops/test_dev_pages.py looks at them
    "workshops.device_request", "workshops.withdraw_device", "workshops.print_device_request",
    "workshops_staff.device_request", "workshops_staff.edit_device", "workshops_staff.devices_csv",
    "identity.terminal_start", "identity.still_there", "identity.terminal_over", "identity.take_over",
    "identity.hand_over",  # at a terminal, and in a session of help: test_terminal.py looks at them
    "identity.confirm_email", "identity.email_code", "identity.welcome", "identity.open_invitation",
    "oidc.back_from_sign_out",
    "oidc.callback", "opendata_api.api", "opendata_api.openapi", "rights.export_file", "rights_api.data_register_json",
    "rights_staff.breaches_csv", "voting.chain_json", "services.figures_csv",
    # the seeded city has no complaint; tests/voting/test_complaints.py looks at one
    "voting.complaint", "voting_staff.complaint",
    "voting.download", "voting.heads_json", "voting.regulation",
}  # fmt: skip


def votes(instance: Path, slug: str) -> str:
    """The public id of a budget's vote."""
    found = _rows(
        instance, "SELECT b.slug, v.public_id FROM vote v JOIN budget b ON v.kind = 'budget' AND v.object_id = b.id"
    )
    return dict(found)[slug]


def _rows(instance: Path, statement: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{instance / 'portal.db'}?mode=ro", uri=True)) as c:
        return c.execute(statement).fetchall()


def pages(instance: Path) -> dict[str, list[Shown]]:
    """Endpoint -> its page in each of its states. Numbers are those of the seeded city."""
    running, counted = votes(instance, OPEN), votes(instance, DONE)
    pot, category = (
        dict(_rows(instance, f"SELECT b.slug, min(x.id) FROM {x} x JOIN budget b ON b.id = x.budget_id GROUP BY 1"))[
            REVIEW
        ]
        for x in ("pot", "category")
    )
    bo, adam, dora, piotr = "bo", "adam", "dora", "piotr"
    reported = [str(row[0]) for row in _rows(instance, "SELECT id, kind FROM flagged ORDER BY id")]
    appeals = [str(row[0]) for row in _rows(instance, "SELECT id, due_at FROM moderation_appeal")]
    told = [str(row[0]) for row in _rows(instance, "SELECT decision_id, lang FROM moderation_appeal")]
    things = [f"{kind}/{number}" for kind, number in _rows(instance, "SELECT kind, object_id FROM flagged ORDER BY id")]
    (bench, built) = _rows(instance, "SELECT number, id FROM project WHERE code = 'view-benches'")[0]
    step, benefit = (
        _rows(instance, f"SELECT min(id), 0 FROM {table} WHERE project_id = {built}")[0][0]
        for table in ("milestone", "project_benefit")
    )
    works = f"/staff/budgets/{DONE}/projects/{bench}/works"
    draft = _rows(instance, "SELECT answer_id, idea_id FROM idea_answer_idea WHERE standing = 'draft' ORDER BY 1")[0]
    answered = _rows(
        instance,
        "SELECT i.number, 0 FROM idea i JOIN idea_answer_idea a ON a.idea_id = i.id WHERE a.standing = 'current' ORDER BY 1",
    )[0][0]
    standing = _rows(
        instance,
        "SELECT c.slug, max(a.id) FROM idea_answer a JOIN call c ON c.id = a.call_id"
        " WHERE a.published_at IS NOT NULL AND c.closed_at IS NULL GROUP BY 1",
    )[0]
    references = [row[0] for row in _rows(instance, "SELECT reference, lang FROM content_report ORDER BY id")]
    return {
        "home.index": [Shown("/"), Shown("/", "ana")],
        "home.accessibility": [Shown("/accessibility")],
        "home.language": [Shown("/language")],
        "home.page": [Shown("/pages/how-we-count"), Shown("/pages/help")],
        "home.report": [Shown("/accessibility/report")],
        "home.reported": [Shown("/accessibility/report/sent")],
        "home.search": [Shown("/search"), Shown("/search?q=bike"), Shown("/search?q=qqqqqqq")],
        "budgeting.index": [Shown("/budget/")],
        "budgeting.show": [Shown(f"/budget/{slug}/") for slug in (OPEN, DONE, REVIEW, PLANNED)],
        "budgeting.project_list": [
            Shown(f"/budget/{OPEN}/projects/"),
            Shown(f"/budget/{OPEN}/projects/?q=qqqqqqq"),
            Shown(f"/budget/{PLANNED}/projects/"),
        ],
        "budgeting.project": [Shown(f"/budget/{OPEN}/projects/3"), Shown(f"/budget/{DONE}/projects/2")],
        "budgeting.ballot": [
            Shown(f"/budget/{OPEN}/ballot", "ana"),
            Shown(f"/budget/{OPEN}/ballot", "mia"),
            Shown(f"/budget/{OPEN}/ballot", "nora"),
            Shown(f"/budget/{DONE}/ballot", "ana"),
        ],
        "budgeting.results": [
            Shown(f"/budget/{DONE}/results"),
            Shown(f"/budget/{OPEN}/results"),
            Shown(f"/budget/{PLANNED}/results"),
        ],
        "budgeting.share": [Shown(f"/budget/{DONE}/results/share"), Shown(f"/budget/{OPEN}/results/share", "", 404)],
        "budgeting.proposer_advice": [Shown(f"/budget/{DONE}/results/advice")],
        "budgeting.story": [Shown(f"/budget/{DONE}/projects/{bench}/story"), Shown(f"/budget/{OPEN}/projects/3/story")],
        "budgeting.works_list": [
            Shown(f"/budget/{DONE}/works"),
            Shown(f"/budget/{DONE}/works?status=late"),
            Shown(f"/budget/{OPEN}/works"),
        ],
        "budgeting.regulation": [Shown(f"/budget/{OPEN}/rules"), Shown(f"/budget/{DONE}/rules")],
        "budgeting.secrecy": [Shown(f"/budget/{OPEN}/secrecy")],
        "ideas.index": [Shown("/ideas/"), Shown("/ideas/", "ana")],
        "ideas.call": [
            Shown("/ideas/ideas-2027/"),
            Shown("/ideas/ideas-2027/?q=qqqqqqq"),
            Shown("/ideas/cool-city/", "ana"),
        ],
        "ideas.about": [Shown("/ideas/ideas-2027/about")],
        "ideas.idea": [Shown("/ideas/1"), Shown("/ideas/3", "ana"), Shown("/ideas/3", "yusuf"), Shown("/ideas/41")],
        "ideas.official": [Shown(f"/ideas/{answered}/official")],
        "ideas.history": [Shown("/ideas/1/history")],
        "ideas.step": [
            Shown(f"/ideas/ideas-2027/new/{step}", "ana") for step in ("idea", "place", "pictures", "check")
        ],
        "ideas.new": [Shown("/ideas/cool-city/new", "ana")],
        "ideas.mine": [Shown("/ideas/mine", "yusuf"), Shown("/ideas/mine", "mia")],
        "ideas.edit": [Shown("/ideas/3/edit", "yusuf", 409)],
        "ideas.withdraw": [Shown("/ideas/3/withdraw", "yusuf")],
        "ideas.authors": [Shown("/ideas/3/authors", "yusuf")],
        "ideas.same": [Shown("/ideas/2/same", "ana")],
        "ideas.twin": [Shown("/ideas/same/1", "ana")],
        "ideas.as_it_was": [Shown("/ideas/37/as-it-was")],
        "ideas.keep_search": [Shown("/ideas/ideas-2027/keep?q=tree", "ana")],
        "ideas.signatures": [Shown("/ideas/1/signatures"), Shown("/ideas/41/signatures", "", 409)],
        "ideas_lists.listed": [Shown("/staff/signatures", bo), Shown("/staff/signatures?q=99999", bo)],
        "ideas_lists.enter": [Shown(f"/staff/signatures/{n}", bo) for n in (1, 2)],
        "ideas_lists.discard": [Shown("/staff/signatures/1/discard", bo)],
        "ideas_staff.tables": [Shown("/staff/ideas/ideas-2027/tables", bo)],
        "ideas_staff.one_import": [Shown("/staff/ideas/ideas-2027/tables/1", bo)],
        "ideas.short_list": [
            Shown("/ideas/ideas-2026/short-list"),
            Shown("/ideas/ideas-2026/short-list?again=1"),
            Shown("/ideas/ideas-2027/short-list"),
        ],
        "ideas.object_to": [Shown("/ideas/1/object", "jonas"), Shown("/ideas/3/object", "yusuf", 409)],
        "ideas_staff.valuations": [
            Shown("/staff/ideas/valuations", bo),
            Shown("/staff/ideas/valuations?whose=mine", "timo"),
            Shown("/staff/ideas/valuations?q=qqqqqqq", bo),
        ],
        "ideas_staff.desk_of_idea": [
            Shown("/staff/ideas/valuations/1", bo),
            Shown("/staff/ideas/valuations/14", "timo"),
            Shown("/staff/ideas/valuations/999", bo, 404),
        ],
        "ideas_staff.value": [Shown("/staff/ideas/valuations/14/value", "timo")],
        "ideas_staff.objections": [
            Shown("/staff/ideas/objections", bo),
            Shown("/staff/ideas/objections?decided=1", bo),
        ],
        "ideas_staff.objection": [Shown("/staff/ideas/objections/1", "ines"), Shown("/staff/ideas/objections/2", bo)],
        "ideas_staff.short_list": [
            Shown("/staff/ideas/ideas-2027/short-list", bo),
            Shown("/staff/ideas/ideas-2026/short-list", bo),
        ],
        "ideas_staff.remove_pick": [Shown("/staff/ideas/ideas-2026/short-list/picks/1/remove", bo)],
        "ideas_staff.answers": [
            Shown("/staff/ideas/cool-city/answers", bo),
            Shown("/staff/ideas/ideas-2025/answers", bo),
        ],
        "ideas_staff.new_answer": [Shown(f"/staff/ideas/cool-city/answers/new?idea={draft[1]}", bo)],
        "ideas_staff.answer": [
            Shown(f"/staff/ideas/cool-city/answers/{draft[0]}", bo),
            Shown("/staff/ideas/ideas-2025/answers/1", bo),
        ],
        "ideas_staff.withdraw_answer": [Shown(f"/staff/ideas/{standing[0]}/answers/{standing[1]}/withdraw", bo)],
        "ideas_staff.drafts": [
            Shown("/staff/ideas/cool-city/answers/drafts", bo),
            Shown("/staff/ideas/ideas-2025/answers/drafts", bo),
        ],
        "ideas_staff.given": [Shown("/staff/ideas/ideas-2025/answers/given", bo)],
        "ideas_staff.close_call": [Shown("/staff/ideas/cool-city/close", bo)],
        "ideas_staff.index": [Shown("/staff/ideas", bo)],
        "ideas_staff.same": [Shown("/staff/ideas/same", bo), Shown("/staff/ideas/same?q=qqqqqqq", bo)],
        "ideas_staff.decide": [Shown("/staff/ideas/same/1", bo)],
        "ideas_staff.join": [Shown("/staff/ideas/idea/2/join", bo)],
        "ideas_staff.part": [Shown("/staff/ideas/idea/37/part", bo)],
        "ideas_staff.move": [Shown("/staff/ideas/idea/2/move", bo)],
        "ideas_staff.split": [Shown("/staff/ideas/idea/2/split", bo)],
        "ideas_staff.unsplit": [Shown("/staff/ideas/idea/2/unsplit", bo, 409)],  # not split: test_merge_pages.py
        "ideas_staff.new": [Shown("/staff/ideas/new", bo)],
        "ideas_staff.show": [Shown("/staff/ideas/ideas-2027", bo)],
        "ideas_staff.edit": [Shown("/staff/ideas/ideas-2027/edit", bo)],
        "ideas_staff.dates": [Shown("/staff/ideas/ideas-2027/dates", bo)],
        "ideas_staff.categories": [Shown("/staff/ideas/ideas-2027/categories", bo)],
        "ideas_staff.ideas": [
            Shown("/staff/ideas/ideas-2027/list", bo),
            Shown("/staff/ideas/ideas-2027/list?q=qqqqqqq", bo),
        ],
        **_programme(instance),
        **_services(instance),
        "workshops.interested": [Shown("/workshops/interested"), Shown("/workshops/interested", "ana")],
        "workshops_staff.bookings": [
            Shown("/staff/workshops/bookings", "adam"),
            Shown("/staff/workshops/bookings?q=oja", "adam"),
            Shown("/staff/workshops/bookings?q=qqqqqqq", "adam"),
        ],
        "workshops_staff.booking": [Shown("/staff/workshops/bookings/1", "adam")],
        "workshops_staff.calls": [Shown("/staff/workshops/calls", "adam")],
        "workshops_staff.call": [Shown("/staff/workshops/calls/1", "adam")],
        "workshops_staff.interest": [Shown("/staff/workshops/interest", "adam")],
        "innovation.index": [
            Shown("/innovation/"),
            Shown("/innovation/?q=qqqqqqq"),
            Shown("/innovation/?show=stopped", "ana"),
        ],
        "innovation.about": [Shown("/innovation/about")],
        "workshops.devices": [Shown("/workshops/devices")],
        "workshops.ask_device": [Shown("/workshops/devices/ask"), Shown("/workshops/devices/ask", "ana")],
        "workshops_staff.devices": [Shown("/staff/workshops/devices", adam)],
        "workshops_staff.new_device": [Shown("/staff/workshops/devices/new", adam)],
        "workshops_staff.device_requests": [Shown("/staff/workshops/devices/requests", adam)],
        "innovation.figures": [Shown("/innovation/figures")],
        "innovation.new": [Shown("/innovation/new", "ana"), Shown("/innovation/new?from=idea:1", "ana")],
        "innovation.proposal": [
            Shown("/innovation/2"),
            Shown("/innovation/3", "yusuf"),
            Shown("/innovation/4", "jonas"),
            Shown("/innovation/5"),
            Shown("/innovation/7"),
            Shown("/innovation/8", "ana"),
        ],
        "innovation.withdraw": [Shown("/innovation/8/withdraw", "ana")],
        "innovation_staff.index": [
            Shown("/staff/innovation", "petra"),
            Shown("/staff/innovation?q=qqqqqqq", "petra"),
            Shown("/staff/innovation?own=1", "kai"),
        ],
        "innovation_staff.show": [Shown(f"/staff/innovation/{n}", "petra") for n in (2, 5, 6, 8)],
        "innovation_staff.screening": [Shown("/staff/innovation/8/screening", "kai")],
        "innovation_staff.decision": [Shown("/staff/innovation/8/decision", "petra", 409)],
        "innovation_staff.questions": [Shown("/staff/innovation/questions", "petra")],
        "innovation_staff.new_question": [Shown("/staff/innovation/questions/new", "petra")],
        "innovation_staff.question": [Shown("/staff/innovation/questions/need", "petra")],
        "innovation_staff.coach": [Shown("/staff/innovation/6/coach", "petra")],
        "innovation_staff.plan": [Shown("/staff/innovation/6/plan", "petra")],
        "innovation_staff.check_in": [Shown("/staff/innovation/4/check-in", "petra")],
        "innovation_staff.outcome": [Shown("/staff/innovation/5/outcome", "petra")],
        "innovation_staff.grant": [Shown("/staff/innovation/6/grant", "petra")],
        "innovation_staff.funds": [Shown("/staff/innovation/funds", "petra")],
        "innovation_staff.new_fund": [Shown("/staff/innovation/funds/new", "petra")],
        "innovation_staff.fund": [Shown("/staff/innovation/funds/1", "petra")],
        "questions.show": [
            Shown("/questionnaires/1"),
            Shown("/questionnaires/1", "ana"),
            Shown("/questionnaires/1", "yusuf"),
            Shown("/questionnaires/3", bo),
        ],
        "questions.results": [Shown("/questionnaires/3/results"), Shown("/questionnaires/1/results", "", 404)],
        "questions_staff.index": [Shown("/staff/questionnaires", bo)],
        "questions_staff.of_process": [Shown(f"/staff/questionnaires/of/{n}", bo) for n in (1, 4)],
        "questions_staff.new": [Shown("/staff/questionnaires/of/1/new", bo)],
        "questions_staff.show": [Shown(f"/staff/questionnaires/{n}", bo) for n in (1, 2, 3)],
        "questions_staff.edit": [
            Shown("/staff/questionnaires/2/edit", bo),
            Shown("/staff/questionnaires/1/edit", bo, 409),
        ],
        "questions_staff.preview": [Shown("/staff/questionnaires/1/preview", bo)],
        "questions_staff.new_question": [Shown("/staff/questionnaires/2/questions/new", bo)],
        "questions_staff.question": [Shown("/staff/questionnaires/2/questions/5", bo)],
        "questions_staff.results": [Shown(f"/staff/questionnaires/{n}/results", bo) for n in (1, 3)],
        "voting.votes": [Shown("/votes")],
        "voting.heads": [Shown(f"/votes/{running}/chain"), Shown(f"/votes/{counted}/chain")],
        "voting.head_slip": [Shown(f"/votes/{running}/chain/slip")],
        "voting.complain": [Shown(f"/votes/{counted}/complaint")],
        "voting.complaints": [Shown(f"/votes/{counted}/complaints")],
        "voting.receipt": [Shown(f"/votes/{running}/receipt"), Shown(f"/votes/{counted}/receipt")],
        "opendata.index": [Shown("/data")],
        "moderation.house_rules": [Shown("/house-rules"), Shown("/house-rules", piotr)],
        "moderation.figures": [Shown("/moderation/figures")],
        "comments.show": [
            Shown("/comments/idea/2"),
            Shown("/comments/idea/2?sort=oldest", "ana"),
            Shown("/comments/idea/42"),
        ],
        "comments.conversation": [Shown("/comments/2/replies"), Shown("/comments/2/replies", bo)],
        "comments.reply": [Shown("/comments/2/reply", "ana")],
        "comments.edit": [Shown("/comments/9/edit", "ana", 409)],
        "comments.take_back": [Shown("/comments/9/take-back", "ana")],
        "comments.history": [Shown("/comments/8/history")],
        "comments.translation": [Shown("/comments/1/translation", "", 404)],  # the demo has no engine
        "moderation.report": [Shown("/report/nothing/1", "", 404), *(Shown(f"/report/{one}") for one in things[:1])],
        "moderation.reported": [
            Shown("/moderation/reports/x", "", 404),
            *(Shown(f"/moderation/reports/{one}") for one in references[:1]),
        ],
        "moderation.statement": [
            Shown("/moderation/9999", "ana", 404),
            *(Shown(f"/moderation/{one}", "ana") for one in told[:1]),
        ],
        "moderation_staff.queue": [
            Shown("/staff/moderation", piotr),
            Shown("/staff/moderation?state=decided", piotr),
            Shown("/staff/moderation?kind=qqqq&claimed=mine", piotr),
        ],
        "moderation_staff.item": [
            Shown("/staff/moderation/9999", piotr, 404),
            *(Shown(f"/staff/moderation/{one}", piotr) for one in (reported[:1] + reported[-1:])),
        ],
        "moderation_staff.appeals": [
            Shown("/staff/moderation/appeals", adam),
            Shown("/staff/moderation/appeals?decided=1", piotr),
        ],
        "moderation_staff.appeal": [
            Shown("/staff/moderation/appeals/9999", adam, 404),
            *(Shown(f"/staff/moderation/appeals/{one}", who) for one in appeals[:1] for who in (adam, piotr)),
        ],
        "moderation_staff.rules_text": [Shown("/staff/moderation/rules/ar", adam)],
        "identity.sign_in": [Shown("/sign-in")],
        "identity.signed_out": [Shown("/signed-out")],
        "identity.invitation": [Shown("/invitation", "invited"), Shown("/invitation", "", 404)],
        "identity.account": [Shown("/account", "ana"), Shown("/account", bo)],
        "identity.email": [Shown("/sign-in/email")],
        "identity.paper_code": [Shown("/code"), Shown("/code", "ana")],
        "identity.vote_letter": [Shown("/code/letter")],
        "identity.residence": [Shown("/account/residence", "ana")],
        "identity.check": [Shown("/account/residence/check", "ana")],
        "identity.letter": [Shown("/account/residence/letter", "ana")],
        "identity.mandates": [Shown("/account/mandates", "ana")],
        "identity.my": [Shown("/my", "ana")],
        "identity.enrol": [Shown("/terminal/enrol")],
        "identity_help.begin": [Shown("/staff/help", adam), Shown("/staff/help", "lia")],
        "identity_help.ask": [Shown(f"/staff/help/{way}", adam) for way in ("account", "counter", "letter", "guest")],
        "identity_terminals.listed": [Shown("/staff/terminals", adam)],
        "identity_terminals.limits": [Shown("/staff/terminals/limits/1", adam)],
        "home.sheets": [Shown("/paper")],
        "home.sheet": [
            Shown("/paper/barrier"),
            Shown("/paper/idea-1"),
            Shown("/paper/data-correction"),
            Shown("/paper/mandate"),
        ],
        "home_sheets.listed": [Shown("/staff/paper", adam)],
        "home_sheets.enter": [
            Shown("/staff/paper/idea-1", adam),
            Shown("/staff/paper/barrier", adam),
            Shown("/staff/paper/messages", adam),
        ],
        "identity.draft": [Shown("/drafts")],
        "identity.confirm": [Shown("/confirm/nothing", "ana", 404)],
        "identity.begin_confirm": [Shown("/confirm/nothing/demo", "ana", 404)],
        "papers.my_papers": [Shown("/papers", "ana"), Shown("/papers", "mia")],
        "papers.paper": [Shown("/papers/1", "ana")],
        "papers.register": [Shown("/verify/register")],
        "papers.verify": [Shown("/verify")],
        "papers.result": [Shown("/verify/nothing", "", 404)],
        "papers_staff.papers": [Shown("/staff/papers", adam), Shown("/staff/papers?q=qqqqqqq", adam)],
        "papers_staff.paper": [Shown("/staff/papers/1", adam)],
        "papers_staff.letter": [Shown("/staff/papers/letter", adam)],
        "papers_staff.recipient": [Shown("/staff/papers/letter/to", adam)],
        "papers_staff.letter_to": [Shown("/staff/papers/letter/to/2", adam)],
        "papers_staff.replace": [Shown("/staff/papers/2/replace", adam)],
        "papers_staff.post": [Shown("/staff/papers/post", adam)],
        "papers_staff.slip": [Shown("/staff/papers/1/slip", adam)],
        "identity_desk.counter": [Shown("/staff/counter", adam)],
        "identity_desk.slip": [Shown("/staff/counter/code", adam)],
        "identity_desk.second": [Shown("/staff/counter/code/second", adam)],
        "identity_desk.slips": [Shown("/staff/counter/codes", adam)],
        "identity.step_mail_code": [Shown("/step-up/by-mail", "ana")],
        "identity_desk.mandate": [Shown("/staff/counter/mandate", adam)],
        "identity_desk.letters": [Shown("/staff/code-letters", adam)],
        "identity_desk.again": [Shown("/staff/code-letters/1/again", adam)],
        "admin.dashboard": [Shown("/staff/", bo), Shown("/staff/", adam), Shown("/staff/", "ana", 403)],
        "admin.audit": [Shown("/staff/audit", adam)],
        "admin.jobs": [Shown("/staff/jobs", adam)],
        "demo.mails": [Shown("/demo/mail")],
        "demo.one_mail": [Shown("/demo/mail/9999", "", 404)],
        "notifications.inbox": [Shown("/inbox", "ana"), Shown("/inbox?q=qqqqqqq", "ana"), Shown("/inbox", adam)],
        "notifications.message": [Shown("/inbox/9999", "ana", 404)],
        "notifications.around": [
            Shown("/around"),
            Shown("/around?x=44&y=61&metres=1000"),
            Shown("/around?x=1&y=99&metres=300&kind=project"),
            Shown("/around?like=&x=&y=&go=1", "", 422),
        ],
        "notifications.keep_around": [Shown("/inbox/around?x=44&y=61&metres=1000", "ana")],
        "notifications.wishes": [Shown("/inbox/settings", "ana")],
        "notifications.newsletter": [Shown("/newsletter")],
        "notifications.newsletter_asked": [Shown("/newsletter/asked")],
        "notifications.confirm": [Shown("/newsletter/confirm/x", "", 404)],
        "notifications.unsubscribe": [Shown("/unsubscribe/x", "", 404)],
        "notifications_staff.post": [Shown("/staff/post", adam)],
        "notifications_staff.letters": [Shown("/staff/letters-to-print", adam)],
        "notifications_staff.batch": [Shown("/staff/letters-to-print/9999", adam, 404)],
        "notifications_staff.newsletters": [Shown("/staff/newsletter", adam)],
        "notifications_staff.issue": [Shown("/staff/newsletter/9999", adam, 404)],
        "notifications_staff.write_issue": [Shown("/staff/newsletter/9999/write/de", adam, 404)],
        "admin.settings": [Shown("/staff/settings", adam)],
        "identity_staff.people": [Shown("/staff/people", adam), Shown("/staff/people?q=qqqqqqq", adam)],
        "identity_staff.person": [Shown("/staff/people/2", adam)],
        "rights.mine": [Shown("/my/data", "ana"), Shown("/my/data", bo)],
        "rights.log": [Shown("/my/data/log", "ana"), Shown("/my/data/log", "mia")],
        "rights.ask": [Shown("/my/data/log/1/ask", "ana")],
        "rights.new": [Shown(f"/my/data/requests/new/{wish}", "ana") for wish in ("correction", "objection")],
        "rights.show": [Shown("/my/data/requests/1", "ana")],
        "rights.export": [Shown("/my/data/export", "ana")],
        "rights.erasure": [Shown("/my/data/erasure", "ana"), Shown("/my/data/erasure", bo)],
        "rights.erased": [Shown("/my/data/erased")],
        "rights.consents": [Shown("/my/data/consents", "ana")],
        "rights.data_register": [Shown("/data-register")],
        "rights_staff.look": [Shown("/staff/look?kind=person&id=2", bo)],
        "rights_staff.queue": [Shown("/staff/data-requests", dora), Shown("/staff/data-requests?answered=1", dora)],
        "rights_staff.request_page": [Shown("/staff/data-requests/1", dora)],
        "rights_staff.person": [Shown("/staff/people/2/data", dora)],
        "rights_staff.breaches": [Shown("/staff/breaches", dora)],
        "rights_staff.new_breach": [Shown("/staff/breaches/new", dora)],
        "rights_staff.breach": [Shown("/staff/breaches/1", dora)],
        "rights_staff.erasures": [Shown("/staff/erasures", dora)],
        "places_staff.districts": [Shown("/staff/districts", adam)],
        "places_staff.new": [Shown("/staff/districts/new", adam)],
        "places_staff.change": [Shown("/staff/districts/1", adam)],
        "departments_staff.departments": [Shown("/staff/departments", adam)],
        "departments_staff.new_department": [Shown("/staff/departments/new", adam)],
        "departments_staff.change_department": [Shown("/staff/departments/1", adam)],
        "identity_absence.absence": [Shown("/staff/absence", bo)],
        "identity_staff.absence_of": [Shown("/staff/people/2/absence", adam)],
        "processes.join": [Shown("/join", "ana")],
        "processes_staff.process": [Shown("/staff/processes/1", bo), Shown("/staff/processes/1?name=qqqqqqq", bo)],
        "places_staff.place": [Shown("/staff/districts/1/plan", adam)],
        "places_venues.venues": [Shown("/staff/places", adam), Shown("/staff/places?q=qqqqqqq", adam)],
        "places_venues.new": [Shown("/staff/places/new", adam)],
        "places_venues.change": [Shown("/staff/places/1", adam)],
        "places_venues.place": [Shown("/staff/places/1/plan", adam)],
        "home_staff.pages": [Shown("/staff/pages", adam)],
        "home_staff.page": [Shown("/staff/pages/help", adam)],
        "home_staff.page_version": [Shown("/staff/pages/help/en/1", adam)],
        "home_staff.new_page": [Shown("/staff/pages/new", adam)],
        "home_staff.write_page": [Shown("/staff/pages/help/ar", adam)],
        "home_staff.notices": [Shown("/staff/notices", adam)],
        "home_staff.new_notice": [Shown("/staff/notices/new", adam)],
        "home_staff.notice": [Shown("/staff/notices/1", adam)],
        "home_staff.barriers": [Shown("/staff/barriers", adam)],
        "home_staff.barrier": [Shown("/staff/barriers/1", adam)],
        "budgeting_staff.index": [Shown("/staff/budgets", bo)],
        "budgeting_staff.new": [Shown("/staff/budgets/new", bo)],
        "budgeting_staff.show": [Shown(f"/staff/budgets/{slug}", bo) for slug in (OPEN, REVIEW, PLANNED)],
        "budgeting_staff.edit": [Shown(f"/staff/budgets/{REVIEW}/edit", bo)],
        "budgeting_staff.dates": [Shown(f"/staff/budgets/{REVIEW}/dates", bo)],
        "budgeting_staff.money": [Shown(f"/staff/budgets/{REVIEW}/money", bo)],
        "budgeting_staff.new_pot": [Shown(f"/staff/budgets/{REVIEW}/pots/new", bo)],
        "budgeting_staff.pot": [Shown(f"/staff/budgets/{REVIEW}/pots/{pot}", bo)],
        "budgeting_staff.new_category": [Shown(f"/staff/budgets/{REVIEW}/categories/new", bo)],
        "budgeting_staff.category": [Shown(f"/staff/budgets/{REVIEW}/categories/{category}", bo)],
        "budgeting_staff.projects": [
            Shown(f"/staff/budgets/{REVIEW}/projects", bo),
            Shown(f"/staff/budgets/{PLANNED}/projects", bo),
        ],
        "budgeting_staff.new_project": [Shown(f"/staff/budgets/{REVIEW}/projects/new", bo)],
        "budgeting_staff.project": [Shown(f"/staff/budgets/{REVIEW}/projects/1", bo)],
        "budgeting_staff.project_plan": [Shown(f"/staff/budgets/{REVIEW}/projects/1/plan", bo)],
        "budgeting_staff.ripe": [Shown(f"/staff/budgets/{REVIEW}/ripe", bo)],
        "budgeting_staff.project_ideas": [Shown(f"/staff/budgets/{DONE}/projects/{bench}/ideas", bo)],
        "budgeting_staff.all_works": [
            Shown(f"/staff/budgets/{DONE}/works", bo),
            Shown(f"/staff/budgets/{OPEN}/works", bo),
        ],
        "budgeting_staff.project_works": [Shown(f"{works}", bo)],
        "budgeting_staff.new_step": [Shown(f"{works}/steps/new", bo)],
        "budgeting_staff.name_step": [Shown(f"{works}/steps/{step}/name", bo)],
        "budgeting_staff.move_step": [Shown(f"{works}/steps/{step}/move", bo)],
        "budgeting_staff.finish_step": [Shown(f"{works}/steps/{step}/done", bo)],
        "budgeting_staff.new_spending": [Shown(f"{works}/money/new", bo)],
        "budgeting_staff.new_benefit": [Shown(f"{works}/benefit/new", bo)],
        "budgeting_staff.benefit": [Shown(f"{works}/benefit/{benefit}", bo)],
        "budgeting_staff.new_photo": [Shown(f"{works}/photos/new", bo)],
        "budgeting_staff.new_news": [Shown(f"{works}/news/new", bo)],
        "budgeting_staff.stop_works": [Shown(f"{works}/stop", bo)],
        "budgeting_staff.plan": [Shown(f"/staff/budgets/{REVIEW}/plan", bo)],
        "budgeting_staff.expert": [Shown(f"/staff/budgets/{REVIEW}/plan/expert", bo)],
        "budgeting_staff.texts": [Shown(f"/staff/budgets/{REVIEW}/texts", bo)],
        "budgeting_staff.texts_of_language": [Shown(f"/staff/budgets/{REVIEW}/texts/pl", bo)],
        "voting_staff.votes": [Shown("/staff/votes", bo)],
        "voting_staff.vote": [Shown(f"/staff/votes/{running}", bo), Shown(f"/staff/votes/{counted}", bo)],
        "voting_staff.complaints": [Shown(f"/staff/votes/{counted}/complaints", bo)],
        "voting_staff.record": [Shown(f"/staff/votes/{running}/record", bo)],
        "voting_staff.entitled": [
            Shown(f"/staff/votes/{running}/entitled", bo),
            Shown(f"/staff/votes/{counted}/entitled", bo),
        ],
    }


def _slip(instance: Path, number: int) -> str:
    """The code on the slip of a booking, made as base/slips.py makes it."""
    key = bytes.fromhex((instance / "keys" / "slips.key").read_text().strip())

    def keyed(use: bytes, told: bytes, length: int) -> bytes:
        return hmac.new(key, b"booking\0" + use + told, hashlib.sha256).digest()[:length]

    packed = number.to_bytes(4, "big")
    seal = keyed(b"seal", packed, 5)
    return codes.printed(seal + bytes(a ^ b for a, b in zip(packed, keyed(b"veil", seal, 4), strict=True)))


def _programme(instance: Path) -> dict[str, list[Shown]]:
    """Pages of workshops: sessions that are full, free, of one person each, of a series, a meeting; bookings that stand,
    wait, and are over."""
    first = dict(
        _rows(
            instance,
            "SELECT w.slug, min(x.id) FROM workshop_session x JOIN workshop w ON w.id = x.workshop_id "
            "WHERE x.state = 'open' GROUP BY 1",
        )
    )
    offered = dict(_rows(instance, "SELECT slug, id FROM workshop"))
    days = dict(_rows(instance, "SELECT session_id, min(id) FROM workshop_day GROUP BY 1"))
    day = dict(_rows(instance, "SELECT id, substr(starts_at, 1, 10) FROM workshop_session"))
    booked, waits = _slip(instance, 1), _slip(instance, 9)
    full, free, series = int(first["first-steps"]), int(first["city-services"]), int(first["messages-and-calls"])
    slot, meeting = int(first["your-own-device"]), int(first["budget-evening"])
    here, staff, tiiu, lia = "/workshops", "/staff/workshops", "tiiu", "lia"
    return {
        "workshops.index": [
            Shown(f"{here}/"), Shown(f"{here}/", "ana"), Shown(f"{here}/?language=ar&free=1"), Shown(f"{here}/?q=qqqqqqq"),
            Shown(f"{here}/?page=9"),
        ],
        "workshops.calendar": [Shown(f"{here}/calendar"), Shown(f"{here}/calendar?month=2031-01")],
        "workshops.programme": [Shown(f"{here}/programme")],
        "workshops.workshop": [Shown(f"{here}/first-steps"), Shown(f"{here}/budget-evening")],
        "workshops.session": [
            Shown(f"{here}/sessions/{n}") for n in (full, free, series, slot, meeting)
        ],
        "workshops.house": [Shown(f"{here}/houses/2")],
        "workshops.slots": [Shown(f"{here}/your-own-device/2/{day[slot]}")],
        "workshops.book": [
            Shown(f"{here}/sessions/{free}/book"), Shown(f"{here}/sessions/{full}/book"),
            Shown(f"{here}/sessions/{free}/book", "ana"),
        ],
        "workshops.code": [Shown(f"{here}/booking")],
        "workshops.slip": [Shown(f"{here}/booking/{booked}"), Shown(f"{here}/booking/{waits}")],
        "workshops.give_back": [Shown(f"{here}/booking/{booked}/give-back")],
        "workshops.other": [Shown(f"{here}/booking/{booked}/other")],
        "workshops.print_slip": [Shown(f"{here}/booking/{booked}/print"), Shown(f"{here}/booking/{booked}/print?width=80")],
        "workshops.still_using": [Shown(f"{here}/booking/{booked}/still-using")],
        "workshops.stamps": [Shown(f"{here}/stamps", "ana")],
        "workshops.outcomes": [Shown(f"{here}/outcomes")],
        "workshops_staff.index": [
            Shown(f"{staff}/", tiiu), Shown(f"{staff}/", lia), Shown(f"{staff}/?show=draft", tiiu),
            Shown(f"{staff}/?q=qqqqqqq", tiiu),
        ],
        "workshops_staff.offered": [Shown(f"{staff}/offered", tiiu)],
        "workshops_staff.new_workshop": [Shown(f"{staff}/offered/new", tiiu)],
        "workshops_staff.workshop": [Shown(f"{staff}/offered/{offered['first-steps']}", tiiu)],
        "workshops_staff.new_session": [Shown(f"{staff}/offered/{offered['first-steps']}/sessions/new", tiiu)],
        "workshops_staff.many": [Shown(f"{staff}/offered/{offered['first-steps']}/sessions/many", tiiu)],
        "workshops_staff.session": [Shown(f"{staff}/sessions/{n}", tiiu) for n in (full, series)],
        "workshops_staff.edit_session": [Shown(f"{staff}/sessions/{meeting}/edit", tiiu)],
        "workshops_staff.move_session": [Shown(f"{staff}/sessions/{full}/move", tiiu)],
        "workshops_staff.call_off": [Shown(f"{staff}/sessions/{full}/off", tiiu)],
        "workshops_staff.day": [
            Shown(f"{staff}/sessions/{full}/day/{days[full]}", tiiu),
            Shown(f"{staff}/sessions/{series}/day/{days[series]}", tiiu),
        ],
        "workshops_staff.sheet": [Shown(f"{staff}/sessions/{full}/day/{days[full]}/sheet", tiiu)],
        "workshops_staff.terms": [Shown(f"{staff}/terms", tiiu)],
        "workshops_staff.copy_term": [Shown(f"{staff}/terms/1/copy", tiiu)],
        "workshops_staff.table": [Shown(f"{staff}/table", tiiu)],
    }  # fmt: skip


def _services(instance: Path) -> dict[str, list[Shown]]:
    """Pages of services: what can be applied for, a form half filled in, cases that are filed, wait and are refused."""
    case = dict(_rows(instance, "SELECT state, reference FROM service_case"))
    begun = int(_rows(instance, "SELECT id, id FROM service_application")[0][0])
    asked = int(_rows(instance, "SELECT id, id FROM service_request")[0][0])
    appealed = str(_rows(instance, "SELECT reference, id FROM service_appeal")[0][0])
    heard = {kind: int(number) for kind, number in _rows(instance, "SELECT kind, id FROM service_hearing")}
    letter = int(_rows(instance, "SELECT id, id FROM service_letter")[0][0])
    step = int(_rows(instance, "SELECT id, id FROM service_step")[0][0])
    here, staff, setup = "/services", "/staff/cases", "/staff/cases/services"
    waits, begins = f"{staff}/{case['waiting']}", "period=30&unit=days&resume=continue"
    told = _rows(instance, "SELECT state, id FROM service_bank_line")
    file = int(_rows(instance, "SELECT id, id FROM service_statement")[0][0])
    cash = _rows(
        instance,
        "SELECT c.reference, e.id FROM service_fee_entry e JOIN service_fee f ON f.id = e.fee_id "
        "JOIN service_case c ON c.id = f.case_id WHERE e.paper_id IS NOT NULL",
    )[0]
    form = f"{here}/applications/{begun}"
    return {
        "services.index": [
            Shown(f"{here}/", "ana"), Shown(f"{here}/?event=child"), Shown(f"{here}/?q=qqqqqqq"),
        ],
        "services.figures": [Shown(f"{here}/residence-certificate/figures"), Shown(f"{here}/parking-permit/figures")],
        "services.service": [Shown(f"{here}/residence-certificate"), Shown(f"{here}/parking-permit", "ana")],
        "services.tasks": [Shown(form, "ana")],
        "services.fill": [Shown(f"{form}/{page}", "ana") for page in ("person", "permit")],
        "services.case": [Shown(f"{here}/cases/{case[state]}", "ana") for state in ("waiting", "refused")],
        "services.answer": [Shown(f"{here}/cases/{case['waiting']}/answer/{asked}", "ana")],
        "services.withdraw": [Shown(f"{here}/cases/{case['filed']}/withdraw", "ana")],
        "services_staff.cases": [
            Shown(staff, "kai"), Shown(f"{staff}?q=qqqqqqq", "kai"),
        ],
        "services_staff.case": [Shown(f"{staff}/{case[state]}", "kai") for state in ("filed", "waiting")],
        "services.hearing": [Shown(f"{here}/hearing")],
        "services.appeal": [Shown(f"{here}/appeals/{appealed}", "ana")],
        "services.appeal_back": [Shown(f"{here}/appeals/{appealed}/withdraw", "ana")],
        "services_staff.consult": [Shown(f"{waits}/hearing/offices", "kai")],
        "services_staff.neighbours": [Shown(f"{waits}/hearing/neighbours", "kai")],
        "services_staff.hearing": [Shown(f"{waits}/hearings/{number}", "kai") for number in heard.values()],
        "services_staff.consultations": [
            Shown(f"{staff}/consultations", "kai"), Shown(f"{staff}/consultations?done=1", "kai"),
        ],
        "services_staff.consultation": [Shown(f"{staff}/consultations/{heard['office']}", "kai")],
        "services_staff.appeals": [
            Shown(f"{staff}/appeals", "kai"), Shown(f"{staff}/appeals?state=decided", "kai"),
        ],
        "services_staff.appeal": [Shown(f"{staff}/appeals/{appealed}", "kai")],
        "services_staff.write_letter": [
            Shown(f"{waits}/letter", "kai"), Shown(f"{waits}/letter?letter={letter}", "kai"),
        ],
        "services_staff.letters": [Shown(f"{staff}/letters", "adam")],
        "services_staff.new_letter": [Shown(f"{staff}/letters/new", "adam")],
        "services_staff.edit_letter": [Shown(f"{staff}/letters/{letter}", "adam")],
        "services_staff.steps": [Shown(f"{setup}/market-stall-permit/steps", "adam")],
        "services_staff.edit_step": [Shown(f"{setup}/market-stall-permit/steps/{step}", "adam")],
        "services_staff.clock": [
            Shown(f"{staff}/clock", "kai"),
            Shown(f"{staff}/clock?go=1&{begins}&start-day=1&start-month=3&start-year=2027", "kai"),
        ],
        "services.receipt": [Shown(f"{here}/cases/{case['refused']}/receipt", "ana")],
        "services_staff.cash_receipt": [Shown(f"{staff}/{cash[0]}/fee/receipts/{cash[1]}", "kai")],
        "services_staff.fees": [Shown(f"{staff}/fees", "kai"), Shown(f"{staff}/fees?q=qqqqqqq", "kai")],
        "services_staff.bank_statements": [Shown(f"{staff}/fees/statements", "kai")],
        "services_staff.bank_statement": [Shown(f"{staff}/fees/statements/{file}", "kai")],
        "services_staff.payments": [
            Shown(f"{staff}/fees/payments", "kai"), Shown(f"{staff}/fees/payments?q=qqqqqqq", "kai"),
        ],
        "services_staff.payment": [Shown(f"{staff}/fees/payments/{number}", "kai") for _state, number in told],
        "services_staff.services": [Shown(setup, "adam")],
        "services_staff.new_service": [Shown(f"{setup}/new", "adam")],
        "services_staff.service": [Shown(f"{setup}/building-permit", "adam")],
        "services_staff.service_form_page": [Shown(f"{setup}/residence-certificate/form", "adam")],
    }  # fmt: skip
