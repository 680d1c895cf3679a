"""Sundhaven, the demo city: who lives there, what it votes on, what its pages say and how its pictures look.

Everything here is data and pure functions: nothing reads the database, the clock or the network. Words: *persona*, a
made-up person that the demo's sign-in offers; *motif*, the kind of scene on a picture; *offset*, days from the day of
the seed, so that the demo's open vote is always open.
"""
