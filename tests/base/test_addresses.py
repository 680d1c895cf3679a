"""An address on file is the address that is mailed, or it is none."""

from __future__ import annotations

import smtplib

import pytest

from portal.base import addresses


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("Ana@Example.org", "Ana@Example.org"),
        ("ana+vote@mail.example.org", "ana+vote@mail.example.org"),
        ("o'hara=x@example.co", "o'hara=x@example.co"),
        (" ana@example.org ", "ana@example.org"),
        ("ana@jõgi.ee", "ana@xn--jgi-ona.ee"),
        ("ana@123.example.xn--p1ai", "ana@123.example.xn--p1ai"),
    ],
)
def test_an_address_goes_to_the_mailbox_that_it_names(typed: str, plain: str) -> None:
    assert addresses.plain(typed) == plain
    assert smtplib.quoteaddr(plain) == f"<{plain}>"
    assert addresses.can_be_sent_to(plain)


@pytest.mark.parametrize(
    "typed",
    [
        "", "ana", "@example.org", "ana@", "ana@localhost", "ana@[192.0.2.1]", "ana@192.0.2.1", "ana@-a.org", "ana@a..org",
        "a,b@example.org", "<x>@example.org", "x>@example.org", "root,@a.b", "x@example.org,", "x@example.org>anything",
        "x@example.org\0", "x@example.org\v", "x\n@example.org", '"x y"@example.org', "x(y)@example.org", ".x@example.org",
        "x.@example.org", "x..y@example.org", "a@b@example.org", "x\u202e@example.org", "x\u200b@example.org",
        "x@exam\u202eple.org", "x;y@example.org", "x:y@example.org", "x\\@example.org", "x" * 65 + "@example.org",
        "x@" + "a." * 130 + "org",
    ],
)  # fmt: skip
def test_what_servers_would_read_otherwise_is_no_address(typed: str) -> None:
    assert addresses.plain(typed) is None
    assert not addresses.can_be_sent_to(typed)


def test_letters_of_other_scripts_are_for_the_server_to_judge() -> None:
    assert addresses.plain("jõgi@example.org") is None and addresses.can_be_sent_to("jõgi@example.org")
