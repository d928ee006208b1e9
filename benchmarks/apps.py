"""What routing costs: CPU per request of GET / by the lab's apps against three lines without any.

    make bench-apps

Both apps run under the same server at the same time on the same core, and are loaded in turns of a tenth of a
second, so that whatever else the machine does falls on both alike. Each pair of turns gives one ratio of the
CPU that the server's processes used per answer; the median of the ratios is shown with a bootstrap interval of 95 %.
The load is a closed loop over eight kept-alive connections that keeps the server busy all the time.
"""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.stats import bootstrap

from lab.measure import process_usage
from lab.measure.cores import take_cores
from lab.measure.process_tree import tree
from lab.measure.reaper import Reaper, reaping
from lab.measure.server_process import Serving, serving
from lab.servers import HOST, Settings
from lab.stacks import App, Stack, find
from records.usage import cpu_s_since

CONNECTIONS = 8
TURN_S = 0.1
TURNS = 150
ALLOWED = 1.05
REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
STACKS = ("uvicorn/asgi", "gunicorn-gthread/wsgi")


def main() -> int:
    """Print the comparison; the exit code is 1 when routing costs more than 5 %."""
    server_cores, _ = take_cores()
    table = Table("stack", "bare, µs", "the lab's app, µs", "ratio", "95 % interval")
    too_dear = False
    with reaping() as reaper:
        for name in STACKS:
            ratio, low, high, medians = compared(find(name), reaper, server_cores)
            too_dear |= ratio > ALLOWED
            table.add_row(name, *(f"{m:.1f}" for m in medians), f"{ratio:.3f}", f"{low:.3f} to {high:.3f}")
    Console().print(table)
    return int(too_dear)


def compared(
    stack: Stack, reaper: Reaper, cores: list[int]
) -> tuple[float, float, float, tuple[float, float]]:
    """Return ratio, its interval and both medians, in µs of CPU per request."""
    bare = replace(stack, app=replace(stack.app, name="bare", target=f"benchmarks.bare:{stack.app.name}"))
    costs: dict[App, list[float]] = {bare.app: [], stack.app: []}
    with ExitStack() as running:
        loaded = []
        for each in (bare, stack):
            server = running.enter_context(serving(each, Settings(), reaper, cores=cores))
            server.wait_until_ready()
            loaded.append((server, running.enter_context(connections(server))))
        for turn in track(range(TURNS), description=stack.name, console=Console(stderr=True)):
            for server, sockets in loaded[:: 1 if turn % 2 else -1]:
                costs[server.stack.app].append(cpu_us_per_request(server, sockets))
    own, other = np.array(costs[stack.app]), np.array(costs[bare.app])
    ratios = own / other
    interval = bootstrap((ratios,), np.median, n_resamples=2000, rng=1).confidence_interval
    medians = float(np.median(other)), float(np.median(own))
    return float(np.median(ratios)), float(interval.low), float(interval.high), medians


@contextmanager
def connections(server: Serving) -> Iterator[list[socket.socket]]:
    """Open the connections."""
    with ExitStack() as opened:
        yield [
            opened.enter_context(socket.create_connection((HOST, server.port))) for _ in range(CONNECTIONS)
        ]


def cpu_us_per_request(server: Serving, sockets: list[socket.socket]) -> float:
    """Load the server for one turn and return what it used per answer."""
    pids = tree(server.pid)
    before, answers, end = process_usage.cpu_times(pids), 0, time.monotonic() + TURN_S
    for connection in sockets:
        connection.sendall(REQUEST)
    while time.monotonic() < end:
        for connection in sockets:
            receive(connection)
            connection.sendall(REQUEST)
        answers += len(sockets)
    for connection in sockets:
        receive(connection)
    answers += len(sockets)
    return cpu_s_since(process_usage.cpu_times(pids), before) * 1e6 / answers


def receive(connection: socket.socket) -> None:
    """Read one answer; GET / ends with an exclamation mark."""
    while not connection.recv(65536).endswith(b"!"):
        pass


if __name__ == "__main__":
    sys.exit(main())
