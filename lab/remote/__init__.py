"""Stacks and load on other machines."""
