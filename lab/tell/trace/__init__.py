"""A trace told to people."""
