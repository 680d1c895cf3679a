"""Reading this module reads the portal: for the process whose copies the children are."""

from tests import child

child.read_all()
