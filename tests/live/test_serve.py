"""`lab serve`, as a person or a script runs it."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from contract.examples import Request
from lab.measure.contract_check import ask
from lab.servers import HOST

ENDED_WITHIN_S = 15


@contextmanager
def lab_serve(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run `lab serve --json` and end it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "lab", "serve", "--json", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def announced(process: subprocess.Popen[str], count: int) -> list[dict[str, object]]:
    """Read what the servers announce."""
    assert process.stdout is not None
    return [json.loads(process.stdout.readline()) for _ in range(count)]


def ended(pids: list[int]) -> bool:
    """Wait until none of the processes lives; False when one still does at the deadline."""
    deadline = time.monotonic() + ENDED_WITHIN_S
    while any(psutil.pid_exists(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(psutil.pid_exists(pid) for pid in pids)


def families(rows: list[dict[str, object]]) -> list[int]:
    """Return the pids of the servers and their workers."""
    servers = [psutil.Process(int(str(row["pid"]))) for row in rows]
    return [p.pid for server in servers for p in (server, *server.children(recursive=True))]


def test_two_stacks_are_announced_and_answer() -> None:
    """One JSON object a line says what answers where."""
    with lab_serve("uvicorn/asgi", "gunicorn-sync/wsgi", "--port", "0") as lab:
        rows = announced(lab, 2)
        ports = [int(str(row["url"]).rpartition(":")[2]) for row in rows]
        assert [row["stack"] for row in rows] == ["uvicorn/asgi", "gunicorn-sync/wsgi"]
        assert [ask(port, Request("GET", "/")).status for port in ports] == [200, 200]


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_child(signum: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end servers and workers, and the exit code is 0."""
    with lab_serve("gunicorn-gthread/wsgi", "uvicorn/asgi", "--port", "0") as lab:
        pids = families(announced(lab, 2))
        lab.send_signal(signum)
        assert lab.wait(timeout=ENDED_WITHIN_S) == 0
        assert ended(pids)


def test_sigkill_leaves_nothing_running() -> None:
    """Even when the lab itself is killed, its servers and their workers end."""
    with lab_serve("gunicorn-sync/wsgi", "gunicorn-asgi/asgi", "uvicorn/asgi", "--port", "0") as lab:
        pids = families(announced(lab, 3))
        lab.kill()
        assert ended(pids)


def test_taken_port_is_one_sentence() -> None:
    """A port in use is named, with what to do, and exit code 1."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with lab_serve("uvicorn/asgi", "--port", str(port)) as lab:
            _, says = lab.communicate(timeout=ENDED_WITHIN_S)
            assert lab.returncode == 1
            assert says == f"lab: Port {port} is taken: choose others with --port, or any with --port 0.\n"


def test_server_that_ends_by_itself_ends_the_command() -> None:
    """A server that dies is told, and the exit code is 1."""
    with lab_serve("uvicorn/asgi", "--port", "0") as lab:
        (row,) = announced(lab, 1)
        psutil.Process(int(str(row["pid"]))).kill()
        _, says = lab.communicate(timeout=ENDED_WITHIN_S)
        assert lab.returncode == 1
        assert says.endswith("lab: uvicorn/asgi ended by itself with exit code -9.\n")
