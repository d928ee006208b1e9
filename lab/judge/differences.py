"""Two runs side by side: every figure that both have, and whether it changed.

Trials of different runs never stood side by side. They are drawn independently, also where their repetitions have
the same numbers or stacks took turns, and what the machine did meanwhile fell on one of them alone: a change counts
beyond the larger noise floor of both runs only, and where time is measured beyond `DRIFT` as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Literal

import msgspec

from lab.judge.comparisons import Ratio, compare_apart, floor, verdict_on
from lab.judge.conditions import Change, changes, comparability, forbidding, summary
from lab.judge.estimates import Estimate, Place, by_place, estimate_figure
from records.run import Can, Run, Trial
from records.scenario import Figure
from records.types import LevelValue

Judgement = Literal["faster", "slower", "better", "worse", "tie", "doubted", "cannot"]

DRIFT = 0.1  # what the same work differs by, minutes apart on a shared machine (docs/method.md)
TIMED = frozenset({"µs", "ms", "s", "requests/s", "MiB/s", "cores"})
OF_THE_GENERATOR = "lag_"


class Quantity(msgspec.Struct, frozen=True):
    """A value with its interval of 95 %; none where nothing tells how much it varies."""

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
    a: Quantity
    b: Quantity
    ratio: Quantity | None
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
    in_a, in_b = _measured(a), _measured(b)
    return Diff(
        a=_named(a),
        b=_named(b),
        comparable=not any(change.forbids and not change.place for change in around),
        says=comparability(around),
        changes=around,
        differences=[
            _difference(place, estimates, (a, b), around)
            for place in in_a
            if place in in_b
            for estimates in _estimates(in_a[place], in_b[place], b)
        ],
        only_a=[name_place(place) for place in in_a if place not in in_b],
        only_b=[name_place(place) for place in in_b if place not in in_a],
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


def name_place(place: Place) -> str:
    """Return a place as people write it: `slow-io@50 uvicorn/asgi`."""
    scenario, level, stack = place
    return f"{scenario}@{level} {stack}"


def quantity(estimate: Estimate) -> Quantity:
    """Return an estimate as it is told to others: its value and interval."""
    return Quantity(estimate.value, *(estimate.interval or ()))


def ratio_of(a: Estimate, b: Estimate) -> Quantity | None:
    """Return b over a; nothing where one isn't sound, or isn't above zero."""
    if not (a.sound and b.sound) or min(a.value, b.value) <= 0:
        return None
    if a.interval is None or b.interval is None:
        return Quantity(b.value / a.value)
    ratio = compare_apart(b.trials, a.trials, a.figure)
    bounded = isfinite(ratio.low) and isfinite(ratio.high)
    return Quantity(ratio.ratio, ratio.low, ratio.high) if bounded else Quantity(ratio.ratio)


def noise_between(a: Run, b: Run, scenario: str, level: LevelValue, figure: str) -> float:
    """Return how far apart the same stack may be in two runs."""
    drift = DRIFT if b.figure(figure).unit in TIMED else 0.0
    return max(drift, *(floor(run.noise, scenario, level, figure) for run in (a, b)))


def _difference(
    place: Place, estimates: tuple[Estimate, Estimate], runs: tuple[Run, Run], around: Sequence[Change]
) -> Difference:
    a, b = estimates
    ratio = ratio_of(a, b)
    noise = noise_between(*runs, place.scenario, place.level, a.figure)
    described = runs[1].figure(a.figure)
    verdict, why = _verdict(described, ratio, noise, same=a.value == b.value)
    if unsound := {name: each for name, each in zip("AB", estimates, strict=True) if not each.sound}:
        reasons = [f"{', '.join(each.objections)} in {name}" for name, each in unsound.items()]
        verdict, why = "doubted", "; ".join(reasons)
    elif forbidden := forbidding(around, place.scenario, place.level):
        verdict, why = "cannot", summary(forbidden)
    values = quantity(a), quantity(b)
    return Difference(*place, a.figure, described.unit, *values, ratio, noise, verdict, why)


def _verdict(figure: Figure, ratio: Quantity | None, noise: float, *, same: bool) -> tuple[Judgement, str]:
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


def _measured(run: Run) -> Mapping[Place, list[Trial]]:
    """Return the trials that went well by place; copies of a stack are left out."""
    return by_place(t for t in run.trials if t.status == "ok" and not t.copy_of)


def _estimates(a: Sequence[Trial], b: Sequence[Trial], run: Run) -> Iterator[tuple[Estimate, Estimate]]:
    """Yield both estimates of each figure but those of the load generator and those of which nothing is better.

    Nobody knows that of a figure which that run doesn't describe.
    """
    for figure in dict.fromkeys(figure for trial in a for figure in trial.figures):
        judged = figure not in run.figures or run.figures[figure].better != "neither"
        if judged and OF_THE_GENERATOR not in figure:
            in_a, in_b = estimate_figure(a, figure), estimate_figure(b, figure)
            if in_a and in_b:
                yield in_a, in_b


def _named(run: Run) -> Named:
    return Named(run.run.id, run.run.started, run.run.profile)


OTHERWISE: dict[str, Judgement] = {"faster": "better", "slower": "worse"}
