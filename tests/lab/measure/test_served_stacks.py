"""Several stacks at once, each restarted by itself."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.examples import Request
from lab.errors import UsageError
from lab.measure.contract_check import ask
from lab.measure.reaper import Reaper
from lab.measure.served_stacks import ServedStacks, serving_stacks
from lab.measure.server_process import ServerFailed
from lab.servers import Settings
from lab.stacks import find

NAMES = ("uvicorn/asgi", "gunicorn-gthread/wsgi")
ROOT = Request("GET", "/")


@pytest.fixture
def served(reaper: Reaper, tmp_path: Path) -> Iterator[ServedStacks]:
    """Serve two stacks."""
    with serving_stacks([find(name) for name in NAMES], Settings(), reaper, tmp_path) as served:
        yield served


def test_every_stack_answers_at_its_own_port(served: ServedStacks) -> None:
    """All of them are ready when the block begins."""
    told = {name: dict(ask(server.port, ROOT).headers) for name, server in served.servers.items()}
    assert {name: headers["x-lab-interface"] for name, headers in told.items()} == {
        "uvicorn/asgi": "asgi",
        "gunicorn-gthread/wsgi": "wsgi",
    }


def test_a_restarted_stack_is_another_process_at_the_same_port(served: ServedStacks) -> None:
    """A restart ends the old process, answers at the old port, and leaves the other stack alone."""
    before = {name: (server.pid, server.port) for name, server in served.servers.items()}
    again = served.restart("uvicorn/asgi")
    pid, port = before["uvicorn/asgi"]
    assert (again.port, again.pid != pid) == (port, True)
    assert not os.path.exists(f"/proc/{pid}")  # noqa: PTH110 - a pid, not a file of ours
    assert ask(again.port, ROOT).status == 200
    assert served.servers["gunicorn-gthread/wsgi"].pid == before["gunicorn-gthread/wsgi"][0]


def test_a_dead_stack_can_be_restarted(served: ServedStacks) -> None:
    """Whoever killed it finds it back."""
    served.servers["uvicorn/asgi"].process.kill()
    served.servers["uvicorn/asgi"].process.wait()
    assert ask(served.restart("uvicorn/asgi").port, ROOT).status == 200


def test_only_what_is_served_can_be_restarted(served: ServedStacks) -> None:
    """Another stack is refused by name, with what there is."""
    with pytest.raises(UsageError, match="no served stack 'uvicorn/wsgi-bridged': did you mean uvicorn/asgi"):
        served.restart("uvicorn/wsgi-bridged")


def test_a_stack_that_does_not_start_ends_the_others(reaper: Reaper, tmp_path: Path) -> None:
    """When one fails at its start nothing of the fleet is left."""
    stacks = [find(name) for name in NAMES]
    broken = Settings(host="203.0.113.1")
    begun = ServedStacks(broken, reaper, tmp_path)
    try:
        with pytest.raises(ServerFailed, match=r"uvicorn/asgi ended by itself|gave no answer"):
            begun.start(stacks[0], port=8000).wait_until_ready(5.0)
    finally:
        begun.close()
    assert begun.servers == {}
