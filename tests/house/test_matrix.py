"""Who may do what: route x method x role x whose object, generated from the application, compared with routes.toml."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from portal.base import db, limits
from portal.base.web import Portal
from portal.identity.models import RoleGrant, SignIn
from tests.client import Client
from tests.house import routes, world
from tests.house.world import ROLES, World

WHO = ("nobody", "resident", *ROLES)
# These lead out of the house or need a partner; their own tests walk them.
ELSEWHERE = {"oidc.callback", "oidc.back_channel_logout", "oidc.back_from_sign_out", "identity.begin"}
# Everybody may read here that there is nothing to do yet or any more; while there is, it leads to the sign-in.
SIGN_IN_WHEN_OPEN = {"budgeting.ballot"}


@pytest.fixture(scope="module")
def town(module_app: Portal) -> World:
    return world.build(module_app)


def address(app: Portal, rule: Rule, args: dict[str, object]) -> str:
    wing = rule.endpoint.partition(".")[0].partition("_")[
        0
    ]  # where wings call different things the same, "wing:name" counts
    known = {name: args.get(f"{wing}:{name}", args.get(name)) for name in rule.arguments}
    if missing := [name for name in known if known[name] is None]:
        raise KeyError(f"{rule.endpoint}: the small city has no {missing}")
    if rule.endpoint.startswith("home") and known.get("slug") in {"2026", "draft"}:
        known["slug"] = "opening-hours"
    return app.url_map.bind("127.0.0.1:8000").build(rule.endpoint, known)


def rules(app: Portal) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if rule.endpoint not in ELSEWHERE)


def ask(client: FlaskClient, method: str, url: str, token: str | None, *, follow: bool = False) -> tuple[int, str]:
    data = {"csrf_token": token} if token else {}
    kwargs = {} if method in {"GET", "HEAD"} else {"data": data}
    answer = client.open(url, method=method, base_url="http://127.0.0.1:8000", **kwargs)
    location = answer.headers.get("Location", "")
    if follow and method == "GET" and location and not to_sign_in(answer.status_code, location):
        return ask(client, "GET", location, None)
    return answer.status_code, location


def kept_by(client: Client) -> str:
    """What the browser holds of its session; it changes with whatever the portal puts there."""
    cookie = client.http.get_cookie(client.app.config["SESSION_COOKIE_NAME"], client.host.partition(":")[0])
    return cookie.value if cookie else ""


def to_sign_in(status: int, location: str) -> bool:
    return status == 303 and "/sign-in?" in location


@pytest.mark.parametrize("who", WHO)
def test_each_door_opens_to_those_it_names(module_app: Portal, town: World, who: str) -> None:
    app, token, known = module_app, world.form_token(module_app), routes.frozen()
    client = Client(app)
    browser = ""
    for rule in rules(app):
        lock = known[rule.endpoint].lock
        for method in routes.methods(rule):
            if kept_by(client) != browser or not browser:
                world.enter_as(client, who)
                browser = kept_by(client)
            limits._memory.clear()  # nobody asks too often
            status, location = ask(client.http, method, address(app, rule, dict(town.open)), token)
            if method != "GET" and status < 400:
                browser = ""  # an act may have ended the session; what was refused has changed nothing
            case = f"{method} {rule.rule} as {who}: {status} {location}"
            assert status < 500, case
            if lock[0] == "public":
                assert status not in {401, 403}, case
                if rule.endpoint not in SIGN_IN_WHEN_OPEN or who != "nobody":
                    assert not to_sign_in(status, location), case
            elif who == "nobody":
                assert to_sign_in(status, location) if method == "GET" else status == 403, case
            elif lock[0] == "staff" and who not in lock[1:]:
                assert status == 403, case
            elif lock[0] == "staff":
                assert status != 403 or rule.endpoint in {"identity_staff.grant", "identity_staff.revoke"}, case
                assert not to_sign_in(status, location), case
            else:
                assert not to_sign_in(status, location), case


def test_other_methods_are_refused(module_app: Portal, town: World) -> None:
    token = world.form_token(module_app)
    client = Client(module_app)
    world.enter_as(client, "administrator")
    served: dict[str, set[str]] = {}
    for rule in rules(module_app):
        served.setdefault(address(module_app, rule, dict(town.open)), set()).update(rule.methods or set())
    for url, methods in served.items():
        for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - methods:
            status, _ = ask(client.http, method, url, token)
            # 404 where the address is also that of another rule, which knows no such thing
            assert status in {404, 405}, f"{method} {url}: {status}"


def test_no_act_without_the_forms_token(module_app: Portal, town: World) -> None:
    client = Client(module_app)
    world.enter_as(client, "administrator")  # once: each act is refused, so the session lives on
    for rule in rules(module_app):
        view = module_app.view_functions[rule.endpoint]
        if "POST" in (rule.methods or set()) and not getattr(view, "outside", False):
            for token in (None, "forged", "IjAi.x.y"):
                status, _ = ask(client.http, "POST", address(module_app, rule, dict(town.open)), token)
                assert status == 400, f"{rule.rule} with token {token}: {status}"
    status, location = ask(client.http, "GET", "/en/staff/", None)
    assert status == 200, f"the session did not end on the way: {status} {location}"


@pytest.mark.parametrize("who", ["nobody", "resident", "librarian"])
def test_drafts_do_not_exist_for_others(module_app: Portal, town: World, who: str) -> None:
    token, known = world.form_token(module_app), routes.frozen()
    client = Client(module_app)
    world.enter_as(client, who)
    for rule in rules(module_app):
        if known[rule.endpoint].object != "draft":
            continue
        for method in routes.methods(rule):
            url = address(module_app, rule, dict(town.foreign))
            status, location = ask(client.http, method, url, token, follow=True)
            if known[rule.endpoint].lock[0] != "public" and who == "nobody":
                assert to_sign_in(status, location) or status == 403, url
            else:
                assert status == 404, f"{method} {url} as {who}: {status}"


def test_other_peoples_things_do_not_exist(module_app: Portal, town: World) -> None:
    token, known = world.form_token(module_app), routes.frozen()
    client = Client(module_app)
    for who in WHO[1:]:
        world.enter_as(client, who)
        for rule in rules(module_app):
            if known[rule.endpoint].object != "own":
                continue
            for method in routes.methods(rule):
                status, _ = ask(client.http, method, address(module_app, rule, dict(town.foreign)), token)
                assert status == 404, f"{method} {rule.rule} as {who}: {status}"
    with db.read() as s:
        other = s.get_one(SignIn, town.open["session_id"])
    assert other.revoked_at is None, "nobody ended the other person's session"


def test_nobody_gained_a_role(module_app: Portal, town: World) -> None:
    with db.read() as s:
        held = {(grant.person_id, grant.role) for grant in s.query(RoleGrant)}
    assert len(held) == len({person for person, _role in held}), "each of the cast has the one role they came with"


def test_things_that_are_not_there(module_app: Portal, town: World) -> None:
    """A number or name that nothing has is 404 for those who may look, never 500."""
    token = world.form_token(module_app)
    nothing = {name: 999_999 if isinstance(value, int) else "nothing-here" for name, value in town.open.items()}
    clients: dict[str, Client] = {}
    for rule in rules(module_app):
        if not rule.arguments - {"lang"} or routes.frozen()[rule.endpoint].lock[0] == "public":
            continue
        role = next((r for r in reversed(ROLES) if r in routes.frozen()[rule.endpoint].lock), "resident")
        if role not in clients:
            clients[role] = Client(module_app)
            world.enter_as(clients[role], role)
        for method in routes.methods(rule):
            url = address(module_app, rule, {**nothing, "lang": "en"})
            status, _ = ask(clients[role].http, method, url, token, follow=True)
            assert status == 404, f"{method} {url} as {role}: {status}"
