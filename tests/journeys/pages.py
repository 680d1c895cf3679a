"""Every page of the site, with an example of each and who looks at it. An address that is neither here nor among those
that are no pages fails the walk."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

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
    "budgeting.look_again", "budgeting_api.ballots_pb", "budgeting_api.recount_zip", "budgeting_api.result_csv",
    "budgeting_api.result_json", "budgeting_staff.texts_csv", "budgeting_staff.texts_xliff", "files.picture",
    "health.healthz", "health.readyz",
    "home_plain.colours", "home_plain.emblem", "home_plain.favicon", "home_plain.robots", "home_plain.security_txt",
    "home_plain.sitemap", "home_plain.start", "identity.begin", "identity.open_invitation", "oidc.back_from_sign_out",
    "oidc.callback", "opendata_api.api", "opendata_api.openapi", "voting.download", "voting.regulation",
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
    bo, adam = "bo", "adam"
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
        "budgeting.regulation": [Shown(f"/budget/{OPEN}/rules"), Shown(f"/budget/{DONE}/rules")],
        "budgeting.secrecy": [Shown(f"/budget/{OPEN}/secrecy")],
        "voting.votes": [Shown("/votes")],
        "voting.receipt": [Shown(f"/votes/{running}/receipt"), Shown(f"/votes/{counted}/receipt")],
        "opendata.index": [Shown("/data")],
        "identity.sign_in": [Shown("/sign-in")],
        "identity.signed_out": [Shown("/signed-out")],
        "identity.invitation": [Shown("/invitation", "invited"), Shown("/invitation", "", 404)],
        "identity.account": [Shown("/account", "ana"), Shown("/account", bo)],
        "admin.dashboard": [Shown("/staff/", bo), Shown("/staff/", adam), Shown("/staff/", "ana", 403)],
        "admin.audit": [Shown("/staff/audit", adam)],
        "admin.jobs": [Shown("/staff/jobs", adam)],
        "admin.outbox": [Shown("/staff/outbox", adam)],
        "admin.settings": [Shown("/staff/settings", adam)],
        "identity_staff.people": [Shown("/staff/people", adam), Shown("/staff/people?q=qqqqqqq", adam)],
        "identity_staff.person": [Shown("/staff/people/1", adam)],
        "places_staff.districts": [Shown("/staff/districts", adam)],
        "places_staff.new": [Shown("/staff/districts/new", adam)],
        "places_staff.change": [Shown("/staff/districts/1", adam)],
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
        "budgeting_staff.plan": [Shown(f"/staff/budgets/{REVIEW}/plan", bo)],
        "budgeting_staff.expert": [Shown(f"/staff/budgets/{REVIEW}/plan/expert", bo)],
        "budgeting_staff.texts": [Shown(f"/staff/budgets/{REVIEW}/texts", bo)],
        "budgeting_staff.texts_of_language": [Shown(f"/staff/budgets/{REVIEW}/texts/pl", bo)],
        "voting_staff.votes": [Shown("/staff/votes", bo)],
        "voting_staff.vote": [Shown(f"/staff/votes/{running}", bo), Shown(f"/staff/votes/{counted}", bo)],
    }
