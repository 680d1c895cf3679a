"""Audit: the append-only record of who did what, for whom, and what it was before and after."""
