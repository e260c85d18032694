"""Stories, tables, laws and goldens."""
