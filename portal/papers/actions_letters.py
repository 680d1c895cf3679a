"""The printed letters of the inbox as one PDF for the post room: every letter in its reader's language and script, on a
sheet of its own, its address where the window of an envelope is. Made by the worker, outside any transaction."""

from __future__ import annotations

import os
import secrets

import structlog

from portal.base import db, ground, i18n, outside
from portal.base.i18n import _
from portal.notifications import actions_letters
from portal.notifications.actions_letters import Letter
from portal.notifications.models import LetterBatch, PrintFault
from portal.papers import render, render_batch

log = structlog.get_logger("portal.papers")


def make(batch_id: int) -> None:
    """Make the PDF of a batch. Twice is once. A letter that no font can write, and one whose address is gone, are left
    out; the page of the batch names them."""
    with db.read() as s:
        batch = s.get(LetterBatch, batch_id)
        if batch is None or batch.file or batch.posted_at is not None:
            return
        letters = [one for one in actions_letters.letters(s, batch) if one.address]
    if lacks := render.missing():
        log.warning("letters_wait", batch=batch_id, why=lacks)
        _not_made(batch_id, PrintFault.NO_PRESS)
        return
    try:
        sheets = [(one, _sheet(one)) for one in letters]
        left_out = [one.row.id for one, markup in sheets if render.unknown_letters(markup)]
        whole = [(markup, one.lang) for one, markup in sheets if one.row.id not in left_out]
        data, count = render_batch.together(whole, _title(batch_id), ground.settings())
    except Exception as error:
        log.error("letters_failed", batch=batch_id, kind=type(error).__name__, exc_info=error)
        _not_made(batch_id, PrintFault.BROKEN)
        return
    name = _keep(data)
    with db.write() as s:
        row = s.scalars(db.locked(actions_letters.one_batch(batch_id))).one()
        if row.file or row.posted_at is not None:  # a second worker was faster
            (actions_letters.folder() / name).unlink(missing_ok=True)
            return
        row.file, row.sheets, row.left_out, row.fault = name, count, left_out, None


def _sheet(one: Letter) -> str:
    """One letter as HTML."""
    way = i18n.direction_of(" ".join(one.address))
    return outside.render("notifications/print/letter.html", one.lang, it=one, address_dir=way)


def _title(batch_id: int) -> str:
    """The title of the file, in the city's first language: the post room reads it."""
    with i18n.use_locale(ground.settings().languages[0]):
        return _("Letters to print: batch %(n)s", n=batch_id)


def _not_made(batch_id: int, fault: PrintFault) -> None:
    with db.write() as s:
        row = s.scalars(db.locked(actions_letters.one_batch(batch_id))).one()
        row.fault = None if row.file else fault


def _keep(data: bytes) -> str:
    """Put the file down, durably and for the portal alone; returns its name, which says nothing."""
    folder = actions_letters.folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{secrets.token_hex(24)}.pdf"
    handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    return name
