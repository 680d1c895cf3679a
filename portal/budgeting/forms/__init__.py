"""What people fill in: the ballot, the filters of the project list, and the forms of the staff area."""
