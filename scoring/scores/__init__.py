"""Points: evidence, sheets, shares, years."""
