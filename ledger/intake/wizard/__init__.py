"""A profile for a table that nobody described: what its headings, cells and words are taken for, and how sure that is."""
