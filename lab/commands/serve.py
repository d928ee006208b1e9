"""Serving stacks in the foreground, for curl and for curiosity."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress

from rich import box
from rich.console import Console
from rich.table import Table

from lab.errors import LabError
from lab.measure.reaper import reaping
from lab.measure.server_process import Serving, port_taken, serving
from lab.servers import Settings
from lab.signals import Stopped
from lab.stacks import Stack

CHECK_EVERY_S = 0.2
GRACE_S = 1.0

Say = Callable[[Mapping[str, object]], None]


def serve(stacks: Sequence[Stack], settings: Settings, port: int, say: Say | None) -> None:
    """Serve stacks on consecutive ports until Stopped is raised; `say` is told of each that answers.

    Raises LabError when a stack can't run, its port is taken, or it ends by itself.
    """
    ports = [port and port + place for place in range(len(stacks))]
    refuse_what_cannot_run(stacks, ports, settings.host)
    with suppress(Stopped), reaping() as reaper, ExitStack() as running:
        served: list[Serving] = []
        for stack, chosen in zip(stacks, ports, strict=True):
            starting = serving(stack, settings, reaper, port=chosen, grace_s=GRACE_S)
            served.append(running.enter_context(starting))
        running.callback(terminate, served)
        for server in served:
            server.wait_until_ready()
            if say:
                say({"stack": server.stack.name, "url": server.url, "pid": server.pid})
        if not say:
            Console().print(urls(served))
        watch(served)


def terminate(served: Sequence[Serving]) -> None:
    """Ask all servers to end at once, before each is waited for."""
    for server in served:
        server.process.terminate()


def refuse_what_cannot_run(
    stacks: Sequence[Stack], ports: Sequence[int], host: str, option: str = "--port"
) -> None:
    """Raise LabError for a stack that isn't installed or a port that is taken, which another `option` mends."""
    for stack, port in zip(stacks, ports, strict=True):
        if reason := stack.missing():
            raise LabError(f"{stack.name} can't be served: {reason}.")
        if port and port_taken(port, host):
            raise LabError(f"Port {port} is taken: choose others with {option}, or any with {option} 0.")


def watch(served: Sequence[Serving]) -> None:
    """Return never; raises ServerFailed when a server has ended by itself."""
    while True:
        for server in served:
            server.check_alive()
        time.sleep(CHECK_EVERY_S)


def urls(served: Sequence[Serving]) -> Table:
    """Return a table of what answers where, with a line to try."""
    table = Table(title="Serving until Ctrl-C", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("stack", "url", "try"):
        table.add_column(heading, no_wrap=heading != "try", overflow="fold")
    for server in served:
        table.add_row(server.stack.name, server.url, f"curl -i {server.url}/inspect")
    return table
