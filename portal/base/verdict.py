"""The answer of a rule: yes, or no with a sentence for the person."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base.i18n import Text


@dataclass(frozen=True, slots=True)
class Verdict:
    """Truthy for yes. A no carries the reason and, where there is one, what the person can do next."""

    ok: bool
    reason: Text | None = None
    next: Text | None = None

    def __bool__(self) -> bool:
        return self.ok


YES = Verdict(True)


def no(reason: Text, next: Text | None = None) -> Verdict:
    """A refusal with its sentence."""
    return Verdict(False, reason, next)


class Denied(Exception):
    """An act that the rules do not allow; the verdict has the sentence."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason.msgid if verdict.reason else "refused")
        self.verdict = verdict
