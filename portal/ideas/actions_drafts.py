"""Drafts: what somebody has typed so far, kept on the server step by step."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.base import clock, db, files, ground
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.ideas import rules
from portal.ideas.models import Attachment, Call, Draft
from portal.ideas.rules import Denied

_CHUNK = 64 * 1024
PDF = "application/pdf"


def keep(actor: Actor, call: Call, step: str, values: Mapping[str, Any]) -> Draft:
    """Keeps what was typed in one step, beside what the draft has from the others."""
    s, now = db.session(), clock.now()
    insert = sqlite.insert(Draft) if db.is_sqlite() else postgresql.insert(Draft)
    s.execute(
        insert.values(
            call_id=call.id, person_id=actor.person_id, data={}, step=step, created_at=now, changed_at=now
        ).on_conflict_do_nothing()
    )
    wanted = select(Draft).where(Draft.call_id == call.id, Draft.person_id == actor.person_id)
    draft = s.scalars(db.locked(wanted)).one()
    draft.data = {**draft.data, **values}
    draft.step, draft.changed_at = step, now
    s.flush()
    return draft


def throw_away(actor: Actor, draft: Draft) -> None:
    """Deletes a draft with what belongs to it. Its files on disk go with the next sweep."""
    s = db.session()
    s.execute(delete(Attachment).where(Attachment.draft_id == draft.id))
    s.delete(draft)
    s.flush()


def add_picture(actor: Actor, call: Call, stream: BinaryIO, alt: str) -> Draft:
    """Puts a picture into the draft. Raises files.PictureRefused with a sentence, Denied for one too many."""
    draft = keep(actor, call, "pictures", {})
    held = list(draft.data.get("pictures", []))
    if len(held) >= rules.MOST_PICTURES:
        raise Denied(no(_l("An idea has at most %(n)s pictures.", n=rules.MOST_PICTURES)))
    file = files.store_picture(db.session(), stream, alt=alt)
    return keep(actor, call, "pictures", {"pictures": [*held, [file.id, alt.strip()]]})


def remove_picture(actor: Actor, call: Call, file_id: int) -> None:
    """Takes a picture out of the draft."""
    draft = keep(actor, call, "pictures", {})
    left = [one for one in draft.data.get("pictures", []) if one[0] != file_id]
    keep(actor, call, "pictures", {"pictures": left})


def folder() -> Path:
    """Where files of ideas lie."""
    found = files.uploads() / "ideas"
    found.mkdir(exist_ok=True)
    return found


def path_of(row: Attachment) -> Path:
    """The file of an attachment."""
    return folder() / row.sha256


def add_file(actor: Actor, call: Call, stream: BinaryIO, name: str) -> Draft:
    """Puts a PDF into the draft. Raises Denied with a sentence: no PDF, too large, one too many."""
    s = db.session()
    draft = keep(actor, call, "pictures", {})
    number = s.scalar(select(func.count()).select_from(Attachment).where(Attachment.draft_id == draft.id)) or 0
    if number >= rules.MOST_FILES:
        raise Denied(no(_l("An idea has at most %(n)s files.", n=rules.MOST_FILES)))
    sha, length = _store(stream)
    s.add(Attachment(draft_id=draft.id, name=plain_name(name), mime=PDF, bytes=length, sha256=sha, at=clock.now()))
    s.flush()
    return draft


def remove_file(actor: Actor, draft: Draft, file_id: int) -> None:
    """Takes a file out of the draft."""
    db.session().execute(delete(Attachment).where(Attachment.id == file_id, Attachment.draft_id == draft.id))


def plain_name(name: str) -> str:
    """A file's name without folders and signs that nobody sees; it always ends as what it is."""
    bare = "".join(sign for sign in name.replace("\\", "/").rpartition("/")[2] if sign.isprintable()).strip()
    stem = bare[:-4] if bare.casefold().endswith(".pdf") else bare
    return (stem[:100].strip(" .") or "file") + ".pdf"


def _store(stream: BinaryIO) -> tuple[str, int]:
    most = ground.settings().upload_megabytes * 1024**2
    digest, length = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder(), prefix=".", suffix=".part", delete=False) as part:
        try:
            while piece := stream.read(_CHUNK):
                if not length and not piece.startswith(b"%PDF-"):
                    raise Denied(no(_l("This file is no PDF. Save it as a PDF, then choose it again.")))
                length += len(piece)
                if length > most:
                    raise Denied(no(_l("This file is larger than %(n)s megabytes.", n=most // 1024**2)))
                digest.update(piece)
                part.write(piece)
            if not length:
                raise Denied(no(_l("This file is empty. Choose another one.")))
            part.flush()
            os.fsync(part.fileno())
        except BaseException:
            Path(part.name).unlink()
            raise
    Path(part.name).replace(folder() / digest.hexdigest())
    return digest.hexdigest(), length
