"""Rights: what people may ask about their data, and what the city owes them: access log, export, erasure, requests."""
