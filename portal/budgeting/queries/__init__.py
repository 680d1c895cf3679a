"""What the pages of budgets read, fully loaded, in a fixed number of selects."""
