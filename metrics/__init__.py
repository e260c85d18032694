"""How it went: rounds, verdicts and tallies, derived from the ledger and nothing else."""
