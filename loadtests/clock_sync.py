"""How far the monotonic clock of another machine is ahead.

Ask it for its time and halve the round trip: the answer was made in between, so the error is at most that half. Of
several tries the one with the shortest round trip is kept (F. Cristian, "Probabilistic clock synchronization",
Distributed Computing 3, 1989).
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Exchange:
    """When the other one was asked and had answered, by the own clock, and what its own one `shows`; in seconds."""

    asked_at: float
    shows: float
    answered_at: float

    @property
    def round_trip_s(self) -> float:
        """How long it took."""
        return self.answered_at - self.asked_at


@dataclass(frozen=True)
class Offset:
    """By how many seconds the other clock is ahead of the own, give or take `error_s`."""

    ahead_s: float
    error_s: float


def offset(exchanges: Iterable[Exchange]) -> Offset:
    """Return the offset by the quickest of one or more exchanges."""
    best = min(exchanges, key=lambda exchange: exchange.round_trip_s)
    return Offset(best.shows - (best.asked_at + best.answered_at) / 2, best.round_trip_s / 2)
