"""Chain, tree and checkpoints: what shows that a ledger is as it was appended."""
