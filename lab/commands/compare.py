"""`lab compare`: choose, check, measure, judge, tell."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from lab.addresses import bound
from lab.capabilities.experiments import EXPERIMENTS
from lab.commands.capabilities import run_experiments
from lab.commands.options import AsJson, Out, ScenarioNames, StackNames, Threads, Workers
from lab.commands.other_machines import (
    AgentToken,
    AgentUrl,
    ExpectWorkers,
    LoadHost,
    LoadMaster,
    LoadOptions,
    LoadPort,
    Targets,
    WaitWorkers,
    site_of,
    targets_of,
)
from lab.commands.progress import Teller, telling
from lab.commands.run_output import tell_at_the_end
from lab.errors import UsageError
from lab.judge.comparisons import judge
from lab.judge.statistics import survival
from lab.measure.cores import take_cores
from lab.measure.environment import environment
from lab.measure.execution import check_stacks, keep_run, make_trials
from lab.measure.load_generator import generator
from lab.measure.plan import Task
from lab.measure.prestart import Prestart
from lab.measure.reaper import Reaper, reaping
from lab.measure.resume import remaining_tasks, reopen
from lab.measure.selection import Selection, select
from lab.measure.site import LocalSite, Site
from lab.measure.trial import TrialRunner
from lab.saved_runs.folder import alone, folder_of, make_folder, point_latest, read, read_calibration, write
from lab.servers import HOST
from records.run import Options, Run

EXAMPLES = (
    "Examples: `lab compare`, `lab compare --profile smoke`, "
    "`lab compare -s uvicorn/asgi -s gunicorn-gthread/wsgi -c slow-io --threads 50`, "
    "`lab compare --agent http://10.0.0.2:8900 --load-master --load-host 10.0.0.1 --expect-workers 2`, "
    "`lab compare --resume results/latest`"
)
BESIDE_RESUME = ("resume", "as_json", "agent_token")

Cores = tuple[list[int], list[int]]
"""Those of the server, and those of the load generator and the lab."""


@dataclass(frozen=True)
class Job:
    """A run that is to be made or gone on with in its folder: what was chosen, where its stacks run, on which cores."""

    run: Run
    selection: Selection
    folder: Path
    cores: Cores
    site: Site
    reaper: Reaper


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
        chosen = resume_run(folder_of(resume), cores, agent_token)
    else:
        targets = targets_of(target or [], agent, agent_token)
        if targets and stack:
            raise UsageError("Stacks run here or elsewhere: give --stack or --target, not both.")
        workers_elsewhere = LoadOptions(load_master, load_host, load_port, expect_workers, wait_workers)
        selection = select(
            profile,
            stack or [],
            scenario or [],
            baseline,
            seed=random.randrange(10**6) if seed is None else seed,
            options=Options(
                workers, threads, aa, processes, targets, agent, workers_elsewhere.record(processes)
            ),
        )
        chosen = begin_run(selection, cores, out.resolve(), agent_token)
    with chosen as job:
        carry_out(job, as_json=as_json)
    raise typer.Exit(1 if any(trial.status == "failed" for trial in job.run.trials) else 0)


def carry_out(job: Job, *, as_json: bool) -> None:
    """Check, measure and judge what a run doesn't have yet, then tell it, however that ended."""
    survival()
    if job.selection.options.load_workers:
        bound(job.selection.options.load_workers.host, "the load's master")
    tasks = remaining_tasks(job.run, job.selection.tasks())
    with (
        tell_at_the_end(job.run, job.folder, as_json=as_json),
        measuring(job, tasks, quiet=as_json) as (runner, teller),
        keep_run(job.run, job.folder),
    ):
        explore(job, quiet=as_json)
        check_stacks(job.run, tasks, runner, teller)
        make_trials(job.run, tasks, runner, job.folder, teller)
        judge(job.run)


@contextmanager
def begin_run(selection: Selection, cores: Cores, out: Path, token: str) -> Iterator[Job]:
    """Give a run in a new folder of its own, which nobody else adds to; an agent wants the token."""
    reaper = Reaper()
    site = site_of(selection.options, token, LocalSite(reaper, cores[0]))
    run = selection.new_run(environment(*cores), site)
    run.calibration = read_calibration(out)
    folder = make_folder(out / run.run.id)
    with alone(folder):
        write(run, folder)
        point_latest(folder)
        yield Job(run, selection, folder, cores, site, reaper)


@contextmanager
def resume_run(folder: Path, cores: Cores, token: str) -> Iterator[Job]:
    """Give the run in this folder, ready to go on."""
    with alone(folder):
        run = read(folder)
        reaper = Reaper()
        site = site_of(run.run.options, token, LocalSite(reaper, cores[0]))
        selection = reopen(run, environment(*cores), site)
        yield Job(run, selection, folder, cores, site, reaper)


def refuse_other_settings(context: typer.Context) -> None:
    """Raise UsageError when a setting is given that --resume takes from its run."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    settings = [name for name, source in sources.items() if source is not None and source.name != "DEFAULT"]
    others = [f"--{name}" for name in settings if name not in BESIDE_RESUME]
    if others:
        raise UsageError(f"--resume takes every setting from its run: leave out {', '.join(others)}.")


@contextmanager
def measuring(job: Job, tasks: list[Task], *, quiet: bool) -> Iterator[tuple[TrialRunner, Teller]]:
    """Give what makes the trials, and what tells how they go; every process that it starts ends with it."""
    _, generator_cores = job.cores
    logs = make_folder(job.folder / "logs")
    with ExitStack() as running:
        reaper = running.enter_context(reaping(job.reaper))
        load = running.enter_context(generator(reaper, generator_cores, logs))
        teller = running.enter_context(telling(tasks, quiet=quiet))
        selection = job.selection
        runner = TrialRunner(
            settings=selection.settings,
            site=job.site,
            generator=load,
            logs=logs,
            seed=selection.seed,
            processes=selection.options.processes,
            prestart=running.enter_context(Prestart()),
            load_workers=selection.options.load_workers,
            say=teller.tell_wait,
        )
        yield runner, teller


def explore(job: Job, *, quiet: bool) -> None:
    """Find out what the stacks can do, where that is asked for and hasn't been found out."""
    if job.selection.explores and not job.run.capabilities:
        installed = [stack for stack in job.selection.stacks if stack.missing() is None]
        experiments = list(EXPERIMENTS.values())
        job.run.capabilities = run_experiments(
            installed, experiments, job.selection.settings, job.reaper, quiet=quiet
        )
