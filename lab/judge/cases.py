"""What the rules that raise doubts look at: a trial as a whole, and one flow of it."""

from dataclasses import dataclass

from lab.judge.figures import PREFIXES, SAME_SECOND, TrialFigures, prefix
from lab.judge.reading import Reading
from loadtests.scenarios import Flow
from records.load import FlowReading


@dataclass(frozen=True)
class TrialCase:
    """What the rules about a trial as a whole look at."""

    reading: Reading
    result: TrialFigures

    def figure(self, name: str) -> float:
        """Return a figure, 0 where there is none."""
        return self.result.figures.get(name, 0.0)


@dataclass(frozen=True)
class Case:
    """What the rules about a flow look at: one of one trial."""

    flow: Flow
    reading: Reading
    result: TrialFigures

    @property
    def record(self) -> FlowReading:
        """What was recorded of the flow."""
        return self.reading.flows[self.flow.name]

    @property
    def second_counts(self) -> list[int]:
        """How many answers came in each whole second of the window."""
        counts = [second.answers for second in self.record.seconds]
        return counts[: int(self.reading.window_s + SAME_SECOND)]

    def figure(self, name: str) -> float:
        """Return a figure of this flow, 0 where there is none."""
        return self.result.figures.get(prefix(self.flow) + name, 0.0)

    def names(self, *parts: str) -> list[str]:
        """Return this flow's figures whose name holds one of the parts."""
        others = tuple(start for start in PREFIXES.values() if start != prefix(self.flow))
        own = [n for n in self.result.figures if n.startswith(prefix(self.flow)) and not n.startswith(others)]
        return sorted(n for n in own if any(part in n for part in parts))
