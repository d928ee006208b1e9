"""The charts of a run: for each scenario those that answer its question."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import altair as alt

from lab.judge.figures import RECOVERED_MS
from lab.run import Run, ScenarioRecord
from lab.tell import drawing
from lab.tell.drawing import Picture as Picture
from lab.tell.drawing import tip
from lab.tell.palette import colour_of as colour_of
from lab.tell.points import (
    READ_AT,
    Row,
    axis,
    chunk_rows,
    labelled,
    medians,
    number,
    percentile_rows,
    singles,
    trace_rows,
    with_intervals,
)
from lab.tell.themes import svg as svg
from lab.tell.themes import themed as themed
from lab.tell.views import View, all_levels, each_level, span
from loadtests.scenarios import AFTER, PROBE, TRAFFIC

Views = Callable[[Run, ScenarioRecord], Iterator[View]]
Draw = Callable[[View], Picture | None]

DODGE = 1.05
LOG_AXIS = alt.Axis(format=",~g")
DOUBTS = tip("doubts")


def pictures(run: Run) -> list[Picture]:
    """Return every chart that the run has figures for, in the order of its scenarios."""
    return [
        picture
        for record in run.scenarios
        for views, draw in CHARTS.get(record.name, ())
        for view in views(run, record)
        if (picture := draw(view))
    ]


def bars(view: View, figure: str, heading: str) -> Picture | None:
    """Draw a figure of each stack as a bar, with its interval."""
    rows = [labelled(row, figure) for row in with_intervals(view.trials, figure)]
    if not rows:
        return None
    tips = [
        tip("stack"),
        tip("value", axis(figure)),
        tip("interval", "95 % interval"),
        tip("trials", "trials used"),
        DOUBTS,
    ]
    title = f"{heading}, {view.at}"
    layers = drawing.bars(rows, singles(view.trials, figure), axis(figure), tips)
    says = f"{title}: {span(rows, figure)}."
    return view.picture(figure, title, says, drawing.complete(layers, says, drawing.STEP))


def throughput(view: View) -> Picture | None:
    """Draw answers a second over users, beside what slots and waiting allow."""
    figure = "throughput_per_s"
    rows = _positive(medians(view.trials, figure))
    if not rows:
        return None
    stacks, levels = view.stacks(rows), sorted({number(row, "level") for row in rows})
    scale = alt.Scale(type="log", domain=[levels[0] / 1.4, levels[-1] * 2.2], nice=False)
    ticks = alt.Axis(values=levels, format="d", grid=False)
    x = alt.X("at:Q", title=view.scenario.unit, scale=scale, axis=ticks)
    y = alt.Y("value:Q", title=axis(figure), scale=alt.Scale(type="log"), axis=LOG_AXIS)
    tips = [tip("stack"), tip("level", view.scenario.unit), tip("value", axis(figure)), tip("trials"), DOUBTS]
    middle = _side_by_side(rows, stacks)
    each = _side_by_side(_positive(singles(view.trials, figure)), stacks)
    layers = [
        *drawing.ceilings(_ceilings(view), x, y),
        drawing.lines(middle, stacks, x, y),
        *drawing.points(each, stacks, x, y, tips, size=12),
        *drawing.points(middle, stacks, x, y, tips),
    ]
    most = span([row for row in rows if row["level"] == levels[-1]], figure)
    says = f"At {levels[-1]:g} {view.scenario.unit} {most}; dashed in grey what slots and waiting allow."
    return view.picture("throughput", "Answers a second over users", says, drawing.complete(layers, says))


def curves(view: View, kind: str, whose: str) -> Picture | None:
    """Draw how long each share of the requests took, as far as there are enough of them to tell."""
    rows = percentile_rows(view.trials, kind)
    if not rows:
        return None
    stacks = view.stacks(rows)
    x = alt.X(
        "beyond:Q",
        title="answered within that time, % of the requests",
        scale=alt.Scale(type="log", domain=[1, 1000], nice=False),
        axis=alt.Axis(values=[1, 2, 10, 100, 1000], labelExpr="format(100 - 100 / datum.value, '~r') + ' %'"),
    )
    y = alt.Y("ms:Q", title="latency, ms", scale=alt.Scale(type="log"), axis=LOG_AXIS)
    read = [row for row in rows if row["percentile"] in READ_AT]
    tips = [tip("stack"), tip("percentile", "percentile, %"), tip("ms", "latency, ms"), DOUBTS]
    layers = [drawing.lines(rows, stacks, x, y), *drawing.points(read, stacks, x, y, tips, size=45)]
    title = f"Latency of {whose}, {view.at}"
    told = [span(medians(view.trials, f), f) for f in (f"{kind}_ms_p50", f"{kind}_ms_p99")]
    says = f"{title}: at the median {told[0]}, at the 99th percentile {told[1]}."
    return view.picture(kind, title, says, drawing.complete(layers, says))


def probes(view: View) -> Picture | None:
    """Draw how long each probe took that was asked beside the slow traffic."""
    rows = trace_rows(view.trials, PROBE)
    if not rows:
        return None
    title = f"The fast route beside the slow traffic, {view.at}"
    figure = f"{PROBE}_corrected_ms_p50"
    says = f"{title}: at the median {span(medians(view.trials, figure), figure)}{_unanswered(view, rows)}."
    return view.picture("probe", title, says, drawing.complete(_over_time(view, rows), says))


def recovery(view: View) -> Picture | None:
    """Draw how long requests took that were due after an overload."""
    rows, flow = trace_rows(view.trials, AFTER), view.flow(AFTER)
    if not rows:
        return None
    layers = _over_time(view, rows)
    fast = {"ms": RECOVERED_MS, "label": f"fast again below {RECOVERED_MS:.0f} ms"}
    layers += drawing.mark_of(fast, alt.Y("ms:Q"))
    if flow and flow.from_s is not None:
        layers += drawing.mark_of({"s": flow.from_s, "label": "the overload ends"}, alt.X("s:Q"))
    told = span(medians(view.trials, "recovered_s"), "recovered_s")
    title = f"After an overload, {view.at}"
    says = f"{title}: requests are fast again after {told}{_unanswered(view, rows)}."
    return view.picture("recovery", title, says, drawing.complete(layers, says))


def chunks(view: View) -> Picture | None:
    """Draw when the chunks of a stream come: the median first byte, and from there median gaps."""
    flow = view.flow(TRAFFIC)
    rows = chunk_rows(view.trials, flow.chunks if flow else 1)
    if not rows:
        return None
    stacks = view.stacks(rows)
    x = alt.X("ms:Q", title="median time from sending, ms", scale=alt.Scale(zero=True))
    tips = [
        tip("stack"),
        tip("chunk"),
        tip("ms", "median time, ms"),
        tip("first_byte", "first byte p10 to p90, ms"),
        tip("gap", "gap p10 to p90, ms"),
        DOUBTS,
    ]
    firsts = [row for row in rows if row["chunk"] == 1]
    y = drawing.by_name(stacks)
    layers = [
        drawing.ranges(firsts, stacks, y),
        *drawing.points(rows, stacks, x, y, tips, size=70, legend=False),
    ]
    title = f"When the chunks of a stream come, {view.at}"
    told = [span(medians(view.trials, f), f) for f in ("first_byte_ms_p50", "gap_ms_p50")]
    says = f"{title}, at their median times: the first byte after {told[0]}, then gaps {told[1]}."
    return view.picture("chunks", title, says, drawing.complete(layers, says, drawing.STEP))


def _over_time(view: View, rows: Sequence[Row]) -> list[alt.Chart]:
    stacks = view.stacks(rows)
    x = alt.X("s:Q", title="due so long after the window opened, s", scale=alt.Scale(zero=False, nice=False))
    y = alt.Y("ms:Q", title="latency from when it was due, ms", scale=alt.Scale(type="log"), axis=LOG_AXIS)
    tips = [tip("stack"), tip("s", "due, s"), tip("ms", "latency, ms"), DOUBTS]
    return [
        drawing.lines(rows, stacks, x, y, width=1, opacity=0.7),
        *drawing.points(rows, stacks, x, y, tips, size=22),
    ]


def _unanswered(view: View, rows: Sequence[Row]) -> str:
    """Return which stacks had trials but no point in the chart."""
    seen = {row["stack"] for row in rows}
    silent = [record.name for record in view.records if record.name in _tried(view) - seen]
    return f"; none was answered by {', '.join(silent)}" if silent else ""


def _tried(view: View) -> set[object]:
    return {trial.stack for trial in view.trials}


def _positive(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if number(row, "value") > 0]


def _side_by_side(rows: Sequence[Row], stacks: Sequence[str]) -> list[Row]:
    """Return rows moved a little along the axis, so that stacks which are equal can be told apart."""
    middle = (len(stacks) - 1) / 2
    places = {stack: DODGE ** (number - middle) for number, stack in enumerate(stacks)}
    return [row | {"at": number(row, "level") * places[str(row["stack"])]} for row in rows]


def _ceilings(view: View) -> list[Row]:
    """Return each distinct ceiling over levels, named by its slots."""
    slots = {record.name: record.slots_by_waiting.get("interface", record.slots) for record in view.records}
    rows = {
        (slots[str(row["stack"])], row["level"]): row
        for row in medians(view.trials, "ceiling_per_s")
    }
    return [
        {"slots": _slots_named(count), "at": level, "value": row["value"]}
        for (count, level), row in sorted(rows.items(), key=lambda item: number({"at": item[0][1]}, "at"))
    ]


def _slots_named(count: int | None) -> str:
    return "a slot for everybody" if count is None else f"{count} slot{'s' if count != 1 else ''}"


CHARTS: Mapping[str, tuple[tuple[Views, Draw], ...]] = {
    "baseline": (
        (each_level, partial(bars, figure="cpu_us_per_request", heading="CPU per request")),
        (each_level, partial(curves, kind="corrected", whose="a request")),
    ),
    "slow-io": ((all_levels, throughput),),
    "starvation": (
        (each_level, probes),
        (each_level, partial(curves, kind="probe_corrected", whose="the fast route")),
    ),
    "streaming": ((each_level, chunks),),
    "blocking": ((each_level, probes),),
    "cpu": ((each_level, probes),),
    "upload": ((each_level, probes),),
    "download": ((each_level, partial(bars, figure="memory_growth_mib", heading="Memory taken")),),
    "churn": (
        (each_level, partial(bars, figure="cpu_us_per_request", heading="CPU per request")),
        (each_level, partial(curves, kind="corrected", whose="a request")),
    ),
    "overload": ((each_level, recovery),),
    "idle": ((each_level, partial(bars, figure="memory_kib_per_connection", heading="Memory per connection")),),
    "abandon": (
        (each_level, probes),
        (each_level, partial(bars, figure="idle_cores", heading="CPU once everybody has left")),
    ),
}
