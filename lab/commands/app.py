"""The `lab` command: its verbs in the order of its help, and how an error ends it."""

import os
import sys
from collections.abc import Callable
from typing import NamedTuple, NoReturn

import typer
from rich.console import Console

from lab.commands import (
    agent,
    calibrate,
    capabilities,
    compare,
    dashboard,
    diff,
    gate,
    history,
    load_worker,
    report,
    serve,
    stacks,
    trace,
)
from lab.errors import LabError


class Verb(NamedTuple):
    """A verb: its name, what it does, and examples of its use for the end of its help."""

    name: str
    run: Callable[..., None]
    examples: str


VERBS = (
    Verb("stacks", stacks.stacks, stacks.EXAMPLES),
    Verb("serve", serve.serve, serve.EXAMPLES),
    Verb("dashboard", dashboard.dashboard, dashboard.EXAMPLES),
    Verb("compare", compare.compare, compare.EXAMPLES),
    Verb("calibrate", calibrate.calibrate, calibrate.EXAMPLES),
    Verb("report", report.report, report.EXAMPLES),
    Verb("agent", agent.agent, agent.EXAMPLES),
    Verb("load-worker", load_worker.load_worker, load_worker.EXAMPLES),
    Verb("diff", diff.diff, diff.EXAMPLES),
    Verb("gate", gate.gate, gate.EXAMPLES),
    Verb("history", history.history, history.EXAMPLES),
    Verb("capabilities", capabilities.capabilities, capabilities.EXAMPLES),
    Verb("trace", trace.trace, trace.EXAMPLES),
)


def app() -> typer.Typer:
    """Return the command with all its verbs."""
    lab = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
        help="The same endpoints against WSGI and ASGI, served, loaded and judged side by side.",
    )
    for verb in VERBS:
        lab.command(verb.name, epilog=verb.examples)(verb.run)
    return lab


def main() -> None:
    """Run the command; what a person can mend ends in one sentence."""
    try:
        app()()
    except LabError as error:
        end(str(error), error.exit_code)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        end(f"{place}{error.strerror or error}.", 1)


def end(sentence: str, exit_code: int) -> NoReturn:
    """Say why the command ends, and end it; what stdout doesn't take is lost."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    Console(stderr=True).print(f"lab: {sentence}", style="red", markup=False, soft_wrap=True)
    sys.exit(exit_code)
