"""Every second: how each stack is doing, seen by its users and by the agent beside it.

Latencies count from when a request was due. Those of the last five seconds count, and what has no answer yet counts
with its age: a stack that answers nobody shows as a latency that rises, not as an empty chart.
"""

import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import gevent
import numpy as np

from loadtests.dashboard.agent_client import Agent, AgentError, StackUsage, UsageReport
from loadtests.dashboard.live_load import LiveLoad
from loadtests.recorder import Lane, Recorder, Tally
from loadtests.scenarios import PROBE, TRAFFIC, Flow

REMEMBERED = 120
RECENT_S = 5.0


@dataclass(frozen=True)
class Percentiles:
    """A median and a 99th percentile, in milliseconds."""

    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class StackStatus:
    """How one stack is doing: counts, rates a second, cores and MiB; `None` where nobody knows."""

    users: int
    in_progress: int
    slots: int | None
    throughput_per_s: float
    ceiling_per_s: float | None
    errors: int
    traffic: Percentiles | None
    probe: Percentiles | None
    cpu_cores: float | None
    memory_mib: float | None
    threads: int | None
    alive: bool | None


@dataclass(frozen=True)
class Snapshot:
    """One second: its number, when it was, what was sent, and the lot of every stack, in their order."""

    number: int
    at: float
    scenario: str
    lots: list[StackStatus]


@dataclass
class TallyReader:
    """What has been read of a tally so far: how many answers and errors, and the latest answers.

    A tally that nobody records is emptied by reading.
    """

    answers: int = 0
    errors: int = 0
    recent: deque[tuple[float, float]] = field(default_factory=deque)

    def read(self, tally: Tally, now: float, *, recorded: bool) -> tuple[int, int]:
        """Return how many answers and errors came since the last time."""
        fresh = tally.samples[self.answers :]
        self.recent += [(answered, sent - due + service) for answered, due, _, sent, service in fresh]
        while self.recent and self.recent[0][0] < now - RECENT_S:
            self.recent.popleft()
        if not recorded:
            tally.samples.clear()
        errors = sum(tally.errors.values())
        came = len(fresh), errors - self.errors
        self.answers, self.errors = len(tally.samples), errors
        return came


@dataclass(frozen=True)
class Used:
    """What the agent told at one moment, and the CPU seconds that the load generator had used by then."""

    report: UsageReport
    generator_s: float


class Monitor:
    """Watches a live_load; `history` has the last two minutes, `used` what was used since the load began."""

    def __init__(self, live_load: LiveLoad, agent: Agent) -> None:
        self._stage = live_load
        self._agent = agent
        self._recorders: Sequence[Recorder] = ()
        self._seen: dict[tuple[int, str], TallyReader] = {}
        self._before: UsageReport | None = None
        self.history: deque[Snapshot] = deque(maxlen=REMEMBERED)
        self.used: list[Used] = []

    def watch(self) -> None:
        """Look once a second, by the clock, for ever."""
        due_at = time.monotonic()
        while True:
            due_at = max(due_at + 1, time.monotonic())
            self.look()
            gevent.sleep(max(0.0, due_at - time.monotonic()))

    def look(self) -> None:
        """Add a moment to the history."""
        self._stage.close_in_time()
        if self._recorders is not self._stage.recorders:
            self._recorders, self._seen, self.used = self._stage.recorders, {}, []
        report = self._asked()
        cores = report.cores_since(self._before) if report else {}
        self._before = report
        now = time.monotonic()
        elapsed_s = now - self.history[-1].at if self.history else 1.0
        lots = [
            self._lot(
                place,
                now,
                elapsed_s,
                cores.get(entry.name),
                report.stacks.get(entry.name) if report else None,
            )
            for place, entry in enumerate(self._stage.stacks)
        ]
        number = self.history[-1].number + 1 if self.history else 0
        self.history.append(Snapshot(number, now, self._stage.scenario, lots))

    def since(self, number: int) -> list[Snapshot]:
        """Return the moments from a number on."""
        return [moment for moment in self.history if moment.number >= number]

    def _asked(self) -> UsageReport | None:
        with suppress(AgentError):
            report = self._agent.usage()
            if self._stage.recording:
                self.used.append(Used(report, time.process_time()))
            return report
        return None

    def _lot(
        self, place: int, now: float, elapsed_s: float, cores: float | None, told: StackUsage | None
    ) -> StackStatus:
        recorder, flow = self._recorders[place], self._stage.flow(place)
        came = {name: self._read(place, name, now) for name in recorder.tallies}
        users = sum(lane.flow is flow for lane in recorder.lanes)
        slots = self._stage.stacks[place].slots.get(flow.waiting)
        return StackStatus(
            users=users,
            in_progress=sum(lane.sent_at is not None or lane.holds for lane in recorder.lanes),
            slots=slots,
            throughput_per_s=came.get(TRAFFIC, (0, 0))[0] / elapsed_s,
            ceiling_per_s=ceiling(flow, users, slots),
            errors=sum(errors for _, errors in came.values()),
            traffic=self._percentiles(place, TRAFFIC, now),
            probe=self._percentiles(place, PROBE, now),
            cpu_cores=cores,
            memory_mib=told.footprint.pss_mib if told else None,
            threads=told.footprint.threads if told else None,
            alive=told.alive if told else None,
        )

    def _read(self, place: int, name: str, now: float) -> tuple[int, int]:
        seen, tally = (
            self._seen.setdefault((place, name), TallyReader()),
            self._recorders[place].tallies[name],
        )
        return seen.read(tally, now, recorded=self._stage.recording)

    def _percentiles(self, place: int, name: str, now: float) -> Percentiles | None:
        answered = [seconds for _, seconds in self._seen.get((place, name), TallyReader()).recent]
        lanes = [lane for lane in self._recorders[place].lanes if lane.flow.name == name and lane.flow.ends]
        every = [*answered, *(age for lane in lanes for age in ages(lane, now))]
        if not every:
            return None
        p50, p99 = (1000 * np.percentile(every, [50, 99])).round(3).tolist()
        return Percentiles(p50, p99)


def ages(lane: Lane, now: float) -> list[float]:
    """Return how long each request of a lane has been due that has no answer; those behind the first by their mean."""
    if lane.due_at >= now:
        return []
    first = now - lane.due_at
    if not lane.flow.rate_per_s:
        return [first] if lane.sent_at is not None else []
    each_s = lane.flow.users / lane.flow.rate_per_s
    return [first - each_s * number for number in range(1 + int(first / each_s))]


def ceiling(flow: Flow, users: int, slots: int | None) -> float | None:
    """Return the answers a second that these users can have, `None` where only speed bounds them."""
    if flow.rate_per_s is not None or not flow.waits_s or not flow.ends:
        return None
    return (users if slots is None else min(users, slots)) / flow.waits_s
