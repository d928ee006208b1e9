"""A run told to people."""
