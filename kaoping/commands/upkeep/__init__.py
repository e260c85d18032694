"""Commands that keep an office's files: backups, putting one back, and what a machine lacks."""
