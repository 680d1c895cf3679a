"""The ways in which ballots come in, as words for tables."""

from portal.base.i18n import Text, _l

NAMES: dict[str, Text] = {
    "web": _l("On the web"),
    "desk": _l("At a desk"),
    "paper": _l("On paper"),
    "letter": _l("By letter"),
    "imported": _l("Imported from a file"),
}


def channel_name(channel: str) -> Text | str:
    """The name of a channel; a new one shows its own word."""
    return NAMES.get(channel, channel)
