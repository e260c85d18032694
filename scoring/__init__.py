"""What the rules say: points, and why."""
