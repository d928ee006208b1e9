"""When a user of an open loop sends: an absolute schedule, so that a slow answer can't delay the next question.

With N users sharing a rate of R a second, user i sends at start + (i + kN) / R for k = 0, 1, 2, ...: the load as
a whole is evenly spaced. What a stall delays is still timed from its place in the schedule, so nothing of it is
omitted (G. Tene, "How NOT to Measure Latency", on coordinated omission).
"""

from collections.abc import Iterator

from loadtests.scenarios import Flow


def first_firing(flow: Flow, index: int, start: float) -> float:
    """Return when user `index` sends first; a closed loop's users start spread over one wait."""
    if flow.rate_per_s is None:
        return start + flow.waits_s * index / flow.users
    return start + index / flow.rate_per_s


def next_firing(flow: Flow, due_at: float, answered_at: float) -> float:
    """Return when a user sends next: a closed loop at once, an open one at its next place."""
    return answered_at if flow.rate_per_s is None else due_at + period_s(flow)


def period_s(flow: Flow) -> float:
    """Return the seconds between two requests of the same user."""
    return flow.users / _rate(flow)


def firings(flow: Flow, first: float, until: float) -> Iterator[float]:
    """Yield the times from `first` on and before `until` at which a user sends."""
    number = 0
    while (at := first + number * period_s(flow)) < until:
        yield at
        number += 1


def _rate(flow: Flow) -> float:
    if flow.rate_per_s is None:
        raise ValueError(f"{flow.name} is a closed loop: it has no schedule")
    return flow.rate_per_s
