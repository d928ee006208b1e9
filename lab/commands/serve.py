"""`lab serve`: stacks in the foreground, for curl and for curiosity."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress

from rich import box
from rich.console import Console
from rich.table import Table

from lab.addresses import bound
from lab.commands.console import print_line
from lab.commands.named_stacks import choose_stacks, ports_from, refuse_missing, refuse_taken
from lab.commands.options import AsJson, DefaultStacks, FirstPort, Host, StackArguments, Threads, Workers
from lab.measure.reaper import reaping
from lab.measure.server_process import Serving, serving
from lab.servers import HOST, Settings
from lab.signals import Stopped
from lab.stacks import Stack

EXAMPLES = "Examples: `lab serve uvicorn/asgi`, `lab serve --all --port 9000`"
CHECK_EVERY_S = 0.2
GRACE_S = 1.0

Say = Callable[[Mapping[str, object]], None]


def serve(
    names: StackArguments = None,
    *,
    every: DefaultStacks = False,
    port: FirstPort = 8000,
    host: Host = HOST,
    workers: Workers = 1,
    threads: Threads = 10,
    as_json: AsJson = False,
) -> None:
    """Serve stacks until Ctrl-C."""
    stacks = choose_stacks(names, every=every)
    settings = Settings(workers, threads, host=bound(host, "the stacks"))
    serve_in_foreground(stacks, settings, port, print_line if as_json else None)


def serve_in_foreground(stacks: Sequence[Stack], settings: Settings, port: int, say: Say | None) -> None:
    """Serve stacks on consecutive ports until Stopped is raised; `say` is told of each that answers.

    Raises LabError when a stack can't run, its port is taken, or it ends by itself.
    """
    ports = ports_from(port, len(stacks))
    refuse_missing(stacks)
    refuse_taken(ports, settings.host)
    with suppress(Stopped), reaping() as reaper, ExitStack() as running:
        servers: list[Serving] = []
        for stack, stack_port in zip(stacks, ports, strict=True):
            starting = serving(stack, settings, reaper, port=stack_port, grace_s=GRACE_S)
            servers.append(running.enter_context(starting))
        running.callback(terminate, servers)
        for server in servers:
            server.wait_until_ready()
            if say:
                say({"stack": server.stack.name, "url": server.url, "pid": server.pid})
        if not say:
            Console().print(urls(servers))
        watch(servers)


def terminate(servers: Sequence[Serving]) -> None:
    """Ask all servers to end at once, before each is waited for."""
    for server in servers:
        server.process.terminate()


def watch(servers: Sequence[Serving]) -> None:
    """Return never; raises ServerFailed when a server has ended by itself."""
    while True:
        for server in servers:
            server.check_alive()
        time.sleep(CHECK_EVERY_S)


def urls(servers: Sequence[Serving]) -> Table:
    """Return a table of what answers where, with a line to try."""
    table = Table(title="Serving until Ctrl-C", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("stack", "url", "try"):
        table.add_column(heading, no_wrap=heading != "try", overflow="fold")
    for server in servers:
        table.add_row(server.stack.name, server.url, f"curl -i {server.url}/inspect")
    return table
