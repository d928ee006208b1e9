"""What is kept of the load on one target: counts, and latencies in HDR histograms, over exactly one window.

Times are seconds of the monotonic clock, which all processes of a machine share; histograms hold microseconds,
1 to 10 minutes, at three significant digits. For each request there are

- service time: from sending to the last byte;
- corrected time: from the moment it was due, which a stalled server or generator delays;
- lag: from the moment it was due and its user free to sending; what the generator itself adds.

A request without an answer when the window closes is censored: its age then is a lower bound of its time.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

from loadtests.scenarios import Flow
from loadtests.schedule import Turns
from records.load import FlowReading, SecondReading

LONGEST_US = 600_000_000
KINDS = ("service", "corrected", "lag", "first_byte", "gap")
KINDS_BY_SECOND = frozenset({"corrected", "first_byte"})


@dataclass(slots=True)
class Lane:
    """One user's place in a flow, and the request it is busy with; an open loop's `times` say when it is due."""

    flow: Flow
    index: int
    target: int = 0
    times: Iterator[float] | None = None
    due_at: float = 0.0
    free_at: float = 0.0
    sent_at: float | None = None
    last_chunk_at: float | None = None
    answers: int = 0
    holds: bool = False

    def advance(self, now: float) -> None:
        """Let the next request be due: a closed loop's at once, an open one's when its schedule says."""
        self.due_at = now if self.times is None else next(self.times, inf)

    def overdue(self, now: float) -> Iterator[float]:
        """Yield when each request was due that has no answer yet: the one sent, then those behind it."""
        if self.times is None:
            yield from [self.due_at] if self.sent_at is not None else []
            return
        while self.due_at < now:
            yield self.due_at
            self.advance(now)


@dataclass
class Second:
    """What came of one flow in one second of the window, or in one turn, while it is added up."""

    answers: int = 0
    complete: dict[str, list[int]] = field(default_factory=dict)


def histograms() -> dict[str, HdrHistogram]:
    """Return an empty histogram for each kind of latency."""
    return {kind: HdrHistogram(1, LONGEST_US, 3) for kind in KINDS}


Sample = tuple[float, float, float, float, float]  # when answered, due, free and sent, and the service time


@dataclass
class Tally:
    """What came of one flow in the window, while it is added up; `reading` says what each count means."""

    answers: int = 0
    closed: int = 0
    due: int = 0
    bytes: int = 0
    held: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    censored: int = 0
    complete: dict[str, HdrHistogram] = field(default_factory=histograms)
    unanswered: dict[str, HdrHistogram] = field(default_factory=histograms)
    seconds: list[Second] = field(default_factory=list)
    trace: list[tuple[float, float]] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    def reading(self) -> FlowReading:
        """Return what has been added up, histograms in HDR's own compressed encoding."""
        return FlowReading(
            answers=self.answers,
            errors=dict(self.errors),
            censored=self.censored,
            complete={kind: h.encode().decode() for kind, h in self.complete.items()},
            unanswered={kind: h.encode().decode() for kind, h in self.unanswered.items()},
            closed=self.closed,
            due=self.due,
            bytes=self.bytes,
            held=self.held,
            seconds=[SecondReading(second.answers, second.complete) for second in self.seconds],
            trace=self.trace,
        )


class Recorder:
    """Keeps what happens from `opens_at` until `closes_at`; before `open` it only counts answers.

    While the window is open an answer is but noted: histograms are made of the notes when it has closed.

    Where targets take turns, what belongs to a second else belongs to the round in which the request was due.
    """

    def __init__(self, turns: Turns | None = None) -> None:
        self.lanes: list[Lane] = []
        self.tallies: dict[str, Tally] = {}
        self.opens_at = self.closes_at = inf
        self.turns = turns

    def open(self, opens_at: float, closes_at: float) -> None:
        """Set the window; what happens outside it leaves no trace in the tallies."""
        self.opens_at, self.closes_at = opens_at, closes_at

    def join(self, lane: Lane) -> None:
        """Add a user's lane."""
        self.lanes.append(lane)
        self.tallies.setdefault(lane.flow.name, Tally())

    def sent(self, lane: Lane, now: float) -> None:
        """Note that the request went out."""
        lane.sent_at = now

    def chunk(self, lane: Lane, now: float) -> None:
        """Note a chunk of a stream: the first byte, or the gap since the chunk before."""
        before, lane.last_chunk_at = lane.last_chunk_at, now
        if not self._within(now) or lane.sent_at is None:
            return
        if before is None:
            self._keep(lane, now, "first_byte", now - lane.sent_at)
        else:
            self._keep(lane, now, "gap", now - before)

    def received(self, lane: Lane, now: float, count: int) -> None:
        """Note so many bytes of a body that doesn't end in the window."""
        if self._within(now):
            self.tallies[lane.flow.name].bytes += count

    def holds(self, lane: Lane, *, open_: bool) -> None:
        """Note that the lane's idle connection stands open, or doesn't: it was closed, or never stood.

        Either is its answer; the end of a connection that stood is none.
        """
        lane.answers += open_ or not lane.holds
        lane.holds = open_

    def answered(
        self, lane: Lane, now: float, service_s: float, error: str | None, *, closes: bool = False
    ) -> None:
        """Note that the request got its last byte, or failed with an `error` of that kind.

        `closes` says that the server ended the connection with its answer.

        When the window has closed the lane stays as it was: to the record it has no answer.
        """
        if now >= self.closes_at or lane.sent_at is None:
            return
        if now >= self.opens_at:
            tally = self.tallies[lane.flow.name]
            tally.closed += closes
            if error is None:
                tally.samples.append((now, lane.due_at, lane.free_at, lane.sent_at, service_s))
            else:
                tally.errors[error] += 1
                tally.due += self._within(lane.due_at)
        lane.answers += 1
        lane.free_at = now
        lane.advance(now)
        lane.sent_at = lane.last_chunk_at = None

    def _within(self, moment: float) -> bool:
        return self.opens_at <= moment < self.closes_at

    def _keep(self, lane: Lane, now: float, kind: str, seconds: float) -> None:
        value = _microseconds(seconds)
        self.tallies[lane.flow.name].complete[kind].record_value(value)
        if kind in KINDS_BY_SECOND:
            self._second(lane.flow.name, now, lane.due_at).complete.setdefault(kind, []).append(value)

    def _second(self, flow: str, now: float, due_at: float) -> Second:
        seconds = self.tallies[flow].seconds
        if self.turns is None:
            number = int(now - self.opens_at)
        else:
            number = self.turns.round_at(max(0.0, due_at - self.opens_at))
        while len(seconds) <= number:
            seconds.append(Second())
        return seconds[number]

    def close(self) -> dict[str, FlowReading]:
        """Count what is still unanswered with its age, and return what came of every flow."""
        for name in self.tallies:
            self._count(name)
        for lane in self.lanes:
            self._censor(lane)
        return {name: tally.reading() for name, tally in self.tallies.items()}

    def _count(self, name: str) -> None:
        """Make histograms, seconds and the trace of a flow's notes."""
        tally = self.tallies[name]
        if not tally.samples:
            return
        answered, due, free, sent, service = np.array(tally.samples).T
        corrected = sent - due + service
        tally.answers = len(answered)
        tally.due += int(((due >= self.opens_at) & (due < self.closes_at)).sum())
        lag = sent - np.maximum(due, free)
        for kind, seconds in (("service", service), ("corrected", corrected), ("lag", lag)):
            for value, count in zip(*np.unique(_all_microseconds(seconds), return_counts=True), strict=True):
                tally.complete[kind].record_value(int(value), int(count))
        for now, due_at, value in zip(answered, due, _all_microseconds(corrected).tolist(), strict=True):
            second = self._second(name, now, due_at)
            second.answers += 1
            second.complete.setdefault("corrected", []).append(value)
        if any(lane.flow.traced for lane in self.lanes if lane.flow.name == name):
            points = np.column_stack([due - self.opens_at, corrected]).round(6)
            tally.trace = [(point[0], point[1]) for point in points.tolist()]

    def _censor(self, lane: Lane) -> None:
        tally, flow = self.tallies[lane.flow.name], lane.flow
        tally.held += lane.holds
        for due_at in list(lane.overdue(self.closes_at)) if flow.ends else []:
            tally.censored += 1
            tally.due += self._within(due_at)
            tally.unanswered["corrected"].record_value(_microseconds(self.closes_at - due_at))
        if lane.sent_at is not None:
            age = _microseconds(self.closes_at - lane.sent_at)
            if flow.ends:
                tally.unanswered["service"].record_value(age)
            if flow.chunks and flow.behaviour not in {"upload", "websocket"} and lane.last_chunk_at is None:
                tally.unanswered["first_byte"].record_value(age)


def _all_microseconds(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.clip(np.rint(seconds * 1e6), 1, LONGEST_US).astype(np.int64)


def _microseconds(seconds: float) -> int:
    return min(max(round(seconds * 1e6), 1), LONGEST_US)
