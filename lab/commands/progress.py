"""How a run goes, shown while it goes."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
)
from rich.progress import (
    Task as Bar,
)
from rich.text import Text

from lab.measure.plan import Task
from lab.stacks import Stack
from records.run import Trial

REFRESH_PER_S = 2  # drawing takes CPU that a measurement would rather have


class TimeLeft(ProgressColumn):
    """When the run will end, from what its trials were planned to take and what they took."""

    def render(self, task: Bar) -> Text:
        """Return the time left and the time of day at which it is over."""
        ends_at: float = task.fields["ends_at"]
        left_s = max(0.0, ends_at - time.time())
        end = time.strftime("%H:%M:%S", time.localtime(time.time() + left_s))
        return Text(f"{left_s // 60:.0f}:{left_s % 60:02.0f} left, ends about {end}")


class Teller:
    """Tells the progress of a run: a bar on a terminal, a line a trial elsewhere."""

    def __init__(self, tasks: Sequence[Task], console: Console, bars: Progress) -> None:
        self._left_s = sum(task.seconds for task in tasks)
        self._console = console
        self._bars = bars
        self._bar: TaskID = bars.add_task("contract", total=len(tasks), ends_at=self._ends_at())

    def tell_check(self, stack: Stack) -> None:
        """Tell which stack is held to the contract."""
        self._say(f"contract: {stack.name}")

    def tell_block(self, block: Sequence[Task]) -> None:
        """Tell which trial is being made, or how many stacks take turns."""
        task = block[0]
        self._say(str(task) if len(block) == 1 else f"{len(block)} stacks in turns, {task.place}")

    def tell_wait(self, what: str) -> None:
        """Tell what is waited for."""
        self._say(what)

    def tell_trial(self, task: Task, trial: Trial) -> None:
        """Tell that a trial is done."""
        self._left_s -= task.seconds
        self._bars.update(self._bar, advance=1, ends_at=self._ends_at())
        if trial.status != "ok":
            says = "; ".join(doubt.says for doubt in trial.doubts)
            self._console.print(f"{task} {trial.status}: {says}", style="red", markup=False)

    def _ends_at(self) -> float:
        return time.time() + self._left_s

    def _say(self, what: str) -> None:
        self._bars.update(self._bar, description=what)
        if not self._console.is_terminal:
            self._console.print(what, markup=False, highlight=False)


@contextmanager
def telling(tasks: Sequence[Task], *, quiet: bool = False) -> Iterator[Teller]:
    """Show the progress of a run on stderr."""
    console = Console(file=sys.stderr, quiet=quiet)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(20),
        MofNCompleteColumn(),
        TimeLeft(),
    )
    bars = Progress(
        *columns, console=console, refresh_per_second=REFRESH_PER_S, disable=not console.is_terminal
    )
    with bars:
        yield Teller(tasks, console, bars)
