"""The commands for other machines, `lab agent` and `lab load-worker`, and the options of `lab compare` about them."""

import secrets
import socket
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lab.addresses import address, bound, is_loopback, seen_from_afar
from lab.commands.console import AsJson, Host, Threads, Workers, print_line, print_text, wide_console
from lab.commands.serve import refuse_what_cannot_run, urls
from lab.errors import LabError, UsageError
from lab.measure.load_generator import generator
from lab.measure.load_workers import Master, crew, follow
from lab.measure.reaper import reaping
from lab.measure.served_stacks import serving_stacks
from lab.measure.server_process import port_taken
from lab.remote.agent import Agent, AgentClient, answering
from lab.servers import HOST, Settings
from lab.signals import Stopped
from lab.stacks import DEFAULT_STACKS, find
from records.run import CrewRecord

ELSEWHERE = typer.Typer()
TOKEN_VARIABLE = "LAB_AGENT_TOKEN"  # noqa: S105 - the name of a variable, nothing secret

Port = Annotated[int, typer.Option(min=0, max=65535, help="Of the agent itself. 0: any.")]
FirstPort = Annotated[
    int, typer.Option(min=0, max=65535, help="Of the first stack; the others follow. 0: any.")
]
Token = Annotated[
    str,
    typer.Option(
        envvar=TOKEN_VARIABLE,
        help="What whoever asks must know; made up when none is given.",
        metavar="TOKEN",
        show_default=False,
    ),
]


Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        help="A stack that runs elsewhere: it isn't started here; repeat for more.",
        metavar="STACK=URL",
    ),
]
AgentUrl = Annotated[
    str,
    typer.Option(
        "--agent",
        help="The agent beside the targets, which tells what they use.",
        metavar="URL",
        show_default=False,
    ),
]
AgentToken = Annotated[
    str,
    typer.Option(
        "--agent-token", envvar=TOKEN_VARIABLE, help="What that agent wants to know.", metavar="TOKEN",
        show_default=False,
    ),
]  # fmt: skip


LoadMaster = Annotated[
    bool, typer.Option("--load-master", help="Load from other machines: `lab load-worker` there.")
]
LoadHost = Annotated[
    str, typer.Option("--load-host", help="Where the load's master listens.", metavar="HOST")
]
LoadPort = Annotated[int, typer.Option("--load-port", min=1, max=65535, help="At which port.")]
ExpectWorkers = Annotated[
    int,
    typer.Option("--expect-workers", min=0, max=1000, help="Load workers to wait for.", show_default=False),
]
WaitWorkers = Annotated[
    float,
    typer.Option("--wait-workers", min=1.0, help="Seconds to wait for them.", metavar="SECONDS"),
]
MasterPort = Annotated[int, typer.Option(min=1, max=65535, help="Of the master.")]


@ELSEWHERE.command(
    epilog="Examples: `lab agent uvicorn/asgi gunicorn-gthread/wsgi`, "
    "`lab agent --all --host 10.0.0.2 --threads 50`"
)
def agent(
    names: Annotated[list[str] | None, typer.Argument(metavar="STACK...")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="The six default stacks.")] = False,
    host: Host = HOST,
    port: Port = 8900,
    first_port: FirstPort = 8000,
    token: Token = "",
    workers: Workers = 1,
    threads: Threads = 10,
    as_json: AsJson = False,
) -> None:
    """Serve stacks until Ctrl-C, and tell whoever has the token what they use: for `lab compare --agent`."""
    chosen = [find(name) for name in dict.fromkeys([*(names or []), *(DEFAULT_STACKS if every else ())])]
    if not chosen:
        raise UsageError("Name a stack, for example uvicorn/asgi, or say --all for the six default ones.")
    settings = Settings(workers, threads, host=bound(host, "the agent with its stacks"))
    ports = [first_port and first_port + place for place in range(len(chosen))]
    refuse_what_cannot_run(chosen, ports, host, "--first-port")
    made_up = not token
    secret = token or secrets.token_urlsafe(24)
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        raise UsageError("A token is made of printable ASCII characters without spaces.")
    with (
        suppress(Stopped),
        reaping() as reaper,
        tempfile.TemporaryDirectory(prefix="lab-agent-") as logs,
        serving_stacks(chosen, settings, reaper, Path(logs), first_port) as served,
        answering(Agent(served, settings), secret, host, port) as url,
    ):
        place = url.replace(HOST, seen_from_afar(host)) if host != HOST else url
        servers = list(served.servers.values())
        if as_json:
            for server in servers:
                print_line({"stack": server.stack.name, "url": server.url, "pid": server.pid})
            print_line({"agent": url, **({"token": secret} if made_up else {})})
        else:
            wide_console().print(urls(servers))
            print_text(what_to_type(place, secret if made_up else "..."))
            sys.stdout.flush()
        threading.Event().wait()


def targets_of(given: Sequence[str], agent_url: str, token: str) -> dict[str, str]:
    """Return the URLs of stacks by name: those given, or all that the agent serves; raises UsageError, LabError."""
    if agent_url:
        host, _ = address(agent_url)
        if not given:
            residents = AgentClient(agent_url, token).stacks().stacks
            return {each.record.name: f"http://{host}:{address(each.url)[1]}" for each in residents}
    found = {}
    for each in given:
        name, _, url = each.partition("=")
        if find(name).name in found:
            raise UsageError(f"{name} is given as a target twice.")
        address(url)
        found[name] = url
    return found


def what_to_type(url: str, token: str) -> str:
    """Return the line that measures these stacks from another machine."""
    return f"On another machine:\n  {TOKEN_VARIABLE}={token} lab compare --agent {url}"


@ELSEWHERE.command(
    "load-worker",
    epilog="Examples: `lab load-worker --master 10.0.0.1`, `lab load-worker --master 10.0.0.1 --processes 4`",
)
def load_worker(
    master: Annotated[
        str, typer.Option(help="The machine where `lab compare --load-master` runs.", metavar="HOST")
    ],
    *,
    port: MasterPort = 5557,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Workers on this machine.")] = 1,
    patience: Annotated[
        float, typer.Option(min=1.0, help="Seconds without a master after which it ends.", metavar="SECONDS")
    ] = 300.0,
) -> None:
    """Take part in the load of `lab compare --load-master`, trial after trial, until Ctrl-C or nobody leads."""
    try:
        socket.getaddrinfo(master, port)
    except OSError as error:
        raise UsageError(f"{master!r} can't be found: {error.strerror}.") from error
    console = Console(stderr=True)
    found = Master(master, port, patience)
    with (
        suppress(Stopped),
        reaping() as reaper,
        tempfile.TemporaryDirectory(prefix="lab-load-worker-") as folder,
        generator(reaper, [], Path(folder)) as load,
        crew(load, found, Path(folder), processes) as workers,
    ):
        waits = f"waiting for {master}:{port}, up to {patience:g} s at a time; Ctrl-C ends it"
        console.print(waits, markup=False, highlight=False, soft_wrap=True)
        follow(
            workers, found, lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True)
        )


@dataclass(frozen=True)
class LoadOptions:
    """What `lab compare` is told of load workers on other machines."""

    master: bool
    host: str
    port: int
    expected: int
    within_s: float

    def crew(self, processes: int) -> CrewRecord | None:
        """Return whom to wait for, `None` for nobody; raises UsageError for options that don't fit together.

        Raises LabError when the port is taken.
        """
        if not self.master:
            if self.expected:
                raise UsageError("--expect-workers waits for load workers: say --load-master, too.")
            return None
        if not self.expected:
            raise UsageError("--load-master needs --expect-workers: how many load workers to wait for.")
        if processes > 1:
            raise UsageError(
                "With --load-master the processes are those of lab load-worker: leave out --processes."
            )
        is_loopback(self.host)  # or it is no host to listen on
        if port_taken(self.port, self.host):
            raise LabError(f"Port {self.port} is taken: choose another with --load-port.")
        return CrewRecord(self.host, self.port, self.expected, self.within_s)
