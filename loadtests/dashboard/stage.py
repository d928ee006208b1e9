"""What is going on: who sends what to which stack, and what is recorded of it since the load began."""

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, dropwhile
from math import inf

from loadtests import schedule
from loadtests.dashboard.lineup import Entry
from loadtests.dashboard.work import probe_of, traffic_of
from loadtests.recorder import Lane, Recorder
from loadtests.scenarios import PROBE, TRAFFIC, Flow

REMEMBERS_S = 900.0
"""What is recorded of one load; after that the figures of its record stand still."""


class LiveStage:
    """The lanes of every stack and their recorders; `begin` starts over with another kind of work."""

    def __init__(self, stacks: Sequence[Entry], scenario: str) -> None:
        self.stacks = stacks
        self.begin(scenario)

    def begin(self, scenario: str) -> None:
        """Forget what was recorded, and send what this scenario sends from now on."""
        self.scenario = scenario
        self.began_at = time.monotonic()
        self.closed_at = inf
        self.record: list[Mapping[str, object]] | None = None
        self.recorders = [Recorder() for _ in self.stacks]
        self.flows = [
            {TRAFFIC: traffic_of(scenario, stack.name), PROBE: probe_of(stack.name)} for stack in self.stacks
        ]
        self._most: dict[tuple[int, str], int] = {}
        self._numbers = [{TRAFFIC: count(), PROBE: count()} for _ in self.stacks]
        for recorder in self.recorders:
            recorder.open(self.began_at, self.began_at + REMEMBERS_S)

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
        if self.record is None:
            self.closed_at = min(time.monotonic(), self.began_at + REMEMBERS_S)
            for recorder in self.recorders:
                recorder.open(self.began_at, self.closed_at)
            self.record = [recorder.close() for recorder in self.recorders]

    def flow(self, place: int) -> Flow:
        """Return what is sent to a stack."""
        return self.flows[place][TRAFFIC]

    def _times(self, lane: Lane) -> Iterator[float] | None:
        if not lane.flow.open_loop:
            return None
        times = (
            self.began_at + offset for offset in schedule.arrivals(lane.flow, lane.index, seed=lane.target)
        )
        return dropwhile(lambda at: at < lane.free_at, times)
