"""Stacks ranked by one figure at one place: whose figure holds, who is as good as the best, who is left out."""

from collections.abc import Mapping
from dataclasses import dataclass

from lab.judge.estimates import Estimate, find_estimate, stacks_measured
from records.run import Run
from records.types import LevelValue


@dataclass(frozen=True)
class Ranking:
    """Estimates by stack: `sound` ones from the best on, lower bounds, and those that a doubt discards.

    A lower bound beyond the best is worse than that; one on this side of it may be anything.
    """

    sound: Mapping[str, Estimate]
    bounds: Mapping[str, Estimate]
    doubted: Mapping[str, Estimate]
    lower_is_better: bool

    @property
    def best(self) -> str:
        """The stack whose sound figure is best; raises StopIteration where there is none."""
        return next(iter(self.sound))

    def as_good(self, room: float) -> tuple[str, ...]:
        """Return the stacks whose sound figure is within so many times the best one's (1.05: 5 % of room)."""
        return tuple(name for name, estimate in self.sound.items() if self._rivals(estimate, room))

    def left_out(self, room: float) -> dict[str, Estimate]:
        """Return those that would be as good as the best, or better, were it not for a doubt."""
        unsure = {**self.bounds, **self.doubted} if self.lower_is_better else self.doubted
        return {name: estimate for name, estimate in unsure.items() if self._rivals(estimate, room)}

    def _rivals(self, estimate: Estimate, room: float) -> bool:
        best = self.sound[self.best].value
        return estimate.value <= best * room if self.lower_is_better else estimate.value >= best / room


def rank_stacks(run: Run, scenario: str, level: LevelValue, figure: str) -> Ranking:
    """Rank the stacks that were measured at a level; one without the figure, or with nothing of it, isn't there."""
    every = {
        name: find_estimate(run, name, scenario, level, figure) for name in stacks_measured(run, scenario)
    }
    known = {name: estimate for name, estimate in every.items() if estimate and estimate.value > 0}
    lower_is_better = run.figure(figure).better == "lower"
    ordered = sorted(known, key=lambda name: known[name].value, reverse=not lower_is_better)
    return Ranking(
        sound={name: known[name] for name in ordered if known[name].sound},
        bounds={name: known[name] for name in ordered if known[name].at_least},
        doubted={name: known[name] for name in ordered if known[name].doubted},
        lower_is_better=lower_is_better,
    )
