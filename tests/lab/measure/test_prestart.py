"""The next trial's server, started early."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.errors import TrialFailed
from lab.measure.plan import Task
from lab.measure.prestart import Prestart
from lab.measure.reaper import Reaper
from lab.measure.server_process import Serving, serving
from lab.servers import Settings
from lab.stacks import find
from loadtests.scenarios import SCENARIOS

SCENARIO = SCENARIOS["slow-io"]
FIRST = Task(find("uvicorn/asgi"), SCENARIO, SCENARIO.level(1), 1, 1.0)
SECOND = Task(find("uvicorn/asgi"), SCENARIO, SCENARIO.level(10), 1, 1.0)


class Starter:
    """Starts servers and remembers for which tasks; `fails` lets none get ready."""

    def __init__(self, reaper: Reaper, folder: Path, *, fails: bool = False) -> None:
        self.reaper = reaper
        self.log_path = folder / "server.log"
        self.fails = fails
        self.started: list[Task] = []

    @contextmanager
    def __call__(self, task: Task) -> Iterator[Serving]:
        """Serve the task's stack."""
        self.started.append(task)
        if self.fails:
            raise TrialFailed("it didn't start", [])
        with serving(task.stack, Settings(), self.reaper, log_path=self.log_path) as server:
            yield server


def test_prepared_server_is_the_one_that_serves(reaper: Reaper, tmp_path: Path) -> None:
    """What was started early isn't started again."""
    start = Starter(reaper, tmp_path)
    with Prestart() as prestart:
        prestart.prepare(FIRST, start)
        with prestart.server(FIRST, start) as server:
            server.check_alive()
    assert start.started == [FIRST]


def test_another_task_gets_a_server_of_its_own(reaper: Reaper, tmp_path: Path) -> None:
    """What stood ready for a task that doesn't come is ended."""
    start = Starter(reaper, tmp_path)
    with Prestart() as prestart:
        prestart.prepare(FIRST, start)
        with prestart.server(SECOND, start) as server:
            server.check_alive()
    assert start.started == [FIRST, SECOND]


def test_server_ends_with_its_trial(reaper: Reaper, tmp_path: Path) -> None:
    """A server that was started early ends as one that wasn't."""
    start = Starter(reaper, tmp_path)
    with Prestart() as prestart, prestart.server(FIRST, start) as server:
        assert isinstance(server, Serving)
    assert server.process.poll() is not None


def test_server_that_stands_ready_ends_with_the_run(reaper: Reaper, tmp_path: Path) -> None:
    """A run that stops before the next trial leaves no server."""
    start = Starter(reaper, tmp_path)
    started: list[Serving] = []

    @contextmanager
    def remembered(task: Task) -> Iterator[Serving]:
        with start(task) as server:
            started.append(server)
            yield server

    with Prestart() as prestart:
        prestart.prepare(FIRST, remembered)
    assert [server.process.poll() is None for server in started] == [False]


def test_failure_is_told_when_its_turn_comes(reaper: Reaper, tmp_path: Path) -> None:
    """The trial that was warming up isn't the one that failed."""
    start = Starter(reaper, tmp_path, fails=True)
    with Prestart() as prestart:
        prestart.prepare(SECOND, start)
        with pytest.raises(TrialFailed, match="it didn't start"), prestart.server(SECOND, start):
            pass
    assert start.started == [SECOND]
