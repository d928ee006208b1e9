"""Where users play: the level's places, a recorder for each target, and when the window opens."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice, takewhile
from math import inf

from gevent.event import Event

from loadtests import schedule
from loadtests.recorder import Lane, Recorder
from loadtests.scenarios import CEILING, Flow, Level
from loadtests.schedule import Turns

Place = tuple[Flow, int, int]

SLOWEST_PER_S = 1.0
CEILING_S = 1.5  # how long a ceiling is measured while warming up


class LevelRun:
    """One process's share of a load: every `parts`-th place of the level on each target, from `part` on."""

    def __init__(self, level: Level, hosts: Sequence[str], seed: int = 0) -> None:
        self.level = level
        self.hosts = hosts
        self.seed = seed
        self.turns = Turns(len(hosts), seed) if level.turns else None
        self.recorders = [Recorder(self.turns) for _ in hosts]
        self.started_at = 0.0
        self.ceiling_per_s = 0.0
        self.opened = Event()
        self.was_settled = False
        self.share(0, 1)

    def share(self, part: int, parts: int) -> None:
        """Hand out every `parts`-th place only; alone, users beyond the last place start over."""
        places = [
            (flow, index, target)
            for target in range(len(self.hosts))
            for flow in self.level.flows
            for index in range(flow.users)
        ]
        self.places: Iterator[Place] = islice(places, part, None, parts) if parts > 1 else cycle(places)
        self.users = len(places[part::parts])

    def share_nothing(self) -> None:
        """Hand out no place at all."""
        self.places, self.users = iter(()), 0

    def take_place(self) -> Lane | None:
        """Return a lane in the next place, `None` when all are taken."""
        place = next(self.places, None)
        if place is None:
            return None
        lane = Lane(*place)
        self.recorders[lane.target].join(lane)
        return lane

    @property
    def lanes(self) -> list[Lane]:
        """The lanes on all targets."""
        return [lane for recorder in self.recorders for lane in recorder.lanes]

    @property
    def opens_at(self) -> float:
        """When the window opens; infinitely late before that is known."""
        return self.recorders[0].opens_at

    @property
    def closes_at(self) -> float:
        """When the window closes; infinitely late before that is known."""
        return self.recorders[0].closes_at

    def open(self, opens_at: float, closes_at: float) -> None:
        """Set the window, and let in who waits for it."""
        self.was_settled = self.settled()
        for recorder in self.recorders:
            recorder.open(opens_at, closes_at)
        self.opened.set()

    def begin(self, lane: Lane) -> None:
        """Let a lane's first request be due; a flow that starts within the window waits for its opening."""
        flow = lane.flow
        if flow.of_ceiling is not None:
            self.opened.wait()
            lane.flow = flow = replace(
                flow, rate_per_s=max(flow.of_ceiling * self.ceiling_per_s, SLOWEST_PER_S)
            )
        if flow.rate_per_s is None:
            lane.due_at = schedule.first_firing(flow, lane.index, self.started_at)
        else:
            lane.times = self._times(lane)
            lane.advance(0.0)

    def ends_at(self, lane: Lane) -> float:
        """Return when a lane sends no more."""
        to_s = lane.flow.to_s
        return self.closes_at if to_s is None else min(self.opens_at + to_s, self.closes_at)

    def _times(self, lane: Lane) -> Iterator[float]:
        flow = lane.flow
        start = (
            self.started_at
            if flow.from_s is None and flow.to_s is None
            else self.opens_at + (flow.from_s or 0.0)
        )
        offsets = schedule.arrivals(flow, lane.index, self.seed)
        if self.turns is not None:
            offsets = (self.turns.placed(lane.target, offset) for offset in offsets)
        return takewhile(lambda at: at < self.ends_at(lane), (start + offset for offset in offsets))

    def window_from(self, moment: float, window_s: float) -> tuple[float, float]:
        """Return the first window that opens at `moment` or later.

        Targets that take turns start with a round, and a server with a rhythm is measured over whole periods.
        """
        if period_s := self.level.period_s:
            moment = period_s * (-(-(moment - period_s / 2) // period_s) + 0.5)
        if self.turns is None:
            return moment, moment + window_s
        round_s = self.turns.round_s
        opens_at = self.started_at + round_s * -(-(moment - self.started_at) // round_s)
        return opens_at, opens_at + round_s * round(window_s / self.turns.turn_s)

    def round_at(self, moment: float) -> int:
        """Return which round of turns begins at a moment, 0 where there are none."""
        return 0 if self.turns is None else self.turns.round_at(moment - self.started_at)

    def settled(self) -> bool:
        """Tell whether every user of a closed loop has been answered once: a queue has then filled up.

        Whoever holds a connection counts as answered when it stands, or won't any more; whoever downloads with the
        first byte.
        """
        lanes = self.lanes
        waited_for = [lane for lane in lanes if not lane.flow.open_loop]
        return len(lanes) >= self.users and all(lane.answers or lane.last_chunk_at for lane in waited_for)

    def ceiling_answers(self) -> int:
        """Return how often users who measure the ceiling have been answered."""
        return sum(lane.answers for lane in self.lanes if lane.flow.name == CEILING)

    @property
    def measures_ceiling(self) -> bool:
        """Whether a flow's rate is a multiple of the ceiling."""
        return any(flow.of_ceiling is not None for flow in self.level.flows)

    def over(self, lane: Lane) -> bool:
        """Tell whether a lane is done."""
        return lane.due_at == inf or time.monotonic() >= self.ends_at(lane)
