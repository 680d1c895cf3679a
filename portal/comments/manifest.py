"""The sign on the door of comments."""

from portal.base.feature import Feature

FEATURE = Feature(name="comments")
