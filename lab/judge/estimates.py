"""What is known of one figure of one stack at one place, over all its trials: worked out here, for every reader."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite, nan
from statistics import median
from typing import NamedTuple

from lab.judge import bootstrap
from records.run import Comparison, Doubt, Run, Trial
from records.types import LevelValue


class Place(NamedTuple):
    """Where trials stand that repeat each other."""

    scenario: str
    level: LevelValue
    stack: str


@dataclass(frozen=True)
class Estimate:
    """The median over `trials`: those of the `measured` ones whose figure no doubt discards, or all of them.

    `doubts` are those of these trials about the figure. A trial that is a lower bound counts with what it is at least;
    the value is `at_least` so much when it would be more if these were. It is `discarded` when a doubt discards it: it
    is told with its doubt, and compared with nothing.
    """

    figure: str
    value: float
    trials: tuple[Trial, ...]
    measured: tuple[Trial, ...]
    doubts: tuple[Doubt, ...]
    at_least: bool
    discarded: bool

    @property
    def sound(self) -> bool:
        """Whether it may be compared: neither discarded nor a bound."""
        return not self.discarded and not self.at_least

    @property
    def doubted(self) -> bool:
        """Whether it tells nothing: a bound holds even where a doubt discards it."""
        return self.discarded and not self.at_least

    @property
    def objections(self) -> list[str]:
        """The names of the doubts that keep it out of comparisons; none where it is sound."""
        objecting = [doubt for doubt in self.doubts if doubt.discards or (self.at_least and doubt.at_least)]
        return sorted({doubt.name for doubt in objecting})

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """Where 95 % of bootstrapped medians lie, the value among them; drawn when it is first asked for.

        `None` where nothing tells it: the far end of a lower bound, the spread of a single trial without seconds.
        """
        if self.at_least or not self._spreads:
            return None
        random = bootstrap.generator()
        chosen = bootstrap.drawn_trials(len(self.trials), random)
        draws = bootstrap.resampled_medians(self.trials, self.figure, chosen, random)
        return bootstrap.interval_around(self.value, draws)

    @property
    def _spreads(self) -> bool:
        return len(self.trials) > 1 or any(len(t.seconds.get(self.figure, ())) > 1 for t in self.trials)


def estimate_figure(trials: Iterable[Trial], figure: str) -> Estimate | None:
    """Return what the trials of a place tell of a figure, `None` when none that went well has it as a number."""
    measured = [t for t in trials if t.status == "ok" and isfinite(t.figures.get(figure, nan))]
    if not measured:
        return None
    chosen = usable_trials(measured, figure)
    doubts = tuple(doubt for trial in chosen for doubt in doubts_about(trial, figure))
    value = median(trial.figures[figure] for trial in chosen)
    most = median(inf if is_lower_bound(trial, figure) else trial.figures[figure] for trial in chosen)
    return Estimate(
        figure=figure,
        value=value,
        trials=tuple(chosen),
        measured=tuple(measured),
        doubts=doubts,
        at_least=most > value,
        discarded=any(doubt.discards for doubt in doubts),
    )


def by_place(trials: Iterable[Trial]) -> dict[Place, list[Trial]]:
    """Return trials by where they stand, in the order of the first of each."""
    places: dict[Place, list[Trial]] = {}
    for trial in trials:
        places.setdefault(Place(trial.scenario, trial.level, trial.stack), []).append(trial)
    return places


def usable_trials(trials: Sequence[Trial], figure: str) -> list[Trial]:
    """Return the trials whose figure isn't discarded, or all where each one is."""
    undoubted = [
        trial for trial in trials if not any(doubt.discards for doubt in doubts_about(trial, figure))
    ]
    return undoubted or list(trials)


def doubts_about(trial: Trial, figure: str) -> list[Doubt]:
    """Return a trial's doubts about a figure."""
    return [doubt for doubt in trial.doubts if doubt.about(figure)]


def is_lower_bound(trial: Trial, figure: str) -> bool:
    """Tell whether a trial's figure is only known to be at least so much."""
    return any(doubt.at_least for doubt in doubts_about(trial, figure))


def trials_of(run: Run, stack: str, scenario: str, level: LevelValue) -> list[Trial]:
    """Return the trials of a stack at a place."""
    return [t for t in run.trials if t.stack == stack and t.scenario == scenario and t.level == level]


def find_estimate(run: Run, stack: str, scenario: str, level: LevelValue, figure: str) -> Estimate | None:
    """Return what is known of a figure, `None` when no trial has it."""
    return estimate_figure(trials_of(run, stack, scenario, level), figure)


def trusted(run: Run, stack: str, scenario: str, level: LevelValue, figure: str) -> float | None:
    """Return a figure that is neither doubted nor a bound, `None` without one."""
    estimate = find_estimate(run, stack, scenario, level, figure)
    return estimate.value if estimate and estimate.sound else None


def compared_with(run: Run, stack: str, scenario: str, level: LevelValue, figure: str) -> Comparison | None:
    """Return how a stack compared with the baseline there, `None` where that wasn't compared."""
    places = {(c.a, c.scenario, c.level, c.figure): c for c in run.comparisons}
    return places.get((stack, scenario, level, figure))


def stacks_measured(run: Run, scenario: str) -> list[str]:
    """Return the stacks that have trials of a scenario, in the order of the run."""
    measured = {trial.stack for trial in run.trials if trial.scenario == scenario}
    return [stack.name for stack in run.stacks if stack.name in measured]


def levels_of(run: Run, scenario: str) -> list[LevelValue]:
    """Return the levels at which a scenario was planned."""
    return [level.level for record in run.scenarios if record.name == scenario for level in record.levels]


def highest(run: Run, scenario: str) -> LevelValue:
    """Return the last level at which a scenario was planned, 0 for one that wasn't."""
    return (levels_of(run, scenario) or [0])[-1]
