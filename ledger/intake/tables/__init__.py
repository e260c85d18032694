"""Bytes of a file -> tables: a header, and rows with the place they stand at, not understood. What a file is, its content says."""
