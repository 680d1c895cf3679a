"""An application that is being filled in goes on with a newer version of its form."""

from __future__ import annotations

from sqlalchemy import select

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import Actor
from portal.services.models import Application, CaseFile, FormVersion
from portal.services.schema import Form
from portal.services.versions import Carried


def move(actor: Actor, row: Application, to: FormVersion, form: Form, carried: Carried) -> None:
    """Take the answers along that the newer version takes. Files of answers that are not taken along are deleted; pages
    on which something new is asked count as not seen. The person has been shown all of it before."""
    s = db.session()
    before = row.form_id
    for file in s.scalars(select(CaseFile).where(CaseFile.application_id == row.id)).all():
        asked = form.by_key.get(file.field)
        lost = file.field in row.answers and file.field not in carried.answers
        if asked is None or asked.kind != "file" or lost:
            s.delete(file)
    again = {form.page_of[key].key for key in carried.asked}
    row.form_id = to.id
    row.answers = carried.answers
    row.origins = {key: origin for key, origin in row.origins.items() if key in carried.answers}
    row.seen = [page.key for page in form.pages if page.key in row.seen and page.key not in again]
    row.changed_at = clock.now()
    s.flush()
    record(
        actor, "moved application to newer form", "service_application", row.id, before={"form": before},
        after={"form": to.id},
    )  # fmt: skip
