"""What comments keep about people, and what the portal sorts in a debate."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.base import personal
from portal.base.feature import Fate, Machine, Record
from portal.base.i18n import _l
from portal.comments.models import Comment, Revision


def own_revisions(person_id: int) -> Any:
    """Earlier words of a person's comments."""
    return Revision.comment_id.in_(select(Comment.id).where(Comment.author_id == person_id))


PERSONAL = [
    Record(
        "comment",
        _l("Your comments"),
        _l("To debate in public what the city decides"),
        personal.TASK,
        _l("As long as the debate is public. What you take back is emptied after 30 days."),
        Fate.ANONYMOUS,
        person=("author_id",),
        blank={"for_name": "", "once": None, "author_name": ""},
        reason=_l(
            "Others have replied, so the words stay, as those of a former participant. Take single comments back before; "
            "if your words tell who you are, report them and a moderator takes that out."
        ),
        who=personal.EVERYBODY,
        kind="comment",
    ),
    Record(
        "comment_revision",
        _l("What your comments said before you changed them"),
        _l("So that everybody sees what was changed"),
        personal.TASK,
        _l("As long as the comment"),
        Fate.DELETED,
        person=(),
        reach=own_revisions,
        who=personal.EVERYBODY,
    ),
    Record(
        "comment_useful",
        _l("Which comments you found useful"),
        _l("So that everybody counts once"),
        personal.TASK,
        _l("Until 180 days after the comment was written. The number stays, who rated is forgotten."),
        Fate.DELETED,
        who=personal.SELF,
    ),
]

MACHINES = [
    Machine(
        "comment-order",
        _l("Order of comments"),
        _l("Comments that more people found useful can come first."),
        _l("Only the number of people counts, and the newer comment where the numbers are equal."),
        _l("You can sort by time instead. Nothing is left out in any order."),
    ),
]
