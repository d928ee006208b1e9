"""Two stacks on one figure: by how much they differ, and how sure that is.

The ratio is that of the medians over trials; its interval of 95 % is bootstrapped. A figure that is discarded,
and one that is a lower bound, enter no comparison.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from lab.judge import bootstrap
from lab.judge.bootstrap import Draws
from lab.judge.estimates import by_place, estimate_figure
from records.run import Comparison, Noise, Run, Trial, Verdict
from records.scenario import Better
from records.types import LevelValue

ENOUGH_BLOCKS = 2
LEAST_FLOOR = 0.02
COMPARED = (
    "throughput_per_s",
    "cpu_us_per_request",
    "corrected_ms_p50",
    "first_byte_ms_p50",
    "probe_corrected_ms_p50",
)

DRIFTING = frozenset({"cpu_us_per_request"})


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
    results = []
    for (scenario, level), stacks in _side_by_side(run.trials).items():
        for figure in COMPARED:
            usable = {name: sound(trials, figure) for name, trials in stacks.items()}
            for name, trials in usable.items():
                copied = any(trial.copy_of for trial in trials)
                if name != baseline and not copied and comparable(trials, usable.get(baseline), figure):
                    ratio, verdict = judge_pair(run, trials, usable[baseline], figure)
                    trial_count = len(trials) + len(usable[baseline])
                    results.append(
                        Comparison(
                            scenario, level, figure, name, baseline,
                            ratio.ratio, ratio.low, ratio.high, verdict, trial_count,
                        )
                    )  # fmt: skip
    return results


def judge_pair(
    run: Run, ours: Sequence[Trial], theirs: Sequence[Trial], figure: str
) -> tuple[Ratio, Verdict]:
    """Return how two stacks that are comparable at a place relate, and what that means beside the noise there."""
    ratio = compare_trials(ours, theirs, figure)
    noise_floor = floor(run.noise, ours[0].scenario, ours[0].level, figure)
    return ratio, verdict_on(run.figure(figure).better, ratio, noise_floor)


def noise(run: Run) -> list[Noise]:
    """Return by how much a stack may differ from itself: the farther end of that comparison's interval."""
    floors = []
    for (scenario, level), stacks in _side_by_side(run.trials).items():
        copies = {trials[0].copy_of: trials for trials in stacks.values() if trials[0].copy_of in stacks}
        for name, again in copies.items():
            for figure in COMPARED:
                first, second = sound(stacks[name], figure), sound(again, figure)
                if comparable(first, second, figure):
                    farthest = compare_trials(first, second, figure).farther_end
                    floors.append(Noise(scenario, level, figure, name, farthest))
    return floors


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
    """Return the trials of a place that may be compared on a figure: none where its estimate isn't sound.

    One that was answered nothing is left out: there is no ratio to it.
    """
    estimate = estimate_figure(trials, figure)
    return (
        [trial for trial in estimate.trials if trial.figures[figure]] if estimate and estimate.sound else []
    )


def compare_trials(ours: Sequence[Trial], theirs: Sequence[Trial], figure: str) -> Ratio:
    """Return the ratio of the medians and its bootstrap interval; neither side may be empty.

    Trials of the same repetition stood in the same block, so whatever the machine did meanwhile fell on both:
    where both stacks have several blocks in common those alone are compared, block by block, and drift cancels.
    """
    if all(trial.turns for trial in (*ours, *theirs)):
        return _compared_by_turns(ours, theirs, figure)
    shared = shared_blocks(ours, theirs)
    if len(shared) < ENOUGH_BLOCKS:
        return compare_apart(ours, theirs, figure)
    ours, theirs = ([t for t in trials if t.repetition in shared] for trials in (ours, theirs))
    return _bootstrapped(ours, theirs, figure, together=True)


def compare_apart(ours: Sequence[Trial], theirs: Sequence[Trial], figure: str) -> Ratio:
    """Return the ratio of the medians and its interval of trials that never stood side by side."""
    return _bootstrapped(ours, theirs, figure, together=False)


def comparable(ours: Sequence[Trial], theirs: Sequence[Trial] | None, figure: str) -> bool:
    """Tell whether there is anything to compare: trials of both, and where they took turns rounds of both.

    What drifts with the machine is compared only between trials that stood side by side.
    """
    if not ours or not theirs:
        return False
    if all(trial.turns for trial in (*ours, *theirs)):
        return bool(_rounds(ours, theirs, figure))
    return figure not in DRIFTING or len(shared_blocks(ours, theirs)) >= ENOUGH_BLOCKS


def _bootstrapped(ours: Sequence[Trial], theirs: Sequence[Trial], figure: str, *, together: bool) -> Ratio:
    """Return the ratio and its interval; `together` draws the same trials of both."""
    random = bootstrap.generator()
    choices = [bootstrap.drawn_trials(len(trials), random) for trials in (ours, theirs)]
    if together:
        choices[1] = choices[0]
    ratio = _median(ours, figure) / _median(theirs, figure)
    with np.errstate(divide="ignore", invalid="ignore"):  # seconds without an answer may be drawn alone
        draws = [
            bootstrap.resampled_medians(trials, figure, choice, random)
            for trials, choice in zip((ours, theirs), choices, strict=True)
        ]
        low, high = bootstrap.interval_around(ratio, draws[0] / draws[1])
    share = sum(map(_cut_off, (*ours, *theirs))) if figure == "throughput_per_s" else 0.0
    return Ratio(ratio, low / (1 + share), high * (1 + share))


def _compared_by_turns(ours: Sequence[Trial], theirs: Sequence[Trial], figure: str) -> Ratio:
    """Return the ratio and its interval where both took turns: blocks are drawn, then rounds, the same for both.

    Each block has processes of its own, for two processes of one program differ for as long as they live (T. Kalibera
    and R. Jones, "Rigorous Benchmarking in Reasonable Time", 2013): it is the geometric mean over blocks.
    """
    random = bootstrap.generator()
    blocks = [np.log(rounds) for rounds in _rounds(ours, theirs, figure)]
    medians = np.stack([np.median(bootstrap.redrawn(rounds, random), axis=1) for rounds in blocks])
    chosen = bootstrap.drawn_trials(len(blocks), random)
    draws = np.exp(bootstrap.draws_of_chosen(medians, chosen).mean(axis=1))
    ratio = float(np.exp(np.mean([np.median(rounds) for rounds in blocks])))
    return Ratio(ratio, *bootstrap.interval_around(ratio, draws))


def _rounds(ours: Sequence[Trial], theirs: Sequence[Trial], figure: str) -> list[Draws]:
    """Return the ratio in each round, for each block that both stood in."""
    pairs = [_paired(a, b, figure) for a in ours for b in theirs if a.repetition == b.repetition]
    return [rounds for rounds in pairs if rounds.size]


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


def _median(trials: Sequence[Trial], figure: str) -> float:
    return median(trial.figures[figure] for trial in trials)


def _side_by_side(trials: Sequence[Trial]) -> Mapping[tuple[str, LevelValue], Mapping[str, list[Trial]]]:
    """Return the trials that went well, by scenario and level, then by stack."""
    loads: dict[tuple[str, LevelValue], dict[str, list[Trial]]] = {}
    for place, repetitions in by_place(trial for trial in trials if trial.status == "ok").items():
        loads.setdefault((place.scenario, place.level), {})[place.stack] = repetitions
    return loads
