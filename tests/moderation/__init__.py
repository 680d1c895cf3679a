"""Moderation, tried on a kind of its own: notes on a board."""
