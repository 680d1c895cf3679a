"""What pages, casts and counts cost: `./run bench` prints ratios to a frozen bare Flask page of the same run. Never a
timed test: machines differ, ratios hardly."""
