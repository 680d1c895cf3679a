"""What happens between the demo's ideas: somebody says that two are the same, and two have been joined."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.actor import Actor
from portal.ideas import actions_merge, actions_same
from portal.ideas.models import Idea
from portal.ideas.models_merge import Merge, Twin
from portal.identity.demo_idp import ISSUER
from portal.identity.models import Identity

# idea, the one that holds both, why, in which language
JOINED = (
    "Bänke mit Schatten auf dem Markt",
    "Mehr Schatten auf dem Marktplatz",
    "Beide wollen Schatten und Sitzplätze auf dem Marktplatz. Zusammen sind sie ein Vorhaben.",
    "de",
)
# who says that which two are the same, why, in which language; it waits for the authors and the staff
PROPOSED = (
    "ana",
    "Des bancs le long de la montée de Larkhill",
    "A covered bench at every tram stop in Northfield",
    "Both ask for benches with backs where older people have to wait or rest. One plan for the whole city would do.",
    "en",
)


def seed_joined(s: Session, officer: Actor) -> None:
    """One open proposal, and one joined idea with its redirect."""
    ideas = {row.title: row for row in s.scalars(select(Idea).where(Idea.title.in_([*JOINED[:2], *PROPOSED[1:3]])))}
    idea, into, reason, lang = JOINED
    made = actions_merge.merge(officer, ideas[idea], ideas[into], reason, lang=lang)
    at = clock.now() - timedelta(days=2, hours=3)
    s.execute(update(Merge).where(Merge.id == made.id).values(at=at))
    sub, one, other, word, lang = PROPOSED
    person = s.scalars(select(Identity.person_id).where(Identity.issuer == ISSUER, Identity.sub == sub)).one()
    said = actions_same.propose(Actor(person_id=person), ideas[one], ideas[other], word, lang=lang)
    s.execute(update(Twin).where(Twin.id == said.id).values(at=clock.now() - timedelta(days=5, hours=1)))
