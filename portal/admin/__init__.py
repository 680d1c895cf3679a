"""Admin: the staff's dashboard, the set-up list of an empty city, and screens of the audit record, settings, jobs, mail."""
