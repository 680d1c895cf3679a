"""The worker's side of the inbox."""

from __future__ import annotations

from typing import Any

from portal.base import db
from portal.identity.queries import known_roles
from portal.notifications import actions, actions_jobs, actions_letters, actions_newsletter, actions_route


def route(payload: dict[str, Any]) -> None:
    """Find the ways out of new messages."""
    actions_route.route([int(number) for number in payload["ids"]])


def fan_out(payload: dict[str, Any]) -> None:
    """Tell many of some news."""
    actions_route.fan_out(int(payload["id"]))


def digest(_payload: dict[str, Any]) -> None:
    """Make the digests that are due."""
    actions_route.digests()


def tell_around(_payload: dict[str, Any]) -> None:
    """Tell people what is new around the places that they named. Running twice tells nothing twice."""
    actions_jobs.tell_around()


def newsletter(payload: dict[str, Any]) -> None:
    """Send an issue to its readers."""
    actions_newsletter.send_out(int(payload["id"]))


def sweep(_payload: dict[str, Any]) -> None:
    """Forget what is old."""
    actions_route.sweep()
    actions_letters.sweep()
    with db.write() as s:
        actions_newsletter.sweep(s)


def code_given(payload: dict[str, Any]) -> None:
    """Identity asks for this when a counter gave out a code to vote for a resident who has an account."""
    with db.write():
        actions.tell(
            [int(one) for one in payload["people"]],
            "account.code_given",
            {},
            link=("identity.my", {}),
            dedup=f"code:{payload['key']}",
        )


def letter_printed(payload: dict[str, Any]) -> None:
    """Identity asks for this when letters with codes were printed, for residents who have an account."""
    with db.write():
        actions.tell(
            [int(one) for one in payload["people"]],
            "account.letter_printed",
            {},
            link=("identity.residence", {}),
            dedup=f"letter_printed:{payload['key']}",
        )


def letter_used(payload: dict[str, Any]) -> None:
    """Identity asks for this when the code of a letter was entered to vote, before any ballot is cast: a cast itself
    tells nobody anything (voting.md 3)."""
    with db.write():
        actions.tell(
            [int(one) for one in payload["people"]],
            "account.letter_used",
            {},
            link=("identity.my", {}),
            dedup=f"letter_used:{payload['key']}",
        )


def joined_elsewhere(payload: dict[str, Any]) -> None:
    """Identity asks for this when a letter or a counter joined another account with the same resident."""
    with db.write():
        actions.tell(
            [int(one) for one in payload["people"]],
            "account.joined_elsewhere",
            {},
            link=("identity.residence", {}),
            dedup=f"joined:{payload['key']}",
        )


def role_changed(payload: dict[str, Any]) -> None:
    """Identity asks for this when somebody's role was given or taken: it lies below and cannot call upwards."""
    labels = {role.name: role.label for role in known_roles()}
    role = str(payload["role"])
    notice = "account.role_given" if payload["given"] else "account.role_taken"
    with db.write():
        actions.tell(
            int(payload["person"]),
            notice,
            {"role": labels.get(role, role)},
            link=("identity.account", {}),
            dedup=f"role:{payload['key']}",
        )
