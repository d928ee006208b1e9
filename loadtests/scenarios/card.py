"""A scenario's card: its question, what is sent, and how the answer is told."""

from dataclasses import dataclass

from loadtests.scenarios.flows import Level
from records.scenario import Answer, Chart, Headline
from records.types import LevelValue


@dataclass(frozen=True)
class Column:
    """One figure at one level (`None`: at each level that was measured).

    In the heading `{level}` stands for that level, `{users}` for so many users; the unit is added.
    """

    heading: str
    figure: str
    level: LevelValue | None = None


@dataclass(frozen=True)
class Scenario:
    """A load with a question; `theory` says what to expect, `unit` what the levels count.

    Once the load is gone the server is watched for `aftermath_s` seconds. Who plays it by hand sends what the level
    `by_hand` sends, the last one where that isn't given. What was measured is told in these columns, the headline, the
    charts and the answers of the first screen; `why` is the mechanism behind it, in two sentences.
    """

    name: str
    question: str
    theory: str
    unit: str
    levels: tuple[Level, ...]
    aftermath_s: float = 0.0
    by_hand: LevelValue | None = None
    columns: tuple[Column, ...] = ()
    headline: Headline | None = None
    charts: tuple[Chart, ...] = ()
    answers: tuple[Answer, ...] = ()
    why: str = ""

    @property
    def played(self) -> Level:
        """The level that is played by hand."""
        return self.levels[-1] if self.by_hand is None else self.level(self.by_hand)

    def level(self, value: LevelValue) -> Level:
        """Return the level of that value, or raise KeyError."""
        return {level.value: level for level in self.levels}[value]

    def of_profile(self, name: str) -> tuple[Level, ...]:
        """Return the levels that a profile measures, none where it leaves the scenario out."""
        return tuple(level for level in self.levels if name in level.profiles)
