"""Backups, putting them back, and what a machine lacks."""
