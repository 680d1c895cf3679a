"""What calls for ideas, and the check of ideas, keep about people."""

from __future__ import annotations

from typing import Any

from portal.base import personal
from portal.base.feature import Fate, Record
from portal.base.i18n import Text, _l

_IDEA = _l("As long as the idea")
_IDEAS = _l("As long as the ideas")
_PUBLIC = _l("As long as the idea is public")
_NAMELESS = _l("It says what the city decided and why, and names nobody.")
_SPEAKS = _l("The name stands below an act of the city and belongs to no account.")
_ACT = _l("An official act. It holds a number that leads to no name once the account is erased.")
_CHECK = _l("To show how the city came to what it says about an idea")


def _act(
    table: str, label: Text, purpose: Text, kept: Text, by: tuple[str, ...], reason: Text, who: Text, **more: Any
) -> Record:
    """An act of the city: it stays, and no account leads to it; `by` names the columns of who did it."""
    return Record(
        table, label, purpose, personal.TASK, kept, Fate.KEPT, person=(), by=by, reason=reason, who=who, **more
    )  # fmt: skip


PERSONAL = [
    Record(
        "idea",
        _l("Ideas that you handed in"),
        _l("So that others can read, support and discuss them, and the city can answer"),
        personal.TASK,
        _l("As long as the call for ideas is public"),
        Fate.ANONYMOUS,
        person=("author_id",),
        by=("helped_by_id",),
        blank={"author_name": "", "acting_for": "", "paper_number": ""},
        reason=_l("Others have supported and discussed the idea, so it stays; your name does not."),
        who=personal.EVERYBODY,
        kind="idea",
    ),
    Record(
        "support",
        _l("Ideas that you support"),
        _l("So that each person counts once and can take a support back"),
        personal.TASK,
        _l("Until the day that the call for ideas names. After that the number alone is left."),
        Fate.ANONYMOUS,
        hidden=("resident",),
        blank={"resident": None},
        reason=_l("The support still counts; nobody can tell any more whose it was."),
        who=personal.SELF,
    ),
    _act(
        "support_list",
        _l("Lists of supporters on paper"),
        _l("So that each list is entered once, and somebody else can look at the count"),
        _l("As long as the call for ideas is public. Of the lines only numbers are kept, never a name."),
        ("entered_by_id", "second_by_id"),
        _ACT,
        personal.OWN_STAFF,
    ),
    _act(
        "idea_import",
        _l("Files with ideas and comments of other platforms"),
        _l("To take them in after they were checked"),
        _l("Until the file is taken in, and a week at most"),
        ("by_id",),
        _l("The file goes by itself within a week."),
        personal.OWN_STAFF,
        days=7,
    ),
    Record(
        "idea_draft",
        _l("Ideas that you have not handed in yet"),
        _l("So that you can go on later"),
        personal.TASK,
        _l("Until you hand the idea in or delete the draft, and a year at most"),
        Fate.DELETED,
        days=365,
        since="changed_at",
        who=personal.SELF,
    ),
    Record(
        "idea_author",
        _l("Invitations to write an idea together"),
        _l("To name those who wrote an idea together"),
        personal.TASK,
        _IDEA,
        Fate.ANONYMOUS,
        hidden=("hash",),
        reason=_l("The invitation stays used; by whom is forgotten."),
        who=personal.OWN_STAFF,
    ),
    Record(
        "idea_revision",
        _l("Earlier wordings of ideas that you changed"),
        _l("So that everybody sees what was changed"),
        personal.TASK,
        _IDEA,
        Fate.ANONYMOUS,
        person=("by_id",),
        reason=_l("The wording stays with the idea; your name does not."),
        who=personal.EVERYBODY,
    ),
    Record(
        "idea_change",
        _l("Changes of your ideas that a moderator reads first"),
        _l("So that other words are read before everybody sees them"),
        personal.TASK,
        _IDEA,
        Fate.ANONYMOUS,
        person=("by_id",),
        reason=_l("The wording stays with the idea; your name does not."),
        who=personal.OWN_STAFF,
        kind="idea_change",
        since="at",
    ),
    Record(
        "idea_search",
        _l("Searches for ideas that you keep"),
        _l("To tell you of new ideas that fit"),
        personal.TASK,
        personal.WITH_ACCOUNT,
        Fate.DELETED,
        who=personal.SELF,
    ),
    Record(
        "idea_twin",
        _l("Proposals to join two ideas, and what you said as an author"),
        _l("So that the authors of both and the staff can decide"),
        personal.TASK,
        _IDEAS,
        Fate.ANONYMOUS,
        person=("by_id", "idea_says_by_id", "into_says_by_id"),
        by=("decided_by_id",),
        reason=_l("What was decided rests on it, so it stays; your name does not."),
        who=personal.OWN_STAFF,
        since="at",
    ),
    _act(
        "idea_merge",
        _l("Which ideas were joined, and by whom"),
        _l("So that everybody sees why, and so that it can be undone"),
        _IDEAS,
        ("by_id", "undone_by_id"),
        _NAMELESS,
        personal.EVERYBODY,
        since="at",
    ),
    _act(
        "idea_move",
        _l("Where ideas were moved, and by whom"),
        _l("So that everybody sees where an idea comes from"),
        _IDEAS,
        ("by_id",),
        _NAMELESS,
        personal.EVERYBODY,
        since="at",
    ),
    _act(
        "idea_part",
        _l("Which ideas were split, and by whom"),
        _l("So that everybody sees why, and so that it can be undone"),
        _IDEAS,
        ("by_id", "undone_by_id"),
        _NAMELESS,
        personal.EVERYBODY,
        since="at",
    ),
    _act(
        "idea_answer",
        _l("Names of those who answer ideas for the city"),
        _l("To say publicly who speaks for the city, in which role"),
        _PUBLIC,
        ("answered_by",),
        _SPEAKS,
        personal.EVERYBODY,
    ),
    _act(
        "idea_answer_version",
        _l("Names below earlier wordings of such answers"),
        _l("So that everybody sees what was changed"),
        _PUBLIC,
        ("answered_by",),
        _SPEAKS,
        personal.EVERYBODY,
    ),
    _act(
        "idea_assignment",
        _l("Which officer had an idea to value"),
        _CHECK,
        _IDEA,
        ("officer_id", "given_by_id"),
        _ACT,
        personal.OWN_STAFF,
        since="given_at",
    ),
    _act(
        "idea_valuation",
        _l("Which officer valued an idea"),
        _CHECK,
        _IDEA,
        ("by_id",),
        _ACT,
        personal.OWN_STAFF,
        since="written_at",
    ),
    _act(
        "idea_note", _l("Notes of officers on ideas"), _CHECK, _IDEA, ("by_id",), _ACT, personal.OWN_STAFF, since="at"
    ),
    Record(
        "idea_objection",
        _l("Your objections to what was decided about your ideas"),
        _l("So that somebody else decides on them"),
        personal.TASK,
        _IDEA,
        Fate.ANONYMOUS,
        person=("by_id",),
        by=("decided_by_id",),
        blank={"words": ""},
        reason=_l("That there was an objection, and the decision on it, stay public; who made it does not."),
        who=personal.OWN_STAFF,
        since="at",
    ),
    _act(
        "short_list",
        _l("Which officer froze a short list"),
        _CHECK,
        _IDEA,
        ("by_id",),
        _ACT,
        personal.OWN_STAFF,
        since="frozen_at",
    ),
    _act(
        "short_list_pick",
        _l("Which officer entered what the council picked"),
        _CHECK,
        _IDEA,
        ("by_id", "removed_by_id"),
        _ACT,
        personal.OWN_STAFF,
        since="at",
    ),
]
