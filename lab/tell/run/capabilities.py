"""What the stacks can do, as a table: a row for each experiment, a word for each stack."""

from collections.abc import Sequence

from lab.tell.run.tables import Cell, Table
from records.run import Capability

NAME = "capabilities"
QUESTION = "What can each stack do? Every word is an experiment's, made live."


def table(findings: Sequence[Capability]) -> Table:
    """Return the table of all experiments."""
    cans = {(each.experiment, each.stack): each.can for each in findings}
    stacks = list(dict.fromkeys(each.stack for each in findings))
    questions = {each.experiment: each.asks for each in findings}
    rows = tuple(
        (Cell(asks), *(Cell(cans.get((name, stack), "–")) for stack in stacks))
        for name, asks in questions.items()
    )
    return Table(NAME, QUESTION, ("experiment", *stacks), rows, ())


def by_experiment(findings: Sequence[Capability]) -> dict[str, list[Capability]]:
    """Return the findings by experiment, in their order."""
    rows: dict[str, list[Capability]] = {}
    for each in findings:
        rows.setdefault(each.experiment, []).append(each)
    return rows
