"""A scenario as a run keeps it: what was asked and sent, and how that is told."""

from typing import Literal

import msgspec

from records.types import LevelValue

Better = Literal["lower", "higher", "neither"]


class Figure(msgspec.Struct, frozen=True):
    """What a figure is: its unit, which way is better, and what it says."""

    unit: str
    better: Better
    says: str


class Headline(msgspec.Struct, frozen=True):
    """The figure by which a scenario is judged, at its most telling level; `says` names it for a reader.

    Headlines that `lead` stand before those of other scenarios.
    """

    figure: str
    level: LevelValue
    says: str
    leads: bool = False


class Chart(msgspec.Struct, frozen=True):
    """A chart, by its kind and what kinds are told: a figure (or kind of latency), a title (or whose latency it is).

    `chunks` is how many pieces a stream has, `from_s` when what is drawn begins, in seconds of the window.
    """

    kind: str
    figure: str = ""
    title: str = ""
    chunks: int = 1
    from_s: float | None = None


class Answer(msgspec.Struct, frozen=True):
    """The kind of work that a scenario says something of on the first screen, and the rule that makes a sentence."""

    work: str
    rule: str


class ColumnRecord(msgspec.Struct, frozen=True):
    """One figure at one level, under its heading, which names the unit."""

    heading: str
    figure: str
    level: LevelValue


class LevelRecord(msgspec.Struct, frozen=True):
    """One level of a scenario, with the seconds that each trial of it is measured."""

    level: LevelValue
    window_s: float
    sends: list[str]


class ScenarioRecord(msgspec.Struct, frozen=True):
    """A scenario as it was measured; `theory` says what was expected, `why` by what mechanism.

    `paths` are those that it loads. The columns, the headline (null: none was measured), the charts and the answers are
    those that the levels of this run have.
    """

    name: str
    question: str
    unit: str
    levels: list[LevelRecord]
    theory: str = ""
    why: str = ""
    paths: list[str] = []
    columns: list[ColumnRecord] = []
    headline: Headline | None = None
    charts: list[Chart] = []
    answers: list[Answer] = []
