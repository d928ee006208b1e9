"""A trace told in a terminal: time lines side by side where there is room, then what the apps were called with."""

from collections.abc import Sequence
from typing import get_args

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lab.tell.trace.spec_keys import key_of
from lab.tell.trace.steps import visible
from lab.tell.trace.timelines import Row, Site, bytes_of, letter_meanings, rows, sites, still_running
from records.trace import Asked, Lane, StackTrace, Trace
from records.types import Interface

MOST_ROWS = 90
NARROWEST = 66  # columns that a time line needs
LANE_WIDTH = 7
LONGEST_VALUE = 70
STYLES = {"wsgi": "yellow", "asgi": "cyan", "": "default"}


def render(trace: Trace, width: int) -> RenderableType:
    """Return a whole trace for a terminal of so many columns."""
    abreast = max(1, min(len(trace.stacks), width // NARROWEST))
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    for _ in range(abreast):
        grid.add_column(ratio=1)
    for start in range(0, len(trace.stacks), abreast):
        grid.add_row(*(time_line(stack) for stack in trace.stacks[start : start + abreast]))
    tables = [keys(calls, interface) for interface, calls in by_interface(sites(trace.stacks))]
    return Group(Text(request_line(trace.asked), style="bold"), Text(""), grid, *tables)


def request_line(asked: Asked) -> str:
    """Return what the client did, in a line."""
    parts = [f"{asked.method} {asked.target}"]
    parts += [f"{name}: {value}" for name, value in asked.headers]
    if asked.body_bytes:
        pieces = f" in {asked.pieces} pieces, {asked.interval_s:g} s apart" if asked.pieces > 1 else ""
        parts.append(f"a body of {asked.body_bytes:,} bytes{pieces}")
    if asked.texts is not None:
        parts.append(f"a WebSocket that says {', '.join(repr(text) for text in asked.texts)}")
    if asked.hang_up_after_s is not None:
        parts.append(f"the client hangs up after {asked.hang_up_after_s:g} s")
    return visible("; ".join(parts))


def time_line(trace: StackTrace) -> RenderableType:
    """Return one stack's time line, with what its letters stand for below."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    names = "".join(lane.ljust(LANE_WIDTH) for lane in trace.lanes).rstrip()
    grid.add_row(Text("ms", style="dim"), "", Text(names, style="bold"), "")
    for row in rows(trace, MOST_ROWS):
        if row.skipped:
            note = f"{row.skipped + 1:,} steps left out: --json has them"
            grid.add_row("", "", strip(trace.lanes, row, arrow=False), Text(note, style="dim"))
        if row.pause_ms:
            note = f"… {row.pause_ms:,.0f} ms"
            grid.add_row("", "", strip(trace.lanes, row, arrow=False), Text(note, style="dim"))
        at = Text(f"{row.event.at_ms:,.2f}", style="dim")
        grid.add_row(at, Text(row.ran, style="dim"), strip(trace.lanes, row), words(row))
    return Group(Text(trace.stack, style="bold underline"), grid, *footer(trace), Text(""))


def words(row: Row) -> Text:
    """Return a step's label and what it says."""
    style = STYLES[row.event.interface]
    if row.event.step in {"raise", "send raised", "cancelled", "hang up", "reset", "gave up"}:
        style = "red"
    return Text.assemble((row.label, style), " " if row.says else "", (row.says, "dim"))


def strip(lanes: Sequence[Lane], row: Row, *, arrow: bool = True) -> Text:
    """Return the lanes as lines, thick where a call is in progress, with the step's arrow across."""
    line = [" "] * (LANE_WIDTH * (len(lanes) - 1) + 1)
    for number, lane in enumerate(lanes):
        line[number * LANE_WIDTH] = "┃" if lane in row.running else "│"
    if arrow:
        source, target = (lanes.index(lane) * LANE_WIDTH for lane in (row.event.source, row.event.target))
        low, high = sorted((source, target))
        for column in range(low + 1, high):
            line[column] = "─"
        line[high - 1 if target == high else low + 1] = "▶" if target == high else "◀"
    return Text("".join(line))


def footer(trace: StackTrace) -> list[Text]:
    """Return what the letters stand for, the bytes, and which calls never ended."""
    sent, got = bytes_of(trace)
    letters = [f"{letter}  {where}" for letter, where in letter_meanings(trace)]
    return [
        *(Text(line, style="dim") for line in letters),
        Text(f"{sent:,} bytes sent, {got:,} received", style="dim"),
        *(Text(line, style="yellow") for line in still_running(trace)),
    ]


def by_interface(calls: Sequence[Site]) -> list[tuple[Interface, list[Site]]]:
    """Return the calls of each interface, where there are any."""
    groups = [(name, [s for s in calls if s.event.interface == name]) for name in get_args(Interface)]
    return [(name, group) for name, group in groups if group]


def keys(calls: Sequence[Site], interface: Interface) -> RenderableType:
    """Return each key with its value and meaning; where calls differ, each call's by its number."""
    name = {"wsgi": "environ", "asgi": "scope"}[interface]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", title_style="bold")
    table.title = f"{name}: " + "; ".join(f"{n} {site.says}" for n, site in enumerate(calls, start=1))
    table.add_column("key", no_wrap=True)
    table.add_column("value", overflow="fold", ratio=2)
    table.add_column("what it is", ratio=3)
    for key, values in group_values(calls):
        entry = key_of(interface, key)
        meaning = Text.assemble(entry.means, (f" ({entry.section})", "dim"))
        table.add_row(Text(visible(key)), Text("\n".join(values)), meaning)
    return table


def group_values(calls: Sequence[Site]) -> list[tuple[str, list[str]]]:
    """Return every key with its values: one where all calls agree, else a line for each that differs."""
    names = dict.fromkeys(key for site in calls for key in site.keys)
    return [(name, _values(calls, name)) for name in sorted(names, key=_order)]


def _order(name: str) -> tuple[bool, bool, str]:
    return name.startswith("HTTP_"), "." in name, name


def _values(calls: Sequence[Site], name: str) -> list[str]:
    numbers: dict[str, list[str]] = {}
    for number, site in enumerate(calls, start=1):
        value = brief(site.keys[name]) if name in site.keys else "–"
        numbers.setdefault(value, []).append(str(number))
    if len(numbers) == 1:
        return list(numbers)
    return [f"{','.join(which)}: {value}" for value, which in numbers.items()]


def brief(value: object) -> str:
    """Return a value as Python writes it, a long one cut off."""
    text = value if isinstance(value, str) and value.startswith(("<", "b'", 'b"')) else repr(value)
    text = visible(text.replace("\"b'", "b'").replace("'\"", "'"))
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
