"""Counting: from ballots to an outcome that anyone can repeat.

Pure code: the standard library, and numpy only as an optional speed-up that never changes a byte of the result. It
imports nothing else of the portal. Money is whole numbers of the smallest unit (cents), shares and prices are
fractions; floating point numbers may guess, but every decision they cannot make with a wide margin is made again
exactly.

Words: a *project* has an id and a cost; a *profile* is projects and merged ballots; a *rule* is every parameter of the
count; a *win* is a project with the way it was funded; a *share* is the money that each voter starts with in equal
shares; a *price* is what a supporter pays per unit of utility.
"""
