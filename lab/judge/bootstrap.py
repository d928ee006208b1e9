"""What medians might have been, had other trials been made and other seconds measured.

A hierarchical bootstrap: trials are drawn with replacement, then one-second windows within each (A. C. Davison and
D. V. Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8). Each function that draws takes its numbers
from `generator()`, begun anew for every interval: a report is a function of its run.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from records.run import Trial

RESAMPLES = 2000
SEED = 1
MIDDLE = (2.5, 97.5)  # between these percentiles lie 95 %

Draws = NDArray[np.float64]
Choices = NDArray[np.int64]


def generator() -> np.random.Generator:
    """Return random numbers that are the same ones each time."""
    return np.random.default_rng(SEED)


def drawn_trials(count: int, random: np.random.Generator) -> Choices:
    """Return which of so many trials each resample holds."""
    return random.integers(0, count, (RESAMPLES, count))


def resampled_medians(
    trials: Sequence[Trial], figure: str, chosen: Choices, random: np.random.Generator
) -> Draws:
    """Return what the median over trials would have been in each resample."""
    means = np.stack([_resampled_means(trial, figure, random) for trial in trials])
    return np.median(draws_of_chosen(means, chosen), axis=1)


def draws_of_chosen(draws: Draws, chosen: Choices) -> Draws:
    """Return in each resample the draws of the trials that it holds; `draws` has a row for each trial."""
    return np.asarray(draws[chosen, np.arange(RESAMPLES)[:, None]])


def interval_around(value: float, draws: Draws) -> tuple[float, float]:
    """Return between what 95 % of the draws lie, widened where need be to hold the value that was measured."""
    low, high = np.nanpercentile(draws, MIDDLE)
    return min(float(low), value), max(float(high), value)


def redrawn(values: Draws, random: np.random.Generator) -> Draws:
    """Return resamples of values, one in each row."""
    return np.asarray(values[random.integers(0, len(values), (RESAMPLES, len(values)))])


def _resampled_means(trial: Trial, figure: str, random: np.random.Generator) -> Draws:
    """Return the trial's figure as if its seconds had been drawn anew, centred on what it was."""
    seconds = np.array(trial.seconds.get(figure, []), dtype=np.float64)
    whole = trial.figures[figure]
    if len(seconds) < 2 or not seconds.mean():  # noqa: PLR2004 - one second has no spread
        return np.full(RESAMPLES, whole)
    return np.asarray(redrawn(seconds, random).mean(axis=1) * (whole / seconds.mean()))
