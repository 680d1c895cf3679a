"""Codes that people type: digits by mail, letters and digits on paper. Pure; only keyed hashes of them are stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})
PAPER = 16  # fifteen random signs (75 bits) and one that checks them
SHORT = 8  # forty bits, good for minutes only


def digits(n: int = 6) -> str:
    """A fresh code of n digits."""
    return "".join(secrets.choice("0123456789") for _ in range(n))


def signs(n: int) -> str:
    """A fresh code of n signs of the alphabet, without a check sign."""
    return "".join(secrets.choice(ALPHABET) for _ in range(n))


def paper() -> str:
    """A fresh code for paper, check sign included."""
    body = signs(PAPER - 1)
    return body + check_sign(body)


def check_sign(body: str) -> str:
    """Luhn's check over 32 signs: finds every mistyped sign and nearly every pair that was swapped."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        n = ALPHABET.index(sign) * (2 if place % 2 == 0 else 1)
        total += n // 32 + n % 32
    return ALPHABET[-total % 32]


def read(typed: str) -> str:
    """A typed code as it was made: capitals, no spaces or dashes, digits of any script, look-alikes put right."""
    text = "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum())
    text = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
    return text.translate(_ALIKE)


def well_typed(code: str) -> bool:
    """Does a read paper code carry the right check sign?"""
    return len(code) == PAPER and all(c in ALPHABET for c in code) and check_sign(code[:-1]) == code[-1]


def grouped(code: str) -> str:
    """The code in groups of four, as it is printed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def keyed(key: bytes, use: str, code: str) -> str:
    """What is stored of a code (hex): short codes could be found from a plain hash by trying all."""
    return hmac.new(key, f"{use}\0{code}".encode(), hashlib.sha256).hexdigest()
