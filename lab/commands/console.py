"""What the commands print, and the options that they share."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from records.run import as_json_text

WIDTH_OF_A_FILE = 120

Out = Annotated[Path, typer.Option(help="The folder of all runs.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Host = Annotated[
    str,
    typer.Option(help="Where to listen; other than 127.0.0.1 others can reach it, too.", metavar="HOST"),
]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Worker processes of each stack.")]
Threads = Annotated[
    int, typer.Option(min=1, max=1000, help="Threads of each worker, and of the bridge's pool.")
]
StackNames = Annotated[
    list[str] | None,
    typer.Option("--stack", "-s", help="A stack; repeat for more.", metavar="STACK"),
]
ScenarioNames = Annotated[
    list[str] | None,
    typer.Option("--scenario", "-c", help="A scenario; repeat for more.", metavar="SCENARIO"),
]


def wide_console() -> Console:
    """Return a console for tables: as wide as the terminal, and wide enough where there is none."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH_OF_A_FILE)


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    sys.stdout.write(as_json_text(value).decode() + "\n")
    sys.stdout.flush()


def print_line(value: object) -> None:
    """Print a value as one line of JSON, at once."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def print_text(text: str, *, to_stderr: bool = False) -> None:
    """Print a line as it is, however wide the terminal."""
    Console(stderr=to_stderr).print(text, markup=False, highlight=False, soft_wrap=True)
