"""`lab agent`: stacks that another machine's `lab compare --agent` measures."""

import secrets
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from lab.addresses import bound, seen_from_afar
from lab.commands.console import print_line, print_text, wide_console
from lab.commands.named_stacks import choose_stacks, ports_from, refuse_missing, refuse_taken
from lab.commands.options import (
    TOKEN_VARIABLE,
    AsJson,
    DefaultStacks,
    FirstPort,
    Host,
    StackArguments,
    Threads,
    Workers,
)
from lab.commands.serve import urls
from lab.errors import UsageError
from lab.measure.reaper import reaping
from lab.measure.served_stacks import serving_stacks
from lab.remote.agent import Agent
from lab.servers import HOST, Settings
from lab.signals import Stopped

EXAMPLES = (
    "Examples: `lab agent uvicorn/asgi gunicorn-gthread/wsgi`, `lab agent --all --host 10.0.0.2 --threads 50`"
)

Port = Annotated[int, typer.Option(min=0, max=65535, help="Of the agent itself. 0: any.")]
Token = Annotated[
    str,
    typer.Option(
        envvar=TOKEN_VARIABLE,
        help="What whoever asks must know; made up when none is given.",
        metavar="TOKEN",
        show_default=False,
    ),
]


def agent(
    names: StackArguments = None,
    *,
    every: DefaultStacks = False,
    host: Host = HOST,
    port: Port = 8900,
    first_port: FirstPort = 8000,
    token: Token = "",
    workers: Workers = 1,
    threads: Threads = 10,
    as_json: AsJson = False,
) -> None:
    """Serve stacks until Ctrl-C, and tell whoever has the token what they use: for `lab compare --agent`."""
    from lab.remote.agent_server import answering  # noqa: PLC0415 - Flask takes long to load, and --help answers nobody

    stacks = choose_stacks(names, every=every)
    settings = Settings(workers, threads, host=bound(host, "the agent with its stacks"))
    refuse_missing(stacks)
    refuse_taken(ports_from(first_port, len(stacks)), host, "--first-port")
    made_up = not token
    secret = token or secrets.token_urlsafe(24)
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        raise UsageError("A token is made of printable ASCII characters without spaces.")
    with (
        suppress(Stopped),
        reaping() as reaper,
        tempfile.TemporaryDirectory(prefix="lab-agent-") as logs,
        serving_stacks(stacks, settings, reaper, Path(logs), first_port) as served,
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


def what_to_type(url: str, token: str) -> str:
    """Return the line that measures these stacks from another machine."""
    return f"On another machine:\n  {TOKEN_VARIABLE}={token} lab compare --agent {url}"
