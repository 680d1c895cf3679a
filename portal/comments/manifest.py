"""The sign on the door of comments."""

from __future__ import annotations

from typing import Any

from portal.base import i18n
from portal.base.actor import Actor
from portal.base.feature import Content, Feature, Job, Kind, Mine, Notice, Topic
from portal.base.i18n import _l
from portal.comments import actions, jobs, queries, queries_lists, records, views
from portal.comments.models import Comment


def _author(s: Any, number: int) -> int | None:
    row = s.get(Comment, number)
    return row.author_id if row is not None else None


def _texts(s: Any, number: int) -> dict[str, str]:
    row = s.get(Comment, number)
    return {"body": row.body} if row is not None else {}


def _scope(s: Any, number: int) -> Any:
    row = s.get_one(Comment, number)
    return queries_lists.scope(s, row.kind, row.object_id)


def _open(s: Any, actor: Actor, number: int) -> bool:
    found = queries.found(s, actor, number, i18n.lang())
    return found is not None and found.comment.removed_at is None


FEATURE = Feature(
    name="comments",
    no_paper={
        "CommentForm": "a debate needs the texts that it answers; a clerk helps with it like with every page",
    },
    blueprints=[views.pages],
    kinds=[
        Kind(
            "comment",
            Comment,
            "comments.comment",
            _l("Comment"),
            found=queries_lists.public_hits,
            content=Content(
                author=_author,
                show=queries_lists.hits,
                texts=_texts,
                rewrite=actions.rewrite,
                changed=actions.changed,
                scope=_scope,
                open=_open,
            ),
        )
    ],
    jobs=[Job("comments.sweep", jobs.sweep, every=3600)],
    topics=[Topic("comments", _l("Comments and replies"), mandate="ideas")],
    notices=[
        Notice(
            "comments.reply",
            "comments",
            _l("A reply to your comment: %(title)s"),
            _l("Somebody has replied to your comment in the debate about “%(title)s”."),
        ),
        Notice(
            "comments.new",
            "comments",
            _l("A new comment: %(title)s"),
            _l("Somebody has commented on “%(title)s”."),
        ),
        Notice(
            "comments.followed",
            "comments",
            _l("The debate goes on: %(title)s"),
            _l("There are new comments today on “%(title)s”, which you follow."),
        ),
    ],
    mine=[
        Mine(
            "comments", _l("Your comments"), queries_lists.mine, _l("You have not commented on anything yet."), order=60
        )
    ],
    personal=records.PERSONAL,
    machines=records.MACHINES,
    page=lambda: {"debate_parts": views.dress, "comment_addresses": views.addresses},
)
