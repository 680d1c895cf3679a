"""The sign on the door of papers."""

from __future__ import annotations

from typing import Any

import structlog

from portal.base import clock
from portal.base.feature import (
    Dataset,
    Fate,
    Feature,
    Job,
    Kind,
    Menu,
    Mine,
    Notice,
    PaperKind,
    Record,
    Topic,
)  # fmt: skip
from portal.base.i18n import _l
from portal.base.web import Portal
from portal.notifications.actions_letters import PRINT
from portal.papers import api, commands, jobs, queries, render, render_batch, sign, sign_keys, staff, views
from portal.papers.actions import BATCH, MAKE
from portal.papers.models import Paper

log = structlog.get_logger("portal.papers")


def setup(app: Portal) -> None:
    """The demo makes its certificate authority; a server that cannot make PDFs, or whose key cannot be used, says so at
    its start."""
    here = app.ground
    sign.make_demo_key(here.settings)

    def lacking() -> str:
        named = sign_keys.named(here.settings)
        return render.missing() or (sign_keys.lacks(here.settings, clock.now()) if named else "")

    def ready() -> dict[str, Any]:
        lacks = lacking()
        return {"can_be_made": not lacks, "lacks": lacks}

    here.extra.setdefault("ready", {})["papers"] = ready
    if lacks := lacking():
        log.warning("papers_wait", missing=lacks)
        here.extra.setdefault("greeting", []).append(f"Letters and certificates wait ({lacks}). Everything else works.")


def _everything(_session: Any, _lang: str) -> list[tuple[str, dict[str, Any]]]:
    return [(str(_l("Register of papers")), {})]


FEATURE = Feature(
    name="papers",
    blueprints=[views.bp, api.api, staff.desk],
    plain=[views.plain],
    no_paper={
        "CodeForm": "it checks a paper at once; by telephone the help line does the same",
        "FileForm": "it checks a file",
        "ShownForm": "a setting of one's own paper; a clerk who helps enters it with the person",
    },
    footer=[Menu(_l("Check a paper"), "papers.verify", order=65)],
    staff_menu=[
        Menu(_l("Papers and letters"), "papers_staff.papers", roles=staff.DESK, order=50),
        Menu(_l("Post room"), "papers_staff.post", roles=staff.DESK, order=51),
    ],
    jobs=[
        Job(MAKE, jobs.make, heavy=True),
        Job(BATCH, jobs.batch, heavy=True),
        Job(PRINT, jobs.letters, heavy=True),
        Job("papers.try_waiting", jobs.try_waiting, every=600),
        Job("papers.close_days", jobs.close_days, every=3600),
        Job("papers.sweep", jobs.sweep, every=24 * 3600),
    ],
    kinds=[Kind("paper", Paper, "papers_staff.paper", _l("Paper"))],
    papers=[PaperKind("letter", _l("Letter"), "papers/print/letter.html", "L", roles=staff.DESK)],
    datasets=[
        Dataset(
            "paper-register",
            _l("Register of papers"),
            "papers_api.register_json",
            about=_l("The head of each day, and the numbers of papers that do not count any more. Nobody is named."),
            entries=_everything,
        )
    ],
    topics=[Topic("papers", _l("Letters and certificates"), personal=True, mandate="cases")],
    notices=[
        Notice(
            "papers.ready",
            "papers",
            _l("Your paper is ready: %(title)s"),
            _l("“%(title)s” has the number %(number)s. You can read and download it on your page."),
        )
    ],
    personal=[
        Record(
            table="paper",
            label=_l("Letters and certificates"),
            purpose=_l("To give you papers of the city, and to let others check that they are genuine."),
            basis=_l("Public task of the city (GDPR, article 6(1)(e))."),
            kept=_l(
                "Number and hash for as long as the register exists; the paper itself until you ask to be forgotten."
            ),
            fate=Fate.ANONYMOUS,
            hidden=("code_hash", "code_sealed", "values"),
            blank={"values": None, "lines": [], "shown": [], "title": "", "kept": False, "file": ""},
            files=lambda row: [queries.path_of(row["file"])] if row["file"] else [],
            reason=_l(
                "The number stays, so that the series has no gap and a forged paper can be told from a real one."
            ),
        )
    ],
    mine=[
        Mine(
            "papers",
            _l("Letters and certificates"),
            views.items,
            _l("The city has not given you any paper yet."),
            order=60,
        )
    ],
    cli=[commands.key],
    press=render_batch.press,
    todo=staff.todo,
    steps=staff.steps,
    setup=setup,
)
