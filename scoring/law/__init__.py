"""What the rules say, as data, and the exact numbers they are counted in."""
