"""What budgets keep about people, and what the portal sorts on their pages."""

from portal.base import personal
from portal.base.feature import Fate, Machine, Record
from portal.base.i18n import _l

PERSONAL = [
    Record(
        "project",
        _l("Name of who proposed a project"),
        _l("To say publicly whose proposal it is"),
        personal.CONSENT,
        _l("As long as the project is public"),
        Fate.KEPT,
        person=(),
        reason=_l("The name was typed in by staff and belongs to no account. Ask for a correction to have it removed."),
        who=personal.EVERYBODY,
    ),
]

MACHINES = [
    Machine(
        "ballot-order",
        _l("Order of projects on the ballot page"),
        _l("Projects are shown in an order drawn by lot, so that no place is an advantage."),
        _l("Each person gets an order of their own, which stays the same. It depends on nothing that you did."),
        _l("You can sort the list yourself."),
    ),
]
