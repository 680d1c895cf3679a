"""What people and moderators fill in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request

from portal.base import fields as f
from portal.base import ground, i18n, texts
from portal.base.i18n import Text, _l
from portal.moderation import rules
from portal.moderation.forms_guard import Guarded
from portal.moderation.models import Act, Extent, Ground, Outcome, Reason
from portal.moderation.queries_list import Page
from portal.moderation.rules import Statement

LONGEST = 4000


class ReportForm(Guarded, f.Form):
    """A report of a text."""

    reason = f.Radios(
        _l("What is wrong with it?"),
        [f.required(_l("Choose what is wrong."))],
        coerce=Reason,
        choices=list(rules.REASONS.items()),
    )
    words = f.LongText(
        _l("What should the moderators know? (optional)"),
        [f.length(max=2000)],
        hint=_l("In any language. Tell no private things of others."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Another reason has to be told."""
        if not super().validate(extra_validators):
            return False
        if self.reason.data == Reason.OTHER and not (self.words.data or "").strip():
            self.words.errors = [str(_l("Describe what is wrong."))]
            return False
        return True


def _languages() -> Sequence[f.Choice]:
    return texts.languages(ground.settings().languages)


class StatementForm(f.Form):
    """A decision with its statement of reasons."""

    act = f.Radios(_l("What do you decide?"), [f.required(_l("Choose what you decide."))])
    ground = f.Radios(
        _l("What was broken?"),
        [f.optional()],
        choices=[(Ground.RULE, _l("A house rule")), (Ground.LAW, _l("A law"))],
        hint=_l("Not needed where nothing was broken."),
    )
    rule = f.Select(_l("House rule"), [f.optional()], blank=_l("None"))
    law = f.Text(_l("Law and paragraph"), [f.optional(), f.length(max=200)])
    phrase = f.Select(
        _l("The facts, in set words"),
        [f.optional()],
        choices=list(rules.PHRASES.items()),
        blank=_l("Choose"),
        hint=_l("The author reads them in a language of their own."),
    )
    facts = f.LongText(_l("More about the facts (optional)"), [f.length(max=LONGEST)])
    facts_lang = f.Select(_l("Language in which you wrote this"), [f.optional()])
    extent = f.Radios(_l("What the decision reaches"), [f.optional()], choices=list(rules.EXTENTS.items()))
    days = f.Whole(
        _l("For how many days? (optional)"),
        [f.optional()],
        hint=_l("Empty: until further notice. A suspension needs a number."),
        attributes={"maxlength": "3"},
    )
    automated = f.YesNo(_l("The portal itself had set the text aside (by automated means)"))
    version = f.Hidden()
    seen = f.Hidden()

    def offer(self, page: Page) -> StatementForm:
        """Fill in what can be done with this thing, and what is known of it."""
        self.act.choices = [(act, rules.ACTS[act]) for act in page.acts]
        self.rule.choices = [(one.name, f"{n}. {one.title}") for n, one in enumerate(rules.RULES.values(), 1)]
        self.facts_lang.choices = _languages()
        if not self.is_submitted():
            self.version.data, self.seen.data = str(page.row.version), page.digest
            self.facts_lang.data, self.extent.data = i18n.lang(), Extent.WHOLE
            self.automated.data = page.row.held in rules.BY_MACHINE
        return self

    def told(self, page: Page) -> Statement | None:
        """What was filled in, if it is whole; errors stand at the fields otherwise."""
        if not self.validate():
            return None
        act = Act(self.act.data)
        broken = Ground(self.ground.data) if self.ground.data else Ground.NONE
        if act is Act.RESTORE and broken is Ground.NONE:
            broken = Ground.RULE
        texts = {name: request.form.get(f"text-{name}", old).replace("\r\n", "\n") for name, old in page.texts.items()}
        said = Statement(
            act=act,
            ground=broken,
            reference=(self.law.data if broken is Ground.LAW else self.rule.data) or "",
            phrase=self.phrase.data or "",
            facts=self.facts.data or "",
            facts_lang=self.facts_lang.data or i18n.lang(),
            extent=Extent.ACCOUNT if act is Act.SUSPEND else Extent(self.extent.data or Extent.WHOLE),
            days=self.days.data,
            automated=bool(self.automated.data),
            texts=texts if texts != {n: old.replace("\r\n", "\n") for n, old in page.texts.items()} else None,
        )
        return said if self._whole(rules.faults(said)) else None

    def _whole(self, faults: dict[str, Text]) -> bool:
        for name, sentence in faults.items():
            self[name].errors = [str(sentence)]
        return not faults


class BulkForm(f.Form):
    """One act with one reason for many things."""

    act = f.Radios(
        _l("With all that are ticked"),
        [f.required(_l("Choose what you decide."))],
        choices=[
            (Act.HIDE, _l("Hide them as advertising (house rule %(n)s)", n=rules.rule_number("spam"))),
            (Act.DISMISS, _l("Leave or show them: no rule was broken")),
        ],
    )
    facts = f.LongText(
        _l("What they have in common"),
        [f.length(max=LONGEST)],
        hint=_l("Every author reads this one reason. It is needed where you hide."),
    )
    facts_lang = f.Select(_l("Language in which you wrote this"), [f.optional()])

    def offer(self) -> BulkForm:
        """Fill in the languages."""
        self.facts_lang.choices = _languages()
        if not self.is_submitted():
            self.facts_lang.data = i18n.lang()
        return self

    def told(self) -> Statement | None:
        """What was filled in, if it is whole."""
        if not self.validate():
            return None
        lang = self.facts_lang.data or i18n.lang()
        if Act(self.act.data) is Act.DISMISS:
            return Statement(Act.DISMISS, facts=self.facts.data or "", facts_lang=lang)
        if not (self.facts.data or "").strip():
            self.facts.errors = [str(_l("Say what they have in common."))]
            return None
        return Statement(Act.HIDE, Ground.RULE, "spam", "spam", self.facts.data or "", lang)


class AppealForm(f.Form):
    """An appeal. One click is enough; words may be added."""

    words = f.LongText(
        _l("Why do you think the decision is wrong? (optional)"),
        [f.length(max=LONGEST)],
        hint=_l("In any language. You can also appeal without a word."),
    )


class AppealDecisionForm(f.Form):
    """The decision on an appeal."""

    outcome = f.Radios(
        _l("Your decision"),
        [f.required(_l("Choose your decision."))],
        choices=list(rules.OUTCOMES.items()),
        coerce=Outcome,
    )
    reasons = f.LongText(
        _l("Your reasons"),
        [f.required(_l("Give your reasons.")), f.length(max=LONGEST)],
        hint=_l("The author reads this."),
    )
    reasons_lang = f.Select(_l("Language in which you wrote this"), [f.optional()])

    def offer(self) -> AppealDecisionForm:
        """Fill in the languages."""
        self.reasons_lang.choices = _languages()
        if not self.is_submitted():
            self.reasons_lang.data = i18n.lang()
        return self


class QueueFilters(f.GetForm):
    """What to show of the queue."""

    kind = f.Select(_l("Kind"), [f.optional()], blank=_l("Every kind"))
    state = f.Select(
        _l("State"),
        [f.optional()],
        choices=[("open", _l("Waits")), ("held", _l("Waits, and is not shown yet")), ("decided", _l("Decided"))],
    )
    reason = f.Select(_l("Reason"), [f.optional()], choices=list(rules.REASONS.items()), blank=_l("Every reason"))
    days = f.Select(
        _l("In the queue"),
        [f.optional()],
        choices=[("1", _l("Longer than a day")), ("7", _l("Longer than a week"))],
        blank=_l("However long"),
    )
    claimed = f.Select(
        _l("Claimed"),
        [f.optional()],
        choices=[("free", _l("By nobody")), ("mine", _l("By me")), ("others", _l("By colleagues"))],
        blank=_l("All"),
    )
    language = f.Select(_l("Language"), [f.optional()], blank=_l("Every language"))
    sort = f.Select(
        _l("Order"),
        [f.optional()],
        choices=[
            ("oldest", _l("Oldest first")),
            ("reports", _l("Most reports first")),
            ("likely", _l("Like advertising first")),
        ],
    )


class RulesForm(f.Form):
    """What the city adds to the house rules, in one language."""

    body = f.LongText(
        _l("Text"),
        [f.length(max=20000)],
        hint=_l("Markdown: # begins a heading, * a list item, [words](address) makes a link."),
    )
