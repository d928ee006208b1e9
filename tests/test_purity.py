"""No test that is marked as pure gets round its guard."""

import asyncio
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.purity import STARTING_PROCESSES, ProcessStarted, Purity

NOTHING = [sys.executable, "-c", ""]


def fork() -> None:
    """Fork, and end the child at once."""
    if os.fork() == 0:
        os._exit(0)


@pytest.fixture
def purity(request: pytest.FixtureRequest) -> Iterator[Purity]:
    """Return the guard, and let it forget what a test provoked."""
    (guard,) = [plugin for plugin in request.config.pluginmanager.get_plugins() if isinstance(plugin, Purity)]
    yield guard
    guard.starts.clear()


WAYS: dict[str, Callable[[], object]] = {
    "run": lambda: subprocess.run(NOTHING, check=False),
    "fork": fork,
    "spawn": lambda: os.posix_spawn(sys.executable, NOTHING, {}),
    "system": lambda: os.system("true"),  # noqa: S605 - nothing is run
    "multiprocessing": lambda: multiprocessing.get_context("fork").Process(target=fork).start(),
    "asyncio": lambda: asyncio.run(asyncio.create_subprocess_exec(*NOTHING)),
}


@pytest.mark.parametrize("way", WAYS)
def test_pure_test_starts_no_process(purity: Purity, way: str) -> None:
    """Whichever way is taken, starting one raises, and is noted for who catches that."""
    with pytest.raises(ProcessStarted):
        WAYS[way]()
    assert len(purity.starts) == 1


def test_this_test_is_pure(request: pytest.FixtureRequest) -> None:
    """What isn't named is pure."""
    assert request.node.get_closest_marker("pure") is not None


@pytest.mark.parametrize("name", STARTING_PROCESSES)
def test_what_is_named_is_there(request: pytest.FixtureRequest, name: str) -> None:
    """What has moved must be named anew, or a rule would speak of nothing."""
    path, _, test = name.partition("::")
    place = request.config.rootpath / path
    assert place.is_dir() if path.endswith("/") else f"def {test}" in place.read_text()
