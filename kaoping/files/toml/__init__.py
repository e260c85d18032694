"""TOML read strictly: every mistake with its line, all at once."""
