"""The demo's closed budget: to everybody but its members and the officers of its department it does not exist.

Ana stands on the list, Jonas was invited by mail, and Yusuf got a letter with a code.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock, markdown
from portal.base.actor import Actor
from portal.base.ground import settings
from portal.budgeting.models import Budget
from portal.demo import content
from portal.identity.demo_idp import ISSUER
from portal.identity.models import Identity
from portal.papers import actions as papers
from portal.processes import actions_members as members
from portal.processes.models import Entrance, Process

ON_LIST, BY_MAIL, BY_LETTER = "ana", "jonas", "yusuf"
CODES = 5
LETTER = """
Dear Mr Haddad,

the people around the Old Mill decide about their three courtyards. Sign in to the portal, open the address below and type
this code. It lets one person take part.

**%(code)s**

%(address)s

Kind regards
Timo Rand
"""


def fill(s: Session, officer: Actor, budget: Budget, department: int) -> None:
    """Close it, give it to its department, and let its members in."""
    now = clock.now()
    process = s.get_one(Process, budget.process_id)
    verdict = members.settle(officer, process, closed=True, district_id=None, department_id=department, now=now)
    assert verdict, verdict.reason
    members.add_member(officer, process.id, _person(s, ON_LIST), Entrance.LIST, now)
    members.invite_addresses(officer, process.id, [f"{BY_MAIL}@sundhaven.example", "tenant@sundhaven.example"], now)
    code = members.make_codes(officer, process.id, CODES, now)[0]
    name = next(one.name for one in content.personas() if one.sub == BY_LETTER)
    body = markdown.render(LETTER % {"code": code, "address": f"{settings().base_url}/en/join"}, "en")
    papers.issue(
        officer,
        kind="letter",
        title="Your code for the courtyards at the Old Mill",
        lang="en",
        person_id=_person(s, BY_LETTER),
        values={
            "recipient": name, "address_lines": ["Mill Street 7", "10115 Sundhaven"], "address_dir": "ltr", "body": body,
        },
        lines=[("Recipient", name)],
        by_post=True,
    )  # fmt: skip


def _person(s: Session, sub: str) -> int:
    return s.scalars(select(Identity.person_id).where(Identity.issuer == ISSUER, Identity.sub == sub)).one()
