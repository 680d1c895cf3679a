"""The house rules, what moderators can do, and whose turn it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.base.actor import Actor, Scope
from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.moderation.models import Act, Extent, Ground, Held, Outcome, Reason

MODERATOR = "moderator"
ROLES = (MODERATOR, "administrator")
OWN_TEXT = ("house_rules", 1)  # kind and number of the city's own words among the texts

# What wings show in place of a text.
HIDDEN_NOTE = _l("This text is not shown. A moderator decided so; its author has been told why.")
HELD_NOTE = _l("This text waits for a moderator. Until then only its author sees it.")
LOCKED_NOTE = _l("A moderator has closed this: nothing can be added or changed.")

CLAIM_HOLDS = timedelta(hours=2)
APPEAL_WITHIN = timedelta(days=183)
TOO_FAST = timedelta(seconds=3)
TEXTS_PER_HOUR = 20  # of one person; what comes after is held
TEXTS_PER_PLACE = 300  # in an hour from one network address, which a whole library may share
REPORTS_PER_HOUR = 20  # of one person
REPORTS_PER_PLACE = 200
LONGEST_SUSPENSION = 365  # days
MOST_AT_ONCE = 100  # things in one bulk act


@dataclass(frozen=True, slots=True)
class HouseRule:
    """A rule of the house: its heading, the sentence, and the reason under which breaches are reported."""

    name: str
    title: Text
    text: Text
    reason: Text


# In the order of the page; the name is kept with decisions and never changes.
RULES: dict[str, HouseRule] = {
    one.name: one
    for one in (
        HouseRule(
            "insult",
            _l("Respect each other"),
            _l("Dispute what people say, not who they are. No insults, no harassment."),
            _l("It insults or harasses somebody"),
        ),
        HouseRule(
            "hate",
            _l("No hatred"),
            _l("Nobody is put down for origin, religion, gender, disability, age or sexual orientation."),
            _l("It stirs up hatred against people"),
        ),
        HouseRule(
            "threat",
            _l("No threats"),
            _l("No threat of violence, and no call for it."),
            _l("It threatens somebody or calls for violence"),
        ),
        HouseRule(
            "private",
            _l("Leave private things private"),
            _l("No addresses, telephone numbers, pictures or secrets of others without their consent."),
            _l("It shows private data of somebody"),
        ),
        HouseRule(
            "spam",
            _l("No advertising"),
            _l("No commercial offers, no text sent many times, no links that lead away from the subject."),
            _l("It is advertising"),
        ),
        HouseRule(
            "off_topic",
            _l("Keep to the subject"),
            _l("Write where it belongs. For faults in the street and questions to an office there are other ways."),
            _l("It does not belong here"),
        ),
        HouseRule(
            "false_name",
            _l("Write as yourself"),
            _l("Nobody pretends to be another person, a firm or an office."),
            _l("Somebody pretends to be somebody else"),
        ),
        HouseRule(
            "rights",
            _l("Respect what others made"),
            _l("Use texts, pictures and music of others only where you may."),
            _l("It uses what others made without permission"),
        ),
        HouseRule(
            "illegal",
            _l("Keep to the law"),
            _l("What the law forbids elsewhere is forbidden here."),
            _l("I think it is against the law"),
        ),
    )
}

REASONS: dict[Reason, Text] = {
    **{Reason(name): rule.reason for name, rule in RULES.items()},
    Reason.OTHER: _l("Another reason"),
}


def rule_number(name: str) -> int:
    """The number of a house rule on its page, 0 for a name that no rule has."""
    return list(RULES).index(name) + 1 if name in RULES else 0


# The facts in set words, so that an author reads them in a language of their own; "own" leaves them to the moderator.
PHRASES: dict[str, Text] = {
    "insult": _l("The text insults a person or a group."),
    "hate": _l("The text puts people down for what they are."),
    "threat": _l("The text threatens somebody, or calls for violence."),
    "private": _l("The text shows private data of somebody who has not agreed to it."),
    "spam": _l("The text advertises goods or services, or was sent many times."),
    "off_topic": _l("The text has nothing to do with the subject of the page."),
    "false_name": _l("The text was written in the name of somebody else."),
    "rights": _l("The text or picture was made by others, who have not agreed to its use."),
    "illegal": _l("A law forbids publishing this text."),
    "mistake": _l("A closer look shows that no rule was broken."),
    "mended": _l("The author has changed what was wrong."),
    "own": _l("In my own words, below"),
}

ACTS: dict[Act, Text] = {
    Act.DISMISS: _l("Leave it as it is: no rule was broken"),
    Act.RELEASE: _l("Show it"),
    Act.HIDE: _l("Hide it"),
    Act.REMOVE_DATA: _l("Take personal data out of it"),
    Act.LOCK: _l("Close it: nothing can be added or changed"),
    Act.WARN: _l("Warn the author"),
    Act.SUSPEND: _l("Suspend the author: no writing for some days"),
    Act.RESTORE: _l("Restore: show it again, and end what was decided on it"),
}
# What was done, as statement and history say it.
DONE: dict[Act, Text] = {
    Act.DISMISS: _l("Left as it is"),
    Act.RELEASE: _l("Shown after a look"),
    Act.HIDE: _l("Hidden"),
    Act.REMOVE_DATA: _l("Personal data taken out"),
    Act.LOCK: _l("Closed"),
    Act.WARN: _l("Author warned"),
    Act.SUSPEND: _l("Author suspended"),
    Act.RESTORE: _l("Restored"),
}
EXTENTS: dict[Extent, Text] = {
    Extent.WHOLE: _l("The whole text, everywhere on this portal"),
    Extent.PART: _l("A part of the text, everywhere on this portal"),
    Extent.ACCOUNT: _l("The author’s account: writing on this portal"),
}
HELD: dict[Held, Text] = {
    Held.BEFORE: _l("Everything is looked at here before it is shown"),
    Held.LINKS: _l("A new account wrote links"),
    Held.TRAP: _l("The form was not filled in as browsers do it"),
    Held.FAST: _l("It was sent very soon after the form was opened"),
    Held.MANY: _l("Very many texts came from the same person or place"),
}
OUTCOMES: dict[Outcome, Text] = {
    Outcome.UPHELD: _l("The decision stands"),
    Outcome.OVERTURNED: _l("The decision is taken back"),
}
# A text that the portal set aside by itself, in the words of the law: by automated means.
BY_MACHINE = frozenset({Held.LINKS, Held.TRAP, Held.FAST, Held.MANY})
FREE_OF_REASONS = frozenset({Act.DISMISS, Act.RELEASE})  # they take nothing from anybody
RESTRICTS = frozenset({Act.HIDE, Act.REMOVE_DATA, Act.LOCK, Act.WARN, Act.SUSPEND})
ON_AUTHOR = frozenset({Act.WARN, Act.SUSPEND})
TIMED = frozenset({Act.HIDE, Act.LOCK, Act.SUSPEND})


def acts_for(*, hidden: bool, held: bool, locked: bool, author: bool, suspended: bool) -> list[Act]:
    """What can be done with a thing as it stands. `author`: somebody with an account wrote it."""
    found: list[Act] = []
    if held and not hidden:
        found.append(Act.RELEASE)
    elif not hidden:
        found.append(Act.DISMISS)
    if not hidden:
        found.append(Act.HIDE)
    found.append(Act.REMOVE_DATA)
    if not locked and not hidden:
        found.append(Act.LOCK)
    if author:
        found += [Act.WARN, Act.SUSPEND]
    if hidden or locked or suspended:
        found.append(Act.RESTORE)
    return found


@dataclass(frozen=True, slots=True)
class Statement:
    """A decision as a moderator fills it in. `days`: how long it lasts, None until further notice; `texts`: the words
    that replace the old ones where personal data are taken out."""

    act: Act
    ground: Ground = Ground.NONE
    reference: str = ""
    phrase: str = ""
    facts: str = ""
    facts_lang: str = ""
    extent: Extent = Extent.WHOLE
    days: int | None = None
    automated: bool = False
    texts: Mapping[str, str] | None = None


def faults(told: Statement) -> dict[str, Text]:
    """What a statement of reasons lacks, by the name of the field; empty where it is whole."""
    found: dict[str, Text] = {}
    if told.phrase == "own" and not told.facts.strip():
        found["facts"] = _l("Describe the facts in your own words.")
    if told.phrase and told.phrase not in PHRASES:
        found["phrase"] = _l("Choose one of the answers in the list.")
    if told.days is not None and not 1 <= told.days <= LONGEST_SUSPENSION:
        found["days"] = _l("Enter a number of days from 1 to %(n)s.", n=LONGEST_SUSPENSION)
    if told.act in FREE_OF_REASONS:
        return found
    if told.act is Act.RESTORE:
        if not told.phrase:
            found["phrase"] = _l("Say why: choose the facts.")
        return found
    if told.ground is Ground.RULE and told.reference not in RULES:
        found["rule"] = _l("Choose the house rule that was broken.")
    elif told.ground is Ground.LAW and not told.reference.strip():
        found["law"] = _l("Name the law and its paragraph.")
    elif told.ground is Ground.NONE:
        found["ground"] = _l("Choose whether a house rule or a law was broken.")
    if not told.phrase:
        found["phrase"] = _l("Say what happened: choose the facts.")
    if told.act is Act.SUSPEND and told.days is None:
        found["days"] = _l("Enter for how many days.")
    if told.act is Act.REMOVE_DATA and not told.texts:
        found["act"] = _l("Change the text below: take the personal data out of it.")
    return found


def may_decide(
    actor: Actor, *, author_id: int | None, claimed_by: int | None, claimed_at: datetime | None, now: datetime
) -> Verdict:
    """May this moderator decide on the thing? Not on their own text, nor on what a colleague has claimed. That they
    are a moderator for it was asked before."""
    if author_id is not None and author_id == actor.person_id:
        return no(_l("You wrote this yourself. Another moderator has to decide."))
    if claimed_by not in (None, actor.person_id) and claim_holds(claimed_at, now):
        return no(_l("A colleague has claimed this and is at work on it."), _l("Take it over if they cannot go on."))
    return YES


def claim_holds(claimed_at: datetime | None, now: datetime) -> bool:
    """Is a claim still good? After two hours anybody may decide."""
    return claimed_at is not None and now < claimed_at + CLAIM_HOLDS


def may_appeal(
    actor: Actor, *, act: Act, author_id: int | None, at: datetime, appealed: bool, ended: bool, now: datetime
) -> Verdict:
    """May this person ask that somebody else looks again?"""
    if author_id is None or author_id != actor.person_id or act not in RESTRICTS:
        return no(_l("Only the author can appeal against a decision."))
    if appealed:
        return no(_l("You have appealed already."))
    if ended:
        return no(_l("The decision has ended already."))
    if now > at + APPEAL_WITHIN:
        return no(_l("The time for an appeal is over."))
    return YES


def may_decide_appeal(
    actor: Actor, *, scope: Scope, author_id: int | None, decided_by: int | None, others: Collection[int], fallback: str
) -> Verdict:
    """May this person decide the appeal? `others`: the moderators for this thing besides the one who decided; where
    there is none, the role `fallback` of the configuration decides. Never who decided first, never the author; what is
    held as a deputy does not count, for the one who is away may be the first."""
    if actor.person_id in (decided_by, author_id):
        return no(_l("Somebody who had no part in it has to decide this appeal."))
    if others:
        if actor.holds(MODERATOR, scope=scope):
            return YES
        return no(_l("Another moderator decides this appeal."))
    if actor.holds(fallback, scope=scope):
        return YES
    return no(_l("There is no second moderator. The role that the configuration names decides this appeal."))


_LINK = re.compile(r"https?://|\bwww\.|\b[\w-]+\.(?:com|net|org|info|biz|shop|xyz|online|site|top|ru|io|me)\b", re.I)


def has_links(text: str) -> bool:
    """Does the text lead elsewhere?"""
    return _LINK.search(text) is not None


def held_for(
    *,
    text: str,
    premoderated: bool,
    staff: bool,
    helped: bool,
    new_account: bool,
    trapped: bool,
    elapsed: timedelta | None,
    many: bool,
) -> Held:
    """Why a text that was just written has to wait, or Held.NOT. Nobody is ever refused here: a person whose aid fills
    in forms in an instant waits for a moderator like everybody else. What staff enter for somebody is not suspected.
    `elapsed`: between opening the form and sending it, None where it is not known."""
    if staff:
        return Held.NOT
    if not helped:
        if trapped:
            return Held.TRAP
        if elapsed is not None and elapsed < TOO_FAST:
            return Held.FAST
        if many:
            return Held.MANY
        if new_account and has_links(text):
            return Held.LINKS
    return Held.BEFORE if premoderated else Held.NOT


def median(values: Collection[int]) -> float | None:
    """The value in the middle; None of nothing."""
    ordered, n = sorted(values), len(values)
    if not n:
        return None
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
