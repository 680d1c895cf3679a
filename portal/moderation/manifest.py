"""The sign on the door of moderation."""

from portal.base.feature import Feature

FEATURE = Feature(name="moderation")
