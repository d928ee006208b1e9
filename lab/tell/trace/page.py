"""A trace told as one HTML file that needs nothing else: a sequence diagram for each stack."""

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from lab.tell.charts.palette import Looks
from lab.tell.trace.spec_keys import key_of
from lab.tell.trace.steps import STEPS
from lab.tell.trace.terminal import by_interface, group_values, request_line
from lab.tell.trace.timelines import Row, bytes_of, letter_meanings, rows, sites, still_running
from records.trace import Lane, StackTrace, Trace

MOST_ROWS = 400


@dataclass(frozen=True)
class Arrow:
    """Where an arrow lies on the grid: the lanes' middles are its lines 1, 2, ..., from the left."""

    begin: int
    end: int
    to_the_right: bool


def page(trace: Trace, looks: Looks) -> str:
    """Return the page; `looks` are those of the trace's stacks."""
    templates = Environment(
        loader=PackageLoader("lab.tell"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {
        "arrow": arrow,
        "bytes_of": bytes_of,
        "key_of": key_of,
        "letter_meanings": letter_meanings,
        "still_running": still_running,
        "group_values": group_values,
    }
    return templates.get_template("trace.html.jinja").render(
        trace=trace,
        looks=looks,
        request=request_line(trace.asked),
        stacks=[(stack, rows(stack, MOST_ROWS)) for stack in trace.stacks],
        calls=by_interface(sites(trace.stacks)),
        meanings=meanings(trace.stacks),
    )


def arrow(lanes: Sequence[Lane], row: Row) -> Arrow:
    """Return where a step's arrow lies."""
    source, target = lanes.index(row.event.source), lanes.index(row.event.target)
    return Arrow(min(source, target) + 1, max(source, target) + 1, target > source)


def meanings(traces: Sequence[StackTrace]) -> list[tuple[str, str, str]]:
    """Return the name, meaning and section of every step that was seen, in the order of the table."""
    names = {event.step for trace in traces for event in [*trace.events, *trace.life]}
    return [(name, step.means, step.section) for name, step in STEPS.items() if name in names]
