"""What staff and readers do here: write pages, put up notices, report and answer barriers."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground, i18n, mail, marks, search, texts
from portal.base.actor import Actor
from portal.base.i18n import _
from portal.base.markdown import render
from portal.home.models import BarrierReport, Notice, NoticeKind, Page, PageText
from portal.home.queries import FOOTER, NOTICES, notice_words


def add_page(actor: Actor, *, slug: str, in_footer: bool = True, position: int = 50) -> Page:
    """Make a page, or find the one with this address. It shows once it has a text."""
    s = db.session()
    page = s.scalar(select(Page).where(Page.slug == slug))
    if page is None:
        page = Page(slug=slug, in_footer=in_footer, position=position)
        s.add(page)
        s.flush()
        record(actor, "page.added", "page", page.id, after={"slug": slug})
    return page


def write_page(actor: Actor, page: Page, *, lang: str, title: str, body: str) -> PageText:
    """Add a version of a page's text in one language; it shows from the commit on."""
    s = db.session()
    newest = s.scalar(select(func.max(PageText.version)).where(PageText.page_id == page.id, PageText.lang == lang))
    row = PageText(
        page_id=page.id,
        lang=lang,
        version=(newest or 0) + 1,
        title=title,
        body=body,
        html=render(body, lang),
        author_id=actor.person_id,
        written_at=clock.now(),
    )
    s.add(row)
    s.flush()
    search.put(s, "page", page.id, lang, f"{title}\n{body}")
    record(actor, "page.written", "page", page.id, after={"lang": lang, "version": row.version})
    _note_footer(s)
    return row


def place_page(actor: Actor, page: Page, *, in_footer: bool, position: int) -> None:
    """Say whether a page stands in the footer, and where."""
    before = {"in_footer": page.in_footer, "position": page.position}
    page.in_footer, page.position = in_footer, position
    s = db.session()
    s.flush()
    record(actor, "page.placed", "page", page.id, before=before, after={"in_footer": in_footer, "position": position})
    _note_footer(s)


def remove_page(actor: Actor, page: Page) -> None:
    """Take a page away with all its versions; the audit line keeps its address and titles."""
    s = db.session()
    titles = list(s.scalars(select(PageText.title).where(PageText.page_id == page.id).distinct()))
    record(actor, "page.removed", "page", page.id, before={"slug": page.slug, "titles": titles})
    search.forget(s, "page", page.id)
    s.execute(delete(PageText).where(PageText.page_id == page.id))
    s.delete(page)
    s.flush()
    _note_footer(s)


def put_notice(
    actor: Actor,
    notice: Notice | None,
    *,
    kind: NoticeKind,
    starts_at: datetime,
    ends_at: datetime | None,
    words: dict[str, str],
) -> Notice:
    """Put up a notice, or change one; `words` per language, at least one not empty."""
    s = db.session()
    before = None
    if notice is None:
        notice = Notice(kind=kind, starts_at=starts_at, ends_at=ends_at)
        s.add(notice)
    else:
        before = {"kind": notice.kind, "from": notice.starts_at.isoformat(), "to": _iso(notice.ends_at)}
        notice.kind, notice.starts_at, notice.ends_at = kind, starts_at, ends_at
    s.flush()
    for lang, body in words.items():
        texts.put(s, "notice", notice.id, "body", lang, body)
    after = {"kind": kind, "from": starts_at.isoformat(), "to": _iso(ends_at), "words": words}
    record(actor, "notice.put", "notice", notice.id, before=before, after=after)
    _note_notices(s)
    return notice


def end_notice(actor: Actor, notice: Notice) -> None:
    """Take a notice down now; one that has not begun yet is removed."""
    s = db.session()
    now = clock.now()
    if notice.starts_at >= now:
        for lang in ground.settings().languages:
            texts.put(s, "notice", notice.id, "body", lang, "")
        s.delete(notice)
    else:
        notice.ends_at = now
    s.flush()
    record(actor, "notice.ended", "notice", notice.id)
    _note_notices(s)


def report_barrier(*, page: str, what: str, contact: str, lang: str) -> BarrierReport:
    """Take in a report and tell the city by mail. Nothing about who sent it is kept but the contact they gave."""
    s = db.session()
    row = BarrierReport(page=page, what=what, contact=contact, lang=lang, received_at=clock.now())
    s.add(row)
    s.flush()
    city = ground.settings().city
    if city.mail:
        with i18n.use_locale(ground.settings().languages[0]):
            told = [
                _("Somebody reported a barrier on the city's portal."),
                _("Page: %(page)s", page=page or _("not named")),
                _("What does not work:"),
                what,
                # the address stands in the report alone: a mailbox of the city forgets nothing
                _("An answer is wanted; the address stands in the report.") if contact else _("No answer is wanted."),
                _("Answer within 14 days. The report stands in the staff area under “Barriers”."),
            ]
            mail.put(
                s,
                to=city.mail,
                subject=_("Barrier reported on the portal (no. %(n)s)", n=row.id),
                body="\n\n".join(told),
                lang=i18n.lang(),
            )
    return row


def answer_barrier(actor: Actor, report: BarrierReport, *, note: str) -> None:
    """Close a report with what was done; the sender's contact is deleted, since nobody needs it any more."""
    report.answered_at, report.note, report.contact = clock.now(), note, ""
    db.session().flush()
    record(actor, "barrier.answered", "barrier", report.id, after={"note": note})


def path_of(address: str) -> str:
    """Only the path of an address: its query may hold what somebody searched for."""
    return urlsplit(address.strip()).path[:500]


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def _note_footer(s: Session) -> None:
    """The footer of every page reads this mark instead of two tables."""
    db.notes().pop("home.pages", None)
    newest = (
        select(PageText.page_id, PageText.lang, func.max(PageText.version).label("version"))
        .group_by(PageText.page_id, PageText.lang)
        .subquery()
    )
    rows = s.execute(
        select(Page.slug, PageText.lang, PageText.title)
        .join(PageText, PageText.page_id == Page.id)
        .join(
            newest,
            (newest.c.page_id == PageText.page_id)
            & (newest.c.lang == PageText.lang)
            & (newest.c.version == PageText.version),
        )
        .where(Page.in_footer)
        .order_by(Page.position, Page.slug, PageText.lang)
    )
    entries: dict[str, dict[str, str]] = {}
    for slug, lang, title in rows:
        entries.setdefault(slug, {})[lang] = title
    marks.put(s, FOOTER, [{"slug": slug, "titles": titles} for slug, titles in entries.items()])


def _note_notices(s: Session) -> None:
    """Every page reads this mark: notices that show now or later, with their words."""
    now = clock.now()
    rows = list(
        s.scalars(select(Notice).where((Notice.ends_at.is_(None)) | (Notice.ends_at > now)).order_by(Notice.id))
    )
    words = notice_words(s, [row.id for row in rows])
    marks.put(
        s,
        NOTICES,
        [
            {
                "id": row.id,
                "kind": row.kind.value,
                "from": row.starts_at.isoformat(),
                "to": _iso(row.ends_at),
                "texts": words.get(row.id, {}),
            }
            for row in rows
        ],
    )
