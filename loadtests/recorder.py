"""What is kept of the load: counts, and latencies in HDR histograms, over exactly one window.

Times are seconds of the monotonic clock, which all processes of a machine share; histograms hold microseconds,
1 to 10 minutes, at three significant digits. For each request there are

- service time: from sending to the last byte;
- corrected time: from the moment it was due, which a stalled server or generator delays;
- lag: from the moment it was due and its user free to sending; what the generator itself adds.

A request without an answer when the window closes is censored: its age then is a lower bound of its time.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from hdrh.histogram import HdrHistogram

from loadtests import schedule
from loadtests.scenarios import Flow

LONGEST_US = 600_000_000
KINDS = ("service", "corrected", "lag", "first_byte", "gap")
KINDS_BY_SECOND = frozenset({"corrected", "first_byte"})


@dataclass(slots=True)
class Lane:
    """One user's place in a flow, and the request it is busy with."""

    flow: Flow
    index: int
    due_at: float = 0.0
    free_at: float = 0.0
    sent_at: float | None = None
    last_chunk_at: float | None = None
    answers: int = 0

    def overdue(self, now: float) -> list[float]:
        """Return when each request was due that has no answer yet: the one sent, then those behind it."""
        if self.flow.rate_per_s is not None:
            return list(schedule.firings(self.flow, self.due_at, now))
        return [self.due_at] if self.sent_at is not None else []


def _histograms() -> dict[str, HdrHistogram]:
    return {kind: HdrHistogram(1, LONGEST_US, 3) for kind in KINDS}


@dataclass
class Second:
    """What came of one flow in one second of the window; histograms are made when they are needed."""

    answers: int = 0
    complete: dict[str, HdrHistogram] = field(default_factory=dict)

    def keep(self, kind: str, seconds: float) -> None:
        """Keep one latency."""
        if kind not in self.complete:
            self.complete[kind] = HdrHistogram(1, LONGEST_US, 3)
        _keep(self.complete[kind], seconds)

    def report(self) -> Mapping[str, object]:
        """Return the second in JSON's terms."""
        complete = {kind: h.encode().decode() for kind, h in self.complete.items()}
        return {"answers": self.answers, "complete": complete}


@dataclass
class Tally:
    """What came of one flow in the window."""

    answers: int = 0
    closed: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    censored: int = 0
    complete: dict[str, HdrHistogram] = field(default_factory=_histograms)
    unanswered: dict[str, HdrHistogram] = field(default_factory=_histograms)
    seconds: list["Second"] = field(default_factory=list)

    def report(self) -> Mapping[str, object]:
        """Return the tally in JSON's terms, histograms in HDR's own compressed encoding."""
        return {
            "answers": self.answers,
            "closed": self.closed,
            "errors": dict(self.errors),
            "censored": self.censored,
            "complete": {kind: h.encode().decode() for kind, h in self.complete.items()},
            "unanswered": {kind: h.encode().decode() for kind, h in self.unanswered.items()},
            "seconds": [second.report() for second in self.seconds],
        }


class Recorder:
    """Keeps what happens from `opens_at` until `closes_at`; before `open` it only counts answers."""

    def __init__(self) -> None:
        self.lanes: list[Lane] = []
        self.tallies: dict[str, Tally] = {}
        self.opens_at = self.closes_at = float("inf")

    def open(self, opens_at: float, closes_at: float) -> None:
        """Set the window; what happens outside it leaves no trace in the tallies."""
        self.opens_at, self.closes_at = opens_at, closes_at

    def join(self, lane: Lane) -> None:
        """Add a user's lane."""
        self.lanes.append(lane)
        self.tallies.setdefault(lane.flow.name, Tally())

    def due(self, lane: Lane, at: float) -> None:
        """Note when the lane's next request is due."""
        lane.due_at = at

    def sent(self, lane: Lane, now: float) -> None:
        """Note that the request went out."""
        lane.sent_at = now

    def chunk(self, lane: Lane, now: float) -> None:
        """Note a chunk of a stream: the first byte, or the gap since the chunk before."""
        before, lane.last_chunk_at = lane.last_chunk_at, now
        if not self.opens_at <= now < self.closes_at or lane.sent_at is None:
            return
        if before is None:
            self._keep(lane, now, "first_byte", now - lane.sent_at)
        else:
            self._keep(lane, now, "gap", now - before)

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
            if error is not None:
                tally.errors[error] += 1
            else:
                self._count(lane, now, lane.sent_at, service_s)
        lane.answers += 1
        lane.free_at = now
        lane.due_at = schedule.next_firing(lane.flow, lane.due_at, now)
        lane.sent_at = lane.last_chunk_at = None

    def _count(self, lane: Lane, now: float, sent_at: float, service_s: float) -> None:
        self.tallies[lane.flow.name].answers += 1
        self._second(lane, now).answers += 1
        self._keep(lane, now, "service", service_s)
        self._keep(lane, now, "corrected", sent_at - lane.due_at + service_s)
        self._keep(lane, now, "lag", sent_at - max(lane.due_at, lane.free_at))

    def _keep(self, lane: Lane, now: float, kind: str, seconds: float) -> None:
        _keep(self.tallies[lane.flow.name].complete[kind], seconds)
        if kind in KINDS_BY_SECOND:
            self._second(lane, now).keep(kind, seconds)

    def _second(self, lane: Lane, now: float) -> Second:
        seconds = self.tallies[lane.flow.name].seconds
        number = int(now - self.opens_at)
        while len(seconds) <= number:
            seconds.append(Second())
        return seconds[number]

    def close(self) -> Mapping[str, object]:
        """Count what is still unanswered with its age, and return everything in JSON's terms."""
        for lane in self.lanes:
            self._censor(lane)
        return {
            "opened_at": self.opens_at,
            "closed_at": self.closes_at,
            "flows": {name: tally.report() for name, tally in self.tallies.items()},
        }

    def _censor(self, lane: Lane) -> None:
        tally = self.tallies[lane.flow.name]
        overdue = lane.overdue(self.closes_at)
        tally.censored += len(overdue)
        for due_at in overdue:
            _keep(tally.unanswered["corrected"], self.closes_at - due_at)
        if lane.sent_at is not None:
            age = self.closes_at - lane.sent_at
            _keep(tally.unanswered["service"], age)
            if lane.flow.chunks and lane.last_chunk_at is None:
                _keep(tally.unanswered["first_byte"], age)


def _keep(histogram: HdrHistogram, seconds: float) -> None:
    histogram.record_value(min(max(round(seconds * 1e6), 1), LONGEST_US))
