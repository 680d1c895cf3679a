"""One typed settings object, from instance/config.toml and the environment (which wins).

Each setting is documented where it is declared. Environment names: PORTAL_ and the setting's name in capitals, for the
plain ones (PORTAL_BASE_URL); nested ones stand in config.toml only.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from portal import paths

LANGUAGES = ("en", "de", "et", "fr", "pl", "ar")
WINGS = ("ideas", "plans", "services", "workshops", "voting", "budgeting", "innovation")
# these must be named to be on
OFF_BY_DEFAULT = ("innovation",)
ON_BY_DEFAULT = tuple(name for name in WINGS if name not in OFF_BY_DEFAULT)
LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}


class ConfigError(Exception):
    """The portal will not start like this; the sentences say why."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Bank:
    """[city.bank]: the account to which fees are paid by transfer. Without an account number none can be, and no
    statement is read."""

    name: str = ""  # whose account it is, as the bank knows it; empty: the city's name
    iban: str = ""  # its number, with or without blanks; checked at the start
    bic: str = ""  # of the bank, 8 or 11 signs; within the single euro payments area it can be left out


@dataclass(frozen=True)
class City:
    """[city]: how the city presents itself."""

    name: str = "Our city"
    emblem: str = ""  # file name in instance/ (SVG or PNG); empty: the shipped mark
    map: str = ""  # file name in instance/ (SVG or PNG): the city's drawing of itself, for pins; empty: no maps
    colours: dict[str, str] = field(default_factory=dict)  # brand, accent, link ... as #rrggbb; checked for contrast
    time_zone: str = ""  # as Europe/Tallinn; obligatory in production; a day is the city's day
    currency: str = "EUR"  # ISO 4217
    country: str = ""  # its English name, as published elections state it (Estonia)
    telephone: str = ""  # help line, shown in the footer
    hours: str = ""  # when the help line answers
    # public holidays, on which no term of the law ends: days of each year (05-01), or counted from Easter (easter-2)
    holidays: tuple[str, ...] = ()
    mail: str = ""  # sender of mails and receiver of barrier reports
    bank: Bank = field(default_factory=Bank)


@dataclass(frozen=True)
class Provider:
    """[[providers]]: one OpenID provider of the city's people."""

    key: str  # small letters, digits, hyphens: stands in addresses
    name: str  # shown on the sign-in link
    issuer: str
    client_id: str
    client_secret: str = ""
    auth_method: str = "client_secret_basic"  # client_secret_post, private_key_jwt (secret: the key as PEM), none
    scopes: str = "openid profile"
    algorithms: tuple[str, ...] = ("RS256", "ES256")  # what may sign tokens; discovery's list is never believed
    acr_values: tuple[str, ...] = ()  # from low to high; empty: the provider has no levels
    min_acr: str = ""  # asked of everybody, and checked
    staff_acr: str = ""  # asked for when staff sign in (second factor)
    staff_amr: tuple[str, ...] = ()  # methods that count as a second factor whatever the level
    amr_allowed: tuple[str, ...] = ()  # empty: any
    claims: dict[str, str] = field(default_factory=dict)  # name, birthdate, district, resident, residence: dotted paths
    districts: dict[str, str] = field(
        default_factory=dict
    )  # value of the district claim -> district's code, if not equal
    register: str = ""  # what the resident claim is a number of ("ee"): providers with the same one name the same human
    fact_days: int = 400  # how long what the provider vouched for stays good
    userinfo: bool = True  # ask the userinfo endpoint too
    max_age: int = 0  # seconds since the provider last checked the person; 0: not asked
    act_acr: dict[str, str] = field(
        default_factory=dict
    )  # level that an act asks for, if more than min_acr: vote, account (ways to sign in, deletion), role
    remembers: bool = True  # may sign a person in silently; false only for one that asks anew each time by itself
    auth_time: bool = True  # proves when it last asked the person; if not and it remembers, no terminal offers it
    residents: str = ""  # value of the residence claim that means "lives here"; empty: having a district does
    metadata_url: str = ""  # where discovery is read, if not at the issuer (the demo's second listener)
    asks: dict[str, str] = field(default_factory=dict)  # per language: one sentence on what the provider will ask


@dataclass(frozen=True)
class Register:
    """[register]: the population register, for letters, counters and the residents' own check."""

    adapter: str = ""  # "csv": the file below; "xroad": [xroad]; "module:function" (gets these settings); empty: none
    file: str = "register.csv"  # in instance/; its columns: portal/identity/register.py
    scheme: str = ""  # what its numbers are numbers of ("ee"); empty: the register that all providers name
    check: bool = True  # people may check themselves by number, birth date and postcode
    check_votes: bool = False  # whether that check is enough to vote; a letter or a counter always is
    fact_days: int = 400  # how long what was checked stays good
    letter_days: int = 30  # how long the code in a letter is good
    # who prints letters with codes: their certificate (PEM, an RSA key; relative ones in instance/keys/). Staff then get
    # the letters encrypted to it and cannot read them; empty: staff get and print them
    mailing_house: str = ""
    # kinds of documents that a counter accepts: id_card, passport, residence_permit, driving_licence
    documents: tuple[str, ...] = ("id_card", "passport", "residence_permit")
    # codes to vote that a counter gives to people without an account, where no register can be asked:
    # "second" (a second clerk confirms each) or "off"
    slips: str = "second"
    slips_per_hour: int = 20  # codes that one clerk may give or confirm in an hour
    # proofs at a counter that join an account with a resident, where no register can be asked: "second" (a second clerk
    # looks at the document too) or "one"
    proofs: str = "second"


@dataclass(frozen=True)
class XRoad:
    """[xroad]: the register behind an X-Road security server, asked by POST; used with [register] adapter = "xroad"."""

    server: str = ""  # https://security-server.city.example, the city's own
    client: str = ""  # the city's subsystem: INSTANCE/CLASS/MEMBER/SUBSYSTEM
    service: str = ""  # the register's service: INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE
    path: str = ""  # below the service, as /v1/residents
    certificate: str = ""  # file (PEM) by which the portal proves itself; relative ones in instance/keys/
    key: str = ""  # its key (PEM); empty: in the same file
    authority: str = ""  # file (PEM) that vouches for the security server; empty: the machine's authorities
    seconds: int = 10  # for the whole answer
    user: str = ""  # X-Road-UserId, where the register asks for one; never a citizen's number
    issue: str = ""  # X-Road-Issue: the city's reference for these questions
    ask: str = "numbers"  # what the question calls the list of numbers
    answer: str = "residents"  # dotted path to the list in the answer; empty: the answer is the list
    batch: int = 100  # numbers in one question
    fields: dict[str, str] = field(
        default_factory=dict
    )  # our column (identity/register.py) -> dotted path, if not equal


@dataclass(frozen=True)
class DataTracker:
    """[data_tracker]: Estonia's Data Tracker may ask who looked at a resident's data; open to a security server only."""

    on: bool = False
    addresses: tuple[str, ...] = ()  # of the city's security server: 10.1.2.3 or 10.1.2.0/28
    clients: tuple[str, ...] = ()  # who may ask, as X-Road names them: INSTANCE/CLASS/MEMBER/SUBSYSTEM
    certificate_header: str = ""  # a header in which the proxy states the caller's certificate; needs trusted_proxies
    certificates: tuple[str, ...] = ()  # what it may say (fingerprints)
    receiver_code: str = ""  # the city's number in the register of institutions
    system: str = "Folkmoot"  # what the portal is called in the answer


@dataclass(frozen=True)
class Smtp:
    """[smtp]: the way out for mail; without a host mails wait in the outbox."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    tls: bool = False


@dataclass(frozen=True)
class Token:
    """[papers.pkcs11]: the city's key in a token or security module instead of a file. Off without a module. The PIN comes
    from PORTAL_PAPERS_PIN or from a file of its own, never from config.toml."""

    module: str = ""  # the maker's PKCS#11 library, as /usr/lib/softhsm/libsofthsm2.so
    token: str = ""  # label of the token
    key: str = ""  # label of the private key on it
    certificate: str = ""  # label of the certificate on it; empty: the key's
    certificate_file: str = ""  # or the certificate as a file (PEM or DER); relative ones in instance/keys/
    pin_file: str = ""  # the PIN, in a file of mode 0600; relative ones in instance/keys/
    pin: str = field(default="", repr=False)  # from the environment alone


@dataclass(frozen=True)
class Papers:
    """[papers]: how letters and certificates are signed. Without a key they wait; the demo makes one of its own."""

    pkcs12: str = ""  # the city's key and certificate as a PKCS#12 file; a path, relative ones in instance/keys/
    passphrase: str = field(default="", repr=False)  # of that file; better in the environment: PORTAL_PAPERS_PASSPHRASE
    pkcs11: Token = field(default_factory=Token)  # or a token instead of a file
    tsa_url: str = ""  # a time-stamp authority (RFC 3161); empty: signatures carry the server's own time
    tsa_seconds: int = 10  # how long it may take to answer


@dataclass(frozen=True)
class Sms:
    """[sms]: a gateway for text messages, any that takes an HTTP request; without an address none is sent.

    Text messages are set phrases without links, sent to people who asked for them. {to} and {text} are filled in.
    """

    url: str = ""  # https://gateway.example/messages; empty: off
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)  # Authorization = "Bearer ..."
    fields: dict[str, str] = field(default_factory=lambda: {"to": "{to}", "text": "{text}"})
    form: bool = False  # sent as a form instead of JSON


@dataclass(frozen=True)
class Map:
    """[map]: how wide the city's drawing is, or tiles of a map server of the city's choice instead of the drawing.

    With tiles every visitor's browser fetches pictures from that server, so it learns their network address: name one
    that the city runs or has a contract with. No other host is ever asked, and the content policy lets in no other.
    """

    metres: int = (
        0  # of the drawing ([city] map) from its left edge to its right; 0: not known, no alerts around a place
    )
    tiles: str = ""  # https://tiles.city.example/{z}/{x}/{y}.png (web Mercator, 256 pixels); empty: the drawing
    attribution: str = ""  # whose map it is; stands under every plan; obligatory with tiles
    # edges of the plan in degrees: west, south, east, north; obligatory with tiles. A place is kept as two parts from 0
    # to 1 from the upper left corner of these edges (or of the drawing), so changing them moves every pin
    bounds: tuple[float, ...] = ()
    zooms: tuple[int, ...] = (0, 18)  # the smallest and the largest zoom that the server has

    @property
    def host(self) -> str:
        """The server of the tiles, as the content policy names it; empty without tiles."""
        parts = urlsplit(self.tiles)
        return f"{parts.scheme}://{parts.netloc}" if self.tiles else ""


@dataclass(frozen=True)
class Moderation:
    """[moderation]: clocks of the moderators."""

    appeal_days: int = 14  # within which an appeal is decided
    appeals: str = "administrator"  # role that decides appeals where there is only one moderator
    untouched_hours: int = 24  # a queue that waits longer without any act tells moderators and administrators
    new_account_days: int = 7  # links of younger accounts wait for a moderator


@dataclass(frozen=True)
class Settings:
    """Everything an operator can set."""

    instance: Path
    demo: bool = False  # the demo city: own provider, city clock; never beside real data
    debug: bool = False  # refused in production
    base_url: str = ""  # https://votes.city.example, without a path; every absolute link is made from it
    trusted_hosts: tuple[str, ...] = ()  # host names that requests may name; obligatory in production
    trusted_proxies: int = 0  # how many proxies in front set X-Forwarded-*; 0: none is believed
    database_url: str = ""  # empty: SQLite in the instance folder
    journal: str = "wal"  # SQLite's journal mode: wal or delete
    secret: str = ""  # signs cookies; empty: instance/secret.key
    city: City = field(default_factory=City)
    providers: tuple[Provider, ...] = ()
    languages: tuple[str, ...] = LANGUAGES
    # one that is not named leaves no trace; "innovation" is off unless it is named here
    wings: tuple[str, ...] = ON_BY_DEFAULT
    age_rules: tuple[int, ...] = (
        16,
        18,
    )  # ages that votes may ask for; sign-in stores yes or no for each, no birth date
    smtp: Smtp = field(default_factory=Smtp)
    register: Register = field(default_factory=Register)
    xroad: XRoad = field(default_factory=XRoad)
    data_tracker: DataTracker = field(default_factory=DataTracker)
    email_accounts: bool = True  # people may make an account by e-mail and a code; needs [smtp] outside the demo
    # what a caller is asked before staff help them by telephone: number, born, postcode (of the register), code (from
    # the person's own page); number or code must be among them; empty: nobody is helped by telephone
    telephone_checks: tuple[str, ...] = ()
    papers: Papers = field(default_factory=Papers)
    sms: Sms = field(default_factory=Sms)
    moderation: Moderation = field(default_factory=Moderation)
    map: Map = field(default_factory=Map)
    idle_minutes: int = 60  # a session without a request ends
    session_hours: int = 12  # and every session ends
    upload_megabytes: int = 10  # largest picture
    threads: int = 8  # of the embedded server; half of them may wait for other servers
    translator: str = ""  # module:function of the city's own translation engine; empty: none
    testing: bool = False  # set by tests only

    @property
    def production(self) -> bool:
        """Neither demo nor test."""
        return not (self.demo or self.testing)

    @property
    def secure(self) -> bool:
        """Served over TLS: Secure cookies and HSTS."""
        return self.base_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The session cookie's name."""
        return "__Host-portal" if self.secure else "portal"

    @property
    def keys(self) -> Path:
        """The folder of keys, outside the database."""
        return self.instance / "keys"

    @property
    def scheme(self) -> str:
        """What kind of number names a resident whatever the way in; empty where the city has not settled on one."""
        named = {p.register for p in self.providers if p.register}
        return self.register.scheme or (named.pop() if len(named) == 1 else "")

    @property
    def by_email(self) -> bool:
        """Whether accounts by e-mail can be made: switched on, and a way out for mail."""
        return self.email_accounts and (bool(self.smtp.host) or not self.production)

    @property
    def uploads(self) -> Path:
        """The folder of uploaded files."""
        return self.instance / "uploads"

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{self.instance / 'portal.db'}"


_PLAIN: dict[str, type] = {
    "demo": bool, "debug": bool, "base_url": str, "trusted_hosts": tuple, "trusted_proxies": int, "database_url": str,
    "journal": str, "secret": str, "languages": tuple, "wings": tuple, "idle_minutes": int, "session_hours": int,
    "upload_megabytes": int, "threads": int, "translator": str, "email_accounts": bool,
    "telephone_checks": tuple,
}  # fmt: skip


def _from_env(name: str, kind: type, raw: str) -> Any:
    if kind is bool:
        return raw.strip().lower() in {"1", "true", "yes", "on"}
    if kind is int:
        try:
            return int(raw)
        except ValueError:
            raise ConfigError(f"PORTAL_{name.upper()} must be a whole number, not {raw!r}") from None
    if kind is tuple:
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    return raw


def _frozen(value: Any) -> Any:
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _frozen(value) for key, value in values.items()}


def load(env: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Read the settings; `given` wins over the environment, which wins over instance/config.toml.

    Raises ConfigError naming the setting that does not fit.
    """
    env = os.environ if env is None else env
    folder = Path(given.pop("instance", None) or paths.instance())
    values: dict[str, Any] = {}
    file = folder / "config.toml"
    if file.is_file():
        try:
            values = tomllib.loads(file.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{file}: {error}") from None
    for name, kind in _PLAIN.items():
        raw = env.get(f"PORTAL_{name.upper()}")
        if raw is not None:
            values[name] = _from_env(name, kind, raw)
    values = _tuples({**values, **given})
    try:
        if isinstance(values.get("city"), dict):
            city = _tuples(values["city"])
            if isinstance(city.get("bank"), dict):
                city["bank"] = Bank(**city["bank"])
            values["city"] = City(**city)
        if isinstance(values.get("smtp"), dict):
            values["smtp"] = Smtp(**values["smtp"])
        if isinstance(values.get("register"), dict):
            values["register"] = Register(**_tuples(values["register"]))
        if isinstance(values.get("xroad"), dict):
            values["xroad"] = XRoad(**values["xroad"])
        if isinstance(values.get("data_tracker"), dict):
            values["data_tracker"] = DataTracker(**_tuples(values["data_tracker"]))
        if not isinstance(values.get("papers"), Papers):
            table = dict(values.get("papers") or {})
            if "PORTAL_PAPERS_PASSPHRASE" in env:
                table["passphrase"] = env["PORTAL_PAPERS_PASSPHRASE"]
            token = dict(table.get("pkcs11") or {})
            if "pin" in token:
                raise ConfigError("papers.pkcs11.pin: a PIN stands in PORTAL_PAPERS_PIN or in pin_file, never here")
            table["pkcs11"] = Token(**token, pin=env.get("PORTAL_PAPERS_PIN", ""))
            values["papers"] = Papers(**table)
        if isinstance(values.get("sms"), dict):
            values["sms"] = Sms(**values["sms"])
        if isinstance(values.get("moderation"), dict):
            values["moderation"] = Moderation(**values["moderation"])
        if isinstance(values.get("map"), dict):
            values["map"] = Map(**_tuples(values["map"]))
        values["providers"] = tuple(
            Provider(**_tuples(p)) if isinstance(p, dict) else p for p in values.get("providers", ())
        )
        settings = Settings(instance=folder, **values)
    except TypeError as error:
        raise ConfigError(f"{file}: unknown or missing setting: {error}") from None
    if settings.register.slips not in ("second", "off"):
        raise ConfigError('register.slips: "second" or "off"')
    if settings.register.proofs not in ("second", "one"):
        raise ConfigError('register.proofs: "second" or "one"')
    unknown = set(settings.languages) - set(LANGUAGES)
    if unknown or not settings.languages:
        raise ConfigError(f"languages: not shipped: {', '.join(sorted(unknown))}")
    if settings.city.time_zone:
        try:
            ZoneInfo(settings.city.time_zone)
        except Exception:
            raise ConfigError(f"city.time_zone: {settings.city.time_zone!r} is not a time zone") from None
    return settings


def secret_of(settings: Settings) -> str:
    """The key that signs cookies; the first start writes instance/secret.key, readable by its owner alone."""
    if settings.secret:
        return settings.secret
    file = settings.instance / "secret.key"
    if not file.exists():
        settings.instance.mkdir(parents=True, exist_ok=True)
        _written_once(file, secrets.token_urlsafe(48))
    return file.read_text().strip()


def key_of(settings: Settings, name: str) -> bytes:
    """A key of 32 bytes that lies outside the database, in instance/keys/<name>.key; made when first asked for. The
    roll's keyed hashes depend on "resident": whoever loses it cannot recognise residents again."""
    file = settings.keys / f"{name}.key"
    if not file.exists():
        settings.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        _written_once(file, secrets.token_hex(32))
    return bytes.fromhex(file.read_text().strip())


def _written_once(file: Path, text: str) -> None:
    """Write a secret, readable by its owner alone: whole or not at all, durably, and never over what another process or
    thread wrote first."""
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
    finally:
        fresh.unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)  # a name, too, can be lost with the power
    finally:
        os.close(folder)


def _tracker_faults(settings: Settings) -> list[str]:
    """What keeps the Data Tracker's door from being opened safely."""
    door, reasons = settings.data_tracker, []
    if not door.on:
        return []
    for name in ("addresses", "clients", "receiver_code"):
        if not getattr(door, name):
            reasons.append(f"data_tracker.{name} is missing")
    for address in door.addresses:
        try:
            ip_network(address)
        except ValueError:
            reasons.append(f"data_tracker.addresses: {address!r} is no address or network")
    if door.certificate_header and not (settings.trusted_proxies and door.certificates):
        reasons.append("data_tracker.certificate_header needs trusted_proxies and certificates")
    if not settings.scheme:
        reasons.append("data_tracker needs register.scheme: what people's numbers are numbers of")
    return reasons


def pin_of(settings: Settings) -> str:
    """The PIN of the token that signs papers.

    Raises ConfigError where there is none, or where others could read it.
    """
    token = settings.papers.pkcs11
    if token.pin:
        return token.pin
    if not token.pin_file:
        raise ConfigError("papers.pkcs11: no PIN; set PORTAL_PAPERS_PIN, or name a file of mode 0600 in pin_file")
    file = settings.keys / token.pin_file
    try:
        with file.open(encoding="utf-8") as opened:
            if os.fstat(opened.fileno()).st_mode & 0o077:
                raise ConfigError(f"papers.pkcs11.pin_file: others may read {file.name}; chmod 600 it")
            pin = opened.read().strip("\r\n")
    except OSError as error:
        raise ConfigError(f"papers.pkcs11.pin_file: {file.name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"papers.pkcs11.pin_file: {file.name} is not a text file") from None
    if not pin:
        raise ConfigError(f"papers.pkcs11.pin_file: {file.name} is empty")
    return pin


def _token_faults(settings: Settings) -> list[str]:
    """What is wrong with the token's settings. Whether it answers is seen later: papers wait for it, the site does not."""
    token = settings.papers.pkcs11
    if not token.module:
        stray = any((token.token, token.key, token.certificate, token.certificate_file, token.pin_file))
        return ["papers.pkcs11.module is missing"] if stray else []
    reasons = [f"papers.pkcs11.{name} is missing" for name in ("token", "key") if not getattr(token, name)]
    if settings.papers.pkcs12:
        reasons.append("papers: name a file (pkcs12) or a token (pkcs11), not both")
    if token.certificate and token.certificate_file:
        reasons.append("papers.pkcs11: name the certificate on the token or its file, not both")
    try:
        pin_of(settings)
    except ConfigError as error:
        reasons += error.reasons
    return reasons


def check_production(settings: Settings) -> None:
    """Refuse a start that would be unsafe.

    Raises ConfigError with every reason at once.
    """
    reasons: list[str] = _tracker_faults(settings) + _token_faults(settings)
    host = urlsplit(settings.base_url).hostname or ""
    if settings.demo:
        if host and host not in LOOPBACK:
            reasons.append("the demo runs on this machine only: base_url must be a loopback address")
    elif settings.production:
        if not settings.base_url:
            reasons.append("base_url is missing (https://...)")
        elif not settings.secure:
            reasons.append("base_url must begin with https://")
        if not settings.trusted_hosts:
            reasons.append("trusted_hosts is missing")
        if not settings.city.time_zone:
            reasons.append("city.time_zone is missing")
        if settings.debug:
            reasons.append("debug must be off")
        if settings.sms.url and not settings.sms.url.startswith("https://"):
            reasons.append("sms.url must begin with https://")
        if settings.secret and len(settings.secret) < 32:
            reasons.append("secret is shorter than 32 characters")
        if any("/demo-idp" in p.issuer for p in settings.providers):
            reasons.append("the demo's sign-in provider is configured")
        if any(not p.issuer.startswith("https://") for p in settings.providers):
            reasons.append("every provider's issuer must begin with https://")
    if reasons:
        raise ConfigError(*reasons)
