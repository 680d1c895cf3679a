"""The one form of the ballot. It is read by hand: a hundred boxes by a form library cost more than the page itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.base import fields as f
from portal.base.i18n import _l
from portal.base.verdict import Verdict
from portal.budgeting.queries.ballot import SORTS, Look

MOST_BOXES = 2000


@dataclass(frozen=True)
class BallotPost:
    """What was sent: the ticked projects by code, the form's token, and how the voter looks at the list."""

    ticked: tuple[str, ...]
    token: str
    look: Look
    translate: bool = False  # the receipt of this form again, in another language

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> BallotPost:
        """Takes everything as it comes; whether it makes a ballot is voting's question."""
        category = form.get("category", "")
        sort = form.get("sort", "")
        return cls(
            ticked=tuple(dict.fromkeys(form.getlist("choice")[:MOST_BOXES])),
            token=form.get("form_token", ""),
            translate="translate" in form,
            look=Look(
                q=form.get("q", "")[:200].strip(),
                pot=form.get("pot", "")[:64],
                category=int(category) if category.isascii() and category.isdigit() and len(category) < 12 else None,
                sort=sort if sort in SORTS else SORTS[0],
            ),
        )

    def choices(self, regulation: Mapping[str, Any]) -> dict[str, list[str]]:
        """Pot -> projects, in the order of the posts. A code that no pot knows stays in, so that voting names it."""
        pots = {project["id"]: project["pot"] for project in regulation["projects"]}
        found: dict[str, list[str]] = {}
        for code in self.ticked:
            found.setdefault(pots.get(code, "?"), []).append(code)
        return found


@dataclass(frozen=True)
class BallotErrors:
    """A ballot that was not taken, in the shape that the error summary of a page reads."""

    verdict: Verdict

    @property
    def errors(self) -> dict[str, list[str]]:
        """Not empty: the title says that something is wrong."""
        return {"choice": [str(self.verdict.reason)]}

    def error_list(self) -> list[tuple[str | None, str]]:
        """The sentence and where to go."""
        sentences = [text for text in (self.verdict.reason, self.verdict.next) if text is not None]
        return [("choices", str(text)) for text in sentences]


class MailBox(f.Form):
    """Where the receipt code is to be sent."""

    code = f.Hidden("", [f.required(_l("This form is damaged.")), f.length(max=60)])
    proof = f.Hidden("", [f.required(_l("This form is damaged.")), f.length(max=400)])  # that this browser cast it
    to = f.Email(
        _l("E-mail address"),
        [f.optional(), f.length(max=320), f.email()],
        hint=_l("Empty: the address that you confirmed in your account."),
    )
