"""What the office does with a rulebook itself."""
