"""Of what figures are worked out: a trial's window as a whole, and each flow in it."""

from dataclasses import dataclass
from functools import cached_property

from lab.judge import statistics
from lab.judge.reading import Reading
from loadtests.ceilings import Slots, ceiling_per_s
from loadtests.scenarios import Flow
from records.load import FlowReading


class AtLeast(float):
    """A figure of which only a lower bound is known."""


@dataclass(frozen=True)
class FlowWindow:
    """One flow in the window of a trial: what was sent, what was recorded, and how many slots there were."""

    flow: Flow
    reading: Reading
    slots: Slots

    @property
    def record(self) -> FlowReading:
        """What was recorded of it."""
        return self.reading.flows[self.flow.name]

    @property
    def lasts_s(self) -> float:
        """For how long it was on."""
        return self.flow.lasts_s(self.reading.loaded_s)

    @property
    def answers(self) -> int:
        """How many of its requests were answered, 0 where they don't end."""
        return self.record.answers if self.flow.ends else 0

    @property
    def sent_by_answers(self) -> int:
        """How many were answered where each answer brings the next request: in a closed loop."""
        return 0 if self.flow.open_loop else self.answers

    @property
    def echoes(self) -> int:
        """How many answers were messages that came back, many under way at once."""
        return self.sent_by_answers if self.flow.behaviour == "websocket" else 0

    @property
    def throughput_per_s(self) -> float:
        """Answers a second while it was on: what comes later isn't its throughput."""
        if self.flow.to_s is None:
            return self.record.answers / self.lasts_s
        first = int(self.flow.from_s or 0)
        on = self.record.seconds[first : first + int(self.lasts_s)]
        return sum(second.answers for second in on) / self.lasts_s

    @property
    def ceiling_per_s(self) -> float | None:
        """The answers a second that are possible, or seen to be; `None` where nothing bounds them."""
        if not self.flow.ends:
            return None
        if self.flow.of_ceiling:
            return self.reading.target.ceiling_per_s or None
        return ceiling_per_s(self.flow, self.slots) or None

    @property
    def held(self) -> int | None:
        """How many of its connections stood open at the end, `None` where none are to."""
        return None if self.flow.ends or self.flow.behaviour == "download" else self.record.held

    @cached_property
    def latencies(self) -> dict[str, float]:
        """Percentiles in ms by kind and point; a kind that nothing was recorded of is left out."""
        values: dict[str, float] = {}
        for kind in KINDS:
            answered = statistics.decode(self.record.complete[kind])
            censored = statistics.decode(self.record.unanswered[kind])
            if answered.size + censored.size:
                percentiles = statistics.percentiles(answered, censored, list(POINTS.values()))
                for point, percentile in zip(POINTS, percentiles, strict=True):
                    ms = AtLeast(percentile.ms) if percentile.at_least else percentile.ms
                    values[f"{kind}_ms_{point}"] = ms
        return values


@dataclass(frozen=True)
class TrialWindow:
    """A trial's window as a whole, with the flows that were on in it."""

    reading: Reading
    flows: tuple[FlowWindow, ...]

    @property
    def answers(self) -> int:
        """How many requests were answered, of all flows."""
        return sum(record.answers for record in self.reading.flows.values())

    def cores(self, seconds: float | None) -> float | None:
        """Return CPU seconds of the window as cores."""
        return None if seconds is None else seconds / self.reading.window_s


KINDS = ("service", "corrected", "first_byte", "gap", "lag")
POINTS = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "max": 100.0}
