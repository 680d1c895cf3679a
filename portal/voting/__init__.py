"""The urn: rolls, sealed ballots, receipts, the count and its publication.

Words: a *roll entry* is one person entitled in one vote; *participation* says that this entry has voted (channel and
day, nothing more); a *slot* is where the entry's one *sealed ballot* lies, unreadable without the *vote key*; a
*receipt* proves that a ballot was recorded, never what was chosen; the *regulation* is everything that decides the
outcome. A vote knows options with a cost in a pot and copies them when it is prepared; it never knows a project.
"""
