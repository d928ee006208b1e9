"""What is going on: who sends what to which stack, and what is recorded of it since the load began."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, dropwhile, tee
from math import inf

from gevent.pool import Group

from loadtests import schedule
from loadtests.dashboard.manual_flows import probe_of, traffic_of
from loadtests.recorder import Lane, Recorder
from loadtests.scenarios import PROBE, TRAFFIC, Flow
from records.dashboard import DashboardStack, RecordedLoad, UsageSample
from records.load import TargetReading

REMEMBERS_S = 900.0
"""What is recorded of one load: what goes on after that is shown, but no longer in its record."""


class LiveLoad:
    """The lanes of every stack and their recorders; `begin` starts over with another kind of work.

    `guests` are those who send a single request each. Recorders stay open for whoever watches: a request that is sent
    when the record has ended is as good as any.
    """

    def __init__(self, stacks: Sequence[DashboardStack], scenario: str) -> None:
        self.stacks = stacks
        self.guests = Group()
        self.begin(scenario)
        self.closed_at = self.began_at  # nobody has begun a load yet

    @property
    def recording(self) -> bool:
        """Whether what is sent belongs to a record."""
        return self.closed_at == inf

    def begin(self, scenario: str) -> None:
        """Forget what was recorded, and send what this scenario sends from now on."""
        self.scenario = scenario
        self.began_at = time.monotonic()
        self.closed_at = inf
        self.record: list[TargetReading] | None = None
        self.recorders = [Recorder() for _ in self.stacks]
        self.flows = [
            {TRAFFIC: traffic_of(scenario, stack.name), PROBE: probe_of(stack.name)} for stack in self.stacks
        ]
        self._most: dict[tuple[int, str], int] = {}
        self._numbers = [{TRAFFIC: count(), PROBE: count()} for _ in self.stacks]
        for recorder in self.recorders:
            recorder.open(self.began_at, inf)

    def join(self, place: int, kind: str) -> Lane:
        """Return a lane of a stack's traffic or probe, its first request due."""
        flow = self.flows[place][kind]
        lane = Lane(flow, next(self._numbers[place][kind]) % flow.users, place)
        return self.enter(lane)

    def most_users(self, kind: str) -> list[int]:
        """Return how many users of a kind each stack has had at once."""
        return [self._most.get((place, kind), 0) for place in range(len(self.stacks))]

    def enter(self, lane: Lane) -> Lane:
        """Let a lane in whose first request is due at once, or when its schedule says."""
        lane.free_at = time.monotonic()
        lane.times = self._times(lane)
        lane.advance(lane.free_at)
        recorder = self.recorders[lane.target]
        recorder.join(lane)
        at_once = sum(each.flow.name == lane.flow.name for each in recorder.lanes)
        self._most[lane.target, lane.flow.name] = max(
            at_once, self._most.get((lane.target, lane.flow.name), 0)
        )
        return lane

    def leave(self, lane: Lane) -> None:
        """Forget a lane whose user has gone."""
        lanes = self.recorders[lane.target].lanes
        if lane in lanes:
            lanes.remove(lane)

    def close(self) -> None:
        """End the record while users still wait: what has no answer by now counts with its age."""
        if self.recording:
            self.closed_at = time.monotonic()
            self.record = [self._closed(recorder) for recorder in self.recorders]

    def close_in_time(self) -> None:
        """End the record of a load that goes on for longer than is remembered."""
        if time.monotonic() >= self.began_at + REMEMBERS_S:
            self.close()

    def flow(self, place: int) -> Flow:
        """Return what is sent to a stack."""
        return self.flows[place][TRAFFIC]

    def recorded(self, usage: list[UsageSample]) -> RecordedLoad:
        """Return the record of a load that is closed, with what was used meanwhile."""
        names = [stack.name for stack in self.stacks]
        return RecordedLoad(
            scenario=self.scenario,
            began_at=self.began_at,
            closed_at=self.closed_at,
            probes_per_s=self.flows[0][PROBE].rate_per_s or 0.0,
            users=dict(zip(names, self.most_users(TRAFFIC), strict=True)),
            targets=dict(zip(names, self.record or [], strict=True)),
            usage=usage,
        )

    def _closed(self, recorder: Recorder) -> TargetReading:
        """Return what a recorder has, and let it and its lanes go on as if nothing had been asked."""
        lanes = recorder.lanes
        recorder.lanes = [twin(lane) for lane in lanes]
        recorder.open(self.began_at, self.closed_at)
        reading = TargetReading(recorder.close())
        recorder.lanes = lanes
        recorder.open(self.began_at, inf)
        return reading

    def _times(self, lane: Lane) -> Iterator[float] | None:
        if not lane.flow.open_loop:
            return None
        times = (
            self.began_at + offset for offset in schedule.arrivals(lane.flow, lane.index, seed=lane.target)
        )
        return dropwhile(lambda at: at < lane.free_at, times)


def twin(lane: Lane) -> Lane:
    """Return a lane like this one, whose schedule can be read without it."""
    if lane.times is None:
        return replace(lane)
    lane.times, read = tee(lane.times)
    return replace(lane, times=read)
