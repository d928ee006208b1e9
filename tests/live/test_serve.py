"""`lab serve`, as a person or a script runs it."""

import json
import signal
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import psutil
import pytest

from contract.examples import Request
from lab.measure.contract_check import ask
from lab.servers import HOST
from tests.live.processes import WITHIN_S, LabProcess, lab

Serve = Callable[..., AbstractContextManager[LabProcess]]


@pytest.fixture
def lab_serve(tmp_path: Path) -> Serve:
    """Return what runs `lab serve --json` with further arguments, and ends it."""
    return partial(lab, tmp_path, "serve", "--json")


def announced(process: LabProcess, count: int) -> list[dict[str, object]]:
    """Wait for so many lines of JSON on stdout, and return them read."""
    process.wait_until(lambda: process.prints.count("\n") == count)
    return [json.loads(line) for line in process.prints.splitlines()]


def ended(pids: list[int]) -> bool:
    """Wait until none of the processes lives; False when one still does at the deadline."""
    deadline = time.monotonic() + WITHIN_S
    while any(psutil.pid_exists(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(psutil.pid_exists(pid) for pid in pids)


def families(rows: list[dict[str, object]]) -> list[int]:
    """Return the pids of the servers and their workers."""
    servers = [psutil.Process(int(str(row["pid"]))) for row in rows]
    return [p.pid for server in servers for p in (server, *server.children(recursive=True))]


def test_two_stacks_are_announced_and_answer(lab_serve: Serve) -> None:
    """One JSON object a line says what answers where."""
    with lab_serve("uvicorn/asgi", "gunicorn-sync/wsgi", "--port", "0") as process:
        rows = announced(process, 2)
        ports = [int(str(row["url"]).rpartition(":")[2]) for row in rows]
        assert [row["stack"] for row in rows] == ["uvicorn/asgi", "gunicorn-sync/wsgi"]
        assert [ask(port, Request("GET", "/")).status for port in ports] == [200, 200]


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_child(lab_serve: Serve, signum: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end servers and workers, and the exit code is 0."""
    with lab_serve("gunicorn-gthread/wsgi", "uvicorn/asgi", "--port", "0") as process:
        pids = families(announced(process, 2))
        process.process.send_signal(signum)
        assert process.end() == 0
        assert ended(pids)


def test_sigkill_leaves_nothing_running(lab_serve: Serve) -> None:
    """Even when the lab itself is killed, its servers and their workers end."""
    with lab_serve("gunicorn-sync/wsgi", "gunicorn-asgi/asgi", "uvicorn/asgi", "--port", "0") as process:
        pids = families(announced(process, 3))
        process.process.kill()
        assert ended(pids)


def test_taken_port_is_one_sentence(lab_serve: Serve) -> None:
    """A port in use is named, with what to do, and exit code 1."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with lab_serve("uvicorn/asgi", "--port", str(port)) as process:
            assert process.end() == 1
            assert (
                process.says
                == f"lab: Port {port} is taken: choose others with --port, or any with --port 0.\n"
            )


def test_server_that_ends_by_itself_ends_the_command(lab_serve: Serve) -> None:
    """A server that dies is told, and the exit code is 1."""
    with lab_serve("uvicorn/asgi", "--port", "0") as process:
        (row,) = announced(process, 1)
        psutil.Process(int(str(row["pid"]))).kill()
        assert process.end() == 1
        assert process.says.endswith("lab: uvicorn/asgi ended by itself with exit code -9.\n")
