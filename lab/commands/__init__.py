"""The verbs of the `lab` command."""
