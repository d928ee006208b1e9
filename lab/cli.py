"""The `lab` command."""

import random
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from lab import reports
from lab import serve as serving_stacks
from lab.errors import LabError, UsageError, unknown
from lab.judge.calibration import passed
from lab.measure.calibrate import Rig
from lab.measure.compare import compare as make
from lab.measure.cores import take_cores
from lab.measure.environment import environment
from lab.measure.leash import leash
from lab.measure.load import generator
from lab.measure.plan import (
    PROFILES,
    against_itself,
    baseline_of,
    plan,
    scenarios_of,
    stacks_of,
)
from lab.measure.record import new_run, stack_record
from lab.measure.trial import Bench
from lab.progress import telling
from lab.run import CALIBRATION, Run, as_json_text, point_latest, read, read_calibration, write_whole
from lab.servers import Settings
from lab.signals import Stopped, stoppable
from lab.stacks import DEFAULT_STACKS, all_stacks, find
from lab.tell import terminal

APP = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The same endpoints against WSGI and ASGI, served, loaded and judged side by side.",
)

WIDTH_OF_A_FILE = 120

StackNames = Annotated[
    list[str] | None,
    typer.Option("--stack", "-s", help="A stack; repeat for more.", metavar="STACK"),
]
ScenarioNames = Annotated[
    list[str] | None,
    typer.Option("--scenario", "-c", help="A scenario; repeat for more.", metavar="SCENARIO"),
]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Worker processes of each stack.")]
Threads = Annotated[
    int, typer.Option(min=1, max=1000, help="Threads of each worker, and of the bridge's pool.")
]
Out = Annotated[Path, typer.Option(help="The folder of all runs.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


@APP.command("stacks", epilog="Example: `lab stacks --json | jq '.[] | select(.skipped == null) | .name'`")
def list_stacks(workers: Workers = 1, threads: Threads = 10, *, as_json: AsJson = False) -> None:
    """List every stack: server, app, slots, and whether it can run here."""
    records = [stack_record(stack, Settings(workers, threads)) for stack in all_stacks()]
    if as_json:
        print_json(records)
    else:
        wide_console().print(terminal.stacks(records))


@APP.command(epilog="Examples: `lab serve uvicorn/asgi`, `lab serve --all --port 9000`")
def serve(
    names: Annotated[list[str] | None, typer.Argument(metavar="STACK...")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="The six default stacks.")] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the first stack; the others follow. 0: any.")
    ] = 8000,
    workers: Workers = 1,
    threads: Threads = 10,
    as_json: AsJson = False,
) -> None:
    """Serve stacks on 127.0.0.1 until Ctrl-C."""
    chosen = [find(name) for name in dict.fromkeys([*(names or []), *(DEFAULT_STACKS if every else ())])]
    if not chosen:
        raise UsageError("Name a stack, for example uvicorn/asgi, or say --all for the six default ones.")
    say = print_line if as_json else None
    serving_stacks.serve(chosen, Settings(workers, threads), port, say)


@APP.command(
    epilog="Examples: `lab compare`, `lab compare --profile smoke`, "
    "`lab compare -s uvicorn/asgi -s gunicorn-gthread/wsgi -c slow-io --threads 50`"
)
def compare(
    profile: Annotated[str, typer.Option("--profile", "-p", help="smoke, quick or full.")] = "quick",
    stack: StackNames = None,
    scenario: ScenarioNames = None,
    out: Out = Path("results"),
    *,
    baseline: Annotated[
        str, typer.Option(help="The stack that the others are compared with.", metavar="STACK")
    ] = "gunicorn-gthread/wsgi",
    aa: Annotated[
        bool, typer.Option("--aa", help="Measure the baseline against itself: the noise floor.")
    ] = False,
    workers: Workers = 1,
    threads: Threads = 10,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Processes of the load generator.")] = 1,
    seed: Annotated[int | None, typer.Option(help="Of the order of trials.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check the stacks, measure them under every scenario, and write a report."""
    if profile not in PROFILES:
        raise unknown("profile", profile, PROFILES)
    settings = Settings(workers, threads)
    chosen = against_itself(PROFILES[profile], baseline) if aa else PROFILES[profile]
    seed = random.randrange(10**6) if seed is None else seed
    stacks = stacks_of(chosen, stack or [])
    base = baseline_of(baseline, stacks)
    tasks = plan(chosen, stacks, scenarios_of(chosen, scenario or []), seed, base)
    server_cores, generator_cores = take_cores()
    machine = environment(server_cores, generator_cores)
    run = new_run(chosen, stacks, tasks, settings, seed=seed, machine=machine)
    run.baseline = base.name
    run.calibration = read_calibration(out)
    folder = made_folder(out.resolve() / run.run.id)
    made_folder(folder / "logs")
    point_latest(folder)
    try:
        with (
            stoppable(),
            leash() as held,
            generator(held, generator_cores, folder / "logs") as load,
            telling(tasks, quiet=as_json) as teller,
        ):
            bench = Bench(settings, held, load, server_cores, folder / "logs", seed, processes)
            make(run, tasks, bench, folder, teller)
    finally:
        tell(run, folder, as_json=as_json)
    raise typer.Exit(1 if any(trial.status == "failed" for trial in run.trials) else 0)


@APP.command(epilog="Example: `lab calibrate`, before a run that must convince somebody.")
def calibrate(out: Out = Path("results"), *, as_json: AsJson = False) -> None:
    """Measure a server whose waiting times are known, to see whether the instrument is right."""
    server_cores, generator_cores = take_cores()
    folder = made_folder(out.resolve() / "calibration")
    console = Console(stderr=True, quiet=as_json)
    with stoppable(), leash() as held, generator(held, generator_cores, folder) as load:
        rig = Rig(load, held, server_cores, folder)
        record = rig.calibrate(
            environment(server_cores, generator_cores),
            lambda known: console.print(f"{known.name}: {known.question}", soft_wrap=True, highlight=False),
        )
    write_whole(out / CALIBRATION, as_json_text(record))
    if as_json:
        print_json(record)
    else:
        wide_console().print(terminal.calibration(record))
    raise typer.Exit(0 if passed(record) else 1)


@APP.command(epilog="Example: `lab report results/latest`")
def report(
    run: Annotated[Path, typer.Argument(help="A run's folder or its results.json.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Write a run's report again, from its results.json alone."""
    tell(read(run), run if run.is_dir() else run.parent, as_json=as_json)


def made_folder(folder: Path) -> Path:
    """Make a folder, and those above it; raises LabError where that can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"Can't make {folder}: {error.strerror}; choose another place with --out.") from error
    return folder


def tell(run: Run, folder: Path, *, as_json: bool) -> None:
    """Write the run's reports, and print its tables and where the report is."""
    paths = reports.tell(run, folder)
    if as_json:
        print_json(run)
        return
    console = wide_console()
    console.print(terminal.told(run))
    if run.run.stopped:
        kept = f"{len(run.trials)} of {run.run.planned_trials} trials are kept"
        console.print(f"Stopped by {run.run.stopped}: {kept}.", style="yellow")
    console.print(f"Report: {paths[0]}", soft_wrap=True, highlight=False)


def wide_console() -> Console:
    """Return a console for tables: as wide as the terminal, and wide enough where there is none."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH_OF_A_FILE)


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    sys.stdout.write(as_json_text(value).decode() + "\n")


def print_line(value: object) -> None:
    """Print a value as one line of JSON, at once."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the command; what a person can mend ends in one sentence, a signal in its exit code."""
    try:
        APP()
    except LabError as error:
        Console(stderr=True).print(f"lab: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except Stopped as stop:
        sys.exit(stop.exit_code)
