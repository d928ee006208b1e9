"""The `lab` command."""

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from lab.addresses import bound
from lab.capabilities.experiments import EXPERIMENTS
from lab.commands import dashboard as dashboards
from lab.commands import job_summary
from lab.commands import serve as serving_stacks
from lab.commands.capabilities import EXPLORED, explored
from lab.commands.console import (
    AsJson,
    Host,
    Out,
    ScenarioNames,
    StackNames,
    Threads,
    Workers,
    print_json,
    print_line,
    print_text,
    wide_console,
)
from lab.commands.progress import telling
from lab.commands.remote_options import (
    ELSEWHERE,
    AgentToken,
    AgentUrl,
    ExpectWorkers,
    LoadHost,
    LoadMaster,
    LoadOptions,
    LoadPort,
    Targets,
    WaitWorkers,
    targets_of,
)
from lab.commands.saved_runs import STORED
from lab.commands.trace import TRACED
from lab.errors import LabError, UsageError
from lab.judge.calibration import passed
from lab.judge.comparisons import judge
from lab.judge.statistics import survival
from lab.measure.calibrate import CalibrationRunner
from lab.measure.cores import take_cores
from lab.measure.environment import environment
from lab.measure.execution import compare as make
from lab.measure.load_generator import generator
from lab.measure.new_run import stack_record
from lab.measure.prestart import Prestart
from lab.measure.reaper import reaping
from lab.measure.resume import left, reopen
from lab.measure.selection import Selection, select
from lab.measure.target import Elsewhere, elsewhere_of
from lab.measure.trial import TrialRunner
from lab.run_folder import (
    CALIBRATION,
    alone,
    folder_of,
    point_latest,
    read,
    read_calibration,
    write,
    write_whole,
)
from lab.servers import HOST, Settings
from lab.stacks import DEFAULT_STACKS, all_stacks, find
from lab.tell.run import markdown, terminal
from records.run import Options, Run, as_json_text

APP = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The same endpoints against WSGI and ASGI, served, loaded and judged side by side.",
)
APP.add_typer(ELSEWHERE)
APP.add_typer(STORED)
APP.add_typer(EXPLORED)
APP.add_typer(TRACED)

BESIDE_RESUME = ("resume", "as_json", "agent_token")

Cores = tuple[list[int], list[int]]


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
    host: Host = HOST,
    workers: Workers = 1,
    threads: Threads = 10,
    as_json: AsJson = False,
) -> None:
    """Serve stacks until Ctrl-C."""
    chosen = [find(name) for name in dict.fromkeys([*(names or []), *(DEFAULT_STACKS if every else ())])]
    if not chosen:
        raise UsageError("Name a stack, for example uvicorn/asgi, or say --all for the six default ones.")
    say = print_line if as_json else None
    settings = Settings(workers, threads, host=bound(host, "the stacks"))
    serving_stacks.serve(chosen, settings, port, say)


@APP.command(
    epilog="Examples: `lab dashboard`, `lab dashboard uvicorn/asgi gunicorn-gthread/wsgi --threads 50 --port 8100`"
)
def dashboard(
    names: Annotated[list[str] | None, typer.Argument(metavar="STACK...")] = None,
    *,
    host: Host = HOST,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the page.")] = 8089,
    workers: Workers = 1,
    threads: Threads = 10,
    out: Out = Path("results"),
) -> None:
    """Serve stacks side by side and load them from a page, until Ctrl-C."""
    chosen = [find(name) for name in dict.fromkeys(names or DEFAULT_STACKS)]
    place = dashboards.Place(bound(host, "the page, and with it these stacks,"), port)
    dashboards.dashboard(chosen, Settings(workers, threads), place, out.resolve(), print_text)


@APP.command(
    epilog="Examples: `lab compare`, `lab compare --profile smoke`, "
    "`lab compare -s uvicorn/asgi -s gunicorn-gthread/wsgi -c slow-io --threads 50`, "
    "`lab compare --agent http://10.0.0.2:8900 --load-master --load-host 10.0.0.1 --expect-workers 2`, "
    "`lab compare --resume results/latest`"
)
def compare(
    context: typer.Context,
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
    resume: Annotated[
        Path | None,
        typer.Option(help="Go on with a run that was stopped or cut short.", metavar="RUN"),
    ] = None,
    target: Targets = None,
    agent: AgentUrl = "",
    agent_token: AgentToken = "",
    load_master: LoadMaster = False,
    load_host: LoadHost = HOST,
    load_port: LoadPort = 5557,
    expect_workers: ExpectWorkers = 0,
    wait_workers: WaitWorkers = 60.0,
    as_json: AsJson = False,
) -> None:
    """Check the stacks, measure them under every scenario, and write a report."""
    cores = take_cores()
    if resume is not None:
        refuse_other_settings(context)
        go_on(folder_of(resume), cores, agent_token, as_json=as_json)
        return
    targets = targets_of(target or [], agent, agent_token)
    if targets and stack:
        raise UsageError("Stacks run here or elsewhere: give --stack or --target, not both.")
    seed = random.randrange(10**6) if seed is None else seed
    crew = LoadOptions(load_master, load_host, load_port, expect_workers, wait_workers).crew(processes)
    options = Options(workers, threads, aa, processes, targets, agent, crew)
    choice = select(profile, stack or [], scenario or [], baseline, seed=seed, options=options)
    begin(choice, cores, out.resolve(), agent_token, as_json=as_json)


def begin(choice: Selection, cores: Cores, out: Path, token: str, *, as_json: bool) -> None:
    """Make a run in a folder of its own; an agent wants the token."""
    elsewhere = elsewhere_of(choice.options, token)
    run = choice.new_run(environment(*cores), elsewhere)
    run.calibration = read_calibration(out)
    folder = made_folder(out / run.run.id)
    with alone(folder):
        write(run, folder)
        point_latest(folder)
        carry_out(run, choice, cores, folder, elsewhere, as_json=as_json)


def go_on(folder: Path, cores: Cores, token: str, *, as_json: bool) -> None:
    """Make the trials that are left of the run in this folder."""
    with alone(folder):
        run = read(folder)
        elsewhere = elsewhere_of(run.run.options, token) if run.run.options else None
        choice = reopen(run, environment(*cores), elsewhere)
        carry_out(run, choice, cores, folder, elsewhere, as_json=as_json)


def refuse_other_settings(context: typer.Context) -> None:
    """Raise UsageError when a setting is given that --resume takes from its run."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    given = [name for name, source in sources.items() if source is not None and source.name != "DEFAULT"]
    others = [f"--{name}" for name in given if name not in BESIDE_RESUME]
    if others:
        raise UsageError(f"--resume takes every setting from its run: leave out {', '.join(others)}.")


def carry_out(
    run: Run, choice: Selection, cores: Cores, folder: Path, elsewhere: Elsewhere | None, *, as_json: bool
) -> None:
    """Make the trials that a run doesn't have yet and tell it; the exit code is 1 when a trial failed."""
    survival()
    server_cores, generator_cores = cores
    if choice.options.crew:
        bound(choice.options.crew.host, "the load's master")
    tasks = left(run, choice.tasks())
    logs = made_folder(folder / "logs")
    with (
        told_at_the_end(run, folder, as_json=as_json),
        reaping() as reaper,
        generator(reaper, generator_cores, logs) as load,
        telling(tasks, quiet=as_json) as teller,
        Prestart() as standby,
    ):
        if choice.explores and not run.capabilities:
            sound = [stack for stack in choice.stacks if stack.missing() is None]
            run.capabilities = explored(
                sound, list(EXPERIMENTS.values()), choice.settings, reaper, quiet=as_json
            )
        processes = choice.options.processes
        runner = TrialRunner(
            choice.settings, reaper, load, server_cores, logs, choice.seed, processes, standby, elsewhere,
            choice.options.crew, teller.waiting,
        )  # fmt: skip
        make(run, tasks, runner, folder, teller)
    raise typer.Exit(1 if any(trial.status == "failed" for trial in run.trials) else 0)


@contextmanager
def told_at_the_end(run: Run, folder: Path, *, as_json: bool) -> Iterator[None]:
    """Tell what was measured, however that ended; of several errors the first one is raised."""
    try:
        yield
    except BaseException:
        with suppress(LabError, OSError):
            tell(run, folder, as_json=as_json)
            job_summary.append(markdown.summary(run))
        raise
    tell(run, folder, as_json=as_json)
    job_summary.append(markdown.summary(run))


@APP.command(epilog="Example: `lab calibrate`, before a run that must convince somebody.")
def calibrate(out: Out = Path("results"), *, as_json: AsJson = False) -> None:
    """Measure a server whose waiting times are known, to see whether the instrument is right."""
    server_cores, generator_cores = take_cores()
    folder = made_folder(out.resolve() / "calibration")
    console = Console(stderr=True, quiet=as_json)
    with reaping() as reaper, generator(reaper, generator_cores, folder) as load:
        runner = CalibrationRunner(load, reaper, server_cores, folder)
        record = runner.calibrate(
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
    """Write a run's report again, from its results.json alone; a run that was cut short is judged first."""
    found = read(run)
    if not found.comparisons:
        judge(found)
    tell(found, folder_of(run), as_json=as_json)


def made_folder(folder: Path) -> Path:
    """Make a folder, and those above it; raises LabError where that can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"Can't make {folder}: {error.strerror}; choose another place with --out.") from error
    return folder


def tell(run: Run, folder: Path, *, as_json: bool) -> None:
    """Write the run's reports, and print its tables and where the report is; a signal ends both at once."""
    try:
        from lab.commands import report_files  # noqa: PLC0415 - what draws charts takes long to load, and --help doesn't draw

        paths = report_files.tell(run, folder)
    except Exception:
        show(run, folder, as_json=as_json)
        raise
    show(run, folder, as_json=as_json)
    if not as_json:
        wide_console().print(f"Report: {paths[0]}", soft_wrap=True, highlight=False)


def show(run: Run, folder: Path, *, as_json: bool) -> None:
    """Print a run's tables and, where it isn't finished, how to go on."""
    if as_json:
        print_json(run)
        return
    console = wide_console()
    console.print(terminal.told(run))
    if run.run.finished is None:
        why = f" ({run.run.stopped})" if run.run.stopped else ""
        made = f"{len(run.trials)} of {run.run.planned_trials} trials were made{why}"
        goes_on = f"{made}: lab compare --resume {folder} goes on."
        console.print(goes_on, style="yellow", markup=False, highlight=False, soft_wrap=True)


def main() -> None:
    """Run the command; what a person can mend ends in one sentence."""
    try:
        APP()
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
