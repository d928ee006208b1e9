"""One figure over many runs."""

from collections.abc import Sequence

import msgspec

from lab.judge.conditions import Change, changes
from lab.judge.descriptions import look_up_figures
from lab.judge.differences import Quantity, quantity
from lab.judge.estimates import find_estimate
from lab.judge.names import names_of
from records.run import Run
from records.types import LevelValue


class Point(msgspec.Struct, frozen=True):
    """A stack's figure in one run; `doubts` are those that would keep it out of a comparison."""

    run: str
    measured: Quantity
    doubts: list[str]


class Series(msgspec.Struct, frozen=True):
    """A stack's figure in every run that has it."""

    stack: str
    points: list[Point]


class Moment(msgspec.Struct, frozen=True):
    """A run and what was different around it from the newest one, settings aside."""

    run: str
    started: str
    changes: list[Change]


class History(msgspec.Struct, frozen=True):
    """A figure at one place over all runs, the oldest first."""

    figure: str
    unit: str
    scenario: str
    level: LevelValue
    runs: list[Moment]
    series: list[Series]


def history(
    runs: Sequence[Run], figure: str, scenario: str, level: LevelValue, stacks: Sequence[str]
) -> History:
    """Return the figure of these stacks over the runs; no stacks named: of all that any run has."""
    ordered = sorted(runs, key=lambda run: run.run.started)
    names = list(stacks) or list(
        dict.fromkeys(stack.name for run in reversed(ordered) for stack in run.stacks)
    )
    described_by = [look_up_figures([figure]), *(run.figures for run in ordered)]
    unit = next((figures[figure].unit for figures in reversed(described_by) if figure in figures), "")
    series = [Series(name, _points(ordered, figure, scenario, level, name)) for name in names]
    moments = [Moment(run.run.id, run.run.started, _other(run, ordered[-1])) for run in ordered]
    return History(figure, unit, scenario, level, moments, [s for s in series if s.points])


def first_level(runs: Sequence[Run], scenario: str) -> LevelValue:
    """Return the first level of a scenario that any run has measured; its first where none has.

    Raises KeyError for a scenario that neither today's lab nor any run has.
    """
    measured = {trial.level for run in runs for trial in run.trials if trial.scenario == scenario}
    levels = names_of(runs).scenarios[scenario]
    return next((level for level in levels if level in measured), levels[0])


def _points(runs: Sequence[Run], figure: str, scenario: str, level: LevelValue, stack: str) -> list[Point]:
    estimates = [(run.run.id, find_estimate(run, stack, scenario, level, figure)) for run in runs]
    return [Point(run, quantity(each), each.objections) for run, each in estimates if each]


def _other(run: Run, newest: Run) -> list[Change]:
    return [change for change in changes(run, newest) if change.kind != "settings" and not change.place]
