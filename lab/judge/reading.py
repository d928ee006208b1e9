"""What one trial brought in, before it is judged."""

import msgspec


class FlowReading(msgspec.Struct, frozen=True):
    """What the load generator recorded of one flow; histograms are HDR's, in microseconds."""

    answers: int
    errors: dict[str, int]
    censored: int
    complete: dict[str, str]
    unanswered: dict[str, str]


class LoadReading(msgspec.Struct, frozen=True):
    """What the load generator recorded in its window; times are seconds of the monotonic clock."""

    opened_at: float
    closed_at: float
    flows: dict[str, FlowReading]

    @property
    def window_s(self) -> float:
        """The seconds measured."""
        return self.closed_at - self.opened_at


class Reading(msgspec.Struct, frozen=True):
    """The load's record, and what the server's process tree used in the same window."""

    load: LoadReading
    cpu_s: float
    memory_mib: float
