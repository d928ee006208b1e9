"""A run told in a terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from lab.tell.run.tables import Cell, Table, tables
from records.run import Calibration, Run, StackRecord


def render(run: Run) -> RenderableType:
    """Return one table for each scenario, and what could not be measured."""
    return Group(
        *(as_rich(table) for table in tables(run)),
        *(Text(line, style="yellow") for line in left_out(run)),
    )


def as_rich(table: Table) -> RenderableType:
    """Return a table with its question above and its notes below."""
    rich = RichTable(
        title=f"{table.name}: {table.question}",
        title_justify="left",
        title_style="bold",
        caption="\n".join(table.notes) or None,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    for number, heading in enumerate(table.headings):
        rich.add_column(heading, justify="right" if number else "left", no_wrap=not number)
    for row in table.rows:
        rich.add_row(*(_text(cell) for cell in row))
    return rich


def stacks(records: Sequence[StackRecord]) -> RenderableType:
    """Return the table of stacks with their commands."""
    table = RichTable(box=box.SIMPLE_HEAD)
    for heading in ("stack", "interface", "slots", "here", "command"):
        table.add_column(heading, overflow="fold", min_width=len(heading))
    for stack in records:
        slots = "unbounded" if stack.slots is None else str(stack.slots)
        here = stack.skipped or "installed"
        table.add_row(stack.name, stack.interface, slots, here, Text(stack.command, style="dim"))
    return table


def calibration(record: Calibration) -> RenderableType:
    """Return what was read of known waiting times, beside theory."""
    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("known", "figure", "theory", "measured", "error", "accepted", ""):
        table.add_column(heading, justify="left" if heading in {"known", "figure", ""} else "right")
    for figure in record.figures:
        error = figure.measured / figure.theory - 1
        verdict = Text("ok", style="green") if figure.ok else Text("WRONG", style="bold red")
        accepted = f"{figure.low:g} to {figure.high:g}"
        measured = f"{figure.measured:.2f}"
        name = figure.scenario.removeprefix("known-")
        table.add_row(name, figure.figure, f"{figure.theory:g}", measured, f"{error:+.2%}", accepted, verdict)
    return table


def left_out(run: Run) -> list[str]:
    """Return a line for each stack or trial that has no figures, and why."""
    lines = [f"{s.name} skipped: {s.skipped}" for s in run.stacks if s.skipped]
    lines += [
        f"{s.name} breaks the contract and wasn't timed: {s.contract[0]}" for s in run.stacks if s.contract
    ]
    lines += [
        f"{trial.stack} {trial.scenario}@{trial.level} {trial.status}: {trial.doubts[0].says}"
        for trial in run.trials
        if trial.status != "ok" and trial.doubts
    ]
    return lines


def _text(cell: Cell) -> Text:
    return Text.assemble(cell.text, (f"\u00a0{cell.marks}" if cell.marks else "", "dim"))
