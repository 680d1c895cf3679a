"""Innovation: what could make the city's work better is tried out small before anybody decides on it for good. A
proposal (of a citizen or of staff) is screened by two people, gets a coach and money from a department's fund, becomes a
pilot with a hypothesis and a stop rule, and ends with a published outcome, failures included. Off unless it is named in
the configuration's wings."""
