"""Places: the city's districts, and the venues where people meet."""
