"""A ledger's events as columns, and what is kept of them beside it."""
