"""Comments: points for and against, or a thread, on any kind of thing that says so in its manifest. Words: comment,
point, reply, useful."""
