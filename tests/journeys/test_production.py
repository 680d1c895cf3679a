"""Not the demo: the portal behind TLS, with a certificate made by the test. A vote is opened and cast there, too."""

from __future__ import annotations

import http.client
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from portal import config
from portal.app import create_app
from portal.base.web import Portal
from tests.budgeting import town
from tests.client import Client
from tests.identity.help import enter
from tests.journeys.city import free_pair
from tests.journeys.visitor import Visitor

NAME = "__Host-portal"
AGES = {f"16@{town.AGE_DAY.isoformat()}": True}


@pytest.fixture(scope="module")
def browser(whole_browser: Browser) -> Browser:
    """What a browser keeps is the matter here."""
    return whole_browser


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine, good for a day, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    signed, secret = folder / "cert.pem", folder / "key.pem"
    signed.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return signed, secret


class Site:
    """The application in production mode, served over TLS."""

    def __init__(self, app: Portal, host: str) -> None:
        self.app, self.host, self.url = app, host, f"https://{host}"

    def cookie(self, name: str, **more: object) -> str:
        """The cookie of somebody who has signed in."""
        client = Client(self.app)
        client.host, client.scheme = self.host, "https"
        enter(client, name, **more)  # type: ignore[arg-type]
        found = client.http.get_cookie(NAME, domain="localhost")
        assert found is not None
        return found.value


@pytest.fixture(scope="module")
def site(template: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("production")
    instance = folder / "instance"
    instance.mkdir()
    copyfile(template, instance / "portal.db")
    host = f"localhost:{free_pair()}"
    settings = config.load(
        {},
        instance=instance,
        base_url=f"https://{host}",
        trusted_hosts=("localhost",),
        city=config.City(name="Sundhaven", time_zone="Europe/Tallinn", mail="portal@sundhaven.example"),
    )
    assert settings.production
    app = create_app(settings)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder))
    server = make_server("127.0.0.1", int(host.split(":")[1]), app, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app, host)
    server.shutdown()
    thread.join(5)
    server.server_close()
    app.ground.database.dispose()


@pytest.fixture
def reader(browser: Browser, site: Site) -> Iterator[Visitor]:
    """A browser that believes the test's own certificate."""
    made = Visitor(browser, site.url, ignore_https_errors=True)
    yield made
    said = made.complaints
    made.close()
    assert not said, said


def be(reader: Visitor, site: Site, name: str, **more: object) -> None:
    value = site.cookie(name, **more)
    reader.context.add_cookies([{"name": NAME, "value": value, "url": site.url, "secure": True}])


def test_headers_and_what_belongs_to_the_demo(site: Site, reader: Visitor) -> None:
    answer = reader.page.goto("/en/")
    assert answer is not None
    head = answer.headers
    assert "max-age=" in head["strict-transport-security"]
    assert "default-src 'none'" in head["content-security-policy"]
    assert reader.page.locator(".fm-bar").count() == 0
    reader.look()
    for path in ("/demo-idp/authorize", "/en/demo/clock", "/en/demo/mail"):
        assert (
            reader.context.request.get(path).status in {403, 404} or "sign-in" in reader.context.request.get(path).url
        )
    reader.go("/sign-in").look()


def test_another_host_is_not_answered(site: Site) -> None:
    context = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("127.0.0.1", int(site.host.split(":")[1]), context=context, timeout=30)
    connection.request("GET", "/en/", headers={"Host": "elsewhere.example"})
    assert connection.getresponse().status == 400
    connection.close()


def test_officers_open_a_vote_and_a_resident_casts(site: Site, reader: Visitor) -> None:
    budget = town.add_budget(site.app, slug="2026", count=6)
    be(reader, site, "Bo Officer", roles=("budget_officer",), district="north")
    reader.go("/staff/budgets/2026")
    reader.press("Prepare the vote")
    reader.press("Fix the regulation and open the vote", 422)
    reader.look()
    reader.page.locator("#holder_one").fill("Bo Andersen")
    reader.page.locator("#holder_two").fill("Inês Ferreira")
    reader.page.get_by_label("I have read the regulation on this page.").check()
    # both halves of the key stand on this one answer and nowhere else
    answer = reader.press("Fix the regulation and open the vote")
    assert "no-store" in answer.headers["cache-control"]
    assert "Bo Andersen" in reader.text and "Inês Ferreira" in reader.text
    reader.look()
    reader.go("/staff/votes").look()
    assert budget

    reader.context.clear_cookies()
    be(reader, site, "Ana Ilves", district="north", ages=AGES, resident="R-1")
    answer = reader.page.goto("/en/budget/2026/ballot")
    assert answer is not None and "no-store" in answer.headers["cache-control"]
    reader.look()
    reader.page.locator("input.fm-tick__box").first.check()
    with reader.page.expect_navigation() as waited:
        reader.page.locator("#cast").click()
    assert waited.value.status == 200
    reader.look()
    assert reader.page.locator(".fm-receipt__code").count() == 1


def test_the_cookie_belongs_to_this_host_and_to_tls_alone(site: Site, reader: Visitor) -> None:
    be(reader, site, "Jonas Brandt", district="north")
    reader.go("/account").look()
    reader.page.locator("#language").select_option("de")
    reader.press("Store the language")
    reader.go("/accessibility/report")  # a form: the server sets the cookie anew
    kept = next(one for one in reader.context.cookies() if one["name"] == NAME)
    assert kept["secure"] and kept["path"] == "/" and kept["domain"] == "localhost"
    set_by_server = reader.context.request.get("/en/accessibility/report").headers_array
    for one in set_by_server:
        if one["name"].lower() == "set-cookie" and NAME in one["value"]:
            assert all(part in one["value"] for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
            assert "Domain" not in one["value"]
    # a visitor without a session is given one by the first form only
    fresh = reader.context.browser
    assert fresh is not None
    other = Visitor(fresh, site.url, ignore_https_errors=True)
    other.go("/")
    assert other.context.cookies() == []
    other.go("/accessibility/report")
    given = other.context.cookies()
    assert [(one["name"], one["secure"], one["httpOnly"], one["sameSite"]) for one in given] == [
        (NAME, True, True, "Lax")
    ]
    other.close()
    # signing out kills the session, and a copy of its cookie
    copied = reader.context.cookies()
    reader.page.locator(".fm-who form button").click()
    reader.page.wait_for_url("**/signed-out")
    reader.context.clear_cookies()
    reader.context.add_cookies(copied)
    reader.go("/account")
    assert reader.heading == "Sign in"
