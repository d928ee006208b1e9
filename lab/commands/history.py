"""`lab history`: a figure over all saved runs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lab.commands.console import print_json, wide_console
from lab.commands.options import AsJson, Out, StackNames
from lab.errors import LabError
from lab.judge.histories import first_level
from lab.judge.histories import history as over_runs
from lab.judge.names import names_of
from lab.saved_runs.folder import RESULTS, read
from lab.tell.run import histories
from records.run import Run

EXAMPLES = (
    "Examples: `lab history`, `lab history --figure throughput --scenario slow-io --level 50 -s uvicorn/asgi`"
)


def history(
    stack: StackNames = None,
    out: Out = Path("results"),
    *,
    figure: Annotated[str, typer.Option("--figure", "-f", help="By its name or a short one.")] = "cpu",
    scenario: Annotated[str, typer.Option("--scenario", "-c", metavar="SCENARIO")] = "baseline",
    level: Annotated[
        str | None, typer.Option("--level", "-l", help="The first that was measured unless given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw a figure over the stored runs, the oldest first."""
    runs, unread = runs_below(out)
    names = names_of(runs)
    name = names.scenario(scenario)
    value = None if level is None else names.level(name, level)
    stacks = [names.stack(each) for each in stack or []]
    for why in unread:
        Console(stderr=True).print(f"skipped: {why}", style="yellow", markup=False, soft_wrap=True)
    if not runs:
        raise LabError(f"There is no run below {out} that can be read.")
    at = first_level(runs, name) if value is None else value
    over_time = over_runs(runs, names.figure(figure), name, at, stacks)
    if as_json:
        print_json({"history": over_time, "skipped": unread})
    elif not over_time.series:
        raise LabError(
            f"No run below {out} has {over_time.figure} at {name}@{at}: see what `lab report` tells."
        )
    else:
        wide_console().print(histories.render(over_time))


def runs_below(out: Path) -> tuple[list[Run], list[str]]:
    """Return the runs below a folder, and why others can't be read; links, such as `latest`, are left out."""
    runs, unread = list[Run](), list[str]()
    for path in sorted(out.glob(f"*/{RESULTS}")):
        if not path.parent.is_symlink():
            try:
                runs.append(read(path))
            except LabError as error:
                unread.append(str(error))
    return runs, unread
