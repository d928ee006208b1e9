"""How much is possible at all: with S slots and T seconds of waiting, min(users, S) / T answers a second.

This is Little's law (J. D. C. Little, 1961) with the concurrency that the stack allows. A measurement at its
ceiling has measured this arithmetic, not the server.
"""

from collections.abc import Mapping

from loadtests.scenarios import Flow

Slots = Mapping[str, int | None]


def ceiling_per_s(flow: Flow, slots: Slots) -> float | None:
    """Return the answers a second that are possible, `None` where nothing but speed bounds them.

    `slots` are by the way in which the app waits, `None` where nothing bounds them.
    """
    if not flow.ends or flow.of_ceiling is not None:
        return None
    if flow.rate_per_s is not None:
        return flow.rate_per_s if not flow.waits_s else min(flow.rate_per_s, _served(flow, slots))
    return _served(flow, slots) if flow.waits_s else None


def queue_s(flow: Flow, slots: Slots) -> float:
    """Return how long it takes until every user of a closed loop has been answered once."""
    if flow.open_loop or not flow.ends or not flow.waits_s:
        return 0.0
    return flow.users / _served(flow, slots)


def concurrency(flow: Flow, slots: Slots) -> int:
    """Return how many of a flow's requests can be in progress at once."""
    bound = slots.get(flow.waiting)
    return flow.users if bound is None else min(flow.users, bound)


def _served(flow: Flow, slots: Slots) -> float:
    return concurrency(flow, slots) / flow.waits_s
