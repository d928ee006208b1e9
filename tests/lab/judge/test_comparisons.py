"""Verdicts on pairs of stacks."""

from collections.abc import Sequence
from random import Random
from statistics import median

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.judge.comparisons import (
    LEAST_FLOOR,
    Ratio,
    compare_trials,
    comparisons,
    distance,
    floor,
    noise,
    sound,
    verdict_on,
)
from records.run import Doubt, Noise, Run, Trial
from records.scenario import Better
from tests.lab import runs

CPU = "cpu_us_per_request"


def trial(stack: str, value: float, seconds: list[float] | None = None, *doubts: Doubt) -> Trial:
    """Return a trial of slow-io at 50 users with one figure."""
    made = runs.trial(stack, 50, cpu_us_per_request=value)
    return msgspec.structs.replace(made, seconds={CPU: seconds or [value] * 3}, doubts=list(doubts))


def in_blocks(stack: str, value: float, figure: str = CPU) -> list[Trial]:
    """Return trials of a stack in two blocks."""
    made = msgspec.structs.replace(
        trial(stack, value), figures={figure: value}, seconds={figure: [value] * 3}
    )
    return [msgspec.structs.replace(made, repetition=number) for number in (1, 2)]


def run_of(*trials: Trial) -> Run:
    """Return a run of these trials, compared with gunicorn-sync/wsgi."""
    run = runs.run(list(trials))
    run.baseline = "gunicorn-sync/wsgi"
    return run


def test_ratio_is_that_of_medians() -> None:
    """One wild repetition doesn't move the ratio."""
    ours = [trial("uvicorn/asgi", value) for value in (100.0, 110.0, 900.0)]
    theirs = [trial("gunicorn-sync/wsgi", value) for value in (200.0, 220.0, 240.0)]
    assert compare_trials(ours, theirs, CPU).ratio == pytest.approx(0.5)


def test_interval_holds_the_ratio() -> None:
    """The interval never excludes what was measured."""
    ours = [trial("uvicorn/asgi", value) for value in (100.0, 130.0)]
    theirs = [trial("gunicorn-sync/wsgi", value) for value in (200.0, 260.0)]
    found = compare_trials(ours, theirs, CPU)
    assert found.low <= found.ratio <= found.high


def test_drift_that_fell_on_both_cancels() -> None:
    """A machine that grew slower from block to block widens no interval of stacks that shared the blocks."""
    drift = [(1, 100.0), (2, 150.0), (3, 200.0)]
    ours = [msgspec.structs.replace(trial("uvicorn/asgi", 1.1 * v), repetition=n) for n, v in drift]
    theirs = [msgspec.structs.replace(trial("gunicorn-sync/wsgi", v), repetition=n) for n, v in drift]
    found = compare_trials(ours, theirs, CPU)
    assert [found.low, found.high] == pytest.approx([1.1, 1.1])


@settings(max_examples=25)
@given(st.lists(st.floats(1, 1000), min_size=1, max_size=5))
def test_a_stack_against_the_same_figures_is_a_tie(values: list[float]) -> None:
    """Equal measurements are never called different."""
    ours, theirs = (
        [trial(name, value) for value in values] for name in ("uvicorn/asgi", "gunicorn-sync/wsgi")
    )
    assert verdict_on("lower", compare_trials(ours, theirs, CPU), 0.0) == "tie"


def in_turns(stack: str, seconds: Sequence[float], repetition: int = 1) -> Trial:
    """Return a trial whose turns cost so much each."""
    made = trial(stack, median(seconds), list(seconds))
    return msgspec.structs.replace(made, turns=True, repetition=repetition)


def drifting(seed: int, rounds: int = 60) -> list[float]:
    """Return what rounds cost on a machine that is twice as slow in the end, and noisy by 2 %."""
    random = Random(seed)
    return [100.0 * (1 + n / rounds) * random.gauss(1, 0.02) for n in range(rounds)]


def test_drift_that_fell_on_the_same_rounds_cancels() -> None:
    """Whatever the machine does in a round falls on both stacks: their ratio is exact."""
    theirs = in_turns("gunicorn-sync/wsgi", drifting(1))
    ours = in_turns("uvicorn/asgi", [1.2 * value for value in drifting(1)])
    found = compare_trials([ours], [theirs], CPU)
    assert [found.low, found.ratio, found.high] == pytest.approx([1.2, 1.2, 1.2])


@pytest.mark.parametrize("seed", range(5))
def test_the_same_stack_in_turns_is_a_tie(seed: int) -> None:
    """Two that differ by noise alone have an interval that includes 1, however much both drift."""
    shared, random = drifting(seed), Random(seed + 100)
    noisy = [[value * random.gauss(1, 0.02) for value in shared] for _ in range(2)]
    found = compare_trials(
        [in_turns("uvicorn/asgi", noisy[0])], [in_turns("gunicorn-sync/wsgi", noisy[1])], CPU
    )
    assert verdict_on("lower", found, 0.0) == "tie"
    assert found.low <= 1 <= found.high


@pytest.mark.parametrize("seed", range(5))
def test_a_fifth_more_is_found_in_turns(seed: int) -> None:
    """A stack that costs 20 % more is slower, and the interval holds the truth."""
    shared, random = drifting(seed), Random(seed + 100)
    theirs = in_turns("gunicorn-sync/wsgi", [value * random.gauss(1, 0.02) for value in shared])
    ours = in_turns("uvicorn/asgi", [1.2 * value * random.gauss(1, 0.02) for value in shared])
    found = compare_trials([ours], [theirs], CPU)
    assert verdict_on("lower", found, 0.05) == "slower"
    assert found.low <= found.ratio <= found.high
    assert found.ratio == pytest.approx(1.2, rel=0.02)


def test_processes_that_differ_widen_the_interval() -> None:
    """Where a stack's processes are dearer in one block and cheaper in another, 1 lies within the interval."""
    theirs = [in_turns("gunicorn-sync/wsgi", [100.0] * 12, number) for number in range(1, 6)]
    costs = (94.0, 106.0, 97.0, 103.0, 101.0)
    ours = [in_turns("uvicorn/asgi", [cost] * 12, number) for number, cost in enumerate(costs, 1)]
    found = compare_trials(ours, theirs, CPU)
    assert found.low < 0.98
    assert found.high > 1.02


def test_processes_that_differ_by_luck_make_no_difference() -> None:
    """Of twenty pairs of identical stacks whose processes differ by 3 % from block to block two at most don't tie.

    Drawn as if the rounds of all blocks were alike it is six.
    """
    intervals = [
        compare_trials(lucky("uvicorn/asgi", n), lucky("gunicorn-sync/wsgi", 100 + n), CPU)
        for n in range(1, 21)
    ]
    assert sum(not each.low <= 1 <= each.high for each in intervals) <= 2


def lucky(stack: str, seed: int) -> list[Trial]:
    """Return eight blocks of nine turns, each of a process that is dearer or cheaper by 3 % and noisy by 3 %."""
    random = Random(seed)
    costs = [random.gauss(100, 3) for _ in range(8)]
    return [
        in_turns(stack, [random.gauss(cost, 3) for _ in range(9)], block) for block, cost in enumerate(costs)
    ]


def test_rounds_in_which_one_was_not_answered_are_left_out() -> None:
    """A turn without an answer is no cost of nothing: its round says nothing of either."""
    ours = in_turns("uvicorn/asgi", [120.0, 0.0, 240.0, 360.0, 480.0])
    theirs = in_turns("gunicorn-sync/wsgi", [100.0, 900.0, 200.0, 0.0])
    found = compare_trials([ours], [theirs], CPU)
    assert [found.low, found.ratio, found.high] == pytest.approx([1.2, 1.2, 1.2])


def test_rounds_of_different_blocks_are_not_paired() -> None:
    """The first round of one block has nothing in common with the first of another."""
    ours = [in_turns("uvicorn/asgi", [120.0] * 5, 1), in_turns("uvicorn/asgi", [240.0] * 5, 2)]
    theirs = [in_turns("gunicorn-sync/wsgi", [200.0] * 5, 2), in_turns("gunicorn-sync/wsgi", [100.0] * 5, 1)]
    found = compare_trials(ours, theirs, CPU)
    assert [found.low, found.ratio, found.high] == pytest.approx([1.2, 1.2, 1.2])


def test_stacks_that_never_took_turns_together_are_not_compared() -> None:
    """Where no block has a sound trial of both there is no round to compare, and the rest goes on."""
    run = run_of(in_turns("uvicorn/asgi", [120.0] * 5, 1), in_turns("gunicorn-sync/wsgi", [100.0] * 5, 2))
    assert comparisons(run, run.baseline) == []


def test_spread_between_seconds_widens_the_interval() -> None:
    """What differs from second to second is uncertainty, with one repetition too."""
    theirs = [trial("gunicorn-sync/wsgi", 100.0)]
    steady = compare_trials([trial("uvicorn/asgi", 150.0)], theirs, CPU)
    shaky = compare_trials([trial("uvicorn/asgi", 150.0, [50.0, 150.0, 250.0])], theirs, CPU)
    assert (steady.low, steady.high) == (steady.ratio, steady.ratio)
    assert shaky.low < steady.ratio < shaky.high


@pytest.mark.parametrize(
    ("better", "ratio", "noise_floor", "verdict"),
    [
        ("lower", Ratio(0.5, 0.4, 0.6), 0.05, "faster"),
        ("lower", Ratio(2.0, 1.8, 2.2), 0.05, "slower"),
        ("higher", Ratio(2.0, 1.8, 2.2), 0.05, "faster"),
        ("lower", Ratio(1.2, 0.9, 1.4), 0.05, "tie"),
        ("lower", Ratio(1.04, 1.03, 1.05), 0.05, "tie"),
        ("lower", Ratio(0.97, 0.96, 0.98), 0.05, "tie"),
    ],
)
def test_verdicts(better: Better, ratio: Ratio, noise_floor: float, verdict: str) -> None:
    """A difference counts when its interval excludes 1 and it is beyond the noise."""
    assert verdict_on(better, ratio, noise_floor) == verdict


def test_each_stack_is_compared_with_the_baseline() -> None:
    """The baseline isn't compared with itself, and nothing is compared where it wasn't measured."""
    run = run_of(*in_blocks("uvicorn/asgi", 50.0), *in_blocks("gunicorn-sync/wsgi", 100.0))
    (found,) = comparisons(run, run.baseline)
    assert (found.a, found.b, found.ratio, found.verdict, found.trials) == (
        "uvicorn/asgi",
        "gunicorn-sync/wsgi",
        0.5,
        "faster",
        4,
    )
    assert comparisons(run, "uvicorn/wsgi-bridged") == []


def test_what_drifts_is_not_compared_between_single_trials() -> None:
    """CPU per request of two trials made one after the other holds the machine's drift: no verdict."""
    run = run_of(trial("uvicorn/asgi", 50.0), trial("gunicorn-sync/wsgi", 100.0))
    assert comparisons(run, run.baseline) == []


@pytest.mark.parametrize(("concurrency", "verdict"), [(1.0, "slower"), (10.0, "tie")])
def test_answers_cut_off_by_the_window_widen_throughput(concurrency: float, verdict: str) -> None:
    """Of 100 answers 90 are fewer when one at a time may be cut off, and no fewer when ten at once may."""
    figures = {"answers": 100.0, "concurrency": concurrency}
    ours, theirs = (
        msgspec.structs.replace(
            trial(name, 0.0),
            figures={**figures, "throughput_per_s": value},
            seconds={"throughput_per_s": [value] * 3},
        )
        for name, value in (("uvicorn/asgi", 90.0), ("gunicorn-sync/wsgi", 100.0))
    )
    (found,) = comparisons(run_of(ours, theirs), "gunicorn-sync/wsgi")
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("doubt", "kept"),
    [
        (Doubt("errors", "", "", discards=True), 0),
        (Doubt("generator-bound", "", "", [CPU], discards=True), 0),
        (Doubt("generator-bound", "", "", ["service_ms_p50"], discards=True), 1),
        (Doubt("unanswered", "", "", [CPU], at_least=True), 0),
        (Doubt("too-few-samples", "", "", [CPU]), 1),
    ],
)
def test_discarded_trials_enter_no_comparison(doubt: Doubt, kept: int) -> None:
    """A discarding doubt about the figure, and a lower bound, keep a trial out."""
    assert len(sound([trial("uvicorn/asgi", 50.0, None, doubt)], CPU)) == kept


STUCK = Doubt("unanswered", "", "", [CPU], at_least=True)


@pytest.mark.parametrize(("stuck", "compared_trials"), [(0, 3), (1, 3), (2, 0), (3, 0)])
def test_a_stack_that_was_stuck_is_not_compared_by_what_was_left(stuck: int, compared_trials: int) -> None:
    """Where most trials had no answer the median is a bound, though some trial was answered fast."""
    trials = [trial("uvicorn/asgi", 100.0)] * (3 - stuck) + [
        trial("uvicorn/asgi", 5000.0, None, STUCK)
    ] * stuck
    assert len(sound(trials, CPU)) == compared_trials


def test_failed_trials_enter_no_comparison() -> None:
    """A stack that failed has no figure to compare."""
    failed = msgspec.structs.replace(trial("uvicorn/asgi", 50.0), status="failed")
    run = run_of(failed, trial("gunicorn-sync/wsgi", 100.0))
    assert comparisons(run, run.baseline) == []


def test_noise_is_how_far_a_stack_is_from_itself() -> None:
    """The floor is the farther end of the interval of a stack against its copy."""
    copies = [runs.copied(each) for each in in_blocks("uvicorn/asgi", 125.0)]
    run = run_of(*in_blocks("uvicorn/asgi", 100.0), *copies)
    (found,) = noise(run)
    assert (found.figure, found.stack) == (CPU, "uvicorn/asgi")
    assert found.floor == pytest.approx(0.25)


def test_copies_are_not_compared() -> None:
    """The second name of a stack is there for the noise alone."""
    run = run_of(trial("gunicorn-sync/wsgi", 100.0), runs.copied(trial("gunicorn-sync/wsgi", 125.0)))
    assert comparisons(run, run.baseline) == []


def test_floor_of_another_place_stands_in() -> None:
    """Where a stack wasn't measured against itself, the largest floor of the figure holds."""
    floors = [Noise("baseline", 500, CPU, "x", 0.03), Noise("starvation", 30, CPU, "x", 0.07)]
    assert floor(floors, "baseline", 500, CPU) == 0.03
    assert floor(floors, "slow-io", 50, CPU) == 0.07
    assert floor(floors, "slow-io", 50, "throughput_per_s") == LEAST_FLOOR


def test_distance_is_the_same_both_ways() -> None:
    """Twice and half are equally far from equal."""
    assert distance(2.0) == distance(0.5) == 1.0
