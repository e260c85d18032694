"""What is told of the accounts of a desk: who they are, what was looked at, what waits for a signature."""
