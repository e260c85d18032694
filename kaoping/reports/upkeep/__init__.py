"""What became of backups, and of the look at a machine, as pages and JSON."""
