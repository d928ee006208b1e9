"""`lab gate`: a run held to rules."""

from pathlib import Path
from typing import Annotated

import typer

from lab.commands import job_summary
from lab.commands.console import print_json, print_text
from lab.commands.options import AsJson, RunPlace
from lab.errors import UsageError
from lab.judge.gates import Rule, from_toml, judge_rules, line, parse
from lab.judge.names import Names, names_of
from lab.saved_runs.folder import read
from lab.tell.run import gates

EXAMPLES = (
    "Examples: `lab gate results/latest --against results/before "
    "--rule 'slow-io@50 uvicorn/asgi throughput >= 0.9'`, `lab gate results/latest --rules rules.toml`"
)


def gate(
    run: RunPlace,
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
    if not rule and rules is None:
        raise UsageError("Give a rule by --rule, or a file of them by --rules.")
    measured, baseline = read(run), read(against) if against else None
    names = names_of([measured, *([baseline] if baseline else [])])
    wanted = [*(parse(text, names) for text in rule or []), *(rules_of(rules, names) if rules else [])]
    outcomes = judge_rules(wanted, measured, baseline, anyway=anyway)
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


def rules_of(path: Path, names: Names) -> list[Rule]:
    """Return the rules in a TOML file, in these names."""
    try:
        return from_toml(path.read_text("utf-8"), names)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't UTF-8"
        raise UsageError(f"The rules at {path} can't be read: {reason}.") from error
