"""A run: check every stack, make every trial, keep each as soon as it is made."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Protocol

import msgspec

from lab.errors import Cannot, LabError, TrialFailed
from lab.judge.comparisons import judge
from lab.judge.descriptions import describe_figures
from lab.judge.doubts import doubts
from lab.judge.figures import by_second, histograms, work_out_figures
from lab.measure.plan import Task, blocks
from lab.measure.server_process import ServerFailed
from lab.measure.trial import Measured
from lab.saved_runs.folder import write
from lab.signals import Stopped
from lab.stacks import Stack
from loadtests.ceilings import Slots
from records.run import Doubt, Run, Trial


class TrialMaker(Protocol):
    """What checks and measures stacks; tests bring one without servers."""

    def check(self, stack: Stack) -> list[str]:
        """Return each way in which a stack breaks the contract."""

    def measure(self, block: Sequence[Task], following: Sequence[Task] = ()) -> list[Measured | TrialFailed]:
        """Measure one trial, or several whose stacks take turns; return what came of each.

        What is `following` may be got ready meanwhile.
        """


class Watcher(Protocol):
    """Who is told how the run goes."""

    def tell_check(self, stack: Stack) -> None:
        """A stack is about to be checked against the contract."""

    def tell_block(self, block: Sequence[Task]) -> None:
        """A trial is about to be made, or several in turns."""

    def tell_trial(self, task: Task, trial: Trial) -> None:
        """A trial was made."""


@contextmanager
def keep_run(run: Run, folder: Path) -> Iterator[None]:
    """Keep a run while it is made: results.json is written at its beginning and, however that comes, at its end.

    What ends it before its end is noted, and what was measured till then is judged.
    """
    write(run, folder)
    try:
        yield
        run.run.finished = datetime.now(UTC).isoformat(timespec="seconds")
    except (Stopped, LabError) as cause:
        run.run.stopped = str(cause).removesuffix(".")
        judge(run)
        raise
    finally:
        write(run, folder)


def check_stacks(run: Run, tasks: Sequence[Task], runner: TrialMaker, watcher: Watcher) -> None:
    """Hold every installed stack to the contract, unless that was done, and note what it breaks.

    A stack that isn't installed is skipped with its reason.
    """
    stacks = {task.stack.original: task.stack for task in tasks}
    for place, record in enumerate(run.stacks):
        if record.skipped is None and not record.checked:
            watcher.tell_check(stacks[record.name])
            broken = promises_broken(runner, stacks[record.name])
            run.stacks[place] = msgspec.structs.replace(record, contract=broken, checked=True)


def promises_broken(runner: TrialMaker, stack: Stack) -> list[str]:
    """Return what a stack breaks of the contract; a stack that doesn't start breaks all of it."""
    try:
        return runner.check(stack)
    except ServerFailed as failure:
        return [str(failure), *failure.log]


def make_trials(run: Run, tasks: Sequence[Task], runner: TrialMaker, folder: Path, watcher: Watcher) -> None:
    """Make the trials of all sound stacks, in the order of the tasks, writing results.json after each.

    One that fails is recorded with the evidence and the rest goes on. Raises Stopped, and LabError when nothing can
    be measured or kept any more.
    """
    write(run, folder)
    sound = {r.name: r for r in run.stacks if r.skipped is None and not r.contract}
    started_at = time.monotonic() - run.run.seconds_total
    planned = blocks([task for task in tasks if task.stack.original in sound])
    for block, following in zip_longest(planned, planned[1:], fillvalue=()):
        watcher.tell_block(block)
        trials = [
            as_trial(task, measured, sound[task.stack.original].slots_by_waiting)
            for task, measured in zip(block, runner.measure(block, following), strict=True)
        ]
        run.trials += trials
        describe_figures(run)
        run.run.seconds_measuring += sum(trial.seconds_measuring for trial in trials)
        run.run.seconds_total = round(time.monotonic() - started_at, 3)
        write(run, folder)
        for task, trial in zip(block, trials, strict=True):
            watcher.tell_trial(task, trial)


def as_trial(task: Task, measured: Measured | TrialFailed, slots: Slots) -> Trial:
    """Return the record of a trial; a failure is one with its evidence."""
    blank = Trial(
        task.stack.name,
        task.scenario.name,
        task.level.value,
        task.repetition,
        "failed",
        copy_of=task.stack.original if task.stack.copy else "",
    )
    if isinstance(measured, Cannot):
        doubt = Doubt("cannot", str(measured), "a finding about the stack: this takes another one")
        return msgspec.structs.replace(blank, status="cannot", doubts=[doubt])
    if isinstance(measured, TrialFailed):
        doubt = Doubt("failed", str(measured), "read the log of this trial; it enters no comparison")
        return msgspec.structs.replace(blank, doubts=[doubt], log=measured.log)
    result = work_out_figures(measured.reading, task.level, slots)
    return msgspec.structs.replace(
        blank,
        status="ok",
        figures=rounded(result.figures),
        doubts=doubts(measured.reading, task.level, result),
        commands=measured.commands,
        seconds_measuring=measured.reading.measured_s,
        seconds=by_second(measured.reading, task.level),
        turns=task.level.turns,
        histograms=histograms(measured.reading, task.level),
        traces={name: flow.trace for name, flow in measured.reading.flows.items() if flow.trace},
    )


def rounded(figures: Mapping[str, float]) -> dict[str, float]:
    """Return figures in name order, with nine significant digits: more was not measured."""
    return {name: float(f"{value:.9g}") for name, value in sorted(figures.items())}
