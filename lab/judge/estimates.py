"""What a run knows of one figure of one stack at one place, over all its trials."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from records.run import Comparison, Doubt, Run, Trial
from records.types import LevelValue


@dataclass(frozen=True)
class Known:
    """The median over trials; `at_least` when it is a lower bound, `doubted` when a doubt discards it."""

    value: float
    at_least: bool = False
    doubted: bool = False


def trials_of(run: Run, stack: str, scenario: str, level: LevelValue) -> list[Trial]:
    """Return the trials of a stack at a place."""
    return [t for t in run.trials if t.stack == stack and t.scenario == scenario and t.level == level]


def known(run: Run, stack: str, scenario: str, level: LevelValue, figure: str) -> Known | None:
    """Return what is known of a figure, `None` when no trial has it."""
    measured = [t for t in trials_of(run, stack, scenario, level) if t.status == "ok" and figure in t.figures]
    if not measured:
        return None
    chosen = kept(measured, figure)
    raised = [doubt for trial in chosen for doubt in about(trial, figure)]
    bound = any(doubt.at_least for doubt in raised)
    doubted = not bound and any(doubt.discards for doubt in raised)
    return Known(median(trial.figures[figure] for trial in chosen), at_least=bound, doubted=doubted)


def kept(trials: Sequence[Trial], figure: str) -> list[Trial]:
    """Return the trials whose figure isn't discarded, or all where each one is."""
    undoubted = [trial for trial in trials if not any(doubt.discards for doubt in about(trial, figure))]
    return undoubted or list(trials)


def about(trial: Trial, figure: str) -> list[Doubt]:
    """Return a trial's doubts about a figure."""
    return [doubt for doubt in trial.doubts if doubt.about(figure)]


def trusted(run: Run, stack: str, scenario: str, level: LevelValue, figure: str) -> float | None:
    """Return a figure that is neither doubted nor a bound, `None` without one."""
    found = known(run, stack, scenario, level, figure)
    return None if found is None or found.doubted or found.at_least else found.value


def compared_with(run: Run, stack: str, scenario: str, level: LevelValue, figure: str) -> Comparison | None:
    """Return how a stack compared with the baseline there, `None` where that wasn't compared."""
    places = {(c.a, c.scenario, c.level, c.figure): c for c in run.comparisons}
    return places.get((stack, scenario, level, figure))


def stacks_measured(run: Run, scenario: str) -> list[str]:
    """Return the stacks that have trials of a scenario, in the order of the run."""
    made = {trial.stack for trial in run.trials if trial.scenario == scenario}
    return [stack.name for stack in run.stacks if stack.name in made]


def levels_of(run: Run, scenario: str) -> list[LevelValue]:
    """Return the levels at which a scenario was planned."""
    return [level.level for record in run.scenarios if record.name == scenario for level in record.levels]


def highest(run: Run, scenario: str) -> LevelValue:
    """Return the last level at which a scenario was planned, 0 for one that wasn't."""
    return (levels_of(run, scenario) or [0])[-1]
