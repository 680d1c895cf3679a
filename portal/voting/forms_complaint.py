"""What people write about a result, and what the city answers."""

from __future__ import annotations

from portal.base import fields as f
from portal.base import ground, texts
from portal.base.i18n import _l
from portal.moderation.forms_guard import Guarded
from portal.voting.rules_complaint import LONGEST, SHORTEST, UPHELD


class ComplaintForm(Guarded, f.Form):
    """A complaint about a provisional result."""

    words = f.LongText(
        _l("What is wrong with the result?"),
        [f.required(_l("Describe what is wrong.")), f.length(max=LONGEST)],
        hint=_l("In any language. Say what you have seen or counted. Do not say whom you voted for."),
    )
    name = f.Text(
        _l("Your name"),
        [f.required(_l("Enter your name.")), f.length(max=120)],
        hint=_l("It is not published."),
        attributes={"autocomplete": "name"},
    )
    contact = f.Text(
        _l("How can we reach you? (optional)"),
        [f.optional(), f.length(max=200)],
        hint=_l("E-mail, telephone or address. With the reference number you also find the answer here."),
    )


def answer_form() -> type[f.Form]:
    """The officer's answer; its language is one of the site's."""

    class AnswerForm(f.Form):
        upheld = f.Radios(
            _l("Was the complaint right?"),
            [f.required(_l("Choose whether it was right."))],
            choices=[("yes", UPHELD[True]), ("no", UPHELD[False])],
        )
        words = f.LongText(
            _l("Answer"),
            [f.required(_l("Write the answer.")), f.length(min=SHORTEST, max=LONGEST)],
            hint=_l(
                "Everybody reads it. Name nobody. Say what was looked at, what was found, and what follows from it."
            ),
        )
        language = f.Select(_l("Language of the answer"), choices=texts.languages(ground.settings().languages))

    return AnswerForm
