"""Two runs side by side: every figure that both have, and whether it changed.

Trials of different runs never stood side by side. They are drawn independently, also where their repetitions have
the same numbers or stacks took turns, and what the machine did meanwhile fell on one of them alone: a change counts
beyond the larger noise floor of both runs only, and where time is measured beyond `DRIFT` as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from statistics import median
from typing import Literal

import msgspec

from lab.judge.comparisons import (
    Ratio,
    compared_apart,
    estimated,
    excluding,
    floor,
    spreads,
    verdict_on,
)
from lab.judge.conditions import Change, changes, comparability, forbidding, told
from records.run import Can, Run, Trial
from records.scenario import Figure
from records.types import LevelValue

Judgement = Literal["faster", "slower", "better", "worse", "tie", "doubted", "cannot"]
Place = tuple[str, LevelValue, str]

DRIFT = 0.1  # what the same work differs by, minutes apart on a shared machine (docs/method.md)
TIMED = frozenset({"µs", "ms", "s", "requests/s", "MiB/s", "cores"})
OF_THE_GENERATOR = "lag_"


class Estimate(msgspec.Struct, frozen=True):
    """A value with its interval of 95 %; none where a single trial tells nothing of how much it varies."""

    value: float
    low: float | None = None
    high: float | None = None


class Difference(msgspec.Struct, frozen=True):
    """A figure of a stack in both runs; `ratio` is b's over a's, null where it is doubted or one is zero.

    `floor` is how far from 1 the ratio must be to count; `why` says why there is no verdict, or a tie all the same.
    """

    scenario: str
    level: LevelValue
    stack: str
    figure: str
    unit: str
    a: Estimate
    b: Estimate
    ratio: Estimate | None
    floor: float
    verdict: Judgement
    why: str = ""


class CapabilityChange(msgspec.Struct, frozen=True):
    """A stack that an experiment found otherwise in the other run, with the evidence of both."""

    experiment: str
    stack: str
    a: Can
    b: Can
    says_a: str
    says_b: str


class Named(msgspec.Struct, frozen=True):
    """Which run it is."""

    id: str
    started: str
    profile: str


class Diff(msgspec.Struct, frozen=True):
    """Run `b` against run `a`: whether they may be compared, what differs around them, and each figure.

    `questions` are those of the scenarios.
    """

    a: Named
    b: Named
    comparable: bool
    says: str
    changes: list[Change]
    differences: list[Difference]
    only_a: list[str]
    only_b: list[str]
    capabilities: list[CapabilityChange] = []
    questions: dict[str, str] = {}


def diff(a: Run, b: Run) -> Diff:
    """Put run b beside run a."""
    around = changes(a, b)
    in_a, in_b = by_place(a), by_place(b)
    return Diff(
        a=_named(a),
        b=_named(b),
        comparable=not any(change.forbids and not change.place for change in around),
        says=comparability(around),
        changes=around,
        differences=[
            _difference(place, figure, (in_a[place], in_b[place]), (a, b), around)
            for place in in_a
            if place in in_b
            for figure in _figures(in_a[place], in_b[place], b)
        ],
        only_a=[written(place) for place in in_a if place not in in_b],
        only_b=[written(place) for place in in_b if place not in in_a],
        capabilities=capability_changes(a, b),
        questions={record.name: record.question for run in (a, b) for record in run.scenarios},
    )


def capability_changes(a: Run, b: Run) -> list[CapabilityChange]:
    """Return what both runs explored and found differently."""
    before = {(each.experiment, each.stack): each for each in a.capabilities}
    return [
        CapabilityChange(now.experiment, now.stack, then.can, now.can, then.says, now.says)
        for now in b.capabilities
        if (then := before.get((now.experiment, now.stack))) is not None and then.can != now.can
    ]


def by_place(run: Run) -> Mapping[Place, list[Trial]]:
    """Return the trials that went well, by scenario, level and stack; copies of a stack are left out."""
    found: dict[Place, list[Trial]] = {}
    for trial in run.trials:
        if trial.status == "ok" and not trial.copy_of:
            found.setdefault((trial.scenario, trial.level, trial.stack), []).append(trial)
    return found


def written(place: Place) -> str:
    """Return a place as people write it: `slow-io@50 uvicorn/asgi`."""
    scenario, level, stack = place
    return f"{scenario}@{level} {stack}"


def usable(trials: Sequence[Trial], figure: str) -> list[Trial]:
    """Return the trials that have the figure, undoubted; it may be zero."""
    return [trial for trial in trials if figure in trial.figures and not excluding(trial, figure)]


def doubted(trials: Sequence[Trial], figure: str) -> list[str]:
    """Return the names of the doubts that keep the figure out."""
    return sorted({doubt.name for trial in trials for doubt in excluding(trial, figure)})


def estimate(trials: Sequence[Trial], figure: str) -> Estimate:
    """Return a figure over its usable trials; where there are none over all, without an interval."""
    good = usable(trials, figure)
    if not good:
        return Estimate(median(trial.figures[figure] for trial in trials if figure in trial.figures))
    return Estimate(*estimated(good, figure)) if spreads(good, figure) else Estimate(_middle(good, figure))


def related(a: Sequence[Trial], b: Sequence[Trial], figure: str) -> Estimate | None:
    """Return b's figure over a's, over usable trials; nothing where there are none, or one isn't positive."""
    a, b = usable(a, figure), usable(b, figure)
    if not a or not b or min(_middle(a, figure), _middle(b, figure)) <= 0:
        return None
    if not (spreads(a, figure) and spreads(b, figure)):
        return Estimate(_middle(b, figure) / _middle(a, figure))
    ratio = compared_apart(b, a, figure)
    bounded = isfinite(ratio.low) and isfinite(ratio.high)
    return Estimate(ratio.ratio, ratio.low, ratio.high) if bounded else Estimate(ratio.ratio)


def noise_between(a: Run, b: Run, scenario: str, level: LevelValue, figure: str) -> float:
    """Return how far apart the same stack may be in two runs."""
    drift = DRIFT if b.figure(figure).unit in TIMED else 0.0
    return max(drift, *(floor(run.noise, scenario, level, figure) for run in (a, b)))


def _difference(
    place: Place,
    figure: str,
    trials: tuple[Sequence[Trial], Sequence[Trial]],
    runs: tuple[Run, Run],
    around: Sequence[Change],
) -> Difference:
    scenario, level, stack = place
    in_a, in_b = (estimate(each, figure) for each in trials)
    ratio = related(*trials, figure)
    noise = noise_between(*runs, scenario, level, figure)
    described = runs[1].figure(figure)
    verdict, why = _verdict(described, ratio, noise, same=in_a.value == in_b.value)
    lost = {name: each for name, each in zip("AB", trials, strict=True) if not usable(each, figure)}
    if lost:
        told_of = [f"{', '.join(doubted(each, figure))} in {name}" for name, each in lost.items()]
        verdict, why = "doubted", "; ".join(told_of)
    elif forbidden := forbidding(around, scenario, level):
        verdict, why = "cannot", told(forbidden)
    return Difference(scenario, level, stack, figure, described.unit, in_a, in_b, ratio, noise, verdict, why)


def _verdict(figure: Figure, ratio: Estimate | None, noise: float, *, same: bool) -> tuple[Judgement, str]:
    if ratio is None:
        return ("tie", "") if same else ("cannot", "no ratio to what isn't above zero")
    if figure.better == "neither":
        return "cannot", "nobody knows whether more of it is better"
    if ratio.low is None or ratio.high is None:
        return "cannot", "single trials tell nothing of how much it varies"
    verdict = verdict_on(figure.better, Ratio(ratio.value, ratio.low, ratio.high), noise)
    if verdict == "tie" and not ratio.low <= 1 <= ratio.high:
        return "tie", f"within the {noise:.0%} that two runs may differ by"
    timed = figure.unit in TIMED
    return (verdict if timed or verdict == "tie" else OTHERWISE[verdict]), ""


def _figures(a: Sequence[Trial], b: Sequence[Trial], run: Run) -> Iterator[str]:
    """Yield the figures of both, but those of the load generator and those of which neither more nor less is better.

    Nobody knows that of a figure which that run doesn't describe.
    """
    in_b = {figure for trial in b for figure in trial.figures}
    for figure in dict.fromkeys(figure for trial in a for figure in trial.figures):
        judged = figure not in run.figures or run.figures[figure].better != "neither"
        if figure in in_b and judged and OF_THE_GENERATOR not in figure:
            yield figure


def _middle(trials: Sequence[Trial], figure: str) -> float:
    return median(trial.figures[figure] for trial in trials)


def _named(run: Run) -> Named:
    return Named(run.run.id, run.run.started, run.run.profile)


OTHERWISE: dict[str, Judgement] = {"faster": "better", "slower": "worse"}
