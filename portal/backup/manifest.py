"""Backups have no page: an operator's commands only."""

from portal.backup.commands import COMMANDS
from portal.base.feature import Feature

FEATURE = Feature(name="backup", cli=COMMANDS)
