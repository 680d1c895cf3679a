"""The manifest of a feature: what it puts on the door."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.base.i18n import Text


@dataclass(frozen=True)
class Menu:
    """A menu entry: its words, the endpoint, and which roles see it (staff menus)."""

    label: Text
    endpoint: str
    roles: tuple[str, ...] = ()
    order: int = 50


@dataclass(frozen=True)
class Job:
    """A kind of work for the worker. The handler gets the payload; it opens its own short transactions and may run
    twice. `heavy` work (counting, pictures, PDF) runs in a child process. `every`: seconds between runs by itself.
    `lane`: work that waits for other servers has a thread of its own by this name, so that nothing waits behind it.
    `always`: it forgets what the portal has promised to forget, so it runs though its wing was switched off."""

    kind: str
    handler: Callable[[dict[str, Any]], None]
    heavy: bool = False
    every: int | None = None
    lane: str = ""
    always: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A find of the site's search: title and opening words in the language `lang`, and the page's endpoint."""

    title: str
    lang: str
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Content:
    """How moderation reaches a kind of thing that people write. Its model has the columns of moderation.models.Moderated.

    `author(session, id)`: who wrote it (None: nobody that has an account). `show(session, ids, lang)`: title, opening
    words and page of each, hidden ones too, for the queue of moderators and for notices. `texts(session, id)`: what
    people wrote, by the name of its field; `rewrite(session, id, texts)` puts other words there (personal data taken
    out). `changed(session, id)` is called in the same transaction after the thing was hidden, restored, held, released
    or locked: the wing brings its search index, counters, feeds and page versions up to date. `scope(session, id)`: the
    part of the city it belongs to, for moderators limited to one. `open(session, actor, id)`: may this person see it,
    and so report it."""

    author: Callable[[Any, int], int | None]
    show: Callable[[Any, list[int], str], dict[int, Hit]]
    texts: Callable[[Any, int], dict[str, str]]
    rewrite: Callable[[Any, int, dict[str, str]], None]
    changed: Callable[[Any, int], None]
    scope: Callable[[Any, int], Mapping[str, Any]]
    open: Callable[[Any, Any, int], bool]


@dataclass(frozen=True)
class Discussion:
    """How comments hang on a kind of thing.

    `about(session, actor, id, lang)`: title and page of the thing as this person may see it, None where it does not
    exist for them. `may(session, actor, id)`: a Verdict, may this person comment now. `shape(session, id)`: "points"
    (for and against, in two columns) or "thread". `counted(session, id, by)`: so many more (or fewer) comments are
    shown; the thing keeps its counter in its own row. `told(session, id)`: whom a new comment concerns (authors).
    `premoderated(session, id)`: comments wait for a moderator before they are shown; `promised(session, id)`: within how
    many hours one will have looked at what waits, a day where the kind does not say."""

    about: Callable[[Any, Any, int, str], Hit | None]
    may: Callable[[Any, Any, int], Any]
    shape: Callable[[Any, int], str]
    counted: Callable[[Any, int, int], None]
    told: Callable[[Any, int], list[int]]
    premoderated: Callable[[Any, int], bool]
    # moved(session, id): the thing of the same kind on which the debate goes on; None where it goes on here
    moved: Callable[[Any, int], int | None] | None = None
    # promised(session, id): within how many hours a moderator looks at a comment that waits
    promised: Callable[[Any, int], int] | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Something that everybody may see and that lies on the city plan: `x` and `y` from 0 to 1 from the upper left
    corner; `at`: since when it is there for all (UTC). Title and opening words in the language `lang`."""

    uid: str
    x: float
    y: float
    at: datetime
    title: str
    lang: str
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of object that others can point at by (kind, id): its model and how to reach its page.

    `found(session, ids, lang)` gives the hits among these ids that everybody may see; without it the kind is not
    searched. `people(session, id)` gives the numbers of the people whom such an object is about: staff who open one that
    is not theirs say why, and each of these people finds the line in the access log. `result`: the endpoint of the
    page where the published result of a vote on it stands; it takes the same arguments as the page of a hit.
    `content`: people write it, so it can be reported, hidden and restored. `discussed`: comments hang on it.
    `placed(session, lang, box, after, until, most)`: those that lie on the city plan within a box (left, top, right,
    bottom; None: anywhere) and came after one instant and until another (UTC; None: whenever), newest first, one select:
    maps around a place, their feeds and alerts are made of it."""

    name: str
    model: type
    endpoint: str | None = None
    label: Text | None = None
    found: Callable[[Any, list[int], str], dict[int, Hit]] | None = None
    people: Callable[[Any, int], list[int]] | None = None
    result: str | None = None
    content: Content | None = None
    discussed: Discussion | None = None
    placed: Callable[..., list[Placed]] | None = None


@dataclass(frozen=True)
class Role:
    """A staff role and its name."""

    name: str
    label: Text


@dataclass(frozen=True)
class Dataset:
    """A published dataset: its name, words and the endpoint that serves it.

    `entries(session, lang)` lists what there is of it now as (title, arguments of the endpoint); without it the
    endpoint takes no arguments. `about`: one sentence on what the data say.
    """

    name: str
    label: Text
    endpoint: str
    formats: tuple[str, ...] = ("json",)
    about: Text | None = None
    entries: Callable[[Any, str], list[tuple[str, dict[str, Any]]]] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the set-up list: what it is, whether it is done, what to do, and where (None: in config.toml)."""

    label: Text
    done: bool
    todo: Text
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits for a member of staff: its words and where it is done. `due`: the instant by which it has
    to be done (UTC); `count`: how many things wait behind the line; `scope`: the part of the city it belongs to."""

    text: Text | str
    url: str
    due: datetime | None = None
    count: int = 1
    scope: Text | str = ""


class Fate(enum.Enum):
    """What happens to a record when its person asks to be forgotten."""

    DELETED = "deleted"
    ANONYMOUS = "anonymous"
    KEPT = "kept"


@dataclass(frozen=True)
class Record:
    """One kind of record about people: a line of the public register of purposes, a file of the export, a line of the
    erasure plan. Every table with a person in it is named by exactly one Record or a house test fails.

    `person`: the columns that hold a person's number; `reach(person_id)` gives instead a condition on the table for
    rows that are reached through another table; neither: rows that no account leads to. `by`: columns that say which
    clerk did it; they keep their number, which an erased account no longer leads to a name. `hidden`: columns that
    leave with no export (hashes, keys). `blank`: what ANONYMOUS writes into other columns beside emptying `person`.
    `reason`: why it is kept or made anonymous instead of deleted. `who`: who sees it. `days`: how long it is kept
    anyway, by the retention job, counted from the column `since`; None where another rule (said in `kept`) ends it.
    `kind`: under which its rows stand in the search index and among the city's texts. `files(row)`: the files on disk
    that belong to a row; they go into the export and vanish with it.
    """

    table: str
    label: Text
    purpose: Text
    basis: Text
    kept: Text
    fate: Fate
    person: tuple[str, ...] = ("person_id",)
    reach: Callable[[int], Any] | None = None
    hidden: tuple[str, ...] = ()
    blank: Mapping[str, Any] = field(default_factory=dict)
    reason: Text | None = None
    days: int | None = None
    by: tuple[str, ...] = ()
    who: Text | None = None
    since: str = "created_at"
    kind: str = ""
    files: Callable[[Mapping[str, Any]], list[Path]] | None = None


@dataclass(frozen=True)
class Machine:
    """Something the portal sorts or decides by itself: what, how (in a sentence that can be checked), and which human
    can look again. The public register lists every one."""

    name: str
    label: Text
    what: Text
    how: Text
    human: Text


@dataclass(frozen=True)
class Consent:
    """Something people may agree to or not, with the text they read and its version. A changed text is a new version:
    who agreed to an older one is asked again."""

    name: str
    label: Text
    text: Text
    version: int


@dataclass(frozen=True, slots=True)
class Remark:
    """What a feature has to say about a person on the staff's page about them; `strong` for what must be seen first."""

    text: Text
    url: str
    strong: bool = False


@dataclass(frozen=True)
class Topic:
    """A subject of messages that people can switch on and off by channel. `required`: by law it can't be off.
    `personal`: it is about single people, so that there is no news of it to wish for. `staff`: only staff are asked.
    `mandate`: the scope of mandates with which somebody who acts for the person reads these messages; empty: nobody does."""

    name: str
    label: Text
    required: bool = False
    personal: bool = False
    staff: bool = False
    mandate: str = ""


@dataclass(frozen=True)
class Notice:
    """A set phrase that the portal tells people: subject and text with %(name)s places, said in the reader's
    language. `notifications.actions.tell` sends it."""

    name: str
    topic: str
    subject: Text
    text: Text


@dataclass(frozen=True, slots=True)
class Item:
    """A line of "my page": a title (in the language `lang`), where it leads, its state and its day. `end`: the act (by
    POST) that takes it away in one press."""

    title: str | Text
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)
    lang: str = ""
    state: Text | None = None
    at: datetime | None = None
    end: tuple[str, dict[str, Any]] | None = None


@dataclass(frozen=True)
class Mine:
    """A feature's part of "my page". `items(session, actor, lang)` gives its lines, newest first, in a fixed number of
    selects; `empty` and `start` say what to do where there is none yet. A part without `empty` is left out then."""

    name: str
    label: Text
    items: Callable[[Any, Any, str], list[Item]]
    empty: Text | None = None
    start: str | None = None
    order: int = 50
    alone: bool = False  # left out while somebody else enters what the person does
    # the heading while somebody else acts for the person or helps them, with %(name)s for the person
    of: Text | None = None
    # its lines are those of whoever is acted for; parts without are the reader's own, left out while they act for another
    acts: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something dated in a person's calendar. Times in UTC; `uid` is the same each time it is given out."""

    uid: str
    title: str | Text
    starts_at: datetime
    ends_at: datetime | None
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)
    place: str = ""
    cancelled: bool = False
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class News:
    """One entry of a feed: `uid` is the same each time, `updated` in UTC; title and summary in the language `lang`."""

    uid: str
    title: str
    updated: datetime
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)
    summary: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Onward:
    """What came of a thing in another wing: in words what it is to the thing, its title and page, and how far it is."""

    label: Text
    hit: Hit
    state: Text | None = None


@dataclass(frozen=True)
class Feed:
    """A public list that can be subscribed to as an Atom feed: its page for people is `endpoint`.
    `entries(session, lang)`: newest first."""

    name: str
    label: Text
    endpoint: str
    entries: Callable[[Any, str], list[News]]


@dataclass(frozen=True)
class PaperKind:
    """A kind of paper that a feature gives out: its label, the template of its text (below templates/), its series of
    numbers (capital letters), and the staff roles that see, issue and revoke it."""

    name: str
    label: Text
    template: str
    series: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A public form that also exists on paper, with the same names of fields, and that can be kept half filled in.

    `form` makes it; `entry` makes the one by which staff enter a paper, where that is another one;
    `enter(actor, form, lang)` does what sending it would have done and returns (kind, id) of what came of it, or a no.
    `endpoint` with `args`: the page that the paper stands for; `on`: the page where the form is filled
    in, where that is another one. `account`: "must" where a paper counts only for an account, "may" where it can also be
    somebody without one; the actor is then that person, helped by whoever enters it. `numbered`: `enter` is also
    told the number of the `paper`. `record`: the table whose Record
    says why it is asked. `keeps`: long enough to be kept under a code and gone on with later. `lang`: the
    language of the label and of `intro` where it is not the page's; `printable`: not one whose time to be handed in is
    over. `signed`: what is agreed to above the signature, where the signature alone is enough. `aside`: boxes that
    stay on the paper and that nobody enters, each with what it is for."""

    name: str
    label: Text | str
    endpoint: str
    form: Callable[..., Any]
    enter: Callable[..., Any]
    args: Mapping[str, Any] = field(default_factory=dict)
    on: str = ""
    account: str = ""
    record: str = ""
    keeps: bool = True
    intro: tuple[Text | str, ...] = ()
    lang: str = ""
    printable: bool = True
    signed: Text | None = None
    numbered: bool = False
    entry: Callable[..., Any] | None = None
    aside: tuple[tuple[Text, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """What a process belongs to: its kind and number, its title (in the language `lang`) and its page. `titles`: the
    title in every language, for messages; `public`: everybody sees it."""

    kind: str
    id: int
    title: str
    lang: str
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    public: bool = True


class NoPress(Exception):
    """This machine cannot make a PDF, or cannot make this one."""


@dataclass(frozen=True)
class Feature:
    """A feature's doors. `blueprints` live under /<lang>/, `plain` ones without a language. `wing`: can be off."""

    name: str
    blueprints: list[Any] = field(default_factory=list)
    plain: list[Any] = field(default_factory=list)
    menu: list[Menu] = field(default_factory=list)
    staff_menu: list[Menu] = field(default_factory=list)
    footer: list[Menu] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    datasets: list[Dataset] = field(default_factory=list)
    cli: list[Any] = field(default_factory=list)
    personal: list[Record] = field(default_factory=list)
    machines: list[Machine] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    remarks: Callable[[Any, Any, int], list[Remark]] | None = None
    # used(session, keyed hash of a resident): sentences on where this resident has taken part already
    used: Callable[[Any, str], list[Text]] | None = None
    # press([(HTML, its language)], title): all of them in one PDF, each on a sheet of its own, and the places of those that
    # no font can write and that are not in it. Raises NoPress.
    press: Callable[[list[tuple[str, str]], str], tuple[bytes, list[int]]] | None = None
    topics: list[Topic] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    mine: list[Mine] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
    # public forms that are no sheet, by the name of their class or maker, with the reason
    no_paper: Mapping[str, str] = field(default_factory=dict)
    # made_sheets(session, actor, lang): sheets of forms that staff made, those that this person may print or enter
    made_sheets: Callable[[Any, Any, str], list[Sheet]] | None = None
    # owners(session, process numbers, lang, reader): what these processes belong to, where it exists for the reader;
    # without a reader, for the portal itself: whatever is no draft. Processes of others are left out.
    owners: Callable[[Any, list[int], str, Any], dict[int, Owner]] | None = None
    papers: list[PaperKind] = field(default_factory=list)
    feeds: list[Feed] = field(default_factory=list)
    calendar: Callable[[Any, Any, str], list[Event]] | None = None
    # todo(session, actor): what waits for this person, as Todo (or a plain pair of words and address)
    todo: Callable[..., Any] | None = None
    # scopes[kind](session, lang): everything of a kind that a role can be limited to, by number
    scopes: Mapping[str, Callable[[Any, str], dict[int, Hit]]] = field(default_factory=dict)
    # entered(session, person_id): somebody signed in or confirmed an address; in that transaction
    entered: Callable[[Any, int], None] | None = None
    # onward(session, kind, number, lang): what came of a thing of another wing here, as far as everybody may see it
    onward: Callable[[Any, str, int, str], list[Onward]] | None = None
    # stations(session, kind, numbers): of things of another wing that go on here, how far they have come, in two words
    stations: Callable[[Any, str, Sequence[int]], dict[int, Text]] | None = None
    # appointments(session): the page on which a time at an office can be booked now; None where none is offered
    appointments: Callable[[Any], tuple[str, dict[str, Any]] | None] | None = None
    steps: Callable[..., list[Step]] | None = None
    setup: Callable[..., Any] | None = None
    page: Callable[[], dict[str, Any]] | None = None
    wing: bool = False
