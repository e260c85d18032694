"""The JSON of the desk, asked whatever its description allows and does not."""
