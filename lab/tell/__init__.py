"""A run told to people: pure functions from a saved run to text."""
