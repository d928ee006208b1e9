"""A figure over many runs."""

from lab.judge.histories import first_level, history
from records.run import Doubt, Run, Trial
from tests.lab import runs

FIGURE = "throughput_per_s"


def made(day: int, *trials: Trial) -> Run:
    """Return a run of that day."""
    run = runs.run(list(trials))
    run.run.id = run.run.started = f"2026-01-{day:02}"
    return run


def trial(stack: str, value: float) -> Trial:
    """Return a trial of slow-io at 50 users."""
    return runs.trial(stack, 50, throughput_per_s=value)


def test_points_are_in_the_order_of_the_runs() -> None:
    """The oldest run comes first, wherever it was found."""
    newest, oldest = made(2, trial("uvicorn/asgi", 2.0)), made(1, trial("uvicorn/asgi", 1.0))
    (series,) = history([newest, oldest], FIGURE, "slow-io", 50, []).series
    assert [(point.run, point.measured.value) for point in series.points] == [
        ("2026-01-01", 1.0),
        ("2026-01-02", 2.0),
    ]


def test_only_the_stacks_that_are_asked_for() -> None:
    """Stacks are named, or all are shown that any run has."""
    run = made(1, trial("uvicorn/asgi", 1.0), trial("gunicorn-sync/wsgi", 2.0))
    every = history([run], FIGURE, "slow-io", 50, []).series
    one = history([run], FIGURE, "slow-io", 50, ["uvicorn/asgi"]).series
    assert [series.stack for series in every] == ["uvicorn/asgi", "gunicorn-sync/wsgi"]
    assert [series.stack for series in one] == ["uvicorn/asgi"]


def test_a_run_without_the_figure_is_no_zero() -> None:
    """What wasn't measured leaves a gap."""
    found = history([made(1), made(2, trial("uvicorn/asgi", 2.0))], FIGURE, "slow-io", 50, [])
    assert [point.run for point in found.series[0].points] == ["2026-01-02"]
    assert [moment.run for moment in found.runs] == ["2026-01-01", "2026-01-02"]


def test_doubted_points_say_why() -> None:
    """A point that enters no comparison is drawn with its doubt."""
    doubted = Trial(
        "uvicorn/asgi", "slow-io", 50, 1, "ok",
        figures={FIGURE: 1.0}, doubts=[Doubt("errors", "", "", discards=True)],
    )  # fmt: skip
    (series,) = history([made(1, doubted)], FIGURE, "slow-io", 50, []).series
    assert series.points[0].doubts == ["errors"]


def test_another_environment_than_the_newest_is_named() -> None:
    """Older runs say what was different around them; the newest has nothing to say."""
    old, new = made(1), made(2)
    new.environment = {**new.environment, "kernel": "Linux 7"}
    found = history([new, old], FIGURE, "slow-io", 50, [])
    assert [[str(change) for change in moment.changes] for moment in found.runs] == [
        ["kernel was absent, is Linux 7"],
        [],
    ]


def test_the_first_level_is_one_that_was_measured() -> None:
    """A profile that leaves levels out doesn't leave nothing to draw."""
    assert first_level([made(1), made(2, trial("uvicorn/asgi", 2.0))], "slow-io") == 50
    assert first_level([], "slow-io") == 1
