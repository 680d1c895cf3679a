"""Open data: the catalogue of everything the features publish, for people and for programs."""
