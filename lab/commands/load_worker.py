"""`lab load-worker`: take part in the load that another machine's `lab compare --load-master` leads."""

import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from lab.commands.console import print_text
from lab.errors import UsageError
from lab.measure.load_generator import generator
from lab.measure.load_workers import Master, follow, started_workers
from lab.measure.reaper import reaping
from lab.signals import Stopped

EXAMPLES = "Examples: `lab load-worker --master 10.0.0.1`, `lab load-worker --master 10.0.0.1 --processes 4`"


def load_worker(
    master: Annotated[
        str, typer.Option(help="The machine where `lab compare --load-master` runs.", metavar="HOST")
    ],
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the master.")] = 5557,
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
    leader = Master(master, port, patience)
    with (
        suppress(Stopped),
        reaping() as reaper,
        tempfile.TemporaryDirectory(prefix="lab-load-worker-") as folder,
        generator(reaper, [], Path(folder)) as load,
        started_workers(load, leader, Path(folder), processes) as workers,
    ):
        waits = f"waiting for {master}:{port}, up to {patience:g} s at a time; Ctrl-C ends it"
        print_text(waits, to_stderr=True)
        follow(workers, leader, lambda line: print_text(line, to_stderr=True))
