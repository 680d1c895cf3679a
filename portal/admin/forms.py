"""Filters of the staff's screens."""

from portal.base import fields
from portal.base.i18n import _l
from portal.base.validators import length, optional


class AuditFilters(fields.GetForm):
    """What to look for in the audit record."""

    q = fields.Search(_l("Number or words"), [optional(), length(max=100)])
    person = fields.Text(_l("Name of the person"), [optional(), length(max=100)])
    verb = fields.Select(_l("What was done"), [optional()], blank=_l("Everything"))
    kind = fields.Select(_l("To what"), [optional()], blank=_l("Everything"))
    since = fields.Day(_l("From"), [optional()])
    until = fields.Day(_l("To"), [optional()])
