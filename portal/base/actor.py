"""Who acts, for whom, from where."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a request (or nobody), the roles held, how surely known, and who helps."""

    person_id: int | None = None
    name: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    assurance: str = ""
    helped_by: int | None = None
    channel: str = "web"
    session_id: int | None = None
    language: str = ""

    @property
    def signed_in(self) -> bool:
        """True for a person with a living session."""
        return self.person_id is not None

    @property
    def staff(self) -> bool:
        """True for anyone with a role."""
        return bool(self.roles)

    def may(self, *roles: str) -> bool:
        """True when one of the roles is held."""
        return not self.roles.isdisjoint(roles)


NOBODY = Actor()
SYSTEM = Actor(name="system", channel="system")
