"""Whether verdicts are right where the truth is known.

    make bench-truth

Each round measures four stacks in turns, at the length of the default profile's baseline scenario: uvicorn/asgi under
three names, and the same app with 20 % more CPU work in each request. As in a run, the second name gives the noise
floor. Then the third name is compared with the first (the truth: a tie) and the heavier app with the first (the truth:
slower), both on cpu_us_per_request. At least 19 of 20 verdicts of each must be right.
"""

import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from lab.errors import TrialFailed
from lab.judge.comparisons import compare_trials, verdict_on
from lab.measure.cores import take_cores
from lab.measure.execution import as_trial
from lab.measure.load_generator import generator
from lab.measure.plan import Task
from lab.measure.reaper import reaping
from lab.measure.site import LocalSite
from lab.measure.trial import TrialRunner
from lab.servers import Settings
from lab.stacks import App, Stack, find
from loadtests.scenarios import SCENARIOS
from records.run import Trial

FIGURE = "cpu_us_per_request"
HEAVIER = "HEAVIER_BY_US"
HEAVIER_BY = 0.2
ROUNDS = 20
RIGHT = 0.95

BASELINE = SCENARIOS["baseline"]
(LEVEL,) = BASELINE.levels
PLAIN = find("uvicorn/asgi")


def named(name: str, target: str = PLAIN.app.target) -> Stack:
    """Return the stack under another name, or with another app."""
    return replace(PLAIN, app=App(name, "asgi", "asgi", target))


STACKS = (named("plain"), named("floor"), named("same"), named("heavier", "benchmarks.heavier:app"))


@dataclass
class Verdicts:
    """What was said where the truth is known."""

    truth: str
    counts: Counter[str] = field(default_factory=Counter)
    ratios: list[float] = field(default_factory=list)


def main() -> int:
    """Print the table of verdicts; the exit code is 1 when too many are wrong."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    server_cores, own_cores = take_cores()
    verdicts = {"same": Verdicts("tie"), "heavier": Verdicts("slower")}
    with (
        tempfile.TemporaryDirectory() as folder,
        reaping() as reaper,
        generator(reaper, own_cores, Path(folder)) as load,
    ):
        runner = TrialRunner(Settings(), LocalSite(reaper, server_cores), load, Path(folder))
        trials = measured(runner, STACKS[:3])
        for number in track(range(rounds), console=Console(stderr=True)):
            os.environ[HEAVIER] = str(HEAVIER_BY * median(t.figures[FIGURE] for t in trials["plain"]))
            trials = measured(replace(runner, seed=number), STACKS)
            floor = compare_trials(trials["floor"], trials["plain"], FIGURE).farther_end
            for name, of_truth in verdicts.items():
                ratio = compare_trials(trials[name], trials["plain"], FIGURE)
                of_truth.counts[verdict_on("lower", ratio, floor)] += 1
                of_truth.ratios.append(ratio.ratio)
    table = Table("against itself", "truth", "right", "verdicts", "ratios")
    for name, of_truth in verdicts.items():
        spread = f"{min(of_truth.ratios):.3f} to {max(of_truth.ratios):.3f}"
        table.add_row(
            name,
            of_truth.truth,
            f"{of_truth.counts[of_truth.truth]} of {rounds}",
            str(dict(of_truth.counts)),
            spread,
        )
    Console(width=110).print(table)
    return int(any(of_truth.counts[of_truth.truth] < RIGHT * rounds for of_truth in verdicts.values()))


def measured(runner: TrialRunner, stacks: tuple[Stack, ...]) -> dict[str, list[Trial]]:
    """Measure as many blocks as the level repeats; raises TrialFailed."""
    trials: dict[str, list[Trial]] = {stack.app.name: [] for stack in stacks}
    for number in range(1, LEVEL.repetitions + 1):
        block = [Task(stack, BASELINE, LEVEL, number, LEVEL.window_s) for stack in stacks]
        for task, measured_trial in zip(block, runner.measure(block), strict=True):
            if isinstance(measured_trial, TrialFailed):
                raise measured_trial
            trial = as_trial(task, measured_trial, task.stack.slots_by_waiting(runner.settings))
            trials[task.stack.app.name].append(trial)
    return trials


if __name__ == "__main__":
    sys.exit(main())
