"""Strict reading of TOML: every mistake with its line, all at once."""
