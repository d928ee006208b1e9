"""How large the report of a full run is, how long it takes to write, and how both grow.

    make bench-report

A made-up run of 14 stacks under all 12 scenarios is told with one, two and three repetitions: at three report.html
must stay under 2.5 MB and be rendered in under 3 s, and each further one must cost about as much as the one before.
"""

import sys
import time
from dataclasses import dataclass

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.made_up import make_up_run
from lab.stacks import all_stacks
from lab.tell.charts.scenario_charts import pictures
from lab.tell.run import html
from records.run import Run, as_json_text

STACKS = [stack.name for stack in all_stacks()][:14]
LARGEST_BYTES = 2_500_000
SLOWEST_S = 3.0
REPETITIONS = 3


def main() -> int:
    """Print sizes and times; the exit code is 1 when the report of a full run is too large or too slow."""
    table = Table("repetitions", "trials", "results.json, MB", "report.html, MB", "rendered in, s")
    run = make_up_run(STACKS)
    whole, *parts = [rendered(run, repetitions) for repetitions in (REPETITIONS, 2, 1)]
    for each in (*reversed(parts), whole):
        table.add_row(*each.cells())
    Console().print(table)
    Console().print(
        f"The row of {REPETITIONS} repetitions was rendered first: it holds loading the charting library."
    )
    return int(whole.report_bytes > LARGEST_BYTES or whole.seconds > SLOWEST_S)


@dataclass(frozen=True)
class Rendered:
    """What a run of some repetitions came to."""

    repetitions: int
    trials: int
    results_bytes: int
    report_bytes: int
    seconds: float

    def cells(self) -> list[str]:
        """Return it as a table's row."""
        sizes = [f"{size / 1e6:.2f}" for size in (self.results_bytes, self.report_bytes)]
        return [str(self.repetitions), str(self.trials), *sizes, f"{self.seconds:.2f}"]


def rendered(run: Run, repetitions: int) -> Rendered:
    """Render the first repetitions of a run."""
    part = msgspec.convert(msgspec.to_builtins(run), Run)
    largest = {s.name: max(t.repetition for t in run.trials if t.scenario == s.name) for s in run.scenarios}
    part.trials = [t for t in run.trials if t.repetition <= largest[t.scenario] * repetitions / REPETITIONS]
    began = time.perf_counter()
    text = html.report(part, pictures(part), {}).encode()
    seconds = time.perf_counter() - began
    return Rendered(repetitions, len(part.trials), len(as_json_text(part)), len(text), seconds)


if __name__ == "__main__":
    sys.exit(main())
