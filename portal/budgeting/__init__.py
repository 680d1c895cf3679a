"""Participatory budgets: a budget has pots with money, projects that cost some of it, and dates. Voting keeps its vote.

Words: budget (one round of the city), pot (an amount for the whole city or one district, with the sources of the
money), project (what the money may buy), card (a project as lists show it, one per language), plan (how the vote will
be held).
"""
