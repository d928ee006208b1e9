"""Starts servers and loads, and reads what they cost: the only part that touches the machine."""
