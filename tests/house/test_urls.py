"""The public surface is frozen: an address that comes, goes or changes is a decision somebody wrote down."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, Map, Rule

from portal.base.web import Portal
from tests.house import routes

HOW = "run `python -m tests.house.routes`, decide what it asks, and commit routes.toml with the change"


def test_the_addresses_are_those_in_the_list(app: Portal) -> None:
    now, known = routes.real(app), routes.frozen()
    assert set(now) - set(known) == set(), f"new addresses: {HOW}"
    assert set(known) - set(now) == set(), f"addresses that are gone need a redirect, or a word in CHANGELOG.md: {HOW}"
    for name, route in now.items():
        listed = known[name]
        assert (route.rule, route.methods, route.lock) == (listed.rule, listed.methods, listed.lock), f"{name}: {HOW}"


def test_every_address_says_whose_object_it_leads_to() -> None:
    for name, route in routes.frozen().items():
        assert route.object in routes.OBJECTS, f"{name}: {HOW}"
        has_object = "<" in route.rule.replace("<lang:lang>", "")
        assert bool(route.object) is has_object, name


def test_what_changes_something_is_no_get(app: Portal) -> None:
    for rule in app.url_map.iter_rules():
        assert not (rule.methods or set()) & {"PUT", "DELETE", "PATCH"}, rule


def test_an_address_is_written_as_werkzeug_writes_it(app: Portal) -> None:
    """Builders are compiled late; every address comes out the same, the second time too."""
    for rule in app.url_map.iter_rules():
        plain = Map([Rule(rule.rule, endpoint="it", defaults=rule.defaults)], converters=app.url_map.converters)
        number: dict[str, object] = {
            name: 7 if isinstance(one, IntegerConverter) else "de" if name == "lang" else "a b/ü"
            for name, one in rule._converters.items()
        }
        for more in ({}, {"page": "2", "q": "ä&b"}):
            for _again in range(2):
                built = rule.build({**number, **more})
                assert built is not None, rule
                assert built[1] == plain.bind("localhost").build("it", {**number, **more}).removeprefix(
                    "http://localhost"
                ), rule
