"""Verbs that change budgets, pots, projects and the plan of the vote. Each asks rules and leaves an audit line."""
