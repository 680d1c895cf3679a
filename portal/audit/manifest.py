"""What audit puts on the door: the heads of its chain for everybody, the check for the operator, and what it keeps about
people."""

from portal.audit import api, commands, jobs
from portal.audit.records import PERSONAL
from portal.base.feature import Dataset, Feature, Job
from portal.base.i18n import _l

FEATURE = Feature(
    name="audit",
    blueprints=[api.bp],
    jobs=[Job("audit.head", jobs.head, every=6 * 3600)],
    datasets=[
        Dataset(
            "audit-heads",
            _l("Daily heads of the audit record"),
            "audit_api.heads",
            ("json",),
            _l(
                "One hash a day over everything that staff have done. Who keeps it can tell whether the record is whole."
            ),
        )
    ],
    cli=[commands.audit],
    personal=PERSONAL,
)
