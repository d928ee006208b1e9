"""Trials of real stacks."""

from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from lab.errors import TrialFailed
from lab.measure.execution import as_trial
from lab.measure.load_generator import Generator
from lab.measure.plan import Task
from lab.measure.reaper import Reaper
from lab.measure.server_process import Serving
from lab.measure.site import LocalSite
from lab.measure.trial import Measured, TrialRunner
from lab.servers import Settings
from lab.stacks import App, find
from loadtests.scenarios import SCENARIOS, Scenario
from records.run import Trial
from records.types import LevelValue


@pytest.fixture(scope="module")
def runner(reaper: Reaper, load: Generator, tmp_path_factory: pytest.TempPathFactory) -> TrialRunner:
    """Return a runner without cores of its own."""
    return TrialRunner(Settings(), LocalSite(reaper), load, tmp_path_factory.mktemp("logs"))


def task(name: str, scenario: Scenario, level: LevelValue, window_s: float) -> Task:
    """Return a trial to be made of a stack."""
    return Task(find(name), scenario, scenario.level(level), 1, window_s)


def abandoned(runner: TrialRunner, name: str) -> Trial:
    """Return the trial of a stack whose clients leave long streams."""
    trial_task = task(name, SCENARIOS["abandon"], 10, 1.0)
    (measured,) = runner.measure([trial_task])
    return as_trial(trial_task, measured, trial_task.stack.slots_by_waiting(runner.settings))


def not_again(task: Task) -> AbstractContextManager[Serving]:
    """Start no second server for a task."""
    raise AssertionError(f"{task} was started already")


def test_the_window_waits_until_the_next_server_stands_ready(runner: TrialRunner) -> None:
    """The server of the trial that follows is started and ready before this one's window opens."""
    first = task("uvicorn/asgi", SCENARIOS["slow-io"], 1, 0.3)
    second = task("gunicorn-gthread/wsgi", SCENARIOS["slow-io"], 1, 0.3)
    (measured,) = runner.measure([first], [second])
    assert isinstance(measured, Measured)
    with runner.prestart.server(second, not_again) as server:
        assert server.stack is second.stack


@pytest.mark.parametrize(
    ("name", "answered"),
    [
        ("gunicorn-gthread/wsgi", "501 Not Implemented"),
        ("uvicorn/wsgi-bridged", "403 Forbidden"),
        ("gunicorn-gthread/asgi-bridged", "426 Upgrade Required"),
    ],
)
def test_a_stack_without_websockets_cannot(runner: TrialRunner, name: str, answered: str) -> None:
    """Whether there is a WebSocket is asked, and what was answered instead is the evidence."""
    trial_task = task(name, SCENARIOS["websocket"], "paced", 0.3)
    (measured,) = runner.measure([trial_task])
    trial = as_trial(trial_task, measured, trial_task.stack.slots_by_waiting(runner.settings))
    assert (trial.status, trial.figures) == ("cannot", {})
    assert [d.says for d in trial.doubts] == [f"asked for a WebSocket at /ws/echo it answered {answered}"]


def test_an_event_loop_survives_clients_that_leave(runner: TrialRunner) -> None:
    """Uvicorn is told that its clients are gone, and answers the next one."""
    trial = abandoned(runner, "uvicorn/asgi")
    assert trial.status == "ok"
    assert trial.figures["answered_after_ms"] > 0
    assert "stopped-answering" not in {doubt.name for doubt in trial.doubts}


def test_a_stock_bridge_does_not_survive_clients_that_leave(runner: TrialRunner) -> None:
    """Each client that leaves a stream holds a thread of the bridge's pool for good: with all held it is over."""
    trial = abandoned(runner, "uvicorn/wsgi-bridged")
    assert trial.status == "ok"
    assert "answered_after_ms" not in trial.figures
    assert "stopped-answering" in {doubt.name for doubt in trial.doubts}


def test_a_stack_that_does_not_start_fails_alone(runner: TrialRunner) -> None:
    """Where stacks take turns one that fails is told with its log, and the other is measured."""
    sound = task("uvicorn/asgi", SCENARIOS["baseline"], 500, 0.3)
    broken = replace(sound, stack=replace(sound.stack, app=App("none", "asgi", "asgi", "nowhere:app")))
    first, second = runner.measure([broken, sound])
    assert isinstance(first, TrialFailed)
    assert 'Could not import module "nowhere"' in "\n".join(first.log)
    assert isinstance(second, Measured)
    assert len(second.reading.usage) == 3
    assert second.reading.loaded_s == pytest.approx(3 * 0.08)
    assert second.reading.flows["traffic"].due == 120


def test_the_command_of_a_turn_repeats_it_alone(runner: TrialRunner) -> None:
    """By hand a stack that took turns is loaded on its own, at the place where it was served."""
    trial_task = task("uvicorn/asgi", SCENARIOS["baseline"], 500, 0.2)
    (measured,) = runner.measure([trial_task])
    assert isinstance(measured, Measured)
    port = measured.commands.server.partition("--port ")[2].partition(" ")[0]
    assert f"--host http://127.0.0.1:{port} --scenario baseline --level 500" in measured.commands.load
    assert "--targets" not in measured.commands.load
