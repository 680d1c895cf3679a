"""Templates of letters: which fields may stand in them, and how they are filled in. Pure.

A field is a word of the list below in braces, such as {name}. There is nothing else in braces, no condition and no code:
whatever is typed is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from portal.base.i18n import Text, _l
from portal.base.textfield import TextField
from portal.services.models_steps import Use

FIELDS: Mapping[str, Text] = {
    "name": _l("Name of the applicant"),
    "reference": _l("Reference of the case"),
    "service": _l("Name of the service"),
    "filed": _l("Day of filing"),
    "due": _l("Day by which the city decides"),
    "office": _l("Office"),
    "officer": _l("Officer who has the case"),
    "city": _l("Name of the city"),
}
USES: Mapping[Use, Text] = {
    Use.MESSAGE: _l("Message to the applicant"),
    Use.QUESTION: _l("Question to the applicant"),
    Use.HEARING: _l("Question to offices and neighbours"),
}
TEXTS: Mapping[str, TextField] = {
    "subject": TextField(_l("Subject"), 150),
    "body": TextField(_l("Text"), 3_500, needed=True, rows=8),
}
# A hearing's letter goes to others: it says nothing of the applicant by itself.
NOT_IN_HEARING = frozenset({"name", "officer"})
_FIELD = re.compile(r"\{([^{}\n]{0,40})\}")


def fault(text: str, use: Use) -> Text | None:
    """What is wrong with the fields of a template; None where nothing is."""
    for word in _FIELD.findall(text):
        if word not in FIELDS:
            return _l("There is no field {%(word)s}. These are there: %(fields)s.", word=word, fields=_listed(FIELDS))
        if use is Use.HEARING and word in NOT_IN_HEARING:
            return _l("The field {%(word)s} would tell others who applied or who works on it.", word=word)
    rest = _FIELD.sub("", text)
    if "{" in rest or "}" in rest:
        return _l("A brace stands alone. Fields look like this: {name}.")
    return None


def _listed(fields: Mapping[str, Text]) -> str:
    return ", ".join(f"{{{word}}}" for word in fields)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The template with the values of a case; what a value holds is not filled in again. A field without a value becomes
    a dash."""
    return _FIELD.sub(lambda found: values.get(found.group(1)) or "–", text)
