"""`lab capabilities`: experiments on stacks, live."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from lab.capabilities.experiments import EXPERIMENTS, Experiment, ExperimentContext, explore
from lab.commands.console import print_json, wide_console
from lab.commands.named_stacks import refuse_missing
from lab.commands.options import AsJson, StackNames
from lab.errors import unknown
from lab.measure.new_run import stack_record
from lab.measure.reaper import Reaper, reaping
from lab.saved_runs.folder import folder_of, read, write
from lab.servers import Settings
from lab.stacks import DEFAULT_STACKS, Stack, find
from lab.tell.run import terminal
from lab.tell.run.capabilities import table
from records.run import Capability, Run

STYLES = {"yes": "green", "partly": "yellow", "no": "red"}

EXAMPLES = (
    "Examples: `lab capabilities`, `lab capabilities -s uvicorn/asgi -e gone-writing -e abandoned --evidence`, "
    "`lab capabilities --run results/latest`"
)


def capabilities(
    stack: StackNames = None,
    experiment: Annotated[
        list[str] | None,
        typer.Option("--experiment", "-e", help="A row; repeat for more.", metavar="EXPERIMENT"),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(help="Keep the findings in this run, and write its report again.", metavar="RUN"),
    ] = None,
    *,
    evidence: Annotated[bool, typer.Option("--evidence", help="Print what every word rests on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find out by experiment what each stack can do."""
    stacks = [find(name) for name in dict.fromkeys(stack or DEFAULT_STACKS)]
    rows = [known_experiment(name) for name in dict.fromkeys(experiment or EXPERIMENTS)]
    refuse_missing(stacks)
    saved_run = read(run) if run is not None else None
    with reaping() as reaper:
        findings = run_experiments(stacks, rows, Settings(), reaper, quiet=as_json)
    if saved_run is not None and run is not None:
        from lab.commands import report_files  # noqa: PLC0415 - what draws charts takes long to load, and --help doesn't draw

        keep(saved_run, stacks, findings)
        write(saved_run, folder_of(run))
        report_files.write_reports(saved_run, folder_of(run))
    if as_json:
        print_json(findings)
    else:
        show(findings, evidence=evidence)


def keep(run: Run, stacks: Sequence[Stack], findings: list[Capability]) -> None:
    """Let a run hold these findings in place of its own, and the records of those stacks that it didn't measure."""
    names = {record.name for record in run.stacks}
    run.capabilities = findings
    run.explored = [stack_record(each, Settings()) for each in stacks if each.name not in names]


def known_experiment(name: str) -> Experiment:
    """Return the experiment of that name, or raise UsageError with the nearest ones."""
    if name not in EXPERIMENTS:
        raise unknown("experiment", name, EXPERIMENTS)
    return EXPERIMENTS[name]


def run_experiments(
    stacks: Sequence[Stack], rows: Sequence[Experiment], settings: Settings, reaper: Reaper, *, quiet: bool
) -> list[Capability]:
    """Make the experiments in a folder of their own, with a bar on stderr."""
    with (
        tempfile.TemporaryDirectory(prefix="lab-") as folder,
        counting(len(stacks) * len(rows), quiet=quiet) as bar,
    ):
        return explore(stacks, rows, ExperimentContext(settings, reaper, Path(folder)), lambda _: bar())


@contextmanager
def counting(total: int, *, quiet: bool) -> Iterator[Callable[[], None]]:
    """Show how many experiments are done."""
    console = Console(stderr=True, quiet=quiet)
    columns = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task("experiments", total=total)
        if not console.is_terminal:
            console.print(f"experiments: {total}", highlight=False)
        yield lambda: bars.advance(task)


def show(findings: Sequence[Capability], *, evidence: bool) -> None:
    """Print the table, and what it rests on."""
    console = wide_console()
    console.print(terminal.as_rich(table(findings)))
    for each in findings if evidence else ():
        line = Text.assemble(
            f"{each.experiment} {each.stack} ", (each.can, STYLES[each.can]), f": {each.says}"
        )
        console.print(line, soft_wrap=True, highlight=False)
