"""Permits and certificates: services of the city, their forms, and the cases that come of them. A case runs on the law's
clock, is decided with reasons, and ends in a paper that anyone can verify."""
