"""The sign on the door of comments."""

from portal.base.feature import Feature
from portal.comments.models import Comment

FEATURE = Feature(name="comments")
