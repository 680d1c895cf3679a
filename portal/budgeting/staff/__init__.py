"""The back office of budgets: one module per kind of work, all on one blueprint."""
