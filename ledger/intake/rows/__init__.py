"""One row of a table, seen through a profile."""
