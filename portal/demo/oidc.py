"""The demo city's settings, and its sign-in service: who it knows, and where its second listener is."""

from __future__ import annotations

import csv
import dataclasses
import secrets
from urllib.parse import urlsplit

from portal.base import clock
from portal.base.web import Portal
from portal.config import Bank, City, Map, Provider, Register, Settings
from portal.demo import content
from portal.identity import demo_idp

CLIENT = "portal"
DRAWING = "sundhaven-map.svg"
IBAN = "EE290000000020275001"  # made up: there is no bank with this code
WIDTH = 6000  # metres from one edge of the drawing to the other


def complete(settings: Settings) -> Settings:
    """The settings of a demo that names nothing itself: Sundhaven, its time zone, its provider."""
    if not settings.demo:
        return settings
    given = content.city()
    base_url = settings.base_url or "http://127.0.0.1:8000"
    city = settings.city
    if city == City():
        city = City(
            name=given.name["en"],
            map=DRAWING,
            time_zone=given.time_zone,
            currency=given.currency,
            country="Estonia",
            telephone="+372 555 0142",
            hours="9:00-17:00",
            mail="portal@sundhaven.example",
            holidays=content.HOLIDAYS,
            bank=Bank(name="City of Sundhaven", iban=IBAN, bic="SUNDEE2X"),
        )
    drawn = (
        dataclasses.replace(settings.map, metres=WIDTH)
        if city.map == DRAWING and settings.map == Map()
        else settings.map
    )
    provider = Provider(
        key="demo",
        name="Sundhaven eID",
        issuer=demo_idp.ISSUER,
        client_id=CLIENT,
        client_secret=secrets.token_urlsafe(24),
        scopes="openid profile residence",
        algorithms=("ES256",),
        acr_values=demo_idp.LEVELS,
        min_acr="substantial",
        staff_acr="high",
        claims={"birthdate": "birthdate", "district": "district", "resident": "register_number"},
        register="sundhaven",
        metadata_url=back_channel(base_url) + "/.well-known/openid-configuration",
    )
    providers = settings.providers or (provider,)
    register = Register(adapter="csv") if settings.register == Register() else settings.register
    return dataclasses.replace(
        settings, base_url=base_url, city=city, map=drawn, providers=providers, register=register
    )


def register_file(settings: Settings) -> None:
    """Write the made-up register of residents: the personas who live in Sundhaven, under the numbers by which their
    sign-in knows them. One that is there is left alone."""
    file = settings.instance / settings.register.file
    if settings.register.adapter != "csv" or file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["number", "name", "birth_date", "district", "postcode", "address", "language"])
        for number, one in enumerate(personas(), 1):
            if one.register:
                street = f"{one.district.replace('-', ' ').title()} Street {number}"
                place = f"{content.city().name['en']} {10100 + number}"
                lines.writerow(
                    [one.register, one.name, one.birthdate, one.district, 10100 + number, f"{street} | {place}", "en"]
                )


def back_channel(base_url: str) -> str:
    """The address of the second listener: the next port on this machine."""
    return f"http://127.0.0.1:{(urlsplit(base_url).port or 8000) + 1}"


def personas() -> list[demo_idp.Persona]:
    """The people of the demo, as the provider knows them."""
    today = clock.now().date()
    return [
        demo_idp.Persona(
            sub=one.sub,
            name=one.name,
            birthdate=content.birthdate(one, today).isoformat(),
            district=one.district or "",
            register=f"SUN-{number:04}" if one.district else "",
            second_factor=one.staff,
            about=dict(one.about),
            staff=one.staff,
        )
        for number, one in enumerate(content.personas(), 1)
    ]


def mount(app: Portal) -> None:
    """Put the provider up, and say on which second address the server must listen for it."""
    settings = app.ground.settings
    provider = next((p for p in settings.providers if p.issuer == demo_idp.ISSUER), None)
    if provider is None:
        return
    back = back_channel(settings.base_url)
    demo_idp.mount(
        app, personas(), client_id=provider.client_id, client_secret=provider.client_secret, back_channel=back
    )
    port = urlsplit(back).port or 8001
    app.ground.extra["listeners"] = [(("127.0.0.1", port), demo_idp.backchannel_app(app), 4)]
    app.ground.extra["greeting"] = [
        "Sign in as " + ", ".join(one.name for one in content.personas() if not one.staff) + ":",
        "one click at Sign in, no password. Staff:",
        *[
            f"  {one.name}: {', '.join(role.replace('_', ' ') for role in (*one.roles, *one.limited))}"
            for one in content.personas()
            if one.staff
        ],
    ]
