"""Identity: who somebody is. People, the identities by which providers know them, sign-ins (sessions that live on the
server), staff roles, and facts (district, age yes or no, resident) with their origin."""
