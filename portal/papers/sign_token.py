"""A signing key in a token or security module, reached through its maker's PKCS#11 library.

The library is other people's compiled code, so it never enters a process that answers pages: papers are made in a child
of the worker, and whoever wants to know whether the key answers asks a child, too. It is loaded for one paper and let go
again. Tokens lock themselves after a few wrong PINs, so one that was refused is not tried a second time.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import importlib
import importlib.util
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from portal.config import ConfigError, Papers, Settings, Token, pin_of
from portal.papers import sign
from portal.papers.sign import Key, NoKey

REFUSED = ".papers-pin-refused"  # in the folder of keys: which PIN the token refused, as a hash
ANSWER_SECONDS = 20.0  # a module behind a network may hang
LOOK_AGAIN, WHILE_WELL = 60.0, 600.0  # seconds after which a bad answer, and a good one, is asked for once more
PROBE = b"Does this key belong to this certificate?"

_one = threading.Lock()  # whoever is signed in to a token is so in the whole process
_said: dict[tuple[Path, Token], tuple[float, str]] = {}
_asking: set[tuple[Path, Token]] = set()


def available() -> bool:
    """Are the packages there?"""
    return sign.available() and importlib.util.find_spec("pkcs11") is not None


@contextmanager
def opened(settings: Settings, now: datetime, *, insist: bool = False) -> Iterator[Key]:
    """The key, for as long as the block lasts. `insist`: try a PIN that was refused before, too.

    Raises NoKey with the reason: library, token, key or certificate missing, PIN refused or locked, certificate out of
    date or not of this key.
    """
    token = settings.papers.pkcs11
    if not available():
        raise NoKey("the packages of the group token are missing")
    if not Path(token.module).is_file():
        raise NoKey(f"papers.pkcs11.module: there is no library {token.module}")
    try:
        pin = pin_of(settings)
    except ConfigError as error:
        raise NoKey(str(error)) from None
    pkcs11 = importlib.import_module("pkcs11")
    with _one:
        library = session = None
        try:
            try:
                library = _started(pkcs11, token)
                session = _signed_in(pkcs11, library, settings, pin, insist)
                key = _key(pkcs11, session, settings, pin, now)
            except pkcs11.PKCS11Error as error:
                raise NoKey(f"token {token.token}: {type(error).__name__} {error}".rstrip()) from None
            yield key
        finally:
            for let_go in [one for one in (session and session.close, library and library.finalize) if one]:
                with suppress(pkcs11.PKCS11Error):
                    let_go()


def _started(pkcs11: Any, token: Token) -> Any:
    try:
        return pkcs11.lib(token.module)
    except (RuntimeError, OSError) as error:
        said = f"{type(error).__name__} {error}".rstrip()
        raise NoKey(f"papers.pkcs11.module: {token.module} does not start ({said})") from None


def _signed_in(pkcs11: Any, library: Any, settings: Settings, pin: str, insist: bool) -> Any:
    """A session at the token that is named, after its PIN."""
    wanted = settings.papers.pkcs11.token
    there = [slot.get_token() for slot in library.get_slots(token_present=True)]
    found = [one for one in there if one.label == wanted]
    if not found:
        raise NoKey(
            f"there is no token {wanted}; there are: {', '.join(one.label for one in there if one.label) or '-'}"
        )
    if len(found) > 1:
        raise NoKey(f"{len(found)} tokens are called {wanted}")
    flags, file = found[0].flags, settings.keys / REFUSED
    if flags & pkcs11.TokenFlag.USER_PIN_LOCKED:
        raise NoKey(f"token {wanted}: its PIN is locked")
    if not insist and flags & pkcs11.TokenFlag.USER_PIN_FINAL_TRY:
        raise NoKey(f"token {wanted}: one try is left for its PIN; spend it with `portal papers-key`")
    if not insist and _refused_before(file, found[0].serial, pin):
        raise NoKey(f"token {wanted}: it refused this PIN and is not asked again; mend it, then `portal papers-key`")
    try:
        session = found[0].open(user_pin=pin)
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange):
        _note(file, found[0].serial, pin)
        raise NoKey(f"token {wanted}: the PIN is wrong") from None
    except pkcs11.PinLocked:
        raise NoKey(f"token {wanted}: its PIN is locked") from None
    file.unlink(missing_ok=True)
    return session


def _hashed(salt: bytes, serial: bytes, pin: str) -> bytes:
    return hashlib.scrypt(serial + b"\0" + pin.encode(), salt=salt, n=2**14, r=8, p=1)


def _refused_before(file: Path, serial: bytes, pin: str) -> bool:
    try:
        salt, _colon, known = file.read_text("ascii").partition(":")
        return hmac.compare_digest(_hashed(bytes.fromhex(salt), serial, pin).hex(), known)
    except (OSError, ValueError):
        return False


def _note(file: Path, serial: bytes, pin: str) -> None:
    """Remember, as a salted hash, which PIN this token refused."""
    salt = secrets.token_bytes(16)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(f"{salt.hex()}:{_hashed(salt, serial, pin).hex()}")


def _key(pkcs11: Any, session: Any, settings: Settings, pin: str, now: datetime) -> Key:
    token = settings.papers.pkcs11
    objects, attribute = pkcs11.ObjectClass, pkcs11.Attribute
    handle = _only(
        session, {attribute.CLASS: objects.PRIVATE_KEY, attribute.LABEL: token.key}, f"private key {token.key}"
    )
    chain = _certificates(pkcs11, session, settings)
    certificate, where = chain[0], f"token {token.token}"
    sign.require_valid(certificate, now, where)
    public = certificate.public_key()
    if not isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise NoKey(f"{where}: this kind of key cannot sign papers")
    # A token that cannot hash gets the hash; so can all.
    hashing = (
        pkcs11.Mechanism.SHA256_RSA_PKCS if isinstance(public, rsa.RSAPublicKey) else pkcs11.Mechanism.ECDSA_SHA256
    )
    asn1 = importlib.import_module("asn1crypto.x509").Certificate
    made = [asn1.load(one.public_bytes(Encoding.DER)) for one in chain]
    signer = importlib.import_module("pyhanko.sign.pkcs11").PKCS11Signer(
        session,
        signing_cert=made[0],
        ca_chain=made[1:],
        key_label=token.key,
        use_raw_mechanism=hashing not in session.token.slot.get_mechanisms(),
        # keys of that kind want the PIN at each signature
        base_sign_kwargs={"pin": pin} if _asks_each_time(pkcs11, handle) else None,
    )
    _prove(signer, public, where)
    return sign.described(certificate, signer, (pkcs11.PKCS11Error,))


def _asks_each_time(pkcs11: Any, handle: Any) -> bool:
    try:
        return bool(handle[pkcs11.Attribute.ALWAYS_AUTHENTICATE])
    except pkcs11.PKCS11Error:  # older modules do not know the question
        return False


def _only(session: Any, wanted: dict[Any, Any], what: str) -> Any:
    """The one object of this kind and label."""
    found = list(session.get_objects(wanted))
    if len(found) != 1:
        raise NoKey(f"the token holds {len(found) or 'no'} {what}" + (", not one" if found else ""))
    return found[0]


def _certificates(pkcs11: Any, session: Any, settings: Settings) -> list[x509.Certificate]:
    """The key's certificate, from a file with those that vouch for it behind it, or from the token."""
    token = settings.papers.pkcs11
    if token.certificate_file:
        file = settings.keys / token.certificate_file
        try:
            data = file.read_bytes()
            if b"-----BEGIN" in data:
                return x509.load_pem_x509_certificates(data)
            return [x509.load_der_x509_certificate(data)]
        except OSError as error:
            raise NoKey(f"papers.pkcs11.certificate_file: {file.name}: {error.strerror}") from None
        except ValueError:
            raise NoKey(f"papers.pkcs11.certificate_file: {file.name} holds no certificate") from None
    label, attribute = token.certificate or token.key, pkcs11.Attribute
    wanted = {attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, attribute.LABEL: label}
    try:
        return [x509.load_der_x509_certificate(_only(session, wanted, f"certificate {label}")[attribute.VALUE])]
    except ValueError:
        raise NoKey(f"certificate {label} on the token cannot be read") from None


def _prove(signer: Any, public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, where: str) -> None:
    """One small signature, checked by the certificate: labels prove nothing, and a paper that is signed by another key
    than it says would be found out by its readers."""
    proof = asyncio.run(signer.async_sign_raw(PROBE, "sha256"))
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(proof, PROBE, padding.PKCS1v15(), hashes.SHA256())
        else:
            public.verify(proof, PROBE, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise NoKey(f"{where}: the certificate belongs to another key") from None


def lacks(settings: Settings, now: datetime) -> str:
    """What keeps the token from signing; empty when it can. A child process finds out: at the start of the site before
    anybody is served, later beside what goes on, so that a module that hangs holds up no page; the answer is then the
    one before, at most some minutes old."""
    place = (settings.instance, settings.papers.pkcs11)
    known = _said.get(place)
    if known is None:
        known = _said[place] = time.monotonic(), _asked(settings, now)
    elif time.monotonic() - known[0] > (LOOK_AGAIN if known[1] else WHILE_WELL) and place not in _asking:
        _asking.add(place)
        threading.Thread(target=_ask_again, args=(settings, now), name="token", daemon=True).start()
    return known[1]


def _ask_again(settings: Settings, now: datetime) -> None:
    place = (settings.instance, settings.papers.pkcs11)
    try:
        _said[place] = time.monotonic(), _asked(settings, now)
    finally:
        _asking.discard(place)


def _asked(settings: Settings, now: datetime) -> str:
    question = {"instance": str(settings.instance), "now": now.isoformat(), "token": asdict(settings.papers.pkcs11)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "portal.papers.sign_token"],
            input=json.dumps(question).encode(),
            capture_output=True,
            timeout=ANSWER_SECONDS,
            check=False,
        )
        return str(json.loads(done.stdout)["lacks"])
    except subprocess.TimeoutExpired:
        return f"token {settings.papers.pkcs11.token}: it does not answer within {ANSWER_SECONDS:.0f} seconds"
    except (ValueError, KeyError):  # the library took its process down
        return f"papers.pkcs11.module: {settings.papers.pkcs11.module} ended with code {done.returncode}"


def main() -> None:
    """The child: a question on standard input, the answer on standard output."""
    asked = json.load(sys.stdin)
    settings = Settings(instance=Path(asked["instance"]), papers=Papers(pkcs11=Token(**asked["token"])))
    said = ""
    try:
        with opened(settings, datetime.fromisoformat(asked["now"])):
            pass
    except NoKey as error:
        said = str(error)
    sys.stdout.write(json.dumps({"lacks": said}))


if __name__ == "__main__":
    main()
