"""File formats: files read as relations, and written."""
