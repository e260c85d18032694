"""Append, read, prove, take in."""
