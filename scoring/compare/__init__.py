"""What moved between two scorings, and what moved it."""
