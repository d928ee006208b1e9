"""Two stacks on one figure: by how much they differ, and how sure that is.

The ratio is that of the medians over trials. Its interval of 95 % comes from a hierarchical bootstrap: trials are
drawn with replacement, then one-second windows within each (A. C. Davison and D. V. Hinkley, "Bootstrap Methods
and their Application", 1997, section 3.8). A figure that a discarding doubt is about enters no comparison.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from records.run import Comparison, Doubt, Noise, Run, Trial, Verdict
from records.scenario import Better
from records.types import LevelValue

RESAMPLES = 2000
ENOUGH_BLOCKS = 2
SEED = 1  # a report is a function of its run
LEAST_FLOOR = 0.02
COMPARED = (
    "throughput_per_s",
    "cpu_us_per_request",
    "corrected_ms_p50",
    "first_byte_ms_p50",
    "probe_corrected_ms_p50",
)

DRIFTING = frozenset({"cpu_us_per_request"})

Draws = NDArray[np.float64]
Place = tuple[str, LevelValue]


@dataclass(frozen=True)
class Ratio:
    """How one stack's figure relates to another's: the ratio of medians and its interval."""

    ratio: float
    low: float
    high: float

    @property
    def farther_end(self) -> float:
        """How far from 1 the ratio may be."""
        return max(distance(self.low), distance(self.high))


def judge(run: Run) -> None:
    """Compare what a run measured: the noise floor first, for the verdicts need it."""
    run.noise = noise(run)
    run.comparisons = comparisons(run, run.baseline)


def comparisons(run: Run, baseline: str) -> list[Comparison]:
    """Compare each stack with the baseline wherever both were measured."""
    found = []
    for (scenario, level), made in _by_place(run.trials).items():
        for figure in COMPARED:
            usable = {name: sound(trials, figure) for name, trials in made.items()}
            for name, trials in usable.items():
                copied = any(trial.copy_of for trial in trials)
                if name != baseline and not copied and comparable(trials, usable.get(baseline), figure):
                    ratio = compared(trials, usable[baseline], figure)
                    counted = len(trials) + len(usable[baseline])
                    verdict = verdict_on(
                        run.figure(figure).better, ratio, floor(run.noise, scenario, level, figure)
                    )
                    found.append(
                        Comparison(
                            scenario, level, figure, name, baseline,
                            ratio.ratio, ratio.low, ratio.high, verdict, counted,
                        )
                    )  # fmt: skip
    return found


def noise(run: Run) -> list[Noise]:
    """Return by how much a stack may differ from itself: the farther end of that comparison's interval."""
    found = []
    for (scenario, level), made in _by_place(run.trials).items():
        copies = {trials[0].copy_of: trials for trials in made.values() if trials[0].copy_of in made}
        for name, again in copies.items():
            for figure in COMPARED:
                first, second = sound(made[name], figure), sound(again, figure)
                if comparable(first, second, figure):
                    farthest = compared(first, second, figure).farther_end
                    found.append(Noise(scenario, level, figure, name, farthest))
    return found


def verdict_on(better: Better, ratio: Ratio, noise_floor: float) -> Verdict:
    """Say what a ratio of figures means of which more or less is `better`.

    It is a tie when its interval includes 1 or it lies within the noise floor.
    """
    if ratio.low <= 1 <= ratio.high or distance(ratio.ratio) <= noise_floor:
        return "tie"
    return "faster" if (ratio.ratio < 1) == (better == "lower") else "slower"


def distance(ratio: float) -> float:
    """Return how far a ratio is from 1, the same for 2 and 1/2."""
    return max(ratio, 1 / ratio) - 1


def floor(floors: Sequence[Noise], scenario: str, level: LevelValue, figure: str) -> float:
    """Return the noise floor of a figure: of its own place if measured there, else the largest of any place.

    Never less than `LEAST_FLOOR`, for a stack that happened to repeat itself exactly will not do so again.
    """
    same_figure = [each for each in floors if each.figure == figure]
    here = [each.floor for each in same_figure if (each.scenario, each.level) == (scenario, level)]
    return max([LEAST_FLOOR, *(here or [each.floor for each in same_figure])])


def sound(trials: Sequence[Trial], figure: str) -> list[Trial]:
    """Return the trials whose figure may be compared: measured, answered, and not discarded."""
    return [trial for trial in trials if trial.figures.get(figure) and not excluding(trial, figure)]


def excluding(trial: Trial, figure: str) -> list[Doubt]:
    """Return the doubts that keep a trial's figure out; a lower bound can't be compared either."""
    return [d for d in trial.doubts if d.about(figure) and (d.discards or d.at_least)]


def compared(ours: Sequence[Trial], theirs: Sequence[Trial], figure: str) -> Ratio:
    """Return the ratio of the medians and its bootstrap interval; neither side may be empty.

    Trials of the same repetition stood in the same block, so whatever the machine did meanwhile fell on both:
    where both stacks have several blocks in common those alone are compared, block by block, and drift cancels.
    """
    if all(trial.turns for trial in (*ours, *theirs)):
        return _compared_by_turns(ours, theirs, figure)
    shared = shared_blocks(ours, theirs)
    if len(shared) < ENOUGH_BLOCKS:
        return compared_apart(ours, theirs, figure)
    ours, theirs = ([t for t in trials if t.repetition in shared] for trials in (ours, theirs))
    return _bootstrapped(ours, theirs, figure, together=True)


def compared_apart(ours: Sequence[Trial], theirs: Sequence[Trial], figure: str) -> Ratio:
    """Return the ratio of the medians and its interval of trials that never stood side by side."""
    return _bootstrapped(ours, theirs, figure, together=False)


def estimated(trials: Sequence[Trial], figure: str) -> tuple[float, float, float]:
    """Return the median over trials and its bootstrap interval of 95 %."""
    random = np.random.default_rng(SEED)
    draws = _medians(trials, figure, _drawn(len(trials), random), random)
    value = _median(trials, figure)
    low, high = np.percentile(draws, [2.5, 97.5])
    return value, min(float(low), value), max(float(high), value)


def spreads(trials: Sequence[Trial], figure: str) -> bool:
    """Tell whether there is anything to take an interval from: several trials, or seconds of one."""
    return len(trials) > 1 or any(len(trial.seconds.get(figure, [])) > 1 for trial in trials)


def interval(trials: Sequence[Trial], figure: str) -> tuple[float, float]:
    """Return the interval of 95 % of a figure's median over trials, by the same bootstrap of trials and seconds."""
    random = np.random.default_rng(SEED)
    drawn = _medians(trials, figure, _drawn(len(trials), random), random)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def comparable(ours: Sequence[Trial], theirs: Sequence[Trial] | None, figure: str) -> bool:
    """Tell whether there is anything to compare: trials of both, and where they took turns rounds of both.

    What drifts with the machine is compared only between trials that stood side by side.
    """
    if not ours or not theirs:
        return False
    if all(trial.turns for trial in (*ours, *theirs)):
        return bool(_rounds(ours, theirs, figure).size)
    return figure not in DRIFTING or len(shared_blocks(ours, theirs)) >= ENOUGH_BLOCKS


def _bootstrapped(ours: Sequence[Trial], theirs: Sequence[Trial], figure: str, *, together: bool) -> Ratio:
    """Return the ratio and its interval; `together` draws the same trials of both."""
    random = np.random.default_rng(SEED)
    chosen = [_drawn(len(trials), random) for trials in (ours, theirs)]
    if together:
        chosen[1] = chosen[0]
    ratio = _median(ours, figure) / _median(theirs, figure)
    with np.errstate(divide="ignore", invalid="ignore"):  # seconds without an answer may be drawn alone
        ratios = _medians(ours, figure, chosen[0], random) / _medians(theirs, figure, chosen[1], random)
        low, high = np.nanpercentile(ratios, [2.5, 97.5])
    cut = sum(map(_cut_off, (*ours, *theirs))) if figure == "throughput_per_s" else 0.0
    return Ratio(ratio, min(float(low), ratio) / (1 + cut), max(float(high), ratio) * (1 + cut))


def _compared_by_turns(ours: Sequence[Trial], theirs: Sequence[Trial], figure: str) -> Ratio:
    """Return the ratio and its interval where both took turns: the same rounds are drawn for both."""
    random = np.random.default_rng(SEED)
    rounds = _rounds(ours, theirs, figure)
    ratios = np.median(rounds[random.integers(0, len(rounds), (RESAMPLES, len(rounds)))], axis=1)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return Ratio(float(np.median(rounds)), float(low), float(high))


def _rounds(ours: Sequence[Trial], theirs: Sequence[Trial], figure: str) -> Draws:
    """Return the ratio in each round of each block that both stood in."""
    pairs = [_paired(a, b, figure) for a in ours for b in theirs if a.repetition == b.repetition]
    return np.concatenate([np.empty(0), *pairs])


def _paired(ours: Trial, theirs: Trial, figure: str) -> Draws:
    """Return the ratio in each round in which both were answered."""
    a, b = (np.array(trial.seconds.get(figure, []), dtype=np.float64) for trial in (ours, theirs))
    length = min(len(a), len(b))
    a, b = a[:length], b[:length]
    both = (a > 0) & (b > 0)
    return np.asarray(a[both] / b[both])


def shared_blocks(ours: Sequence[Trial], theirs: Sequence[Trial]) -> set[int]:
    """Return the blocks in which both stood."""
    return {trial.repetition for trial in ours} & {trial.repetition for trial in theirs}


def _cut_off(trial: Trial) -> float:
    """Return which share of a trial's answers the edges of its window may have cut off."""
    answers = trial.figures.get("answers", 0.0)
    return trial.figures.get("concurrency", 0.0) / answers if answers else 0.0


def _drawn(count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Return which of the trials each resample holds."""
    return random.integers(0, count, (RESAMPLES, count))


def _medians(
    trials: Sequence[Trial], figure: str, chosen: NDArray[np.int64], random: np.random.Generator
) -> Draws:
    """Return what the median over trials would have been in each resample."""
    means = np.stack([_resampled_means(trial, figure, random) for trial in trials])
    return np.median(means[chosen, np.arange(RESAMPLES)[:, None]], axis=1)


def _resampled_means(trial: Trial, figure: str, random: np.random.Generator) -> Draws:
    """Return the trial's figure as if its seconds had been drawn anew, centred on what it was."""
    seconds = np.array(trial.seconds.get(figure, []), dtype=np.float64)
    whole = trial.figures[figure]
    if len(seconds) < 2 or not seconds.mean():  # noqa: PLR2004 - one second has no spread
        return np.full(RESAMPLES, whole)
    drawn = seconds[random.integers(0, len(seconds), (RESAMPLES, len(seconds)))].mean(axis=1)
    return np.asarray(drawn * (whole / seconds.mean()))


def _median(trials: Sequence[Trial], figure: str) -> float:
    return median(trial.figures[figure] for trial in trials)


def _by_place(trials: Sequence[Trial]) -> Mapping[Place, Mapping[str, list[Trial]]]:
    places: dict[Place, dict[str, list[Trial]]] = {}
    for trial in trials:
        if trial.status == "ok":
            stacks = places.setdefault((trial.scenario, trial.level), {})
            stacks.setdefault(trial.stack, []).append(trial)
    return places
