"""The commands about runs that were made before: `lab diff`, `lab gate`, `lab history`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lab.commands import job_summary
from lab.commands.console import AsJson, Out, ScenarioNames, StackNames, print_json, print_text, wide_console
from lab.errors import LabError, UsageError, unknown
from lab.judge.differences import diff as differing
from lab.judge.gates import Rule, figure_of, from_toml, judged, level_of, line, parse
from lab.judge.histories import first_level
from lab.judge.histories import history as over_runs
from lab.run_folder import RESULTS, read, write_whole
from lab.stacks import find
from lab.tell.run import differences, gates, histories
from loadtests.scenarios import SCENARIOS
from records.run import Run

STORED = typer.Typer()

FigureNames = Annotated[
    list[str] | None,
    typer.Option("--figure", "-f", help="A figure, by its name or a short one; repeat for more."),
]


@STORED.command(
    epilog="Examples: `lab diff results/before results/after`, "
    "`lab diff results/before results/latest -c slow-io -f throughput -f p99 --html diff.html`"
)
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
    stacks = [find(name).name for name in stack or []]
    scenarios = [known_scenario(name) for name in scenario or []]
    figures = [figure_of(name) for name in figure or []]
    found = differences.narrowed(differing(read(a), read(b)), stacks, scenarios, figures)
    shown = found if figures else differences.narrowed(found, figures=differences.HEADLINE)
    if as_json:
        print_json(found)
    else:
        wide_console().print(differences.told(shown))
    job_summary.append(differences.markdown(shown))
    if html is not None:
        write_whole(html, differences.page(shown).encode("utf-8", "replace"))


@STORED.command(
    epilog="Examples: `lab gate results/latest --against results/before "
    "--rule 'slow-io@50 uvicorn/asgi throughput >= 0.9'`, `lab gate results/latest --rules rules.toml`"
)
def gate(
    run: Annotated[Path, typer.Argument(help="A run's folder or its results.json.")],
    against: Annotated[
        Path | None,
        typer.Option(help="A run to take ratios to; without it rules bound the figures.", metavar="BASELINE"),
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(help="SCENARIO@LEVEL STACK FIGURE OP NUMBER; repeat for more.", metavar="RULE"),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help='A TOML file: rules = ["...", ...].', metavar="FILE")
    ] = None,
    *,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Compare runs of other machines or loads, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Hold a run to rules: exit code 1 and a line for each broken one, 0 otherwise, 2 for a bad rule."""
    written = [*(parse(text) for text in rule or []), *(rules_of(rules) if rules is not None else [])]
    if not written:
        raise UsageError("Give a rule by --rule, or a file of them by --rules.")
    outcomes = judged(written, read(run), read(against) if against else None, anyway=anyway)
    broken = [outcome for outcome in outcomes if not outcome.kept]
    if as_json:
        print_json(
            {"run": str(run), "against": against and str(against), "kept": not broken, "rules": outcomes}
        )
    else:
        for outcome in broken:
            print_text(line(outcome, against=against is not None))
        if not broken:
            print_text(f"Every rule is kept: {len(outcomes)}.")
    job_summary.append(gates.markdown(outcomes, str(run), str(against) if against else None))
    raise typer.Exit(1 if broken else 0)


@STORED.command(
    epilog="Examples: `lab history`, `lab history --figure throughput --scenario slow-io --level 50 -s uvicorn/asgi`"
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
    name = known_scenario(scenario)
    asked = None if level is None else level_of(name, level)
    stacks = [find(each).name for each in stack or []]
    runs, unread = stored(out)
    for why in unread:
        Console(stderr=True).print(f"skipped: {why}", style="yellow", markup=False, soft_wrap=True)
    if not runs:
        raise LabError(f"There is no run below {out} that can be read.")
    at = first_level(runs, name) if asked is None else asked
    found = over_runs(runs, figure_of(figure), name, at, stacks)
    if as_json:
        print_json({"history": found, "skipped": unread})
    elif not found.series:
        raise LabError(f"No run below {out} has {found.figure} at {name}@{at}: see what `lab report` tells.")
    else:
        wide_console().print(histories.told(found))


def stored(out: Path) -> tuple[list[Run], list[str]]:
    """Return the runs below a folder, and why others can't be read; links, such as `latest`, are left out."""
    runs, unread = list[Run](), list[str]()
    for path in sorted(out.glob(f"*/{RESULTS}")):
        if not path.parent.is_symlink():
            try:
                runs.append(read(path))
            except LabError as error:
                unread.append(str(error))
    return runs, unread


def rules_of(path: Path) -> list[Rule]:
    """Return the rules in a TOML file."""
    try:
        return from_toml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't UTF-8"
        raise UsageError(f"The rules at {path} can't be read: {reason}.") from error


def known_scenario(name: str) -> str:
    """Return the name of a scenario; raises UsageError, naming near ones, when there is none."""
    if name not in SCENARIOS:
        raise unknown("scenario", name, SCENARIOS)
    return name
