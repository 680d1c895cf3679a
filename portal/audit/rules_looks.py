"""Who must say why before looking, and for how long a reason holds. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.audit.models_looks import How
from portal.base.actor import Actor
from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no

HOLDS = timedelta(minutes=30)
LONGEST_WORDS = 500

# Reasons that staff choose from; "other" asks for words. The last are written by the portal itself.
WHY: dict[str, Text] = {
    "asked": _l("The person asked the city for something"),
    "case": _l("I am working on a case of this person"),
    "roles": _l("A role is given, taken or checked"),
    "check": _l("A complaint or a control is looked into"),
    "other": _l("Another reason"),
}
BY_ITSELF: dict[str, Text] = {
    "request": _l("A request of the person to the data protection officer"),
    "represented": _l("Somebody who may act for the person asked who looked, through the state portal"),
    "mandate": _l("Somebody who acts for the person by a mandate read messages to them"),
    "paper": _l("A letter or certificate of the person was opened"),
    "post": _l("A letter to the person was printed"),
    "code_letter": _l("A letter with a code for the person was printed"),
    "counter": _l("The person was looked up at a counter"),
    "help": _l("The person was helped at a desk or by telephone"),
    "booking": _l("A booking of the person was opened"),
    "list": _l("A search or list showed this person among others"),
}


def said(why: str) -> Text:
    """The words of a reason."""
    return WHY.get(why) or BY_ITSELF.get(why) or _l("No reason was needed")


HOW: dict[How, Text] = {
    How.PAGE: _l("The person’s data were opened"),
    How.SEARCH: _l("The person was found in a search or list"),
    How.EXPORT: _l("The person’s data were put into a file"),
}


def action(how: How, why: str) -> str:
    """A look in set words that tell neither who it was nor what they saw or wrote, in the language spoken now."""
    if why in BY_ITSELF:
        return str(BY_ITSELF[why])
    return f"{HOW[how]}: {WHY[why]}" if why in WHY else str(HOW[how])


def is_own(actor: Actor, people: list[int]) -> bool:
    """Does the object concern nobody but the actor?"""
    return all(person == actor.person_id for person in people)


def holds(at: datetime, now: datetime) -> bool:
    """Is a reason given at that moment still good?"""
    return at <= now < at + HOLDS


def reason_is_given(why: str, words: str) -> Verdict:
    """Is this a reason? "Other" needs words of at least ten signs."""
    if why not in WHY:
        return no(_l("Choose a reason."))
    if why == "other" and len(words.strip()) < 10:
        return no(_l("Describe the reason in a few words."))
    return YES


def role_of(actor: Actor, wanted: tuple[str, ...] = ()) -> str:
    """In which role the actor looks: the first of the door's roles that is held, else the first of all."""
    held = [role for role in wanted if role in actor.roles] or sorted(actor.roles)
    return held[0] if held else ""
