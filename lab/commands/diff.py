"""`lab diff`: two runs side by side."""

from pathlib import Path
from typing import Annotated

import typer

from lab.commands import job_summary
from lab.commands.console import print_json, wide_console
from lab.commands.options import AsJson, ScenarioNames, StackNames
from lab.judge.differences import diff as diff_of
from lab.judge.names import names_of
from lab.saved_runs.folder import read, write_whole
from lab.tell.run import differences

EXAMPLES = (
    "Examples: `lab diff results/before results/after`, "
    "`lab diff results/before results/latest -c slow-io -f throughput -f p99 --html diff.html`"
)

FigureNames = Annotated[
    list[str] | None,
    typer.Option("--figure", "-f", help="A figure, by its name or a short one; repeat for more."),
]


def diff(
    a: Annotated[Path, typer.Argument(metavar="RUN_A", help="A run's folder or its results.json.")],
    b: Annotated[Path, typer.Argument(metavar="RUN_B", help="The run to compare with it.")],
    stack: StackNames = None,
    scenario: ScenarioNames = None,
    figure: FigureNames = None,
    *,
    html: Annotated[Path | None, typer.Option(help="Write a page, too.", metavar="FILE")] = None,
    as_json: AsJson = False,
) -> None:
    """Show two runs side by side: whether they may be compared, and what became of each figure."""
    runs = read(a), read(b)
    names = names_of(runs)
    stacks = [names.stack(name) for name in stack or []]
    scenarios = [names.scenario(name) for name in scenario or []]
    figures = [names.figure(name) for name in figure or []]
    whole = differences.narrow_diff(diff_of(*runs), stacks, scenarios, figures)
    selection = whole if figures else differences.narrow_diff(whole, figures=differences.HEADLINE)
    if as_json:
        print_json(whole)
    else:
        wide_console().print(differences.render(selection))
    job_summary.append(differences.markdown(selection))
    if html is not None:
        write_whole(html, differences.page(selection).encode("utf-8", "replace"))
