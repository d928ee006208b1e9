"""What medians might have been."""

import msgspec
import numpy as np
import pytest

from lab.judge import bootstrap
from records.run import Trial
from tests.lab import runs

RATE = "throughput_per_s"


def trial(value: float, seconds: list[float]) -> Trial:
    """Return a trial with a throughput over all and in each second."""
    made_up = runs.trial("uvicorn/asgi", 50, throughput_per_s=value)
    return msgspec.structs.replace(made_up, seconds={RATE: seconds})


def draws(*trials: Trial) -> bootstrap.Draws:
    """Return the medians of every resample of these trials."""
    random = bootstrap.generator()
    return bootstrap.resampled_medians(trials, RATE, bootstrap.drawn_trials(len(trials), random), random)


def test_the_same_trials_give_the_same_draws() -> None:
    """A report is a function of its run."""
    trials = trial(10.0, [8.0, 10.0, 12.0]), trial(20.0, [19.0, 21.0])
    assert draws(*trials).tolist() == draws(*trials).tolist()
    assert draws(*trials).shape == (bootstrap.RESAMPLES,)


@pytest.mark.parametrize("seconds", [[], [7.0], [0.0, 0.0]])
def test_a_trial_whose_seconds_tell_nothing_is_what_it_was(seconds: list[float]) -> None:
    """None, one second or seconds without an answer have no spread."""
    assert set(draws(trial(10.0, seconds)).tolist()) == {10.0}


def test_seconds_vary_around_the_figure_of_the_whole() -> None:
    """What a trial came to need not be the mean of its seconds: they tell how far it may be off, not what it is."""
    drawn = draws(trial(100.0, [1.0, 2.0, 3.0]))
    assert (drawn.min(), drawn.max()) == pytest.approx((50.0, 150.0))
    assert np.median(drawn) == pytest.approx(100.0, rel=0.05)


@pytest.mark.parametrize(("value", "interval"), [(5.0, (5.0, 5.0)), (4.0, (4.0, 5.0)), (9.0, (5.0, 9.0))])
def test_an_interval_is_widened_to_hold_the_value(value: float, interval: tuple[float, float]) -> None:
    """What was measured lies in its interval, whatever was drawn."""
    assert bootstrap.interval_around(value, np.full(bootstrap.RESAMPLES, 5.0)) == interval
