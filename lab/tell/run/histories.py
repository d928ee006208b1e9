"""A figure over many runs, drawn in a terminal."""

from collections.abc import Iterator

from rich import box
from rich.bar import Bar
from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from lab.judge.conditions import shortened
from lab.judge.descriptions import short_unit
from lab.judge.histories import History, Point
from lab.tell.run.tables import format_value, within

WIDTH = 20


def render(history: History) -> RenderableType:
    """Return a bar for each stack and run, the oldest first, and which runs had another environment."""
    table = RichTable(
        title=f"{history.figure}, {history.scenario}@{history.level}",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    unit = short_unit(history.unit)
    for heading, justify in (("stack", "left"), ("run", "left"), (unit or history.figure, "right")):
        table.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type] # two of its words
    table.add_column("", no_wrap=True)
    table.add_column("95 % interval")
    table.add_column("")
    for row in _rows(history):
        table.add_row(*row)
    return Group(table, *(Text(line, style="yellow") for line in others(history)))


def others(history: History) -> list[str]:
    """Return a line for each run that was made in another environment than the newest one."""
    return [
        f"{moment.run} had another environment than the newest: {shortened([str(c) for c in moment.changes])}"
        for moment in history.runs
        if moment.changes
    ]


def bar(value: float, longest: float) -> Bar:
    """Return a bar in eighths of a character; the longest value fills the width."""
    share = value / longest if longest > 0 else 0.0
    return Bar(1.0, 0.0, share, width=WIDTH)


def _rows(history: History) -> Iterator[tuple[RenderableType, ...]]:
    longest = max((point.measured.value for each in history.series for point in each.points), default=0.0)
    changed = {moment.run for moment in history.runs if moment.changes}
    for each in history.series:
        for number, point in enumerate(each.points):
            yield (
                Text(each.stack if not number else ""),
                Text(point.run),
                Text(format_value(history.unit, point.measured.value)),
                bar(point.measured.value, longest),
                Text(within(history.unit, point.measured.low, point.measured.high)),
                Text(_remark(point, other=point.run in changed)),
            )


def _remark(point: Point, *, other: bool) -> str:
    doubts = [f"doubted: {', '.join(point.doubts)}"] if point.doubts else []
    return "; ".join([*doubts, *(["other environment"] if other else [])])
