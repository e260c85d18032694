"""Pages that were drawn before, and need not be drawn again."""
