"""Devices that the city's houses lend, requests for help with one, and the register of what is lent."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice


class DeviceKind(enum.StrEnum):
    """What is lent."""

    TABLET = "tablet"
    LAPTOP = "laptop"
    PHONE = "phone"
    HOTSPOT = "hotspot"  # the internet for at home


class DeviceState(enum.StrEnum):
    """Where a device is."""

    AVAILABLE = "available"
    LENT = "lent"
    REPAIR = "repair"
    RETIRED = "retired"


class Help(enum.StrEnum):
    """What somebody asks for."""

    LOAN = "loan"
    GRANT = "grant"  # money towards a device of their own
    VOUCHER = "voucher"  # for a shop or a contract


class RequestState(enum.StrEnum):
    """How far a request is."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    HANDED_OUT = "handed_out"
    CLOSED = "closed"  # the device is back


class Device(Base):
    """One device of a house, by the label that is stuck on it."""

    __tablename__ = "device"
    __table_args__ = (
        UniqueConstraint("label"),
        Index(None, "venue_id", "state"),
        CheckConstraint("label <> ''", name="label"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    kind: Mapped[DeviceKind] = mapped_column(choice(DeviceKind, name="kind"))
    label: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(300), default="", server_default="")  # what belongs to it, scratches
    state: Mapped[DeviceState] = mapped_column(
        choice(DeviceState, name="state"), default=DeviceState.AVAILABLE, server_default="available"
    )
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class DeviceRequest(Base):
    """Somebody asks for help with a device. Once forgotten the row stays without its person and words, for the figures."""

    __tablename__ = "device_request"
    __table_args__ = (
        Index(None, "venue_id", "state", "id"),
        Index(None, "person_id"),
        CheckConstraint(
            "(state IN ('approved', 'refused', 'handed_out', 'closed')) <= (decided_at IS NOT NULL)", name="decided"
        ),
        CheckConstraint("state <> 'handed_out' OR help = 'loan'", name="handed_out"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    help: Mapped[Help] = mapped_column(choice(Help, name="help"))
    device: Mapped[DeviceKind] = mapped_column(choice(DeviceKind, name="device"))
    why: Mapped[str] = mapped_column(String(500), default="", server_default="")
    language: Mapped[str] = mapped_column(String(12))  # in which the person asked
    state: Mapped[RequestState] = mapped_column(
        choice(RequestState, name="state"), default=RequestState.ASKED, server_default="asked"
    )
    channel: Mapped[str] = mapped_column(String(20), default="web", server_default="web")
    helped_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(1000), default="", server_default="")  # of the decision
    reason_lang: Mapped[str] = mapped_column(String(12), default="", server_default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)  # refused, withdrawn, given or back


class Loan(Base):
    """A device in somebody's hands; a line of the lending register."""

    __tablename__ = "device_loan"
    __table_args__ = (
        Index(
            "uq_device_loan_open",
            "device_id",
            unique=True,
            sqlite_where=text("returned_at IS NULL"),
            postgresql_where=text("returned_at IS NULL"),
        ),
        UniqueConstraint("request_id"),
        Index(None, "returned_at", "due_on"),
        Index(None, "device_id"),
        CheckConstraint("from_on <= due_on", name="dates"),
        CheckConstraint("renewals >= 0", name="renewals"),
        CheckConstraint("call_step BETWEEN 0 AND 14", name="call_step"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    request_id: Mapped[int] = mapped_column(ForeignKey("device_request.id"))
    from_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    returned_at: Mapped[datetime | None] = mapped_column(UtcTime)
    renewals: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    condition_out: Mapped[str] = mapped_column(String(300), default="", server_default="")
    condition_back: Mapped[str] = mapped_column(String(300), default="", server_default="")
    reminded: Mapped[str] = mapped_column(String(40), default="", server_default="")  # due date and step last told
    call_step: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # 0: nobody has to call
    called_at: Mapped[datetime | None] = mapped_column(UtcTime)
    handed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    returned_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
