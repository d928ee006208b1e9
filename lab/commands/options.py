"""The options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

TOKEN_VARIABLE = "LAB_AGENT_TOKEN"  # noqa: S105 - the name of a variable, nothing secret

Out = Annotated[Path, typer.Option(help="The folder of all runs.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Host = Annotated[
    str,
    typer.Option(help="Where to listen; other than 127.0.0.1 others can reach it, too.", metavar="HOST"),
]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Worker processes of each stack.")]
Threads = Annotated[
    int, typer.Option(min=1, max=1000, help="Threads of each worker, and of the bridge's pool.")
]
StackArguments = Annotated[list[str] | None, typer.Argument(metavar="STACK...")]
DefaultStacks = Annotated[bool, typer.Option("--all", help="The six default stacks.")]
StackNames = Annotated[
    list[str] | None,
    typer.Option("--stack", "-s", help="A stack; repeat for more.", metavar="STACK"),
]
ScenarioNames = Annotated[
    list[str] | None,
    typer.Option("--scenario", "-c", help="A scenario; repeat for more.", metavar="SCENARIO"),
]
FirstPort = Annotated[
    int, typer.Option(min=0, max=65535, help="Of the first stack; the others follow. 0: any.")
]
RunPlace = Annotated[Path, typer.Argument(help="A run's folder or its results.json.")]
