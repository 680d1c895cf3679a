"""The public pages of the house: front page, search, text pages, accessibility, language."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from portal.base import clock, db, errors, ground, i18n, languages, limits, theme, ui
from portal.base.i18n import _l
from portal.base.security import actor, public, safe_next, same_for_all
from portal.home import actions, queries, queries_front, rules
from portal.home.forms import ReportForm

bp = Blueprint("home", __name__)
PAGE_SIZE = 20
LONGEST_QUERY = 200
_YEAR = 365 * 24 * 60 * 60
_EMBLEMS = {".svg": "image/svg+xml", ".png": "image/png"}


@bp.get("/")
@public
def index() -> str:
    """Open now, next, finished."""
    return render_template("home/index.html", front=queries_front.front(db.session(), clock.city_now(), i18n.lang()))


@bp.get("/search")
@public
def search() -> str:
    """Everything the site has about some words."""
    query = request.args.get("q", "")[:LONGEST_QUERY].strip()
    found = queries.search_page(db.session(), query, i18n.lang()) if query else []
    paging = ui.paging(
        len(found),
        ui.page_number(request.args.get("page")),
        PAGE_SIZE,
        lambda n: ui.address(url_for("home.search"), {"q": query}, page=n),
    )
    shown = found[paging.offset : paging.offset + PAGE_SIZE]
    return render_template("home/search.html", query=query, found=shown, total=len(found), paging=paging)


@bp.get("/pages/<slug>")
@public
def page(slug: str) -> str:
    """A text page of the city, in the reader's language or with a notice that it is not."""
    said = queries.newest_text(db.session(), slug, i18n.lang())
    if said is None and slug not in rules.FIXED:
        abort(404)
    return render_template(
        "home/page.html",
        said=said,
        slug=slug,
        title=said.title if said else rules.FIXED[slug],
        city_help=slug == "help",
    )


@bp.get("/accessibility")
@public
def accessibility() -> str:
    """The accessibility statement, made from facts."""
    lang = i18n.lang()
    own = queries.newest_text(db.session(), rules.STATEMENT, lang)
    return render_template("home/accessibility.html", facts=queries.statement(lang), own=own)


@bp.route("/accessibility/report", methods=["GET", "POST"])
@public
def report() -> str | tuple[str, int] | BaseResponse:
    """Report a barrier, without an account."""
    form = ReportForm(data={"page": _came_from()}) if request.method == "GET" else ReportForm()
    if request.method == "POST":
        if form.validate():
            # One limit for everybody together: no address is stored or counted, and a shared one is never locked out.
            if not limits.allow("barrier", "everybody", rules.REPORTS_PER_MINUTE):
                raise errors.Refused(
                    _l("Many reports arrive at this moment. Send yours again in a minute, or call the help line."), 429
                )
            actions.report_barrier(
                page=actions.path_of(form.page.data or ""),
                what=form.what.data or "",
                contact=form.contact.data or "",
                lang=i18n.lang(),
            )
            return redirect(url_for("home.reported"), 303)
        return render_template("home/report.html", form=form), 422
    return render_template("home/report.html", form=form)


@bp.get("/accessibility/report/sent")
@public
def reported() -> str:
    """Thanks, and what happens next."""
    return render_template("home/reported.html")


@bp.route("/language", methods=["GET", "POST"])
@public
def language() -> str | BaseResponse:
    """Choose a language for every visit from this browser; links elsewhere change one page only."""
    back = safe_next(request.values.get("next"), "")
    if request.method == "GET":
        return render_template("home/language.html", back=back)
    chosen = request.form.get("choose", "")
    if chosen not in ground.settings().languages:
        abort(400)
    with i18n.use_locale(chosen):
        parts = back.split("/", 2)
        in_chosen = f"/{chosen}/{parts[2]}" if len(parts) > 2 and parts[1] in ground.settings().languages else ""
        answer = redirect(in_chosen or url_for("home.index"), 303)
    answer.set_cookie(
        "lang", chosen, max_age=_YEAR, path="/", secure=ground.settings().secure, httponly=True, samesite="Lax"
    )
    return answer


def _came_from() -> str:
    """The page a reader came from, when it was one of ours; Referer's query is left away."""
    base = ground.settings().base_url
    referrer = request.referrer or ""
    return actions.path_of(referrer) if base and referrer.startswith(base + "/") else ""


@dataclass(frozen=True, slots=True)
class FooterItem:
    """A link of the footer; `lang` is the language its words are in."""

    label: str
    url: str
    lang: str = ""


def everywhere() -> dict[str, Any]:
    """What every page shows of this feature: the site notice and the footer's links."""
    lang = i18n.lang()
    links = [FooterItem(link.title, url_for("home.page", slug=link.slug), link.lang) for link in queries.footer(lang)]
    links.append(FooterItem(str(_l("Accessibility statement")), url_for("home.accessibility")))
    links.append(FooterItem(str(_l("Language")), url_for("home.language")))
    menus = sorted((m for f in ground.current().features for m in f.footer), key=lambda m: m.order)
    links += [FooterItem(str(m.label), url_for(m.endpoint)) for m in menus]
    return {
        "notice": queries.site_notice(clock.city_now(), lang),
        "footer": links,
        "home_url": url_for("home.index"),
        "page_url_default": _without_language(),
        **_city_looks(),
    }


def _without_language() -> str | None:
    """The address that lets the browser choose, for hreflang x-default; only the front page has one."""
    return "/" if request.endpoint == "home.index" else None


def _city_looks() -> dict[str, str]:
    """Addresses of the city's own emblem and colours, where it has any; they change when the files do."""
    city = ground.settings().city
    looks = {}
    emblem = _emblem_file()
    if emblem is not None:
        looks["emblem_url"] = url_for("home_plain.emblem", v=f"{emblem.stat().st_mtime_ns:x}")
    if city.colours:
        looks["theme_url"] = url_for(
            "home_plain.colours", v=hashlib.sha256(theme.css(city.colours).encode()).hexdigest()[:10]
        )
    return looks


def _emblem_file() -> Path | None:
    """The emblem in the instance folder. Only a bare name of a known type: nothing else there may be read out."""
    name = ground.settings().city.emblem
    if not name or Path(name).name != name or Path(name).suffix.lower() not in _EMBLEMS:
        return None
    file = ground.settings().instance / name
    return file if file.is_file() else None


plain = Blueprint("home_plain", __name__)


@plain.get("/emblem")
@public
@same_for_all
def emblem() -> BaseResponse:
    """The city's emblem. A browser may show it, but run nothing in it."""
    file = _emblem_file()
    if file is None:
        return redirect("/static/img/emblem.svg", 302)
    answer = send_file(file, mimetype=_EMBLEMS[file.suffix.lower()], conditional=True)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@plain.get("/theme.css")
@public
@same_for_all
def colours() -> Response:
    """The city's colours."""
    answer = make_response(theme.css(ground.settings().city.colours))
    answer.mimetype = "text/css"
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


@plain.get("/")
@public
def start() -> BaseResponse:
    """Lead to the front page in the reader's language: the account's, the cookie's, the browser's, the city's."""
    chosen = languages.choose(
        ground.settings().languages,
        request.headers.get("Accept-Language", ""),
        request.cookies.get("lang", ""),
        actor().language,
    )
    answer = redirect(url_for("home.index", lang=chosen), 302)
    answer.headers["Vary"] = "Accept-Language, Cookie"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@plain.get("/robots.txt")
@public
@same_for_all
def robots() -> Response:
    """Public pages may be indexed; staff pages, sign-in and search results not."""
    settings = ground.settings()
    lines = ["User-agent: *"]
    if settings.demo:
        lines.append("Disallow: /")
    else:
        for code in settings.languages:
            lines += [f"Disallow: /{code}/staff", f"Disallow: /{code}/search", f"Disallow: /{code}/sign-in"]
        if settings.base_url:
            lines.append(f"Sitemap: {settings.base_url}/sitemap.xml")
    return _plain_text("\n".join(lines) + "\n")


@plain.get("/sitemap.xml")
@public
@same_for_all
def sitemap() -> Response:
    """The public pages of every language, with their other languages."""
    paths = queries_front.public_paths(db.session(), url_for)
    xml = render_template("home/sitemap.xml", entries=paths, base=ground.settings().base_url)
    return Response(xml, mimetype="application/xml")


@plain.get("/.well-known/security.txt")
@public
@same_for_all
def security_txt() -> Response:
    """Where to report a hole (RFC 9116)."""
    settings = ground.settings()
    if not settings.city.mail:
        abort(404)
    expires = clock.now().replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    expires = expires.replace(year=expires.year + 1)
    lines = [
        f"Contact: mailto:{settings.city.mail}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(settings.languages)}",
    ]
    if settings.base_url:
        lines.insert(2, f"Canonical: {settings.base_url}/.well-known/security.txt")
    return _plain_text("\n".join(lines) + "\n")


@plain.get("/favicon.ico")
@public
@same_for_all
def favicon() -> BaseResponse:
    """Browsers ask for it by this name; pages link the emblem itself."""
    return redirect(url_for("home_plain.emblem"), 302)


def _plain_text(text: str) -> Response:
    answer = make_response(text)
    answer.mimetype = "text/plain"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
