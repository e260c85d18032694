"""The JSON of the pages, described for programs."""
