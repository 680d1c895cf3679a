"""The demo city's doors."""

from portal.base.feature import Feature
from portal.demo.commands import COMMANDS
from portal.demo.oidc import mount
from portal.demo.views import bar, pages, plain

FEATURE = Feature(name="demo", blueprints=[pages], plain=[plain], cli=COMMANDS, page=bar, setup=mount)
