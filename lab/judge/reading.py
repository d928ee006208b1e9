"""What one trial brought in, before it is judged."""

import msgspec


class SecondReading(msgspec.Struct, frozen=True):
    """What the load generator recorded of one flow in one second of the window."""

    answers: int
    complete: dict[str, str] = {}


class FlowReading(msgspec.Struct, frozen=True):
    """What the load generator recorded of one flow; histograms are HDR's, in microseconds."""

    answers: int
    errors: dict[str, int]
    censored: int
    complete: dict[str, str]
    unanswered: dict[str, str]
    closed: int = 0
    seconds: list[SecondReading] = []


class LoadReading(msgspec.Struct, frozen=True):
    """What the load generator recorded in its window, and the CPU seconds that it used itself.

    Times are seconds of the monotonic clock.
    """

    opened_at: float
    closed_at: float
    flows: dict[str, FlowReading]
    cpu_s: float = 0.0

    @property
    def window_s(self) -> float:
        """The seconds measured."""
        return self.closed_at - self.opened_at


class Usage(msgspec.Struct, frozen=True):
    """CPU seconds used since the window opened, at a moment of the monotonic clock.

    `machine` is what all cores were busy for; it counts in ticks of 10 ms, the others in nanoseconds.
    """

    at: float
    server: float
    lab: float
    machine: float


class Reading(msgspec.Struct, frozen=True):
    """The load's record, and what was used in the same window, second by second, the window's end last."""

    load: LoadReading
    usage: list[Usage]
    memory_mib: float

    @property
    def used(self) -> Usage:
        """What was used in the whole window."""
        return self.usage[-1]

    @property
    def background_cpu_s(self) -> float:
        """What neither server nor generator nor lab used of the machine, stolen time among it."""
        used = self.used
        return max(0.0, used.machine - used.server - used.lab - self.load.cpu_s)
