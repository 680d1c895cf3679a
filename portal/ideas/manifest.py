"""The sign on the door of ideas."""

from portal.base.feature import Feature, Kind
from portal.base.i18n import _l
from portal.ideas import records
from portal.ideas.models import Call, Idea

FEATURE = Feature(
    name="ideas",
    kinds=[Kind("call", Call, None, _l("Call for ideas")), Kind("idea", Idea, None, _l("Idea"))],
    personal=records.PERSONAL,
    wing=True,
)
