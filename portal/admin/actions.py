"""What administrators do to the machinery."""

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.jobs import JobRow


def try_again(actor: Actor, job: JobRow) -> None:
    """Put a failed job back in line, with all its tries."""
    job.failed_at, job.tries, job.run_at = None, 0, clock.now()
    db.session().flush()
    record(actor, "job.tried_again", "job", job.id, after={"kind": job.kind})
