"""The ground floor: database, languages, locks, jobs, mail, files. It knows no feature word and no OIDC."""
