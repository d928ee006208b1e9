"""How large the report of a full run is, how long it takes to write, and how both grow.

    make bench-report

A made-up run of 14 stacks under all 12 scenarios is told with one, two and three repetitions: at three report.html
must stay under 2.5 MB and be rendered in under 3 s, and each further one must cost about as much as the one before.
"""

import sys
import time

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.made_up import made_up
from lab.run import Run, as_json_text
from lab.stacks import all_stacks
from lab.tell import html
from lab.tell.charts import pictures

STACKS = [stack.name for stack in all_stacks()][:14]
LARGEST_BYTES = 2_500_000
SLOWEST_S = 3.0


def main() -> int:
    """Print sizes and times; the exit code is 1 when the report of a full run is too large or too slow."""
    table = Table("repetitions", "trials", "results.json, MB", "report.html, MB", "rendered in, s")
    run = made_up(STACKS)
    size = spent = 0.0
    for repetitions in (1, 2, 3):
        part = msgspec.convert(msgspec.to_builtins(run), Run)
        largest = {
            s.name: max(t.repetition for t in run.trials if t.scenario == s.name) for s in run.scenarios
        }
        part.trials = [t for t in run.trials if t.repetition <= largest[t.scenario] * repetitions / 3]
        began = time.perf_counter()
        size = len(html.report(part, pictures(part), {}).encode())
        spent = time.perf_counter() - began
        results = len(as_json_text(part))
        table.add_row(
            str(repetitions),
            str(len(part.trials)),
            f"{results / 1e6:.2f}",
            f"{size / 1e6:.2f}",
            f"{spent:.2f}",
        )
    Console().print(table)
    return int(size > LARGEST_BYTES or spent > SLOWEST_S)


if __name__ == "__main__":
    sys.exit(main())
