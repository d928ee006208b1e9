"""A run told in a terminal."""

import io

import msgspec
from rich.console import Console

from lab.tell.run import terminal
from records.run import Doubt
from tests.lab import runs


def printed(renderable: object) -> str:
    """Return what a plain terminal shows."""
    file = io.StringIO()
    Console(file=file, width=100).print(renderable)
    return file.getvalue()


def test_table_has_question_and_figures() -> None:
    """Each scenario is a table under its question."""
    text = printed(terminal.render(runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)])))
    assert "slow-io: How many?" in text
    assert "490" in text


def test_what_was_left_out_is_told_with_its_reason() -> None:
    """Skipped stacks, broken contracts and failed trials are listed below."""
    doubt = Doubt("failed", "uvicorn/asgi ended by itself with exit code 3.", "read the log")
    run = runs.run(
        [msgspec.structs.replace(runs.trial("uvicorn/asgi", 50), status="failed", doubts=[doubt])],
        [
            runs.stack("uvicorn/asgi"),
            runs.stack("waitress/wsgi", skipped="waitress not installed"),
            runs.stack("granian-wsgi/wsgi", contract=["GET /: status 500, not 200"]),
        ],
    )
    assert terminal.left_out(run) == [
        "waitress/wsgi skipped: waitress not installed",
        "granian-wsgi/wsgi breaks the contract and wasn't timed: GET /: status 500, not 200",
        "uvicorn/asgi slow-io@50 failed: uvicorn/asgi ended by itself with exit code 3.",
    ]


def test_no_colours_outside_a_terminal() -> None:
    """Output to a file holds no escape sequences."""
    assert "\x1b" not in printed(terminal.render(runs.run()))
