"""Checking papers, for everybody; one's own papers, for those who are signed in.

A code of a paper stands in addresses, because a QR code can do nothing else. No log line of the portal names an address
(base/errors.py), the page asks search engines and caches to forget it, and made-up codes are counted per address.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.base import clock, db, files, ground, limits, ui
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Item
from portal.base.i18n import Text, _, _l
from portal.base.security import actor, public, reads, signed_in
from portal.base.web import preferred
from portal.identity.queries_ways import appointments
from portal.papers import actions, queries, rules, sign
from portal.papers.forms import STATES, CodeForm, FileForm, ShownForm
from portal.papers.models import Paper, PaperState
from portal.papers.rules import Judgement, Standing
from portal.papers.sign_readers import READERS, Full

bp = Blueprint("papers", __name__)
plain = Blueprint("papers_plain", __name__)
PAGE_SIZE = 30
MOST_SIGNS = 60  # of a code in an address, blanks and dashes with it


@plain.get("/verify/")
@plain.get("/verify")
@public
def short() -> ResponseReturnValue:
    """The address that is printed on papers."""
    return _negotiated("papers.verify")


@plain.get("/verify/<code>")
@public
def short_code(code: str) -> ResponseReturnValue:
    """Where a QR code leads."""
    _short_enough(code)
    return _negotiated("papers.result", code=code)


def _negotiated(endpoint: str, **values: Any) -> Response:
    answer = make_response(redirect(url_for(endpoint, lang=preferred(ground.settings().languages), **values), 302))
    answer.vary.update(["Accept-Language", "Cookie"])
    return _forgotten(answer)


@bp.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """The two ways to check a paper."""
    return _page(CodeForm(), FileForm())


@bp.post("/verify")
@public
@reads
def check_code() -> ResponseReturnValue:
    """Check a typed code."""
    form = CodeForm()
    if not form.validate():
        return _page(form, FileForm(formdata=None), 422)
    return _result(form.code.data or "")


@bp.get("/verify/<code>")
@public
def result(code: str) -> ResponseReturnValue:
    """Check the code of a QR code."""
    _short_enough(code)
    return _result(code)


def _short_enough(code: str) -> None:
    """Every page repeats its address in each language; what is far too long for a code is not repeated."""
    if len(code) > MOST_SIGNS:
        abort(404)


def _result(typed: str) -> ResponseReturnValue:
    s, now, place = db.session(), clock.now(), _place()
    code = rules.read_code(typed)
    paper = queries.by_code(s, code) if code else None
    if paper is None and code is not None:  # mistyped codes fail their check sign: these were made up
        # only they are told to wait: a code has 80 bits, and whoever holds a paper is never shut out by others
        if limits.too_many(s, "paper-code", place, now, most=rules.GUESSES):
            raise Refused(_l("Too many codes that belong to no paper were tried from here. Wait 15 minutes."), 429)
        db.afterwards(lambda later: limits.failed(later, "paper-code", place, now))
    standing = queries.known_as(paper, now) if paper else None
    return _answer(standing, None, 200 if paper else 404)


@bp.post("/verify/file")
@public
@reads
def check_file() -> ResponseReturnValue:
    """Check the file itself: never stored, taken apart in a child process."""
    if not limits.allow("paper-file", _place(), rules.UPLOADS_PER_MINUTE):
        raise Refused(
            _l("Very many files were sent from this network within a minute. Wait a minute and send yours again."),
            429,
            wait=60,
        )
    form = FileForm()
    if not form.validate():
        return _page(CodeForm(formdata=None), form, 422)
    data = form.file.data.stream.read(rules.MOST_BYTES + 1)
    if len(data) > rules.MOST_BYTES:
        form.file.errors = [_("This file is larger than 10 megabytes, and papers of this city never are.")]
        return _page(CodeForm(formdata=None), form, 422)
    paper = queries.by_file(db.session(), sign.sha256(data))
    judgement = Judgement("genuine") if paper is not None else _judge(data)
    standing = queries.known_as(paper, clock.now()) if paper else None
    return _answer(standing, judgement, 200)


def _judge(data: bytes) -> Judgement:
    s, number = db.session(), rules.number_in(data)
    bears = queries.by_number(s, number) if number else None
    path = queries.path_of(bears.file) if bears is not None and bears.file else None
    original = path.read_bytes() if path is not None and path.is_file() else None
    ours = queries.fingerprints(s)
    db.finish(commit=False)  # reading the file takes a while; nobody waits for our transaction meanwhile
    first = rules.judge(data, known=False, original=original, signatures=None, readable=False, ours=ours)
    if first.word != "unchecked":
        return first
    try:
        with READERS.reader(_place()):
            signatures, readable = sign.read(data)
    except Full:
        raise Refused(
            _l(
                "Other files are being checked at this moment, and yours was not looked at. Send it again in ten seconds."
            ),
            503,
            wait=10,
        ) from None
    return rules.judge(data, known=False, original=original, signatures=signatures, readable=readable, ours=ours)


def _place() -> str:
    """The address that attempts are counted for; of an IPv6 address the network, which is what one household has."""
    raw = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(raw)
    except ValueError:
        return raw
    return str(ipaddress.ip_network(f"{raw}/64", strict=False)) if address.version == 6 else raw


def _page(code: CodeForm, file: FileForm, status: int = 200) -> ResponseReturnValue:
    shown = file if file.errors else code
    html = render_template("papers/verify.html", form=shown, code_form=code, file_form=file)
    return html, status


def _answer(standing: Standing | None, judgement: Judgement | None, status: int) -> Response:
    kind = queries.kinds().get(standing.kind) if standing else None
    html = render_template(
        "papers/result.html", standing=standing, judgement=judgement, kind=kind.label if kind else None, form=None
    )
    return _forgotten(make_response(html, status))


def _forgotten(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@bp.get("/verify/register")
@public
def register() -> str:
    """The public register: heads of the days, numbers of papers that do not count any more."""
    s, number = db.session(), ui.page_number(request.args.get("page"))
    gone, total = queries.withdrawn(s, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    paging = ui.paging(total, number, PAGE_SIZE, lambda n: ui.address(url_for("papers.register"), {}, page=n))
    heads, days = queries.heads(s, limit=PAGE_SIZE)
    certificates = queries.certificates(s)
    return render_template(
        "papers/register.html", gone=gone, paging=paging, heads=heads, days=days, certificates=certificates
    )


# --- one's own papers


@bp.get("/papers")
@signed_in
def my_papers() -> str:
    """All papers of the person who is signed in."""
    s = db.session()
    return render_template(
        "papers/my_papers.html", papers=queries.of_person(s, actor()), kinds=queries.kinds(), states=STATES,
        appointments=appointments(s),
    )  # fmt: skip


@bp.get("/papers/<int:paper_id>")
@signed_in
def paper(paper_id: int) -> ResponseReturnValue:
    """One of one's own papers: download it, and say what others see when they check it."""
    found = _mine(paper_id)
    return _paper_page(found, ShownForm(data={"shown": found.shown}).offer(found.lines))


@bp.post("/papers/<int:paper_id>/shown")
@signed_in
def choose_shown(paper_id: int) -> ResponseReturnValue:
    """Store what others see."""
    found = _mine(paper_id)
    form = ShownForm().offer(found.lines)
    if not form.validate():
        return _paper_page(found, form, 422)
    actions.show_lines(actor(), found, form.shown.data or [])
    flash(_("Your choice is stored."), "success")
    return redirect(url_for("papers.paper", paper_id=paper_id), 303)


def _paper_page(found: Paper, form: ShownForm, status: int = 200) -> ResponseReturnValue:
    standing = queries.known_as(found, clock.now())
    kind = queries.kinds().get(found.kind)
    html = render_template(
        "papers/paper.html", paper=found, standing=standing, form=form, kind=kind.label if kind else None
    )
    return html, status


@bp.get("/papers/<int:paper_id>/file")
@signed_in
def file(paper_id: int) -> ResponseReturnValue:
    """The signed file of one's own paper."""
    found = _mine(paper_id)  # staff have a door of their own
    if not found.file or not found.kept:
        abort(404)
    return files.private(queries.path_of(found.file), f"{found.number}.pdf", "application/pdf")


def _mine(paper_id: int) -> Paper:
    found = queries.mine(db.session(), actor(), paper_id)
    if found is None:
        abort(404)
    return found


def items(s: Session, who: Actor, _lang: str) -> list[Item]:
    """The lines of "my page"."""
    kinds = queries.kinds()
    return [
        Item(
            title=one.title or (kinds[one.kind].label if one.kind in kinds else one.number),
            endpoint="papers.paper",
            args={"paper_id": one.id},
            lang=one.lang if one.title else "",
            state=_state(one),
            at=one.issued_at,
        )
        for one in queries.of_person(s, who)
    ]


def _state(one: Paper) -> Text:
    over = one.expires_at is not None and one.expires_at <= clock.now()
    return _l("Expired") if one.state is PaperState.READY and over else STATES[one.state]
