"""Papers: what the city gives out in writing. A paper has a number without gaps in its series and year, a code that
anyone can check at /verify, a signature, and a place in the public register of the day."""
