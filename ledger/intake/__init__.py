"""Files of the outside to facts: tables, profiles, cells, rows."""
