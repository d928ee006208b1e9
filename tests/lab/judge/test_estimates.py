"""What a run knows of a figure."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.judge.estimates import Estimate, by_place, estimate_figure, find_estimate, is_lower_bound, trusted
from records.run import Doubt, Run, Trial
from tests.lab import runs

RATE = "throughput_per_s"
PLACE = ("uvicorn/asgi", "slow-io", 50)
OPEN_END = Doubt("unanswered", "", "", [RATE], at_least=True)


def rate(run: Run) -> Estimate:
    """Return what is known of the one stack's throughput."""
    estimated = find_estimate(run, *PLACE, RATE)
    assert estimated is not None
    return estimated


def test_known_is_the_median_over_trials() -> None:
    """Repetitions count together."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=each) for each in (10.0, 20.0, 60.0)])
    assert rate(run).value == 20.0


def test_discarded_trials_give_way_to_sound_ones() -> None:
    """One trial on a busy machine doesn't move what the others say."""
    busy = Doubt("machine-busy", "", "", discards=True)
    bad = msgspec.structs.replace(runs.trial("uvicorn/asgi", 50, throughput_per_s=1.0), doubts=[busy])
    run = runs.run([bad, runs.trial("uvicorn/asgi", 50, throughput_per_s=20.0)])
    estimated = rate(run)
    assert (estimated.value, len(estimated.trials), len(estimated.measured)) == (20.0, 1, 2)
    assert (estimated.sound, estimated.doubts) == (True, ())


def test_discarded_alone_is_doubted() -> None:
    """Where no trial is sound the figure is told with its doubt, and trusted by nobody."""
    busy = Doubt("machine-busy", "", "", discards=True)
    run = runs.run(
        [msgspec.structs.replace(runs.trial("uvicorn/asgi", 50, throughput_per_s=1.0), doubts=[busy])]
    )
    estimated = rate(run)
    assert (estimated.value, estimated.doubts, estimated.objections) == (1.0, (busy,), ["machine-busy"])
    assert (estimated.discarded, estimated.doubted, estimated.sound) == (True, True, False)
    assert trusted(run, "uvicorn/asgi", "slow-io", 50, RATE) is None


def test_lower_bound_is_known_as_one() -> None:
    """What was never answered took at least so long."""
    run = runs.run(
        [msgspec.structs.replace(runs.trial("uvicorn/asgi", 50, throughput_per_s=9.0), doubts=[OPEN_END])]
    )
    estimated = rate(run)
    assert (estimated.value, estimated.at_least, estimated.doubted, estimated.sound) == (
        9.0,
        True,
        False,
        False,
    )
    assert estimated.interval is None
    assert is_lower_bound(run.trials[0], RATE)


def test_nothing_is_known_without_trials() -> None:
    """A place that wasn't measured has no figure."""
    assert find_estimate(runs.run([]), "uvicorn/asgi", "slow-io", 50, RATE) is None


@pytest.mark.parametrize(
    ("exact", "bounds", "value", "at_least"),
    [
        ([20.0], [9.0], 14.5, True),
        ([20.0, 30.0], [9.0], 20.0, True),
        ([20.0, 21.0], [30.0], 21.0, False),
        ([20.0], [30.0, 40.0], 30.0, True),
        ([20.0, 20.0, 21.0], [20.0], 20.0, True),
        ([20.0] * 19, [500.0], 20.0, False),
    ],
)
def test_a_median_is_a_bound_when_it_would_be_more(
    exact: list[float],
    bounds: list[float],
    value: float,
    at_least: bool,  # noqa: FBT001 - a row
) -> None:
    """What had no answer counts with its age: beyond the median more of it changes nothing, elsewhere it may."""
    trials = [runs.trial("uvicorn/asgi", 50, throughput_per_s=each) for each in (*exact, *bounds)]
    open_ended = [msgspec.structs.replace(trial, doubts=[OPEN_END]) for trial in trials[len(exact) :]]
    estimated = rate(runs.run([*trials[: len(exact)], *open_ended]))
    assert (estimated.value, estimated.at_least, estimated.sound) == (value, at_least, not at_least)
    assert estimated.objections == (["unanswered"] if at_least else [])


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_figure_that_is_no_number_is_not_known(value: float) -> None:
    """Nothing is made of infinity."""
    assert (
        find_estimate(runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=value)]), *PLACE, RATE)
        is None
    )


def test_a_trial_that_failed_tells_nothing() -> None:
    """Only what went well has figures, whatever was recorded."""
    failed = msgspec.structs.replace(runs.trial("uvicorn/asgi", 50, throughput_per_s=1.0), status="failed")
    run = runs.run([failed, runs.trial("uvicorn/asgi", 50, throughput_per_s=2.0)])
    assert (rate(run).value, len(rate(run).measured)) == (2.0, 1)


def test_places_keep_the_order_of_their_first_trials() -> None:
    """Trials that repeat each other stand together."""
    trials = [runs.trial(stack, 50, throughput_per_s=1.0) for stack in ("b/asgi", "a/asgi", "b/asgi")]
    assert [(place.stack, len(repeated)) for place, repeated in by_place(trials).items()] == [
        ("b/asgi", 2),
        ("a/asgi", 1),
    ]


@given(st.lists(st.lists(st.floats(0.1, 1000), max_size=6), min_size=1, max_size=4))
@settings(max_examples=25)
def test_the_interval_holds_the_value(seconds: list[list[float]]) -> None:
    """Whatever the seconds of the trials say, the figure lies within its interval, the same one each time."""
    trials = [with_seconds(each) for each in seconds]
    estimated, again = estimate_figure(trials, RATE), estimate_figure(trials, RATE)
    assert estimated is not None
    assert again is not None
    assert estimated.interval == again.interval
    if estimated.interval is not None:
        low, high = estimated.interval
        assert low <= estimated.value <= high


def test_rounding_leaves_the_value_in_its_interval() -> None:
    """49 times a 49th is a little less than 1 to a computer: a figure isn't outside its own interval for that."""
    trial = runs.trial("uvicorn/asgi", 50, throughput_per_s=1.0)
    estimated = estimate_figure([msgspec.structs.replace(trial, seconds={RATE: [49.0] * 3})], RATE)
    assert estimated is not None
    assert estimated.interval == (49 * (1 / 49), 1.0)


def with_seconds(seconds: list[float]) -> Trial:
    """Return a trial whose throughput was so much in each second."""
    trial = runs.trial("uvicorn/asgi", 50, throughput_per_s=sum(seconds) / len(seconds) if seconds else 1.0)
    return msgspec.structs.replace(trial, seconds={RATE: seconds})


def test_interval_of_one_number_is_unknown() -> None:
    """A single trial without seconds tells nothing of how much it varies."""
    assert rate(runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=100.0)])).interval is None


def test_interval_of_repetitions_spans_them() -> None:
    """Two trials are all there is to draw from."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=value) for value in (100.0, 130.0)])
    assert rate(run).interval == (100.0, 130.0)
