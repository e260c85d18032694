"""Exports in the formats of other programs, written as they are read."""
