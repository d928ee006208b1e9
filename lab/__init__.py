"""The `lab` command: serve the stacks, measure them, judge, and tell."""
