"""Ideas: a call for ideas, ideas with their supporters and debate, what the city answers, and how an idea comes onto the
ballot. Words: call, idea, support, valuation, official answer, short list."""
