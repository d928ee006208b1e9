"""The experiments as a table."""

from pathlib import Path

import pytest

import experiments
from lab.capabilities.experiments import EXPERIMENTS, Experiment, ExperimentContext, explore
from lab.capabilities.findings import Finding, in_ms, whether, yes
from lab.capabilities.served_experiment import ServedExperiment
from lab.measure.reaper import Reaper
from lab.servers import Settings
from lab.stacks import APPS, App, find

STACKS = [find("uvicorn/asgi"), find("gunicorn-sync/wsgi")]


def test_names_are_keys_and_questions_end_with_a_mark() -> None:
    """Each row is named once, and asks something."""
    assert [each.name for each in EXPERIMENTS.values()] == list(EXPERIMENTS)
    assert all(each.asks.endswith("?") for each in EXPERIMENTS.values())
    assert len({each.asks for each in EXPERIMENTS.values()}) == len(EXPERIMENTS)


@pytest.mark.parametrize("app", APPS.values(), ids=list(APPS))
def test_every_app_has_one_to_experiment_on(app: App) -> None:
    """Each of the callables has a counterpart that takes notes, where a server finds it."""
    assert callable(getattr(experiments, app.form))


def fine(served: ServedExperiment) -> Finding:
    """Find a stack fine without asking it."""
    return yes(served.stack.name)


def broken(_bench: ServedExperiment) -> Finding:
    """End with an error."""
    raise ConnectionRefusedError("nobody listens")


def test_findings_are_in_the_order_of_rows_then_stacks(tmp_path: Path) -> None:
    """Whoever is ready first: the table's order doesn't hang on it."""
    rows = [Experiment(name, f"{name}?", fine) for name in ("b", "a")]
    found = explore(STACKS, rows, ExperimentContext(Settings(), Reaper("token"), tmp_path), lambda _: None)
    assert [(each.experiment, each.stack) for each in found] == [
        (row, stack.name) for row in ("b", "a") for stack in STACKS
    ]


def test_experiment_that_ends_with_an_error_is_a_no(tmp_path: Path) -> None:
    """What went wrong is its evidence, and the others go on."""
    rows = [Experiment("a", "a?", broken), Experiment("b", "b?", fine)]
    found = explore(
        STACKS[:1], rows, ExperimentContext(Settings(), Reaper("token"), tmp_path), lambda _: None
    )
    assert [(each.can, each.says) for each in found] == [
        ("no", "the experiment ended with: nobody listens"),
        ("yes", "uvicorn/asgi"),
    ]


def test_each_finding_is_told_as_it_comes(tmp_path: Path) -> None:
    """A bar can count them."""
    heard: list[str] = []
    rows = [Experiment("a", "a?", fine)]
    context = ExperimentContext(Settings(), Reaper("token"), tmp_path)
    explore(STACKS, rows, context, lambda each: heard.append(each.stack))
    assert sorted(heard) == sorted(stack.name for stack in STACKS)


@pytest.mark.parametrize(("seconds", "told"), [(0.0004, "0.4 ms"), (0.0123, "12 ms"), (3.0, "3000 ms")])
def test_times_are_told_in_milliseconds(seconds: float, told: str) -> None:
    """A decimal where it matters."""
    assert in_ms(seconds) == told


def test_whether_is_yes_or_no() -> None:
    """The evidence is the same for both."""
    assert [whether(holds, "because").can for holds in (True, False)] == ["yes", "no"]
