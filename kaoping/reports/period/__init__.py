"""The papers of a period: the printed tables, each unit, the bulletin."""
