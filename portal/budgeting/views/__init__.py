"""The public pages of budgets."""
