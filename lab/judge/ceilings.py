"""How much is possible at all: with S slots and T seconds of waiting, min(users, S) / T answers a second.

This is Little's law (J. D. C. Little, 1961) with the concurrency that the stack allows. A measurement at its
ceiling has measured this arithmetic, not the server.
"""

from loadtests.scenarios import Flow


def ceiling_per_s(flow: Flow, slots: int | None) -> float | None:
    """Return the answers a second that are possible, `None` where nothing but speed bounds them."""
    if flow.rate_per_s is not None:
        return flow.rate_per_s if not flow.waits_s else min(flow.rate_per_s, _served(flow, slots))
    return _served(flow, slots) if flow.waits_s else None


def _served(flow: Flow, slots: int | None) -> float:
    in_progress = flow.users if slots is None else min(flow.users, slots)
    return in_progress / flow.waits_s
