"""Why: one ticket, one unit."""
