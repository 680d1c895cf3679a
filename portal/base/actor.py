"""Who acts, for whom, from where, and in which part of the city each role counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

# What an object belongs to, by kind of scope: {"process": {5}, "district": {2}}. A role for the whole city covers it
# anyway; a role for a part covers it where one of its own numbers is named.
Scope = Mapping[str, Collection[int]]
# What belongs to no part: only a role for the whole city covers it.
CITY: Scope = {}


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one scope. `kind`: city, department, district, process or place; `id`: its number, 0 for the city.
    `deputy_for`: the absent person whose role this is, None for one's own."""

    role: str
    kind: str = "city"
    id: int = 0
    deputy_for: int | None = None

    def covers(self, scope: Scope) -> bool:
        """Does this grant count for an object with that scope?"""
        return self.kind == "city" or self.id in scope.get(self.kind, ())


@dataclass(frozen=True, slots=True)
class ActingFor:
    """The one for whom somebody acts: by which mandate, who (None: an organisation, or without an account), in what."""

    mandate_id: int
    person_id: int | None
    name: str
    scope: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a request (or nobody), the roles held, how surely known, and who helps.

    `roles` are the names of all grants, whatever their scope; given without grants they count for the whole city.
    `deputy_for`: the absent person for whom this act is done, where the actor's own roles would not allow it.
    """

    person_id: int | None = None
    name: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    assurance: str = ""
    helped_by: int | None = None
    channel: str = "web"
    session_id: int | None = None
    language: str = ""
    grants: frozenset[Grant] = field(default_factory=frozenset)
    deputy_for: int | None = None
    scope: str = ""  # what alone this session is good for ("vote"); empty: everything
    acting_for: ActingFor | None = None
    venue_id: int | None = None  # the house where this is done, at one of its desks or shared screens

    def __post_init__(self) -> None:
        if self.grants:
            object.__setattr__(self, "roles", frozenset(grant.role for grant in self.grants))
        elif self.roles:
            object.__setattr__(self, "grants", frozenset(Grant(role) for role in self.roles))

    @property
    def signed_in(self) -> bool:
        """True for a person with a living session."""
        return self.person_id is not None

    @property
    def staff(self) -> bool:
        """True for anyone with a role."""
        return bool(self.roles)

    def may(self, *roles: str, scope: Scope | None = None) -> bool:
        """True when one of the roles is held: somewhere (no scope), or for an object with this scope."""
        if scope is None:
            return not self.roles.isdisjoint(roles)
        return any(grant.role in roles and grant.covers(scope) for grant in self.grants)

    def holds(self, *roles: str, scope: Scope | None = None) -> bool:
        """The same without roles held as a deputy: for acts that ask for two different officers."""
        own = (grant for grant in self.grants if grant.deputy_for is None and grant.role in roles)
        return any(scope is None or grant.covers(scope) for grant in own)

    def everywhere(self, *roles: str) -> bool:
        """True when one of the roles is held for the whole city."""
        return self.may(*roles, scope=CITY)

    def scopes(self, roles: str | tuple[str, ...], kind: str) -> frozenset[int]:
        """Numbers of the scopes of a kind in which one of the roles is held; for where clauses."""
        wanted = (roles,) if isinstance(roles, str) else roles
        return frozenset(grant.id for grant in self.grants if grant.role in wanted and grant.kind == kind)

    def narrowed(self, scope: Scope) -> Actor:
        """The same person with only those grants that count for an object with this scope."""
        return self._with(grant for grant in self.grants if grant.covers(scope))

    def bare(self) -> Actor:
        """Person and grants alone: all that a statement depends on which asks what they may reach, so that it can be kept
        for them."""
        return Actor(person_id=self.person_id, grants=self.grants)

    def as_self(self) -> Actor:
        """The same person without what is held as a deputy."""
        return self._with(grant for grant in self.grants if grant.deputy_for is None)

    def _with(self, grants: Iterable[Grant]) -> Actor:
        # without the names of the roles: given without grants, those would count for the whole city
        return replace(self, roles=frozenset(), grants=frozenset(grants))

    def stands_in(self, *roles: str, scope: Scope | None = None) -> int | None:
        """The absent person by whose role alone this is allowed; None where the actor's own role allows it too."""
        if self.holds(*roles, scope=scope):
            return None
        fit = (g for g in self.grants if g.role in roles and (scope is None or g.covers(scope)))
        return min((grant.deputy_for for grant in fit if grant.deputy_for is not None), default=None)


NOBODY = Actor()
SYSTEM = Actor(name="system", channel="system")
