"""What people do in a debate: write, reply, change, take back, find useful. And what follows when a moderator acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, i18n, markdown, search
from portal.base.actor import NOBODY, Actor
from portal.base.errors import Refused
from portal.base.i18n import Text, _l
from portal.base.verdict import Verdict
from portal.comments import queries, queries_lists, rules
from portal.comments.models import Comment, Revision, Side, Translation, Useful
from portal.moderation import queries as moderation
from portal.moderation.actions import PROMISED_HOURS, Screened, screen
from portal.notifications.actions import tell, tell_followers

KIND = "comment"


@dataclass(frozen=True, slots=True)
class Written:
    """A stored comment, and what to tell its author where a moderator looks at it first."""

    comment: Comment
    note: Text | None = None


def rendered(body: str, lang: str) -> str:
    """The clean HTML of a comment."""
    return rules.flat(markdown.render(body, lang))


def write(
    actor: Actor,
    about: queries.Thing,
    *,
    body: str,
    lang: str,
    side: Side | None = None,
    answers: queries.Found | None = None,
    badge: str = "",
    once: str = "",
    guard: Mapping[str, Any] | None = None,
) -> Written | Verdict:
    """Write a comment on a thing, or a reply to one of its comments. A no where this person may not, now, here, or not
    so many. The same form (`once`) sent twice is the same comment. `guard`: what the form tells moderation of itself.
    Raises ValueError for a point without a side."""
    s, now = db.session(), clock.now()
    earlier = _from_form(s, actor, once)
    if earlier is not None:
        return Written(earlier)
    verdict = _may_write(s, actor, about, answers, now)
    if not verdict:
        return verdict
    how = queries.wish(about.kind)
    assert how is not None and actor.person_id is not None
    points = about.shape == rules.POINTS and answers is None
    if points and side is None:
        raise ValueError("a point stands on a side: no column would show it")
    told = queries_lists.told(s, about.kind, about.object_id)
    place = rules.place(answers.comment, about.shape) if answers is not None else None
    row = Comment(
        kind=about.kind,
        object_id=about.object_id,
        parent_id=answers.comment.id if answers is not None else None,
        root_id=place.root_id if place else None,
        branch_id=place.branch_id if place else None,
        side=side if points else None,
        body=body,
        html=rendered(body, lang),
        lang=lang,
        author_id=actor.person_id,
        for_name=actor.acting_for.name if actor.acting_for is not None else "",
        badge=badge if badge in actor.roles else "",
        by_author=actor.person_id in told,
        helped=actor.helped_by is not None,
        once=once or None,
        created_at=now,
    )
    try:
        with s.begin_nested():
            s.add(row)
            s.flush()
    except IntegrityError:  # the same form, sent twice at the same moment
        earlier = _from_form(s, actor, once)
        if earlier is None:
            raise
        return Written(earlier)
    record(actor, "wrote comment", KIND, row.id, after={"on": about.kind, "number": about.object_id})
    note = _screened(s, actor, row, guard).message
    bring_up(s, row)
    return Written(row, note)


def _screened(s: Session, actor: Actor, row: Comment, guard: Mapping[str, Any] | None) -> Screened:
    """What was just written is looked at as the thing that it is about wishes: before it is shown, and within the hours
    that are promised there. Other words put in later are no exception."""
    how = queries.wish(row.kind)
    waits = how is not None and how.premoderated(s, row.object_id)
    hours = how.promised(s, row.object_id) if how is not None and how.promised is not None else PROMISED_HOURS
    return screen(s, actor, KIND, row.id, row.body, premoderated=waits, promised_hours=hours, **(guard or {}))


def _from_form(s: Session, actor: Actor, once: str) -> Comment | None:
    """The comment that this form has written already."""
    if not once:
        return None
    return s.scalars(select(Comment).where(Comment.author_id == actor.person_id, Comment.once == once)).one_or_none()


def _may_write(s: Session, actor: Actor, about: queries.Thing, answers: queries.Found | None, now: datetime) -> Verdict:
    if not about.may:
        return about.may
    if answers is not None:
        verdict = rules.may_reply(answers.comment, answers.root)
        if not verdict:
            return verdict
    assert actor.person_id is not None
    return rules.not_too_many(
        *queries_lists.lately(s, actor.person_id, now - timedelta(minutes=1), now - timedelta(hours=1))
    )


def edit(
    actor: Actor, row: Comment, *, body: str, lang: str, version: int, guard: Mapping[str, Any] | None = None
) -> Verdict:
    """Put other words into an own comment; the earlier ones stay readable. A no where the time is over or somebody has
    replied. Raises Refused where it was changed elsewhere meanwhile."""
    s, now = db.session(), clock.now()
    row = _again(s, row.id)
    verdict = moderation.may_write(s, actor) and rules.may_edit(row, actor, now)
    if not verdict:
        return verdict
    if row.version != version:
        raise Refused(_l("You have changed this comment in another window. Look at it before you change it again."))
    if (body, lang) == (row.body, row.lang):
        return verdict
    said_at = row.edited_at or row.created_at
    s.add(
        Revision(
            comment_id=row.id, version=row.version, lang=row.lang, body=row.body, html=row.html, created_at=said_at
        )
    )
    row.body, row.html, row.lang = body, rendered(body, lang), lang
    row.version, row.edited_at = row.version + 1, now
    s.flush()
    record(actor, "changed comment", KIND, row.id, after={"version": row.version})
    _screened(s, actor, row, guard)
    bring_up(s, row, said=True)
    return verdict


def take_back(actor: Actor, row: Comment) -> Verdict:
    """Take an own comment back: a neutral note stands in its place, the replies stay."""
    s = db.session()
    row = _again(s, row.id)
    verdict = rules.may_take_back(row, actor)
    if not verdict:
        return verdict
    row.removed_at = clock.now()
    s.flush()
    record(actor, "took back comment", KIND, row.id)
    bring_up(s, row)
    return verdict


def rate(actor: Actor, it: queries.Found, *, useful: bool) -> Verdict:
    """Find a comment useful, or no longer. The number in its row is exact however many people click at once: a row that
    was really added or taken away moves it, in the same statement for all. No audit line: who rated is nobody's
    business."""
    s, now, row = db.session(), clock.now(), it.comment
    verdict = it.thing.may and rules.may_rate(row, actor, now)
    if not verdict:
        return verdict
    if useful:
        insert: Any = sqlite.insert(Useful) if s.get_bind().dialect.name == "sqlite" else postgresql.insert(Useful)
        added = s.scalar(
            insert.values(comment_id=row.id, person_id=actor.person_id, created_at=now)
            .on_conflict_do_nothing(index_elements=["comment_id", "person_id"])
            .returning(Useful.id)
        )
        moved = 1 if added is not None else 0
    else:
        gone: Any = s.execute(delete(Useful).where(Useful.comment_id == row.id, Useful.person_id == actor.person_id))
        moved = -int(gone.rowcount)
    if moved:
        s.execute(update(Comment).where(Comment.id == row.id).values(useful=Comment.useful + moved))
    return verdict


# --- what depends on whether everybody sees a comment -----------------------------------------------------------------


def bring_up(s: Session, row: Comment, *, said: bool = False) -> None:
    """Bring numbers, search index and messages up to whether everybody sees the comment. Doing it twice is harmless.
    `said`: its words are others than before."""
    public = rules.public(row)
    how = queries.wish(row.kind)
    if public != row.counted:
        row.counted = public
        by = 1 if public else -1
        s.flush()
        if row.parent_id is not None:
            s.execute(update(Comment).where(Comment.id == row.parent_id).values(replies=Comment.replies + by))
        if how is not None:
            how.counted(s, row.object_id, by)
        if public:
            _tell(s, row)
        said = True
    if said:
        search.forget(s, KIND, row.id)
        if public:
            search.put(s, KIND, row.id, row.lang, row.body)


def changed(s: Session, comment_id: int) -> None:
    """A moderator has hidden, restored, held, released or locked it."""
    bring_up(s, _again(s, comment_id))


def rewrite(s: Session, comment_id: int, texts: dict[str, str]) -> None:
    """A moderator has taken something out of the words: what they said before goes with it."""
    row = _again(s, comment_id)
    row.body = texts.get("body", row.body)
    row.html = rendered(row.body, row.lang)
    row.version += 1
    for table in (Revision, Translation):
        s.execute(delete(table).where(table.comment_id == row.id))
    s.flush()
    bring_up(s, row, said=True)


def _again(s: Session, comment_id: int) -> Comment:
    """The row as it is now, locked where rows can be locked."""
    wanted = select(Comment).where(Comment.id == comment_id).execution_options(populate_existing=True)
    return s.scalars(db.locked(wanted)).one()


def _tell(s: Session, row: Comment) -> None:
    """Tell whom it answers, the authors of the thing, and once a day those who follow it. No message holds words or a
    name: what is hidden later would stay readable there."""
    about = queries.wish(row.kind)
    hit = about.about(s, NOBODY, row.object_id, row.lang) if about is not None else None
    link = ("comments.comment", {"number": row.id})
    title = hit.title if hit is not None else ""
    answered = s.scalar(select(Comment.author_id).where(Comment.id == row.parent_id)) if row.parent_id else None
    values: dict[str, object] = {"title": {hit.lang: title} if hit is not None and title else _l("a closed debate")}
    where = {"link": link, "about": (KIND, row.id)}
    if answered is not None and answered != row.author_id:
        tell(answered, "comments.reply", values, dedup=f"comment:{row.id}", **where)  # type: ignore[arg-type]
    authors = set(queries_lists.told(s, row.kind, row.object_id)) - {row.author_id, answered}
    if authors:
        tell(authors, "comments.new", values, dedup=f"comment:{row.id}", **where)  # type: ignore[arg-type]
    if hit is not None:
        day = i18n.in_zone(clock.now()).date().isoformat()
        key = f"comments:{row.kind}:{row.object_id}:{day}"
        tell_followers(row.kind, row.object_id, "comments.followed", values, link=(hit.endpoint, hit.args), dedup=key)


# --- translations -----------------------------------------------------------------------------------------------------


def keep_translation(s: Session, comment_id: int, version: int, lang: str, text: str) -> bool:
    """Keep what the engine made of these words; False where they have been changed meanwhile, or are not shown."""
    row = _again(s, comment_id)
    if row.version != version or not rules.public(row):
        return False
    s.execute(delete(Translation).where(Translation.comment_id == row.id, Translation.lang == lang))
    s.add(Translation(comment_id=row.id, lang=lang, version=version, html=rendered(text, lang), created_at=clock.now()))
    s.flush()
    return True


# --- what time takes away ---------------------------------------------------------------------------------------------


def forget(s: Session, now: datetime, most: int = 1000) -> int:
    """Forget who rated comments that are not rated any more (the numbers stay), and what was said in comments that
    were taken back a month ago. Returns how many rows there were; run again while it is `most`."""
    old = select(Comment.id).where(Comment.created_at <= now - rules.RATE_FOR)
    links = list(s.scalars(select(Useful.id).where(Useful.comment_id.in_(old)).limit(most)))
    s.execute(delete(Useful).where(Useful.id.in_(links)))
    gone = list(
        s.scalars(
            select(Comment.id).where(Comment.removed_at <= now - rules.REMOVED_KEPT, Comment.body != "").limit(most)
        )
    )
    for table in (Revision, Translation):
        s.execute(delete(table).where(table.comment_id.in_(gone)))
    s.execute(update(Comment).where(Comment.id.in_(gone)).values(body="", html="", for_name=""))
    return max(len(links), len(gone))
