"""What the pages of home read. Notices and footer come from marks, which every page has read anyway."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base import db, ground, i18n, marks, search
from portal.base.actor import Actor
from portal.base.feature import Hit, Kind, Sheet
from portal.base.i18n import Text
from portal.base.texts import Wording
from portal.home import rules
from portal.home.models import BarrierReport, Notice, Page, PageText

NOTICES = "home.notices"
FOOTER = "home.footer"
_STATEMENT = Path(__file__).with_name("accessibility.toml")


@dataclass(frozen=True, slots=True)
class Shown:
    """A text that stands on a page, with the language it is really in."""

    text: str
    lang: str
    fallback: bool = False
    html: str = ""
    kind: str = ""
    day: datetime | None = None

    @property
    def dir(self) -> str:
        """Writing direction of this text's own language."""
        return i18n.direction(self.lang)


@dataclass(frozen=True, slots=True)
class FooterLink:
    """An entry of the footer: a page's title, or the fixed name of a page that has no text yet."""

    slug: str
    title: str
    lang: str


def sheets_for(s: Session, reader: Actor, lang: str) -> list[Sheet]:
    """The forms that exist on paper for this person: those of the features, then those that staff made."""
    features = ground.current().features
    found = [one for feature in features for one in feature.sheets]
    return found + [one for f in features if f.made_sheets is not None for one in f.made_sheets(s, reader, lang)]


def site_notice(now: datetime, lang: str) -> Shown | None:
    """The one notice that stands on every page at this moment."""
    notice = rules.foremost(marks.get(NOTICES, []), now)
    if notice is None:
        return None
    said = rules.in_language(notice["texts"], lang)
    if said is None:
        return None
    return Shown(
        text=said[1],
        lang=said[0],
        fallback=said[0] != lang,
        kind=notice["kind"],
        day=datetime.fromisoformat(notice["from"]),
    )


def footer(lang: str) -> list[FooterLink]:
    """The text pages in the footer: the fixed ones first where the city has not placed them otherwise."""
    entries: dict[str, dict[str, str]] = {entry["slug"]: entry["titles"] for entry in marks.get(FOOTER, [])}
    for slug in rules.FIXED:
        entries.setdefault(slug, {})
    found = []
    for slug, titles in entries.items():
        if slug == rules.STATEMENT:
            continue
        said = rules.in_language(titles, lang)
        if slug in rules.FIXED and (said is None or said[0] != lang):
            said = (lang, str(rules.FIXED[slug]))
        if said is not None:
            found.append(FooterLink(slug, said[1], said[0]))
    return found


def page_by_slug(s: Session, slug: str) -> Page | None:
    """The page with this address."""
    return s.scalar(select(Page).where(Page.slug == slug))


def texts_of(s: Session, page_id: int) -> dict[str, PageText]:
    """The newest text of a page in each language that has one."""
    rows = s.scalars(select(PageText).where(PageText.page_id == page_id).order_by(PageText.lang, PageText.version))
    return {row.lang: row for row in rows}


def newest_text(s: Session, slug: str, lang: str) -> PageText | None:
    """What a reader of this language gets: their language, else English, else any; None while nothing is written."""
    rows = s.scalars(
        select(PageText)
        .join(Page, Page.id == PageText.page_id)
        .where(Page.slug == slug)
        .order_by(PageText.lang, PageText.version)
    )
    said = rules.in_language({row.lang: row for row in rows}, lang)
    return said[1] if said else None


def versions(s: Session, page_id: int, lang: str) -> Sequence[PageText]:
    """Every version of a page in one language, newest first."""
    return s.scalars(
        select(PageText).where(PageText.page_id == page_id, PageText.lang == lang).order_by(PageText.version.desc())
    ).all()


@dataclass(frozen=True, slots=True)
class PageLine:
    """A page in the staff list: where it stands and which languages have a text."""

    id: int
    slug: str
    title: str
    in_footer: bool
    position: int
    written: tuple[str, ...]
    missing: tuple[str, ...]


def page_list(s: Session, lang: str) -> list[PageLine]:
    """All pages for staff, those that every city has first, even before anything is written. Read once for a page that
    asks twice (the set-up list and what waits)."""
    kept: dict[str, list[PageLine]] = db.notes().setdefault("home.pages", {})
    if lang not in kept:
        kept[lang] = _page_list(s, lang)
    return kept[lang]


def _page_list(s: Session, lang: str) -> list[PageLine]:
    languages = ground.settings().languages
    newest: dict[int, dict[str, str]] = {}
    by_slug: dict[str, Page] = {}
    for found, code, title in s.execute(
        select(Page, PageText.lang, PageText.title)
        .outerjoin(PageText, PageText.page_id == Page.id)
        .order_by(Page.position, Page.slug, PageText.lang, PageText.version)
    ):
        by_slug[found.slug] = found
        if code is not None:
            newest.setdefault(found.id, {})[code] = title
    lines: list[Any] = []
    for slug in [*rules.FIXED, rules.STATEMENT, *(slug for slug in by_slug if slug not in rules.FIXED)]:
        page = by_slug.get(slug)
        if slug == rules.STATEMENT and any(line.slug == slug for line in lines):
            continue
        titles = newest.get(page.id, {}) if page else {}
        said = rules.in_language(titles, lang)
        lines.append(
            PageLine(
                id=page.id if page else 0,
                slug=slug,
                title=said[1] if said else str(rules.FIXED.get(slug, slug)),
                in_footer=page.in_footer if page else slug in rules.FIXED,
                position=page.position if page else 50,
                written=tuple(code for code in languages if code in titles),
                missing=tuple(code for code in languages if code not in titles),
            )
        )
    return lines


def missing_pages(s: Session) -> list[str]:
    """Which of the pages that every city has lack a text in some language."""
    return [line.slug for line in page_list(s, i18n.lang()) if line.slug in rules.FIXED and line.missing]


def found_pages(s: Session, ids: list[int], lang: str) -> dict[int, Hit]:
    """Search hits among the text pages."""
    rows = s.execute(
        select(Page.id, Page.slug, PageText.lang, PageText.title, PageText.body)
        .join(PageText, PageText.page_id == Page.id)
        .where(Page.id.in_(ids))
        .order_by(PageText.version)
    )
    by_page: dict[int, dict[str, Any]] = {}
    slugs: dict[int, str] = {}
    for page_id, slug, code, title, body in rows:
        by_page.setdefault(page_id, {})[code] = (title, body)
        slugs[page_id] = slug
    hits = {}
    for page_id, texts in by_page.items():
        said = rules.in_language(texts, lang)
        if said is not None:
            code, (title, body) = said
            endpoint, args = "home.page", {"slug": slugs[page_id]}
            if slugs[page_id] == rules.STATEMENT:
                endpoint, args = "home.accessibility", {}
            hits[page_id] = Hit(title=title, lang=code, endpoint=endpoint, args=args, text=_opening(body))
    return hits


def _opening(body: str, most: int = 160) -> str:
    line = next((line.strip("#*> -") for line in body.splitlines() if line.strip("#*> -")), "")
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0] + " …"


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the search result: what it is, and the hit."""

    label: Text | None
    hit: Hit


def searchable() -> dict[str, Kind]:
    """The kinds whose manifests say how a hit is shown."""
    return {k.name: k for feature in ground.current().features for k in feature.kinds if k.found is not None}


def search_page(s: Session, query: str, lang: str, most: int = 200) -> list[Found]:
    """Everything a reader may see that holds every word of the query, best first. One select per kind that has hits."""
    kinds = searchable()
    pairs = search.find_any(s, list(kinds), query, lang, most)
    hits: dict[tuple[str, int], Hit] = {}
    for name, kind in kinds.items():
        ids = [object_id for found_kind, object_id in pairs if found_kind == name]
        if ids and kind.found is not None:
            hits.update({(name, object_id): hit for object_id, hit in kind.found(s, ids, lang).items()})
    return [Found(kinds[pair[0]].label, hits[pair]) for pair in pairs if pair in hits]


def notices(s: Session) -> Sequence[Notice]:
    """All notices, newest first."""
    return s.scalars(select(Notice).order_by(Notice.starts_at.desc(), Notice.id.desc())).all()


def notice_words(s: Session, ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """What notices say: id -> language -> words."""
    rows = s.execute(
        select(Wording.object_id, Wording.lang, Wording.body).where(
            Wording.kind == "notice", Wording.object_id.in_(list(ids)), Wording.field == "body"
        )
    )
    found: dict[int, dict[str, str]] = {}
    for object_id, lang, body in rows:
        found.setdefault(object_id, {})[lang] = body
    return found


def barrier_reports(s: Session, *, limit: int, offset: int) -> tuple[Sequence[BarrierReport], int]:
    """Reports of barriers, open ones first, and how many there are."""
    total = s.scalar(select(func.count()).select_from(BarrierReport)) or 0
    rows = s.scalars(
        select(BarrierReport)
        .order_by(BarrierReport.answered_at.is_not(None), BarrierReport.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    return rows, total


def open_reports(s: Session) -> tuple[int, datetime | None]:
    """How many reports of barriers wait for an answer, and since when the oldest."""
    waiting = select(func.count(), func.min(BarrierReport.received_at)).where(BarrierReport.answered_at.is_(None))
    row = s.execute(waiting).one()
    return row[0], row[1]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is not accessible yet: what, in which group, and the other way to get there."""

    group: str
    what: str
    instead: str


@dataclass(frozen=True, slots=True)
class Statement:
    """The facts of the accessibility statement."""

    status: str
    prepared: date
    reviewed: date
    checked: date
    pages: int
    views: int
    violations: int
    tool: str
    languages: tuple[str, ...]
    gaps: tuple[Gap, ...]

    @property
    def overdue_on(self) -> date:
        """A statement is reviewed every year."""
        return self.reviewed.replace(year=self.reviewed.year + 1)


@cache
def _facts() -> dict[str, Any]:
    return tomllib.loads(_STATEMENT.read_text("utf-8"))


def statement(lang: str) -> Statement:
    """The statement's facts as shipped with this version, gaps in the reader's language."""
    facts = _facts()
    gaps = tuple(
        Gap(gap["group"], gap["what"].get(lang, gap["what"]["en"]), gap["instead"].get(lang, gap["instead"]["en"]))
        for gap in facts.get("gap", ())
    )
    check = facts["check"]
    return Statement(
        status="full" if not gaps and not check["violations"] else "partial",
        prepared=facts["prepared"],
        reviewed=facts["reviewed"],
        checked=check["on"],
        pages=check["pages"],
        views=check["views"],
        violations=check["violations"],
        tool=check["tool"],
        languages=tuple(check["languages"]),
        gaps=gaps,
    )
