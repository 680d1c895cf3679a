"""The sign on the door of processes: who takes part in a closed one. The things that own a process show the rest."""

from portal.base.feature import Fate, Feature, Kind, Record
from portal.base.i18n import _l
from portal.processes import staff, views
from portal.processes.actions_members import join_invited
from portal.processes.models import Process

FEATURE = Feature(
    name="processes",
    blueprints=[views.pages, staff.desk],
    no_paper={"JoinForm": "it enters a code that came on paper"},
    kinds=[Kind("process", Process, None, _l("Process"))],
    entered=join_invited,
    personal=[
        Record(
            "process_member",
            _l("Closed processes in which you take part"),
            _l("To show a closed process to its members and to nobody else."),
            _l("Public task: participation of those concerned"),
            _l("As long as the process."),
            Fate.DELETED,
        ),
        Record(
            "process_invite",
            _l("Invitations to closed processes that you have used"),
            _l("So that each invitation lets one person in."),
            _l("Public task: participation of those concerned"),
            _l("As long as the process."),
            Fate.ANONYMOUS,
            person=("used_by_id",),
            hidden=("hash",),
            reason=_l("The invitation stays used; by whom is forgotten."),
        ),
    ],
)
