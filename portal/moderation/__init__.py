"""Moderation: what people write is reported, looked at, hidden or left, with a statement of reasons that its author can
appeal against. Words: report, queue, decision, statement of reasons, appeal. Every wing hands its content here by kind."""
