"""People, identities, sign-ins, roles, facts, invitations. No birth date, no personal code, no session reference."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.tables import Base, Id, UtcTime, choice


class Person(Base):
    """Somebody who has signed in at least once (or was made by the seed)."""

    __tablename__ = "person"
    __table_args__ = (Index(None, "name_folded"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    # the name in the form in which staff search for it: the databases fold letters differently
    name_folded: Mapped[str] = mapped_column(String(400), default="")
    # what public pages show; empty: the first name and one letter (rules.shown_name)
    public_name: Mapped[str] = mapped_column(String(80), default="", server_default="")
    # a voter with a paper code and no account: forgotten by the next sweep after the session
    once: Mapped[bool] = mapped_column(default=False, server_default=false())
    language: Mapped[str | None] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # shut by an administrator: no session lives and none begins until it is enabled again
    disabled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    disabled_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")

    identities: Mapped[list[Identity]] = relationship(lazy="raise", back_populates="person")
    roles: Mapped[list[RoleGrant]] = relationship(
        lazy="raise", back_populates="person", foreign_keys="RoleGrant.person_id"
    )


class Identity(Base):
    """One provider's word for a person. People are linked by issuer and subject alone, never by an e-mail address."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "sub"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issuer: Mapped[str] = mapped_column(String(255))
    sub: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcTime)

    person: Mapped[Person] = relationship(lazy="raise", back_populates="identities")


class SignIn(Base):
    """A session. The browser holds a random reference, the row its SHA-256; a revoked row is dead at once."""

    __tablename__ = "sign_in"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "person_id"),
        Index(None, "issuer", "sid"),
        Index(None, "ends_at"),
        CheckConstraint("idle_seconds > 0", name="idle_seconds"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    # moved on at most once a minute, by reading pages only; a cast ballot leaves no trace here
    last_seen_at: Mapped[datetime] = mapped_column(UtcTime)
    idle_seconds: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    provider: Mapped[str] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(255))
    sub: Mapped[str] = mapped_column(String(255))
    sid: Mapped[str | None] = mapped_column(String(255))
    acr: Mapped[str] = mapped_column(String(200), default="")
    amr: Mapped[str] = mapped_column(String(200), default="")
    auth_time: Mapped[datetime | None] = mapped_column(UtcTime)
    # whether staff roles count in this session: second factor given, or the provider has none
    staff_ok: Mapped[bool] = mapped_column(default=False)
    # when the person last proved who they are in this session; empty where the provider told no time
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # what the provider wants to see again at its sign-out page; kept only if it holds no birth date, wiped at the end
    id_token: Mapped[str | None] = mapped_column(Text)
    # what alone this session is good for ("vote"); empty: everything
    scope: Mapped[str] = mapped_column(String(20), default="", server_default="")
    # the mandate under which the person acts for another just now
    mandate_id: Mapped[int | None] = mapped_column(ForeignKey("mandate.id"))
    # from where: "web", "terminal", "helped" (at a desk), "telephone"
    channel: Mapped[str] = mapped_column(String(20), default="web", server_default="web")
    terminal_id: Mapped[int | None] = mapped_column(ForeignKey("terminal.id"))
    # on a shared screen: when the session ends unless a page is opened before, whatever idle_seconds says
    idle_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # the help under which the person's acts are entered by somebody else
    assisted_id: Mapped[int | None] = mapped_column(ForeignKey("assisted_session.id"))

    person: Mapped[Person] = relationship(lazy="raise")


class RoleGrant(Base):
    """A staff role that a person has in the city or in a part of it, and who gave it. `scope_id` is the number of the
    department, district, process or place, 0 for the whole city: no foreign key, for it points at four tables."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "scope_kind", "scope_id"),
        Index(None, "role"),
        CheckConstraint("scope_kind IN ('city', 'department', 'district', 'process', 'place')", name="scope_kind"),
        CheckConstraint("(scope_kind = 'city') = (scope_id = 0)", name="scope_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(40))
    scope_kind: Mapped[str] = mapped_column(String(20), default="city")
    scope_id: Mapped[int] = mapped_column(Id, default=0)
    # empty: by an invitation from the command line, or by the demo's seed
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)

    person: Mapped[Person] = relationship(lazy="raise", back_populates="roles", foreign_keys=[person_id])
    granted_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[granted_by_id])


class Absence(Base):
    """A time in which somebody is away and a deputy does the work. The deputy's own absences pass nothing on."""

    __tablename__ = "absence"
    __table_args__ = (
        Index(None, "person_id"),
        Index(None, "deputy_id"),
        CheckConstraint("from_at < until_at", name="time"),
        CheckConstraint("person_id <> deputy_id", name="deputy"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    deputy_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_at: Mapped[datetime] = mapped_column(UtcTime)
    until_at: Mapped[datetime] = mapped_column(UtcTime)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])
    deputy: Mapped[Person] = relationship(lazy="raise", foreign_keys=[deputy_id])

    @property
    def last_at(self) -> datetime:
        """A moment of its last day: the end itself is not part of it."""
        return self.until_at - timedelta(seconds=1)


class FactKind(enum.Enum):
    """What a fact says."""

    AGE = "age"  # name: the age rule; value: yes or no
    RESIDENCE = "residence"  # value: the district's code, or no
    RESIDENT = "resident"  # name: the scheme; value: keyed hash of the claim
    NAME = "name"  # value: the name as the register or a document has it


class Fact(Base):
    """Something a provider (or later a clerk) vouched for, with its origin and its end."""

    __tablename__ = "fact"
    __table_args__ = (UniqueConstraint("person_id", "source", "kind", "name"), Index(None, "kind", "value"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[FactKind] = mapped_column(choice(FactKind, name="kind"))
    name: Mapped[str] = mapped_column(String(80), default="")
    value: Mapped[str] = mapped_column(String(255))
    source: Mapped[str] = mapped_column(String(255))
    acr: Mapped[str] = mapped_column(String(200), default="")
    verified_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


class Way(enum.Enum):
    """A way in which a person can be reached."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"


class Contact(Base):
    """Where a person wants to be reached; optional, one per way, and used only once confirmed (a guest's: as given). A
    telephone number is in international form, a postal address has its lines separated by line breaks."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("person_id", "way"), Index(None, "way", "value_folded"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    way: Mapped[Way] = mapped_column(choice(Way, name="way"))
    value: Mapped[str] = mapped_column(String(500))
    # for finding an account by its address: lower case, without spaces
    value_folded: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # a guest's, who has no account: used as it was given, for what the guest asked for; it proves nothing about anybody
    as_given: Mapped[bool] = mapped_column(default=False, server_default=false())


class AgeQuestion(Base):
    """An age rule in force: each sign-in answers it with yes or no, so that no birth date need be kept."""

    __tablename__ = "age_question"
    __table_args__ = (
        UniqueConstraint("years", "on_day"),
        CheckConstraint("years BETWEEN 1 AND 120", name="years"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    years: Mapped[int]
    on_day: Mapped[date] = mapped_column(Date)
    until_day: Mapped[date] = mapped_column(Date)


class UsedLogoutToken(Base):
    """A back-channel logout token that has been used; each counts once."""

    __tablename__ = "used_logout_token"
    __table_args__ = (Index(None, "expires_at"),)

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    jti: Mapped[str] = mapped_column(String(255), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


class Invitation(Base):
    """A link, good once and for a short time, that gives a role to whoever signs in with it."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
