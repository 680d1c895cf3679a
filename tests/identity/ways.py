"""A city with a register of residents, for tests of the other ways in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pypdfium2
from sqlalchemy import select

from portal.base import db, ground
from portal.base.mail import Outgoing
from portal.base.web import Portal
from tests.client import Client, Page

LINES = """number,name,birth_date,district,postcode,address,language
ee-1001,Ana Ilves,1990-02-03,north,10101,Harbour Lane 3 | Sundhaven 10101,en
ee-1002,Tom Kask,2014-05-06,north,10102,Hill Road 8 | Sundhaven 10102,de
ee-1003,Mia Saar,1955-11-30,,10103,Market 1 | Sundhaven 10103,ar
"""
ANA = {"number": "EE 1001", "born-day": "3", "born-month": "2", "born-year": "1990", "postcode": "10101"}


def write_register(folder: Path, lines: str = LINES) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "register.csv").write_text(lines, "utf-8")


def code_in_mail(app: Portal, address: str) -> str:
    """The code in the newest mail to an address."""
    ground.stand_on(app.ground)
    with db.read() as s:
        body = s.scalars(
            select(Outgoing.body).where(Outgoing.recipient == address).order_by(Outgoing.id.desc())
        ).first()
    assert body, f"no mail to {address}"
    return re.search(r"code: (\S+)", body)[1]


def by_email(client: Client, address: str, name: str = "Ana") -> Page:
    """Sign in by e-mail as a browser does; the first time with a name."""
    client.post("/en/sign-in/email", {"email": address})
    page = client.post("/en/sign-in/email/code", {"code": code_in_mail(client.app, address)})
    if page.url.endswith("/welcome"):
        page = client.post("/en/sign-in/email/welcome", {"name": name, "language": "en"})
    return page


def letter_code(page: Page, nth: int = 0) -> str:
    """A code on a printed slip, or in the file of letters."""
    words = sheets(page.response.data) if page.response.mimetype == "application/pdf" else page.text
    found = re.findall(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b", words)
    assert len(found) > nth, words
    return found[nth]


def sheets(data: bytes) -> str:
    """What stands in a PDF."""
    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def counter(document: str = "passport", **given: Any) -> dict[str, Any]:
    """What a clerk fills in for Ana."""
    return {
        "document": document, "number": "EE-1001", "name": "Ana Ilves", "district": "north",
        "born-day": "3", "born-month": "2", "born-year": "1990",
    } | given  # fmt: skip
