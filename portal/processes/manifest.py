"""The sign on the door of processes: no pages of its own; the things that own a process show it."""

from portal.base.feature import Feature

FEATURE = Feature(name="processes")
