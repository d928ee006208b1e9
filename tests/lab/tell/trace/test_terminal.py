"""A trace in the terminal: a golden one (`pytest --snapshot-update`), and its layout."""

import io

import pytest
from rich.console import Console
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from lab.tell.trace.terminal import brief, render, request_line
from records.trace import Asked
from tests.lab import traces


class Shown(SingleFileSnapshotExtension):
    """A file of plain text."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


def shown(width: int) -> str:
    """Return the made-up trace as a terminal of that width shows it, without colours."""
    console = Console(width=width, file=io.StringIO(), color_system=None)
    with console.capture() as captured:
        console.print(render(traces.trace(), width))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


@pytest.mark.parametrize("width", [100, 210], ids=["one_below_the_other", "side_by_side"])
def test_trace_in_a_terminal(width: int, snapshot: SnapshotAssertion) -> None:
    """It is as it was."""
    assert shown(width) == snapshot(extension_class=Shown)


def test_stacks_stand_side_by_side_where_there_is_room() -> None:
    """All names are on one line of a wide terminal."""
    first = next(line for line in shown(210).splitlines() if "gunicorn-gthread/wsgi" in line)
    assert "uvicorn/asgi" in first
    assert "uvicorn/wsgi-bridged" in first


def test_no_line_steers_the_terminal() -> None:
    """What a client sent is escaped before it is printed."""
    assert "\x1b" not in shown(100)
    assert r"\x1b[31mred\x07" in shown(100)


def test_the_request_in_a_line() -> None:
    """How it is sent stands behind what is asked for."""
    asked = Asked("POST", "/upload", [("a", "b")], 9, 3, 0.1, 0.25)
    assert request_line(asked) == (
        "POST /upload; a: b; a body of 9 bytes in 3 pieces, 0.1 s apart; the client hangs up after 0.25 s"
    )


def test_a_conversation_in_a_line() -> None:
    """What is said stands behind the path."""
    assert (
        request_line(Asked("GET", "/ws", texts=["hi", "ho"])) == "GET /ws; a WebSocket that says 'hi', 'ho'"
    )


def test_values_are_brief() -> None:
    """A long value is cut off, a literal of bytes keeps its own quotes only."""
    assert brief("x" * 99).endswith("…")
    assert brief("b'raw'") == "b'raw'"
    assert brief([["b'a'", "b'1'"]]) == "[[b'a', b'1']]"
