"""Folkmoot: the portal where a city's people decide and get things done."""
