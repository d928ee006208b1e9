"""Two runs side by side."""

from collections.abc import Sequence

import msgspec
import pytest

from lab.judge.comparisons import LEAST_FLOOR, compare_apart, compare_trials
from lab.judge.differences import DRIFT, Difference, Quantity, diff, quantity, ratio_of
from lab.judge.estimates import estimate_figure
from records.run import Doubt, Noise, Run, Trial
from records.scenario import Figure
from tests.lab import runs

CPU = "cpu_us_per_request"
SLOW = Doubt("machine-busy", "", "", discards=True)
BOUND = Doubt("unanswered", "", "", [CPU], at_least=True)
RARE = Doubt("too-few-samples", "", "", [CPU])


def trials(values: Sequence[float], figure: str = CPU, *doubts: Doubt) -> list[Trial]:
    """Return repetitions of slow-io at 50 users on uvicorn, with seconds that don't vary."""
    return [
        Trial(
            "uvicorn/asgi", "slow-io", 50, number, "ok",
            figures={figure: value}, seconds={figure: [value] * 3}, doubts=list(doubts),
        )
        for number, value in enumerate(values, 1)
    ]  # fmt: skip


def run_of(values: Sequence[float], figure: str = CPU, *doubts: Doubt) -> Run:
    """Return a run of these repetitions."""
    return runs.run(trials(values, figure, *doubts))


def only(a: Run, b: Run) -> Difference:
    """Return the one difference of two runs."""
    (found,) = diff(a, b).differences
    return found


def test_a_figure_that_nobody_knows_gets_no_verdict() -> None:
    """Values and ratio are there; whether more of it is better no run says."""
    found = only(run_of([100.0, 100.0], "wishes_per_s"), run_of([200.0, 200.0], "wishes_per_s"))
    assert (found.unit, found.b.value, found.ratio) == ("", 200.0, Quantity(2.0, 2.0, 2.0))
    assert (found.verdict, found.why) == ("cannot", "nobody knows whether more of it is better")


def test_a_figure_is_judged_by_the_later_run() -> None:
    """What a run says of its figures counts, not what today's tables say."""
    before, after = run_of([100.0, 100.0]), run_of([200.0, 200.0])
    after.figures = {CPU: Figure("answers", "higher", "the other way round")}
    found = only(before, after)
    assert (found.unit, found.verdict) == ("answers", "better")


def test_questions_are_those_of_the_runs() -> None:
    """Whoever tells a diff needs no table of scenarios."""
    assert diff(run_of([1.0]), run_of([1.0])).questions == {"slow-io": "How many?"}


def test_a_figure_of_both_runs_is_put_side_by_side() -> None:
    """Value in A, value in B, ratio B / A with its interval."""
    found = only(run_of([100.0, 100.0]), run_of([200.0, 200.0]))
    assert (found.stack, found.figure, found.unit) == ("uvicorn/asgi", CPU, "µs")
    assert (found.a.value, found.b.value) == (100.0, 200.0)
    assert found.ratio == Quantity(2.0, 2.0, 2.0)
    assert found.verdict == "slower"


@pytest.mark.parametrize(
    ("figure", "b", "verdict"),
    [
        (CPU, 50.0, "faster"),
        (CPU, 150.0, "slower"),
        (CPU, 100.0, "tie"),
        ("throughput_per_s", 150.0, "faster"),
        ("throughput_per_s", 50.0, "slower"),
        ("memory_mib", 50.0, "better"),
        ("memory_mib", 150.0, "worse"),
    ],
)
def test_verdicts_go_by_what_is_better(figure: str, b: float, verdict: str) -> None:
    """Less CPU is faster, more throughput too; memory is not fast but better."""
    assert only(run_of([100.0] * 3, figure), run_of([b] * 3, figure)).verdict == verdict


def test_what_a_machine_drifts_by_between_runs_is_a_tie() -> None:
    """Times that differ by less than the drift between runs aren't told apart, however narrow the interval."""
    found = only(run_of([100.0] * 3), run_of([100.0 * (1 + DRIFT / 2)] * 3))
    assert (found.floor, found.verdict) == (DRIFT, "tie")
    assert found.why == "within the 10% that two runs may differ by"


def test_memory_doesn_t_drift() -> None:
    """What isn't time needs no room for the machine's drift."""
    found = only(run_of([100.0] * 3, "memory_mib"), run_of([105.0] * 3, "memory_mib"))
    assert (found.floor, found.verdict) == (LEAST_FLOOR, "worse")


@pytest.mark.parametrize("noisy", [0, 1])
def test_the_larger_noise_floor_of_both_runs_counts(noisy: int) -> None:
    """Whichever run was noisier, a difference within its noise is a tie."""
    pair = run_of([100.0] * 3), run_of([120.0] * 3)
    pair[0].noise = [Noise("slow-io", 50, CPU, "x", 0.01)]
    pair[1].noise = [Noise("slow-io", 50, CPU, "x", 0.01)]
    pair[noisy].noise = [Noise("slow-io", 50, CPU, "x", 0.3)]
    found = only(*pair)
    assert (found.floor, found.verdict) == (0.3, "tie")


def test_trials_of_two_runs_are_never_paired() -> None:
    """The same repetition numbers in two runs are no shared blocks: drift doesn't cancel."""
    drift, drifted = [100.0, 150.0, 200.0], [110.0, 165.0, 220.0]
    found = only(run_of(drift), run_of(drifted))
    paired = compare_trials(trials(drifted), trials(drift), CPU)
    assert found.ratio is not None
    assert found.ratio.low is not None
    assert found.ratio.high is not None
    assert found.ratio.low < paired.low
    assert paired.high < found.ratio.high
    assert found.verdict == "tie"


def test_turns_of_two_runs_are_never_paired() -> None:
    """The n-th turn of another run was not the same round."""
    a, b = ([msgspec.structs.replace(t, turns=True) for t in trials([v])] for v in (100.0, 200.0))
    a = [msgspec.structs.replace(a[0], seconds={CPU: [50.0, 100.0, 150.0]})]
    b = [msgspec.structs.replace(b[0], seconds={CPU: [100.0, 200.0, 300.0]})]
    paired, apart = compare_trials(b, a, CPU), compare_apart(b, a, CPU)
    assert (paired.low, paired.high) == (2.0, 2.0)
    assert apart.low < 2.0 < apart.high
    in_a, in_b = estimate_figure(a, CPU), estimate_figure(b, CPU)
    assert in_a is not None
    assert in_b is not None
    assert ratio_of(in_a, in_b) == Quantity(apart.ratio, apart.low, apart.high)


@pytest.mark.parametrize("doubt", [SLOW, BOUND])
@pytest.mark.parametrize("doubted", [0, 1])
def test_a_doubted_figure_has_no_verdict(doubt: Doubt, doubted: int) -> None:
    """Discarded figures and lower bounds are shown, and which doubt it was in which run."""
    pair = [run_of([100.0] * 2), run_of([200.0] * 2)]
    pair[doubted] = run_of([300.0] * 2, CPU, doubt)
    found = only(*pair)
    assert (found.verdict, found.why, found.ratio) == ("doubted", f"{doubt.name} in {'AB'[doubted]}", None)
    assert (found.a.value, found.b.value)[doubted] == 300.0


def test_a_doubt_that_discards_nothing_changes_nothing() -> None:
    """A remark about few samples doesn't keep a figure from being compared."""
    assert only(run_of([100.0] * 2), run_of([200.0] * 2, CPU, RARE)).verdict == "slower"


def test_sound_repetitions_are_enough() -> None:
    """One repetition on a busy machine is left out, and the others tell."""
    b = runs.run([*trials([200.0, 200.0]), *trials([900.0], CPU, SLOW)])
    found = only(run_of([100.0] * 2), b)
    assert (found.b.value, found.verdict) == (200.0, "slower")


def test_single_trials_without_seconds_tell_no_difference() -> None:
    """Without anything to take an interval from there is a ratio and no verdict."""
    a, b = (runs.run([runs.trial("uvicorn/asgi", 50, memory_mib=value)]) for value in (20.0, 40.0))
    found = only(a, b)
    assert found.ratio == Quantity(2.0)
    assert (found.verdict, found.why) == ("cannot", "single trials tell nothing of how much it varies")


@pytest.mark.parametrize(("b", "verdict"), [(0.0, "tie"), (3.0, "cannot")])
def test_zero_has_no_ratio(b: float, verdict: str) -> None:
    """Nothing in both runs is the same; something instead of nothing is no number of times more."""
    found = only(run_of([0.0] * 2, "threads_left"), run_of([b] * 2, "threads_left"))
    assert (found.ratio, found.verdict) == (None, verdict)


def test_another_machine_leaves_no_verdict() -> None:
    """Figures of two machines are shown with their ratio, and why nothing follows."""
    b = run_of([200.0] * 2)
    b.environment = {**b.environment, "cpu": "another"}
    found = diff(run_of([100.0] * 2), b)
    assert not found.comparable
    assert found.says.startswith("These runs may not be compared: cpu was ")
    assert found.differences[0].verdict == "cannot"
    assert found.differences[0].ratio == Quantity(2.0, 2.0, 2.0)


def test_what_neither_way_is_better_is_left_out() -> None:
    """Counts that follow from the load, and how late the generator was, aren't figures of a stack."""
    pair = (
        runs.run([runs.trial("uvicorn/asgi", 50, concurrency=10.0, lag_ms_p50=1.0, probe_lag_ms_p50=1.0)]),
        runs.run([runs.trial("uvicorn/asgi", 50, concurrency=20.0, lag_ms_p50=2.0, probe_lag_ms_p50=2.0)]),
    )
    assert diff(*pair).differences == []


def test_places_of_one_run_alone_are_named() -> None:
    """What only one run has measured is told and not compared."""
    a, b = runs.run(trials([1.0])), runs.run([runs.trial("gunicorn-sync/wsgi", 1, memory_mib=20.0)])
    found = diff(a, b)
    assert (found.only_a, found.only_b) == (["slow-io@50 uvicorn/asgi"], ["slow-io@1 gunicorn-sync/wsgi"])
    assert found.differences == []


def test_copies_and_failed_trials_are_left_out() -> None:
    """The second name of a stack is there for the noise alone, and a failure is no figure."""
    copy = runs.copied(trials([1.0])[0])
    failed = msgspec.structs.replace(trials([1.0])[0], status="failed")
    run = runs.run([copy, failed])
    assert diff(run, run).differences == []


def test_a_value_has_its_own_interval() -> None:
    """What varies between repetitions is told beside the median."""
    estimated = estimate_figure(trials([100.0, 110.0, 120.0]), CPU)
    assert estimated is not None
    assert quantity(estimated) == Quantity(110.0, 100.0, 120.0)
