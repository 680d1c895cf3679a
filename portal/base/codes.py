"""Codes that people write down, read out and type: Crockford's base 32 with two check signs.

Pure. Letters and digits only, without I, L, O and U. The two check signs are sums over the field of 32 elements: the
plain sum of all signs, and the sum weighted with powers of the field's generator. Together they notice every mistyped
sign, every two swapped signs and, in codes of up to 31 signs, any two mistyped signs.

Codes made earlier end in one check sign modulo 37, which may be * ~ $ = or U. They are a sign shorter, so the length
tells which check applies, and no slip passes because the other check happens to fit.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_OLD_CHECKS = ALPHABET + "*~$=U"
_CONFUSED = str.maketrans({"O": "0", "I": "1", "L": "1"})
_REDUCE = 0b100101  # x^5 + x^2 + 1, whose root generates the field


class CodeError(ValueError):
    """A code with a missing, foreign or mistyped sign; the text is for operators."""


def printed(value: bytes) -> str:
    """Bytes as a code in groups of four signs."""
    body = _base32(value)
    signs = body + _checks(body)
    return "-".join(signs[i : i + 4] for i in range(0, len(signs), 4))


def unprinted(text: str, length: int) -> bytes:
    """The bytes of a typed code; small letters, spaces, hyphens and mistaken I, L, O are forgiven.

    Raises CodeError when the number of signs, a sign or the check is wrong.
    """
    signs, want = normal(text), _body(length)
    if len(signs) not in (want + 1, want + 2):
        raise CodeError(f"Expected {want + 2} characters, found {len(signs)}.")
    body, check = signs[:want], signs[want:]
    if any(sign not in ALPHABET for sign in body) or check != (_checks(body) if len(check) == 2 else _old_check(body)):
        raise CodeError("A sign is mistyped: the check does not fit.")
    number = 0
    for sign in body:
        number = number * 32 + ALPHABET.index(sign)
    number >>= want * 5 - length * 8
    return number.to_bytes(length, "big")


def normal(text: str) -> str:
    """A typed code without spaces and hyphens, in capitals, with look-alikes put right."""
    return "".join(text.split()).replace("-", "").upper().translate(_CONFUSED)


def _body(length: int) -> int:
    return (length * 8 + 4) // 5


def _base32(value: bytes) -> str:
    want = _body(len(value))
    number = int.from_bytes(value, "big") << (want * 5 - len(value) * 8)
    return "".join(ALPHABET[(number >> (5 * (want - 1 - i))) & 31] for i in range(want))


def _checks(body: str) -> str:
    plain = weighted = 0
    for sign in body:  # Horner's rule: each step multiplies by the generator
        weighted <<= 1
        if weighted & 32:
            weighted ^= _REDUCE
        element = ALPHABET.index(sign)
        plain ^= element
        weighted ^= element
    return ALPHABET[plain] + ALPHABET[weighted]


def _old_check(body: str) -> str:
    number = 0
    for sign in body:
        number = (number * 32 + ALPHABET.index(sign)) % 37
    return _OLD_CHECKS[number]
