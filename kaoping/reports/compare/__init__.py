"""What moved, and what would: versions of a period, suppositions, appeals."""
