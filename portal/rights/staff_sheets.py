"""Requests about data that come on paper."""

from __future__ import annotations

from typing import Any

from portal.base import db
from portal.base.actor import Actor
from portal.base.feature import Sheet
from portal.base.i18n import Text, _l
from portal.base.verdict import Verdict
from portal.rights import actions, queries_records, register, rules
from portal.rights.forms import PaperAccessForm, PaperQuestionForm, PaperRequestForm
from portal.rights.models import Wish


def _entered(wish: Wish) -> Any:
    def enter(actor: Actor, form: Any, _lang: str) -> tuple[str, int] | Verdict:
        account = actor.person_id is not None
        giver, reach = form.giver.data or "", form.reach.data or ""
        verdict = rules.may_ask_on_paper(account=account, giver=giver, reach=reach)
        if not verdict:
            return verdict
        row = actions.ask(
            actor, wish, form.words.data or "", about=form.about.data if "about" in form else "",
            giver="" if account else giver, reach="" if account else reach,
        )  # fmt: skip
        return "data_request", row.id

    return enter


def _request_form(**given: Any) -> PaperRequestForm:
    form = PaperRequestForm(**given)
    with db.read() as s:
        form.offer(register.records(queries_records.left_behind(s)))
    return form


def _sheet(name: str, label: Text, wish: Wish, form: Any, endpoint: str, **more: Any) -> Sheet:
    return Sheet(name, label, endpoint, form, _entered(wish), account="may", record="data_request", **more)


SHEETS = [
    _sheet("data-access", _l("Ask for a copy of your data"), Wish.ACCESS, PaperAccessForm, "rights.mine", keeps=False),
    _sheet("data-correction", _l("Have data corrected"), Wish.CORRECTION, _request_form, "rights.new",
           args={"wish": "correction"}),
    _sheet("data-restriction", _l("Restrict the use of your data"), Wish.RESTRICTION, _request_form, "rights.new",
           args={"wish": "restriction"}),
    _sheet("data-objection", _l("Object to the use of your data"), Wish.OBJECTION, _request_form, "rights.new",
           args={"wish": "objection"}),
    _sheet("data-question", _l("Ask the data protection officer"), Wish.QUESTION, PaperQuestionForm, "rights.log",
           on="rights.ask"),
]  # fmt: skip

NO_PAPER = {
    "EraseForm": "an erasure is confirmed on a page that shows first what goes; the paper would show nothing. On paper "
    "it is a request that the data protection officer answers",
}
