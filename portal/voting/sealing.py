"""How a ballot is sealed, found again and proved: keys, slots, ciphertexts, receipts and commitments.

Pure: of the portal it knows the printed form of codes alone. Primitives are HKDF-SHA256, HMAC-SHA256 and AES-256-GCM
of the library `cryptography`; nothing here is home-made but the layout of the bytes.

Whoever reads the database alone must learn nothing from a sealed ballot that its voter did not tell: not the choices,
not their number, not whether the ballot was changed. Hence fixed lengths and a fresh random IV for every encryption.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.base import codes

KEY_BYTES = 32
IV_BYTES = 12
TAG_BYTES = 16
NONCE_BYTES = 32
RECEIPT_BYTES = 10  # 80 bits
MOST_POINTS = 1_000_000  # on one project of a cumulative ballot
_NOTHING = bytes(32)


class SealingError(Exception):
    """A value that cannot be opened, read or stored; the text is for operators and names no content."""


# --- canonical bytes and tagged hashes -------------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8: the same bytes for the same value on every machine."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def tagged_hash(tag: str, *parts: Any) -> str:
    """H(tag, …) of the design: SHA-256 of the canonical JSON list, in hex."""
    return hashlib.sha256(canonical([tag, *parts])).hexdigest()


# --- the vote key and its subkeys ------------------------------------------------------------------------------------


def new_key() -> bytes:
    """A fresh vote key: 256 bits of the system's random source."""
    return secrets.token_bytes(KEY_BYTES)


def check_value(key: bytes) -> str:
    """SHA-256 of the key, in hex; stored at the opening so that a key typed in later can be recognised."""
    return hashlib.sha256(key).hexdigest()


@dataclass(frozen=True, slots=True, repr=False)
class Subkeys:
    """The five keys drawn from one vote key, each for one purpose."""

    slot: bytes
    receipt: bytes
    envelope: bytes
    choices: bytes
    lot: bytes

    @classmethod
    def of(cls, key: bytes, vote_id: str) -> Subkeys:
        """Derive the subkeys of `vote_id` by HKDF-SHA256 (RFC 5869)."""
        if len(key) != KEY_BYTES:
            raise SealingError("A vote key has 32 bytes.")
        return cls(**{name: _derive(key, vote_id, name) for name in ("slot", "receipt", "envelope", "choices", "lot")})


def _derive(key: bytes, vote_id: str, purpose: str) -> bytes:
    info = canonical(["folkmoot vote", vote_id, purpose])
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)


def lot_seed(lot_subkey: bytes, public_draw: str) -> str:
    """The seed of drawn lots, in hex: SHA-256 of the lot subkey (secret until the count) and the public draw's text."""
    return hashlib.sha256(canonical([lot_subkey.hex(), public_draw])).hexdigest()


# --- two halves on paper ---------------------------------------------------------------------------------------------


def halves(key: bytes) -> tuple[str, str]:
    """The key as two halves (exclusive-or) in printed form; either alone says nothing about the key."""
    first = secrets.token_bytes(KEY_BYTES)
    second = bytes(a ^ b for a, b in zip(key, first, strict=True))
    return printed(first), printed(second)


def join_halves(first: str, second: str) -> bytes:
    """The key from two printed halves. Raises SealingError when one of them is mistyped."""
    a, b = unprinted(first, KEY_BYTES), unprinted(second, KEY_BYTES)
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def printed(value: bytes) -> str:
    """Bytes as a code in groups of four letters and digits; the last two are check signs."""
    return codes.printed(value)


def unprinted(text: str, length: int) -> bytes:
    """The bytes of a printed form; small letters, spaces and mistaken I, L, O are forgiven, and codes with the one check
    sign of earlier versions are read, too.

    Raises SealingError when the length, a sign or the check is wrong.
    """
    try:
        return codes.unprinted(text, length)
    except codes.CodeError as error:
        raise SealingError(str(error)) from None


# --- slots and receipts ----------------------------------------------------------------------------------------------


def slot_of(subkeys: Subkeys, source: str, number: str) -> str:
    """The slot (hex) of a roll entry ("roll", hash), a paper sheet ("paper", serial) or an import ("imported", row)."""
    return hmac.new(subkeys.slot, canonical([source, number]), hashlib.sha256).hexdigest()


def receipt_code(subkeys: Subkeys, slot: str, form_token: str) -> str:
    """The code a voter is shown: the same form posted twice gives the same code, another form another one."""
    mac = hmac.new(subkeys.receipt, canonical([slot, form_token]), hashlib.sha256).digest()
    return printed(mac[:RECEIPT_BYTES])


def receipt_hash(vote_id: str, code: str) -> str:
    """What is stored and published of a receipt, in hex. Raises SealingError when the code is mistyped."""
    return tagged_hash("receipt", vote_id, unprinted(code, RECEIPT_BYTES).hex())


def roll_hash(roll_key: bytes, vote_id: str, claim: str) -> str:
    """The keyed hash (hex) under which a resident stands in one vote's roll.

    A plain hash of a register number is reversed by trying all numbers; the key lies outside the database. It differs
    from vote to vote, so that rolls of two votes cannot be joined without the key.
    """
    return hmac.new(roll_key, canonical(["roll", vote_id, claim]), hashlib.sha256).hexdigest()


# --- envelope and choices --------------------------------------------------------------------------------------------

CHANNELS = ("web", "desk", "paper", "letter", "imported")
_ENVELOPE = struct.Struct(">B32s32sBQ32s")
ENVELOPE_BYTES = IV_BYTES + _ENVELOPE.size + TAG_BYTES


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a ballot apart from its choices; opened when it is changed, sealed into the chain or counted.

    `receipt` and `prior` are hex hashes or None; `prior` is the commitment of the earlier ballot that this one replaces
    and that an entry of the chain names.
    """

    nonce: bytes
    receipt: str | None
    channel: str
    station: int = 0
    prior: str | None = None


def seal_envelope(subkeys: Subkeys, vote_id: str, slot: str, envelope: Envelope) -> bytes:
    """The envelope's IV and ciphertext, always ENVELOPE_BYTES long."""
    plain = _ENVELOPE.pack(
        1,
        envelope.nonce,
        _raw(envelope.receipt),
        CHANNELS.index(envelope.channel),
        envelope.station,
        _raw(envelope.prior),
    )
    return _seal(subkeys.envelope, vote_id, slot, "envelope", plain)


def open_envelope(subkeys: Subkeys, vote_id: str, slot: str, sealed: bytes) -> Envelope:
    """Raises SealingError when the bytes were changed or belong to another vote or slot."""
    plain = _open(subkeys.envelope, vote_id, slot, "envelope", sealed)
    try:
        version, nonce, receipt, channel, station, prior = _ENVELOPE.unpack(plain)
        if version != 1:
            raise SealingError("Unknown version of an envelope.")
        return Envelope(nonce, _hex(receipt), CHANNELS[channel], station, _hex(prior))
    except (struct.error, IndexError) as error:
        raise SealingError("An envelope is damaged.") from error


def seal_choices(subkeys: Subkeys, vote_id: str, slot: str, content: Any, length: int) -> bytes:
    """The choices' IV and ciphertext. `content` is any JSON value; `length` the vote's fixed number of plain bytes."""
    plain = canonical(content)
    if len(plain) + 2 > length:
        raise SealingError("The choices are longer than this vote allows.")
    padded = len(plain).to_bytes(2, "big") + plain + bytes(length - 2 - len(plain))
    return _seal(subkeys.choices, vote_id, slot, "choices", padded)


def open_choices(subkeys: Subkeys, vote_id: str, slot: str, sealed: bytes, length: int) -> Any:
    """Raises SealingError when the bytes were changed, have another length or belong to another vote or slot."""
    padded = _open(subkeys.choices, vote_id, slot, "choices", sealed)
    used = int.from_bytes(padded[:2], "big")
    if len(padded) != length or used + 2 > length or any(padded[2 + used :]):
        raise SealingError("Choices are damaged.")
    try:
        return json.loads(padded[2 : 2 + used])
    except ValueError as error:
        raise SealingError("Choices are damaged.") from error


def commitment(slot: str, nonce: bytes, envelope: bytes, choices: bytes) -> str:
    """The public commitment (hex) to one sealed ballot: its slot, nonce and both ciphertexts with their IVs."""
    return tagged_hash("ballot", slot, nonce.hex(), envelope.hex(), choices.hex())


def _seal(key: bytes, vote_id: str, slot: str, part: str, plain: bytes) -> bytes:
    iv = os.urandom(IV_BYTES)
    return iv + AESGCM(key).encrypt(iv, plain, canonical([vote_id, slot, part]))


def _open(key: bytes, vote_id: str, slot: str, part: str, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:IV_BYTES], sealed[IV_BYTES:], canonical([vote_id, slot, part]))
    except (InvalidTag, ValueError) as error:
        raise SealingError("A sealed value does not open: it was changed or belongs elsewhere.") from error


def _raw(value: str | None) -> bytes:
    return _NOTHING if value is None else bytes.fromhex(value)


def _hex(value: bytes) -> str | None:
    return None if value == _NOTHING else value.hex()


# --- choices as a short JSON value -----------------------------------------------------------------------------------


def pack_choices(regulation: Mapping[str, Any], choices_by_pot: Mapping[str, Any]) -> Any:
    """Choices as positions in the frozen list of projects; the pot follows from the project.

    Order is kept (ordinal ballots rank by it); points stand beside the position.
    """
    place = {project["id"]: index for index, project in enumerate(regulation["projects"])}
    ranked = regulation["ballot"]["kind"] == "ordinal"
    packed: list[Any] = []
    for pot in regulation["pots"]:
        choice = choices_by_pot.get(pot["id"])
        if isinstance(choice, Mapping):
            packed += sorted([place[project], points] for project, points in choice.items())
        elif choice:
            positions = [place[project] for project in choice]
            packed += positions if ranked else sorted(positions)
    return packed


def unpack_choices(regulation: Mapping[str, Any], packed: Any) -> dict[str, Any]:
    """The reverse of `pack_choices`. Raises SealingError for positions that do not exist."""
    projects = regulation["projects"]
    by_pot: dict[str, Any] = {}
    try:
        for item in packed:
            index, points = item if isinstance(item, list) else (item, None)
            if not 0 <= index < len(projects):
                raise SealingError("A sealed ballot names a project that is not in the regulation.")
            project = projects[index]
            if points is None:
                by_pot.setdefault(project["pot"], []).append(project["id"])
            else:
                by_pot.setdefault(project["pot"], {})[project["id"]] = points
    except (TypeError, ValueError, AttributeError) as error:
        raise SealingError("A sealed ballot is not a list of choices.") from error
    return by_pot


def choices_length(regulation: Mapping[str, Any]) -> int:
    """The fixed number of plain bytes that every allowed ballot of this regulation fits into."""
    ballot = regulation["ballot"]
    projects = regulation["projects"]
    sign = len(str(len(projects))) + 1
    if ballot["kind"] == "cumulative":
        sign += 3 + len(str(MOST_POINTS))
    total = 0
    for pot in regulation["pots"]:
        count = sum(1 for project in projects if project["pot"] == pot["id"])
        if ballot["kind"] != "cumulative" and ballot.get("max"):
            count = min(count, int(ballot["max"]))
        if ballot["kind"] == "choose-1":
            count = min(count, 1)
        total += count * sign
    return max(32, 2 + 2 + total)
