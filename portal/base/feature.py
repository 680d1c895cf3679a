"""The manifest of a feature: what it puts on the door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
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
    twice. `heavy` work (counting, pictures, PDF) runs in a child process. `every`: seconds between runs by itself."""

    kind: str
    handler: Callable[[dict[str, Any]], None]
    heavy: bool = False
    every: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A find of the site's search: title and opening words in the language `lang`, and the page's endpoint."""

    title: str
    lang: str
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of object that others can point at by (kind, id): its model and how to reach its page.

    `found(session, ids, lang)` gives the hits among these ids that everybody may see; without it the kind is not
    searched."""

    name: str
    model: type
    endpoint: str | None = None
    label: Text | None = None
    found: Callable[[Any, list[int], str], dict[int, Hit]] | None = None


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
    personal: tuple[Callable[..., Any], Callable[..., Any]] | None = None
    todo: Callable[..., Any] | None = None
    steps: Callable[..., list[Step]] | None = None
    setup: Callable[..., Any] | None = None
    page: Callable[[], dict[str, Any]] | None = None
    wing: bool = False
