"""What was computed before and need not be again, and what it rested on."""
