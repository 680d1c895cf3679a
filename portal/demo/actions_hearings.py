"""What lies around the demo city's cases: a hearing, an appeal, the steps of a procedure, templates of letters."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.actor import SYSTEM, Actor
from portal.services import actions_appeal, actions_hearing, actions_letters, actions_steps, queries_clock
from portal.services.models import Case, CaseState, Service
from portal.services.models_hearing import Stance
from portal.services.models_steps import Use

STEPS = (
    ({"en": "Look at the place", "de": "Den Platz ansehen", "et": "Vaata koht üle", "fr": "Voir l’emplacement",
      "pl": "Obejrzeć miejsce", "ar": "معاينة المكان"}, True),
    ({"en": "Compare with the plan of the market", "de": "Mit dem Plan des Marktes vergleichen",
      "et": "Võrdle turu plaaniga", "fr": "Comparer avec le plan du marché", "pl": "Porównać z planem targu",
      "ar": "المقارنة بمخطط السوق"}, False),
)  # fmt: skip
PROOF = {
    "en": "Dear {name},\n\nin your application {reference} a proof is missing. Send it through the page of your case.",
    "de": "Guten Tag {name},\n\nin Ihrem Antrag {reference} fehlt ein Nachweis. Senden Sie ihn über die Seite Ihres Vorgangs.",
    "et": "Tere, {name},\n\nteie taotluses {reference} puudub tõend. Saatke see oma menetluse lehe kaudu.",
    "fr": "Bonjour {name},\n\nun justificatif manque à votre demande {reference}. Envoyez-le par la page de votre dossier.",
    "pl": "Dzień dobry, {name},\n\nw Twoim wniosku {reference} brakuje dokumentu. Prześlij go na stronie swojej sprawy.",
    "ar": "تحية طيبة {name}،\n\nفي طلبكم {reference} ينقص إثبات. أرسلوه عبر صفحة معاملتكم.",
}


def seed_hearings(s: Session, ana: Actor, officer: Actor, departments: Mapping[str, int]) -> None:
    """An office and two neighbours are asked about the market stall, one has answered; Ana appeals against the refusal."""
    stall = s.scalars(select(Service).where(Service.slug == "market-stall-permit")).one()
    for words, required in STEPS:
        actions_steps.add(SYSTEM, stall, said={"title": words}, required=required)
    actions_letters.create(
        SYSTEM, use=Use.QUESTION, name="A proof is missing", service_id=None, said={"body": PROOF, "subject": {}}
    )
    waiting = s.scalars(select(Case).where(Case.state == CaseState.WAITING)).one()
    said = {
        "question": "Does anything stand against a stall at this place on Saturdays?", "language": "en", "files": [],
        "summary": "A stall of 3 metres that sells honey, at the Fish Market, on ten Saturdays.",
        "due_on": queries_clock.after(14),
    }  # fmt: skip
    other = next(number for number in sorted(departments.values()) if number != stall.department_id)
    actions_hearing.ask_offices(officer, waiting.id, waiting.version, [other], **said)
    people = [("Mari Mets", ("Quay Street 6", "10115 Sundhaven")), ("Jaan Tamm", ("Quay Street 8", "10115 Sundhaven"))]
    first, _second = actions_hearing.ask_neighbours(officer, waiting.id, waiting.version, people, **said)
    actions_hearing.enter(
        officer, waiting.id, first.id, Stance.REMARKS, "The way to our door has to stay free.", queries_clock.today()
    )
    refused = s.scalars(select(Case).where(Case.state == CaseState.REFUSED)).one()
    actions_appeal.file(ana, refused.id, "I was born in Sundhaven; the register shows it.", language="en")
