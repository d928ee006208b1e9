"""Whether verdicts are right where the truth is known.

    make bench-truth

Each round measures four stacks in shuffled blocks, at the length and repetitions of the default profile's baseline
scenario: uvicorn/asgi under three names, and the same app with 20 % more CPU work in each request. As in a run, the
second name gives the noise floor. Then the third name is compared with the first (the truth: a tie) and the heavier
app with the first (the truth: slower), both on cpu_us_per_request. At least 19 of 20 verdicts of each must be right.
"""

import os
import random
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from lab.judge.comparisons import compared, sound, verdict_on
from lab.measure.compare import make_trial
from lab.measure.cores import take_cores
from lab.measure.leash import leash
from lab.measure.load import generator
from lab.measure.plan import Task
from lab.measure.trial import Bench
from lab.run import Trial
from lab.servers import Settings
from lab.stacks import Stack, find
from loadtests.scenarios import SCENARIOS

FIGURE = "cpu_us_per_request"
HEAVIER_BY = 0.2
ROUNDS = 20
RIGHT = 0.95

BASELINE = SCENARIOS["baseline"]
(LEVEL,) = BASELINE.levels
PLAIN = find("uvicorn/asgi")
APPS = {
    "plain": PLAIN,
    "floor": PLAIN,
    "same": PLAIN,
    "heavier": replace(PLAIN, app=replace(PLAIN.app, target="benchmarks.heavier:app")),
}


def main() -> int:
    """Print the table of verdicts; the exit code is 1 when too many are wrong."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    server_cores, own_cores = take_cores()
    found: dict[str, Counter[str]] = {"same": Counter(), "heavier": Counter()}
    ratios: dict[str, list[float]] = {"same": [], "heavier": []}
    with (
        tempfile.TemporaryDirectory() as folder,
        leash() as held,
        generator(held, own_cores, Path(folder)) as load,
    ):
        bench = Bench(Settings(), held, load, server_cores, Path(folder))
        os.environ["HEAVIER_BY_US"] = str(HEAVIER_BY * cost(trial(bench, PLAIN, 0)))
        for number in track(range(rounds), console=Console(stderr=True)):
            made = measured(bench, number)
            noise_floor = compared(made["floor"], made["plain"], FIGURE).farther_end
            for name, verdicts in found.items():
                ratio = compared(made[name], made["plain"], FIGURE)
                verdicts[verdict_on(FIGURE, ratio, noise_floor)] += 1
                ratios[name].append(ratio.ratio)
    table = Table("against itself", "truth", "right", "verdicts", "ratios")
    for name, truth in (("same", "tie"), ("heavier", "slower")):
        spread = f"{min(ratios[name]):.2f} to {max(ratios[name]):.2f}"
        table.add_row(name, truth, f"{found[name][truth]} of {rounds}", str(dict(found[name])), spread)
    Console(width=110).print(table)
    return int(min(found["same"]["tie"], found["heavier"]["slower"]) < RIGHT * rounds)


def measured(bench: Bench, seed: int) -> dict[str, list[Trial]]:
    """Measure one round; a trial that isn't sound is made again, as a person would."""
    made: dict[str, list[Trial]] = {name: [] for name in APPS}
    for repetition in range(1, LEVEL.repetitions + 1):
        for name in random.Random(seed * 100 + repetition).sample(list(APPS), len(APPS)):
            made[name].append(trial(bench, APPS[name], repetition))
    return made


def trial(bench: Bench, stack: Stack, repetition: int) -> Trial:
    """Make one trial, again until it is sound."""
    while True:
        made = make_trial(Task(stack, BASELINE, LEVEL, repetition, LEVEL.window_s), bench, None)
        if sound([made], FIGURE):
            return made


def cost(made: Trial) -> float:
    """Return the CPU of a request, in µs."""
    return made.figures[FIGURE]


if __name__ == "__main__":
    sys.exit(main())
