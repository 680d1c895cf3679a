"""Work for later: exports, erasures, and the nightly round of what is older than it may be."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.orm import Session

from portal.base import clock, db, ground, i18n, jobs
from portal.base.i18n import _, _l
from portal.rights import actions, actions_erase, archive, queries, queries_records, rules
from portal.rights.models import AccountUse, Cause, DataExport, Erasure, ErasureState, ExportState

log = structlog.get_logger("portal.rights")


def make_export(payload: dict[str, Any]) -> None:
    """Read everything in one snapshot, write the zip outside of any transaction, then say that it is there."""
    with db.read() as s:
        row = s.get(DataExport, payload["id"])
        if row is None or row.state is not ExportState.WAITING:
            return
        name, lang, person_id = row.name, row.lang, row.person_id
        with i18n.use_locale(lang):
            kept = [_kept(s, one) for one in queries_records.gather(s, person_id) if one.keys]
    with i18n.use_locale(lang):
        now = clock.now()
        about = {"portal": ground.settings().city.name, "made_at": now.isoformat(), "lang": lang, "person": person_id}
        size = archive.write(queries_records.export_folder() / name, about, kept, _readme(kept))
    with db.write() as s:
        again = s.get(DataExport, payload["id"])
        if again is not None:
            again.state, again.made_at, again.bytes = ExportState.READY, now, size
            actions.tell(
                s,
                person_id,
                _l("Your data are ready"),
                _l("Fetch them on the portal under “Your data” within a week. After that they are deleted there."),
            )
    if again is None:  # the account was erased meanwhile
        (queries_records.export_folder() / name).unlink(missing_ok=True)


def _kept(s: Session, one: queries_records.Found) -> archive.Kept:
    record = one.record
    about = {
        "label": str(record.label),
        "purpose": str(record.purpose),
        "basis": str(record.basis),
        "kept": str(record.kept),
    }
    columns = [c.name for c in one.table.columns if c.name not in record.hidden]
    files: list[tuple[str, Path]] = []
    if record.files is not None and record.table != DataExport.__tablename__:  # no export inside an export
        for row in queries_records.whole_rows(s, one):
            number = "-".join(str(row[c.name]) for c in one.table.primary_key.columns)
            files += [(f"{number}-{path.name}", path) for path in record.files(row)]
    return archive.Kept(record.table, about, columns, queries_records.rows_of(s, one), files)


def _readme(kept: Iterable[archive.Kept]) -> str:
    lines = [
        _("Your data on the portal of %(city)s", city=ground.settings().city.name),
        _("Made on %(moment)s.", moment=clock.now()),
        "",
        _("data.json holds everything, for programs. The folder “tables” holds the same as tables, which open in any "
          "spreadsheet (text in UTF-8, times in UTC). The folder “files” holds your files."),
        _("In tables, a cell that begins with = + - @ or ' has an apostrophe put before it, so that no program takes it "
          "for a formula."),
        _("Left out are fingerprints and keys that protect your account. Your ballots are not here: nobody can tell which "
          "are yours."),
        "",
    ]  # fmt: skip
    for one in kept:
        lines.append(f"tables/{one.name}.csv: {one.about['label']} ({i18n.number(len(one.rows))})")
        said = (str(one.about[what]).rstrip(".") for what in ("purpose", "basis", "kept"))
        lines.append("    " + " ".join(f"{sentence}." for sentence in said))
    return "\r\n".join(lines) + "\r\n"


def erase(payload: dict[str, Any]) -> None:
    """The whole erasure in one transaction; then the files; then its end is written down. Running twice is harmless."""
    with db.write() as s:
        row = s.get(Erasure, payload["id"])
        if row is None or row.state is ErasureState.DONE:
            return
        files = actions_erase.erase(s, row, clock.now())
        stopped = row.state is ErasureState.HELD
    if stopped:
        return
    take_away(files)
    with db.write() as s:
        actions_erase.finish(s.get_one(Erasure, payload["id"]), clock.now())


def take_away(files: Iterable[Path]) -> None:
    """Remove files; those that are gone already are no fault."""
    for path in files:
        path.unlink(missing_ok=True)


def round_of_the_night(_payload: dict[str, Any]) -> None:
    """Delete what is older than it may be, exports of last week, and accounts that nobody used after their notice."""
    _clear_exports()
    for record in actions_erase.dated():
        with db.write() as s:
            count, files = actions_erase.clear_old(s, record, clock.now())
        take_away(files)
        if count:
            log.info("retention", record=record.table, count=count)
    with db.write() as s:
        unused(s)


def _clear_exports() -> None:
    now = clock.now()
    with db.write() as s:
        old = s.query(DataExport).filter(
            DataExport.state == ExportState.READY, DataExport.made_at <= now - rules.EXPORT_LASTS
        )
        gone = [queries_records.export_folder() / row.name for row in old]
        for row in old:
            row.state = ExportState.GONE
        s.flush()
        known = {row[0] for row in s.query(DataExport.name).filter(DataExport.state != ExportState.GONE)}
    take_away(gone)
    if queries_records.export_folder().is_dir():  # what a crash left between the file and its row
        take_away(
            [
                path
                for path in queries_records.export_folder().iterdir()
                if path.name not in known and path.suffix == ".zip"
            ]
        )


def unused(s: Session) -> None:
    """Note which accounts were used; give notice to those unused for nearly two years; erase them 30 days later.
    Staff, and whoever a hold or a restriction stands on, are left alone."""
    now, today = clock.now(), clock.city_now().date()
    seen, known = queries.last_seen(s), queries.uses(s)
    for person_id, _lang in queries.open_accounts(s):
        row = known.get(person_id)
        day = i18n.in_zone(seen[person_id]).date() if person_id in seen else None
        if row is None:
            s.add(AccountUse(person_id=person_id, seen_on=day or today))
        elif day is not None and day > row.seen_on:
            row.seen_on, row.warned_at = day, None
        elif rules.is_unused(row.seen_on, today) and not queries.standing_marks(s, person_id):
            _unused_account(s, row, now)
    s.flush()


def _unused_account(s: Session, row: AccountUse, now: Any) -> None:
    if row.warned_at is None:
        row.warned_at = now
        actions.tell(
            s,
            row.person_id,
            _l("Your account will be erased"),
            _l("Nobody has used your account for nearly two years. It will be erased on %(day)s. To keep it, sign in once.",
               day=i18n.in_zone(now + rules.NOTICE).date()),
        )  # fmt: skip
    elif rules.notice_is_over(row.warned_at, now):
        made = actions_erase.confirm(s, row.person_id, Cause.INACTIVE, now)
        jobs.enqueue(s, actions.ERASE, {"id": made.id}, dedup=f"{actions.ERASE}:{made.id}")
