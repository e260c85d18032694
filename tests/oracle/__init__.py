"""The contract told slowly, sharing no code, and the product held against it."""
