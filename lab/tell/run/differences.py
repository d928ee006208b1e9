"""Two runs side by side, told in a terminal, in Markdown and as a page."""

from collections.abc import Sequence
from string import ascii_lowercase

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.console import Group, RenderableType
from rich.text import Text

from lab.judge.comparisons import COMPARED
from lab.judge.descriptions import short_unit
from lab.judge.differences import Diff, Difference, Quantity
from lab.tell.run.markdown import template
from lab.tell.run.tables import Cell, Table, format_value, within
from lab.tell.run.terminal import as_rich
from records.types import LevelValue

HEADLINE = (*COMPARED, "corrected_ms_p99", "probe_corrected_ms_p99", "memory_mib")
HEADINGS = ("stack", "figure", "A", "B", "B / A", "95 % interval", "verdict")


def narrow_diff(
    diff: Diff, stacks: Sequence[str] = (), scenarios: Sequence[str] = (), figures: Sequence[str] = ()
) -> Diff:
    """Return a diff of these alone; none named: all."""
    differences = [
        each
        for each in diff.differences
        if (not stacks or each.stack in stacks)
        and (not scenarios or each.scenario in scenarios)
        and (not figures or each.figure in figures)
    ]
    return msgspec.structs.replace(diff, differences=differences)


def render(diff: Diff) -> RenderableType:
    """Return for a terminal whether the runs may be compared, what differs, and a table for each place."""
    return Group(
        Text(diff.says, style="bold" if diff.comparable else "bold red"),
        *(Text(f"  {change.kind}: {change}") for change in diff.changes),
        *(Text(line, style="yellow") for line in one_sided(diff)),
        *(as_rich(table) for table in tables(diff)),
    )


def markdown(diff: Diff) -> str:
    """Return the same in Markdown."""
    return template("diff.md.jinja").render(diff=diff, tables=tables(diff), one_sided=one_sided(diff))


def page(diff: Diff) -> str:
    """Return the same as one HTML file that needs nothing else."""
    templates = Environment(loader=PackageLoader("lab.tell"), undefined=StrictUndefined, autoescape=True)
    page = templates.get_template("diff.html.jinja")
    return page.render(diff=diff, tables=tables(diff, intervals=True), one_sided=one_sided(diff))


def one_sided(diff: Diff) -> list[str]:
    """Return a line for what one of the runs alone has measured, and for each stack that can something in one alone."""
    lines = [(name, places) for name, places in (("A", diff.only_a), ("B", diff.only_b)) if places]
    only = [f"only in {name}: {', '.join(places)}" for name, places in lines]
    return only + [
        f"{c.experiment} {c.stack} was {c.a} ({c.says_a}), is {c.b} ({c.says_b})" for c in diff.capabilities
    ]


def tables(diff: Diff, *, intervals: bool = False) -> list[Table]:
    """Return a table for each scenario and level; with `intervals` also of the values themselves."""
    places: dict[tuple[str, LevelValue], list[Difference]] = {}
    for each in diff.differences:
        places.setdefault((each.scenario, each.level), []).append(each)
    return [
        _table(*place, differences, diff.questions.get(place[0], ""), intervals=intervals)
        for place, differences in places.items()
    ]


def _table(
    scenario: str, level: LevelValue, differences: Sequence[Difference], question: str, *, intervals: bool
) -> Table:
    reasons = dict.fromkeys((each.verdict, each.why) for each in differences if each.why)
    letters = dict(zip(reasons, ascii_lowercase, strict=False))
    rows = [
        (
            Cell(each.stack),
            Cell(each.figure),
            *(Cell(_value(each, value, interval=intervals)) for value in (each.a, each.b)),
            Cell(f"{each.ratio.value:.2f}" if each.ratio else "–"),
            Cell(_interval(each.ratio)),
            Cell(each.verdict, letters.get((each.verdict, each.why), "")),
        )
        for each in differences
    ]
    notes = tuple(f"{letter} {verdict}: {why}" for (verdict, why), letter in letters.items())
    return Table(f"{scenario}@{level}", question, HEADINGS, tuple(rows), notes)


def _value(each: Difference, value: Quantity, *, interval: bool) -> str:
    text = f"{format_value(each.unit, value.value)} {short_unit(each.unit)}".strip()
    if not interval or value.low is None or value.high is None:
        return text
    return f"{text} ({within(each.unit, value.low, value.high)})"


def _interval(ratio: Quantity | None) -> str:
    if ratio is None or ratio.low is None or ratio.high is None:
        return "–"
    return f"{ratio.low:.2f} to {ratio.high:.2f}"
