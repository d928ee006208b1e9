"""The environment variables by which the lab tells a server's app what to do."""

BRIDGE_POOL = "LAB_BRIDGE_POOL"
"""How many threads the pool of a bridge from WSGI to ASGI has."""

TRACE_FILE = "LAB_TRACE"
"""The file that a traced app appends its `records.trace.JournalLine`s to."""

NOTES_FILE = "LAB_NOTES"
"""The file that an app appends its `records.experiment.Note`s to."""
