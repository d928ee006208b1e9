"""The charts of a run: for each scenario those that answer its question."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import altair as alt
from altair.utils.schemapi import debug_mode

from lab.judge.formulas import RECOVERED_MS
from lab.tell.charts import drawing
from lab.tell.charts.drawing import tip
from lab.tell.charts.palette import Looks
from lab.tell.charts.picture import Picture as Picture
from lab.tell.charts.rows import (
    READ_AT,
    Row,
    axis,
    chunk_rows,
    labelled,
    medians,
    number,
    percentile_rows,
    short,
    singles,
    trace_rows,
    with_intervals,
)
from lab.tell.charts.themes import apply_theme as apply_theme
from lab.tell.charts.themes import svg as svg
from lab.tell.charts.views import View, all_levels, each_level
from loadtests.scenarios import AFTER, PROBE
from records.run import Run
from records.scenario import Chart, ScenarioRecord

Views = Callable[[Run, ScenarioRecord], Iterator[View]]
Draw = Callable[[View, Chart], Picture | None]

DODGE = 1.05
ASIDE = 1.3
ROOM = 2.2
BEYOND = (2, 10, 100, 1000)  # one in so many takes longer: 50, 90, 99 and 99.9 %
DOUBTS = tip("doubts")


def pictures(run: Run) -> list[Picture]:
    """Return every chart that the run has figures for, in the order of its scenarios; no kind that isn't known."""
    with debug_mode(arg=False):  # tests compile every chart: none is validated while it is drawn
        return [
            picture
            for record in run.scenarios
            for chart in record.charts
            for picture in _drawn(run, record, chart)
        ]


def _drawn(run: Run, record: ScenarioRecord, chart: Chart) -> Iterator[Picture]:
    if chart.kind not in KINDS:
        return
    views, draw = KINDS[chart.kind]
    for view in views(run, record):
        if picture := draw(view, chart):
            yield picture


def bars(view: View, figure: str, heading: str) -> Picture | None:
    """Draw a figure of each stack as a bar, with its interval."""
    described = view.figure(figure)
    rows = [labelled(row, described.unit) for row in with_intervals(view.trials, figure)]
    if not rows:
        return None
    tips = [
        tip("stack"),
        tip("value", axis(described)),
        tip("interval", "95 % interval"),
        tip("trials", "trials used"),
        DOUBTS,
    ]
    title = f"{heading}, {view.at}"
    layers = drawing.bars(rows, singles(view.trials, figure), view.stacks(rows), axis(described), tips)
    says = f"{title}: {view.span(rows, figure)}."
    height = drawing.ROW_HEIGHT * len(rows)
    return view.picture(figure, title, says, drawing.complete(layers, says, height))


def throughput(view: View, figure: str) -> Picture | None:
    """Draw answers a second over users, beside what slots and waiting allow; as bars where a level is but a name."""
    rows = _positive(medians(view.trials, figure))
    if not rows:
        return None
    if names := [trial.level for trial in view.trials if isinstance(trial.level, str)]:
        return bars(replace(view, level=names[0]), figure, "Answers a second")
    stacks, levels = view.stacks(rows), sorted({number(row, "level") for row in rows})
    scale = alt.Scale(type="log", domain=[levels[0] / ASIDE, levels[-1] * ROOM], nice=False)
    ticks = alt.Axis(values=levels, format="d", grid=False)
    x = alt.X("at:Q", title=f"load, {view.scenario.unit}", scale=scale, axis=ticks)
    bounds, each = _ceilings(view), _positive(singles(view.trials, figure))
    title = axis(view.figure(figure))
    y = drawing.log_y([*rows, *bounds, *each], "value", title)
    tips = [tip("stack"), tip("level", view.scenario.unit), tip("value", title), tip("trials"), DOUBTS]
    middle = _side_by_side(rows, stacks)
    layers = [
        *drawing.lines(middle, stacks, x, y),
        *drawing.ceilings(bounds, x, y),
        *(drawing.points(_side_by_side(each, stacks), stacks, x, y, tips, size=12) if each else []),
        *drawing.points(middle, stacks, x, y, tips),
    ]
    most = view.span([row for row in rows if row["level"] == levels[-1]], figure)
    says = f"At {levels[-1]:g} {view.scenario.unit} {most}; dashed in grey what slots and waiting allow."
    return view.picture("throughput", "Answers a second over users", says, drawing.complete(layers, says))


def curves(view: View, kind: str, whose: str) -> Picture | None:
    """Draw how long each share of the requests took, as far as there are enough of them to tell."""
    rows = percentile_rows(view.trials, kind)
    if not rows:
        return None
    stacks = view.stacks(rows)
    farthest = max(number(row, "beyond") for row in rows)
    x = alt.X(
        "beyond:Q",
        title="answered within that time, % of the requests",
        scale=alt.Scale(type="log", domain=[1, min(end for end in BEYOND if end >= farthest)], nice=False),
        axis=alt.Axis(values=[1, *BEYOND], labelExpr="format(100 - 100 / datum.value, '~r') + ' %'"),
    )
    y = drawing.log_y(rows, "ms", "latency, ms")
    read = [row for row in rows if row["percentile"] in READ_AT or row.get("at_least")]
    tips = [tip("stack"), tip("percentile", "percentile, %"), tip("ms", "latency, ms"), DOUBTS]
    layers = [*drawing.lines(rows, stacks, x, y), *drawing.points(read, stacks, x, y, tips, size=45)]
    title = f"Latency of {whose}, {view.at}"
    spans = [view.span(medians(view.trials, f), f) for f in (f"{kind}_ms_p50", f"{kind}_ms_p99")]
    says = f"{title}: at the median {spans[0]}, at the 99th percentile {spans[1]}."
    return view.picture(kind, title, says, drawing.complete(layers, says))


def probes(view: View) -> Picture | None:
    """Draw how long each probe took that was asked beside the slow traffic."""
    rows = trace_rows(view.trials, PROBE)
    if not rows:
        return None
    title = f"The fast route beside the slow traffic, {view.at}"
    figure = f"{PROBE}_corrected_ms_p50"
    says = (
        f"{title}: at the median {view.span(medians(view.trials, figure), figure)}{_unanswered(view, rows)}."
    )
    return view.picture("probe", title, says, drawing.complete(_over_time(view, rows), says))


def recovery(view: View, from_s: float | None) -> Picture | None:
    """Draw how long requests took that were due after an overload, which ended then, in seconds of the window."""
    rows = trace_rows(view.trials, AFTER)
    if not rows:
        return None
    layers = _over_time(view, rows)
    fast = {"ms": RECOVERED_MS, "label": f"fast again below {RECOVERED_MS:.0f} ms"}
    layers += drawing.mark_of(fast, alt.Y("ms:Q"))
    if from_s is not None:
        layers += drawing.mark_of({"s": from_s, "label": "the overload ends"}, alt.X("s:Q"))
    times = view.span(medians(view.trials, "recovered_s"), "recovered_s")
    title = f"After an overload, {view.at}"
    says = f"{title}: until requests are fast again {times}{_unanswered(view, rows)}."
    return view.picture("recovery", title, says, drawing.complete(layers, says))


def chunks(view: View, count: int) -> Picture | None:
    """Draw when the chunks of a stream come, so many: the median first byte, and from there median gaps."""
    rows = chunk_rows(view.trials, count)
    if not rows:
        return None
    stacks = view.stacks(rows)
    x = alt.X("ms:Q", title="median time from sending, ms", axis=alt.Axis(tickCount=8))
    tips = [
        tip("stack"),
        tip("chunk"),
        tip("ms", "median time, ms"),
        tip("first_byte", "first byte p10 to p90, ms"),
        tip("gap", "gap p10 to p90, ms"),
        DOUBTS,
    ]
    layers = drawing.strips(rows, stacks, x, tips)
    title = f"When the chunks of a stream come, {view.at}"
    spans = [view.span(medians(view.trials, f), f) for f in ("first_byte_ms_p50", "gap_ms_p50")]
    says = f"{title}, at their median times: the first byte after {spans[0]}, then gaps {spans[1]}."
    height = drawing.ROW_HEIGHT * len(stacks)
    return view.picture("chunks", title, says, drawing.complete(layers, says, height))


def _over_time(view: View, rows: Sequence[Row]) -> list[alt.Chart]:
    stacks = view.stacks(rows)
    scale = alt.Scale(zero=False, nice=False)
    x = alt.X("s:Q", title="due so long after the window opened, s", scale=scale, axis=alt.Axis(tickCount=8))
    y = drawing.log_y(rows, "ms", "latency from when it was due, ms")
    tips = [tip("stack"), tip("s", "due, s"), tip("ms", "latency, ms"), DOUBTS]
    early = any(number(row, "s") < 0 for row in rows)
    opening = drawing.mark_of({"s": 0, "label": "the window opens"}, alt.X("s:Q")) if early else []
    return [
        *opening,
        *drawing.lines(rows, stacks, x, y, width=1, opacity=0.7),
        *drawing.points(rows, stacks, x, y, tips, size=22),
    ]


def _unanswered(view: View, rows: Sequence[Row]) -> str:
    """Return which stacks had trials but no point in the chart."""
    row_stacks = {row["stack"] for row in rows}
    silent = {trial.stack for trial in view.trials} - row_stacks
    names = [record.name for record in view.records if record.name in silent]
    return f"; none was answered by {', '.join(names)}" if names else ""


def _positive(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if number(row, "value") > 0]


def _side_by_side(rows: Sequence[Row], stacks: Looks) -> list[Row]:
    """Return rows moved a little along the axis, so that stacks which are equal can be told apart."""
    middle = (len(stacks) - 1) / 2
    shifts = {stack: DODGE ** (index - middle) for index, stack in enumerate(stacks)}
    return [row | {"at": short(number(row, "level") * shifts[str(row["stack"])])} for row in rows]


def _ceilings(view: View) -> list[Row]:
    """Return each distinct ceiling over levels, named by its slots and drawn out a little at both ends."""
    slots = {record.name: record.slots_by_waiting.get("interface", record.slots) for record in view.records}
    by_slots: dict[str, dict[float, float]] = {}
    for row in medians(view.trials, "ceiling_per_s"):
        name = _named(slots[str(row["stack"])])
        by_slots.setdefault(name, {})[number(row, "level")] = number(row, "value")
    names: dict[tuple[tuple[float, float], ...], list[str]] = {}
    for name, values in by_slots.items():
        names.setdefault(tuple(sorted(values.items())), []).append(name)
    return [row for values, equal in names.items() for row in _ceiling(" or ".join(equal), values)]


def _ceiling(name: str, values: Sequence[tuple[float, float]]) -> list[Row]:
    (first, least), (last, most) = values[0], values[-1]
    places = [(first / ASIDE, least), *values, (last * ASIDE, most)]
    return [{"slots": name, "at": short(at), "value": value} for at, value in places]


def _named(slots: int | None) -> str:
    return "unbounded" if slots is None else f"{slots} slot{'s' if slots != 1 else ''}"


KINDS: Mapping[str, tuple[Views, Draw]] = {
    "bars": (each_level, lambda view, chart: bars(view, chart.figure, chart.title)),
    "throughput": (all_levels, lambda view, chart: throughput(view, chart.figure)),
    "curves": (each_level, lambda view, chart: curves(view, chart.figure, chart.title)),
    "probes": (each_level, lambda view, _: probes(view)),
    "recovery": (each_level, lambda view, chart: recovery(view, chart.from_s)),
    "chunks": (each_level, lambda view, chart: chunks(view, chart.chunks)),
}
