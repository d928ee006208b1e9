"""What the verbs print."""

import sys

import msgspec
from rich.console import Console

from records.run import as_json_text

WIDTH_OF_A_FILE = 120


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
