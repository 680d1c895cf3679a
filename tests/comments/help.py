"""A thing to talk about that belongs to no wing, and people who talk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.base import db, ground, i18n
from portal.base.actor import Actor
from portal.base.feature import Discussion, Feature, Hit, Kind
from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict
from portal.base.web import Portal
from portal.comments import actions, queries
from portal.comments.models import Comment, Side
from portal.places.models import District
from tests.client import Client, Page
from tests.identity.help import enter

WHERE = "/en/comments/probe/1"


@dataclass
class Probe:
    """The thing with number 1: how its debate is, and the numbers that it was told."""

    shape: str = "thread"
    may: Verdict = YES
    authors: list[int] = field(default_factory=list)
    premoderated: bool = False
    closed: bool = False  # it exists for people who are signed in, and for nobody else
    comments: int = 0

    def hit(self) -> Hit:
        return Hit("A <b>bench</b>", "en", "home.index")

    def count(self, _s: Any, _id: int, by: int) -> None:
        self.comments += by

    def kind(self) -> Kind:
        """How it hangs in the house."""
        return Kind(
            "probe",
            District,
            "home.index",
            _l("Project"),
            found=lambda _s, ids, _lang: {} if self.closed else {one: self.hit() for one in ids if one == 1},
            discussed=Discussion(
                about=lambda _s, who, n, _lang: self.hit() if n == 1 and (who.signed_in or not self.closed) else None,
                may=lambda _s, _who, _n: self.may,
                shape=lambda _s, _n: self.shape,
                counted=self.count,
                told=lambda _s, _n: self.authors,
                premoderated=lambda _s, _n: self.premoderated,
            ),
        )


def put_on(app: Portal, **how: Any) -> Probe:
    """Give the application a thing to talk about."""
    probe = Probe(**how)
    app.ground.features.append(Feature(name="probe", kinds=[probe.kind()]))
    ground.stand_on(app.ground)
    return probe


def actor(app: Portal, name: str = "Ana Ilves", **more: Any) -> Actor:
    """Somebody with an account, as actions take them."""
    return Actor(person_id=enter(Client(app), name), name=name, **more)


def say(who: Actor, body: str = "A good idea", *, answers: int | None = None, **more: Any) -> int:
    """Write a comment past the form; the answer is its number."""
    with db.write() as s:
        about = queries.thing(s, who, "probe", 1, "en")
        assert about is not None
        parent = queries.found(s, who, answers, "en") if answers else None
        more = {"lang": i18n.lang(), "side": Side.FOR if about.shape == "points" else None, **more}
        made = actions.write(who, about, body=body, answers=parent, **more)
        assert isinstance(made, actions.Written), made
        return made.comment.id


def send(client: Client, url: str, data: dict[str, Any], *, page: str | None = None) -> Page:
    """Send a form as a browser does, with everything hidden that stands on its page."""
    hidden = client.get(page or url).fields()
    return client.post(url, {**hidden, **data}, token="csrf_token" not in hidden, page=page)


def found(s: Any, who: Actor, number: int) -> queries.Found:
    """A comment as this person may see it."""
    it = queries.found(s, who, number, "en")
    assert it is not None
    return it


def row(number: int) -> Comment:
    """A comment as it is stored."""
    with db.read() as s:
        return s.get_one(Comment, number)
