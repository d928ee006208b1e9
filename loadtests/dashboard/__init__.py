"""The dashboard: all stacks loaded at once, by hand, and shown side by side in locust's own web UI.

It shares the locustfile, the flows and the recorder with `lab compare`: the same instrument. But the stacks share the
machine here, so it demonstrates; evidence comes from stacks that are measured one after the other.
"""
