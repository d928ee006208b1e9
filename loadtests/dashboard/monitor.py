"""Every second: how each stack is doing, seen by its users and by the agent beside it.

Latencies count from when a request was due. Those of the last five seconds count, and what has no answer yet counts
with its age: a stack that answers nobody shows as a latency that rises, not as an empty chart.
"""

import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import gevent
import numpy as np

from loadtests.agent_client import AgentClient, AgentError
from loadtests.ceilings import ceiling_per_s
from loadtests.dashboard.live_load import LiveLoad
from loadtests.recorder import Lane, Recorder, Tally
from loadtests.scenarios import PROBE, TRAFFIC
from records.dashboard import UsageSample
from records.usage import StackUsage, UsageReport

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
    """One second: its number, when it was, what was sent, and the status of every stack, in their order."""

    number: int
    at: float
    scenario: str
    statuses: list[StackStatus]


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
        counts = len(fresh), errors - self.errors
        self.answers, self.errors = len(tally.samples), errors
        return counts


class Monitor:
    """Watches a load; `history` has the last two minutes, `used` what was used since the load began."""

    def __init__(self, live_load: LiveLoad, agent: AgentClient) -> None:
        self._load = live_load
        self.agent = agent
        self._recorders: Sequence[Recorder] = ()
        self._readers: dict[tuple[int, str], TallyReader] = {}
        self._before: UsageReport | None = None
        self.history: deque[Snapshot] = deque(maxlen=REMEMBERED)
        self.used: list[UsageSample] = []

    def watch(self) -> None:
        """Look once a second, by the clock, for ever."""
        due_at = time.monotonic()
        while True:
            due_at = max(due_at + 1, time.monotonic())
            self.look()
            gevent.sleep(max(0.0, due_at - time.monotonic()))

    def look(self) -> None:
        """Add a moment to the history."""
        self._load.close_in_time()
        if self._recorders is not self._load.recorders:
            self._recorders, self._readers, self.used = self._load.recorders, {}, []
        report = self._asked()
        cores = report.cores_since(self._before) if report else {}
        self._before = report
        now = time.monotonic()
        elapsed_s = now - self.history[-1].at if self.history else 1.0
        statuses = [
            self._status(
                place,
                now,
                elapsed_s,
                cores.get(entry.name),
                report.stacks.get(entry.name) if report else None,
            )
            for place, entry in enumerate(self._load.stacks)
        ]
        number = self.history[-1].number + 1 if self.history else 0
        self.history.append(Snapshot(number, now, self._load.scenario, statuses))

    def since(self, number: int) -> list[Snapshot]:
        """Return the moments from a number on."""
        return [moment for moment in self.history if moment.number >= number]

    def _asked(self) -> UsageReport | None:
        with suppress(AgentError):
            report = self.agent.usage()
            if self._load.recording:
                self.used.append(UsageSample(report, time.process_time()))
            return report
        return None

    def _status(
        self, place: int, now: float, elapsed_s: float, cores: float | None, stack: StackUsage | None
    ) -> StackStatus:
        recorder, flow = self._recorders[place], self._load.flow(place)
        footprint = stack.footprint if stack else None
        fresh_counts = {name: self._read(place, name, now) for name in recorder.tallies}
        users = sum(lane.flow is flow for lane in recorder.lanes)
        stack_slots = self._load.stacks[place].slots
        return StackStatus(
            users=users,
            in_progress=sum(lane.sent_at is not None or lane.holds for lane in recorder.lanes),
            slots=stack_slots.get(flow.waiting),
            throughput_per_s=fresh_counts.get(TRAFFIC, (0, 0))[0] / elapsed_s,
            ceiling_per_s=None if flow.open_loop else ceiling_per_s(replace(flow, users=users), stack_slots),
            errors=sum(errors for _, errors in fresh_counts.values()),
            traffic=self._percentiles(place, TRAFFIC, now),
            probe=self._percentiles(place, PROBE, now),
            cpu_cores=cores,
            memory_mib=footprint.pss_mib if footprint else None,
            threads=footprint.threads if footprint else None,
            alive=stack.alive if stack else None,
        )

    def _read(self, place: int, name: str, now: float) -> tuple[int, int]:
        reader, tally = (
            self._readers.setdefault((place, name), TallyReader()),
            self._recorders[place].tallies[name],
        )
        return reader.read(tally, now, recorded=self._load.recording)

    def _percentiles(self, place: int, name: str, now: float) -> Percentiles | None:
        answered = [seconds for _, seconds in self._readers.get((place, name), TallyReader()).recent]
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
