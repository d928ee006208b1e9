"""What a load process is told, announces and reports. Times are seconds of the monotonic clock.

A fork server is sent a `StartLocust` and answers with a `LocustStarted`; the locust announces `WorkersArrived` and a
`Window` and writes a `LoadReading`. A master sends its workers
`ClockQuestion`, `WorkerClock` and `WorkerWindow`, they answer with `ClockAnswer` and `WorkerPart`.
"""

import msgspec


class StartLocust(msgspec.Struct, frozen=True):
    """One start: what follows `locust` on its command line, and the file that takes its output."""

    argv: list[str]
    log: str


class LocustStarted(msgspec.Struct, frozen=True):
    """A locust that was forked."""

    pid: int


class WorkersArrived(msgspec.Struct, frozen=True, tag_field="announces", tag="workers"):
    """How many load workers have come so far."""

    count: int


class Window(msgspec.Struct, frozen=True, tag_field="announces", tag="window"):
    """When a load is measured; `first_round` is of targets that take turns."""

    opens_at: float
    closes_at: float
    first_round: int = 0

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.closes_at - self.opens_at


Announcement = WorkersArrived | Window


class SecondReading(msgspec.Struct, frozen=True):
    """What was recorded of a flow in one second of the window, or in one turn: latencies in microseconds, unrounded."""

    answers: int = 0
    complete: dict[str, list[int]] = {}


class FlowReading(msgspec.Struct, frozen=True):
    """What was recorded of one flow; histograms by kind of latency, in HDR's compressed encoding of microseconds.

    `due` counts what an open loop was to send, `bytes` what was read of bodies that don't end in the window, `held`
    the idle connections that stood open at its end, `closed` the connections that the server ended with its answer.
    `trace` has (due, corrected time), in seconds since the window opened.
    """

    answers: int
    errors: dict[str, int]
    censored: int
    complete: dict[str, str]
    unanswered: dict[str, str]
    closed: int = 0
    due: int = 0
    bytes: int = 0
    held: int = 0
    seconds: list[SecondReading] = []
    trace: list[tuple[float, float]] = []


class TargetReading(msgspec.Struct, frozen=True):
    """What one load process recorded of one target; `ceiling_per_s` is what it reached while warming up.

    It is `settled` when every user of a closed loop had been answered once before the window.
    """

    flows: dict[str, FlowReading]
    ceiling_per_s: float = 0.0
    settled: bool = True


class ClockQuestion(msgspec.Struct, frozen=True):
    """A master asks a worker for the time; `asked_at` is of its own clock."""

    asked_at: float


class ClockAnswer(ClockQuestion, frozen=True):
    """What the worker's clock `shows`, on the machine `name`."""

    shows: float
    name: str


class WorkerClock(msgspec.Struct, frozen=True):
    """By how many seconds the clock of a load worker, on the machine `name`, is ahead of its master's, give or take."""

    name: str
    ahead_s: float
    error_s: float


class WorkerUsage(msgspec.Struct, frozen=True):
    """How many cores a load worker used in the window: on average, and in its busiest second.

    `machine_cores` is of all that ran on its machine; `machine` is the same for all that count those alike.
    """

    machine: str
    cores: float
    cores_max: float
    machine_cores: float


class WorkerWindow(msgspec.Struct, frozen=True):
    """The window that a master names for the load of that ticket, in its own clock."""

    ticket: str
    opens_at: float
    closes_at: float


class WorkerPart(msgspec.Struct, frozen=True):
    """What a worker recorded of each target of the load of that ticket; nothing yet where it is but warm.

    `usage` is told by a worker of another machine.
    """

    ticket: str
    targets: list[TargetReading] = []
    usage: WorkerUsage | None = None


class WorkerReading(WorkerUsage, frozen=True):
    """A load worker on another machine, whose clock was known to `clock_error_s`, and what it used in the window."""

    name: str
    clock_error_s: float


class LoadReading(msgspec.Struct, frozen=True):
    """What was recorded in one window: by process, then by target.

    `lost` counts the processes that have no part, though they were to.
    """

    opened_at: float
    closed_at: float
    parts: list[list[TargetReading]]
    workers: list[WorkerReading] = []
    lost: int = 0
