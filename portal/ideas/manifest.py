"""The sign on the door of ideas."""

from portal.base.feature import Feature

FEATURE = Feature(name="ideas", wing=True)
