"""Real servers for the tests in this folder, each started once."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab.measure.reaper import Reaper
from lab.measure.server_process import Serving, serving
from lab.servers import Settings
from lab.stacks import find

Serve = Callable[[str], Serving]


@pytest.fixture(scope="session")
def serve(reaper: Reaper, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Return a function that gives a running stack by name."""
    logs: Path = tmp_path_factory.mktemp("logs")
    running: dict[str, Serving] = {}
    with ExitStack() as open_servers:

        def give(name: str) -> Serving:
            if name not in running:
                log_path = logs / f"{name.replace('/', '+')}.log"
                server = serving(find(name), Settings(), reaper, log_path=log_path)
                running[name] = open_servers.enter_context(server)
                running[name].wait_until_ready()
            return running[name]

        yield give
