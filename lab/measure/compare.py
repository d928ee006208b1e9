"""A run: check every stack, make every trial, keep each as soon as it is made."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from lab.errors import LabError, TrialFailed
from lab.judge.comparisons import judge
from lab.judge.doubts import doubts
from lab.judge.figures import by_second, figured
from lab.measure.plan import Task
from lab.measure.process import ServerFailed
from lab.measure.trial import Measured
from lab.run import Doubt, Run, Trial, write
from lab.signals import Stopped
from lab.stacks import Stack


class Workbench(Protocol):
    """What checks and measures stacks; tests bring one without servers."""

    def check(self, stack: Stack) -> list[str]:
        """Return each way in which a stack breaks the contract."""

    def measure(self, task: Task) -> Measured:
        """Measure one trial."""


class Watcher(Protocol):
    """Who is told how the run goes."""

    def checking(self, stack: Stack) -> None:
        """A stack is about to be checked against the contract."""

    def measuring(self, task: Task) -> None:
        """A trial is about to be made."""

    def made(self, task: Task, trial: Trial) -> None:
        """A trial was made."""


def compare(run: Run, tasks: Sequence[Task], bench: Workbench, folder: Path, watcher: Watcher) -> None:
    """Make these trials of a run, writing results.json after each.

    A stack that isn't installed is skipped with its reason; one that breaks the contract, or fails, is
    recorded with the evidence and the rest goes on. Raises Stopped once everything is kept, and LabError
    when nothing can be measured or kept any more.
    """
    write(run, folder)
    try:
        check_stacks(run, tasks, bench, watcher)
        write(run, folder)
        make_trials(run, tasks, bench, folder, watcher)
        judge(run)
        run.run.finished = datetime.now(UTC).isoformat(timespec="seconds")
    except (Stopped, LabError) as cause:
        run.run.stopped = str(cause).removesuffix(".")
        judge(run)
        raise
    finally:
        write(run, folder)


def check_stacks(run: Run, tasks: Sequence[Task], bench: Workbench, watcher: Watcher) -> None:
    """Hold every installed stack to the contract, unless that was done, and note what it breaks."""
    stacks = {task.stack.original: task.stack for task in tasks}
    for place, record in enumerate(run.stacks):
        if record.skipped is None and not record.checked:
            watcher.checking(stacks[record.name])
            broken = promises_broken(bench, stacks[record.name])
            run.stacks[place] = msgspec.structs.replace(record, contract=broken, checked=True)


def promises_broken(bench: Workbench, stack: Stack) -> list[str]:
    """Return what a stack breaks of the contract; a stack that doesn't start breaks all of it."""
    try:
        return bench.check(stack)
    except ServerFailed as failure:
        return [str(failure), *failure.log]


def make_trials(run: Run, tasks: Sequence[Task], bench: Workbench, folder: Path, watcher: Watcher) -> None:
    """Make the trials of all sound stacks, in the order of the tasks."""
    sound = {r.name: r for r in run.stacks if r.skipped is None and not r.contract}
    started_at = time.monotonic() - run.run.seconds_total
    for task in tasks:
        if task.stack.original not in sound:
            continue
        watcher.measuring(task)
        trial = make_trial(task, bench, sound[task.stack.original].slots)
        run.trials.append(trial)
        run.run.seconds_measuring += trial.seconds_measuring
        run.run.seconds_total = round(time.monotonic() - started_at, 3)
        write(run, folder)
        watcher.made(task, trial)


def make_trial(task: Task, bench: Workbench, slots: int | None) -> Trial:
    """Make one trial; a failure becomes a record with its evidence."""
    blank = Trial(task.stack.name, task.scenario.name, task.level.value, task.repetition, "failed")
    try:
        measured = bench.measure(task)
    except TrialFailed as failure:
        doubt = Doubt("failed", str(failure), "read the log of this trial; it enters no comparison")
        return msgspec.structs.replace(blank, doubts=[doubt], log=failure.log)
    found = figured(measured.reading, task.level, slots)
    return msgspec.structs.replace(
        blank,
        status="ok",
        figures=rounded(found.figures),
        doubts=doubts(measured.reading, task.level, found),
        commands=measured.commands,
        seconds_measuring=measured.reading.load.window_s,
        seconds=by_second(measured.reading, task.level),
    )


def rounded(figures: Mapping[str, float]) -> dict[str, float]:
    """Return figures in name order, with nine significant digits: more was not measured."""
    return {name: float(f"{value:.9g}") for name, value in sorted(figures.items())}
