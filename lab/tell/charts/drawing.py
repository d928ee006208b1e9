"""How rows become marks: the layers that charts are made of, in Vega-Altair.

What is discarded is hollow or faded, a lower bound has a triangle, and every stack its look of the palette. Colours
of text and grid are left to the theme.
"""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import cast

import altair as alt

from lab.tell.charts.palette import Dash, Looks
from lab.tell.charts.picture import Spec
from lab.tell.charts.rows import Row, number

FAINT = 0.15
FADED = 0.4
CHARACTER_PX = 7.5
PLOT_PX = 250
MOST_OF_A_PLOT = 0.6
PLOT_HEIGHT = 300
MOST_LABELS = 9
ROW_HEIGHT = 26
KEYS_ABREAST = 3
NARROW_PX = 480


def complete(layers: Sequence[alt.Chart], says: str, height: int = PLOT_HEIGHT) -> Spec:
    """Return the layers as one spec, as wide as its container."""
    chart = alt.layer(*layers).properties(width="container", height=height, description=says)
    spec = cast("Spec", chart.to_dict(validate=False))  # tests compile every chart
    del spec["config"]
    return spec | {"background": "transparent", "autosize": {"type": "fit-x", "contains": "padding"}}


def tip(field: str, title: str | None = None) -> alt.Tooltip:
    """Return a line of a tooltip."""
    return alt.Tooltip(field=field, type="nominal", title=title or field)


def bars(
    rows: Sequence[Row], each: Sequence[Row], looks: Looks, title: str, tips: Sequence[alt.Tooltip]
) -> list[alt.Chart]:
    """Return a bar for each row, the shortest first, its interval and label, and ticks for `each` single trial."""
    names = [str(row["stack"]) for row in sorted(rows, key=lambda row: number(row, "value"))]
    stacks = {name: looks[name] for name in names}
    y = by_name(stacks)
    least = min(0.0, *(number(row, "value") for row in rows))
    domain = [least, max(number(row, "end") / (1 - _share(str(row["label"]))) for row in rows) or 1.0]
    scale, axis = alt.Scale(domain=domain, nice=False), alt.Axis(tickCount=8)
    x = alt.X("value:Q", title=title, scale=scale, axis=axis)
    solid = [
        mark.encode(
            x=x, y=y, color=_colour(stacks, legend=False), stroke=_outline(stacks), tooltip=list(tips)
        )
        for mark in _by_trust(rows, sound=alt.MarkDef("bar"), discarded=alt.MarkDef("bar", fillOpacity=FAINT))
    ]
    label = _chart(rows).mark_text(align="left", dx=6).encode(x="end:Q", y=y, text="label:N")
    ticks = _chart(each).mark_tick(thickness=1).encode(x=x, y=y)
    interval = _chart([row for row in rows if "low" in row]).mark_rule(strokeWidth=2)
    return [*solid, *([ticks] if each else []), interval.encode(x="low:Q", x2="high:Q", y=y), label]


def lines(
    rows: Sequence[Row], stacks: Looks, x: alt.X, y: alt.Y, *, width: float = 2, opacity: float = 1
) -> list[alt.Chart]:
    """Return a line for each stack, dashed as that is, and faded where all of it is discarded."""
    sound = {row["stack"] for row in rows if not row.get("discarded")}
    kinds: dict[tuple[Dash, bool], list[str]] = {}
    for stack, look in stacks.items():
        kinds.setdefault((look.dash, stack in sound), []).append(stack)
    return [
        _chart(rows)
        .mark_line(strokeWidth=width, strokeDash=list(dash), opacity=opacity if trusted else opacity * FADED)
        .encode(x=x, y=y, color=_colour(stacks))
        .transform_filter(alt.FieldOneOfPredicate(field="stack", oneOf=alike))
        for (dash, trusted), alike in kinds.items()
    ]


def points(
    rows: Sequence[Row],
    stacks: Looks,
    x: alt.X,
    y: alt.Y,
    tips: Sequence[alt.Tooltip],
    *,
    size: float = 60,
) -> list[alt.Chart]:
    """Return a point for each row, hollow where it is discarded, and a triangle over each lower bound."""
    full = alt.MarkDef("point", filled=True, size=size, opacity=1)
    hollow = alt.MarkDef("point", filled=False, size=1.5 * size, strokeWidth=1, opacity=1)
    shapes = [
        mark.encode(x=x, y=y, color=_colour(stacks), shape=_shapes(stacks), tooltip=list(tips))
        for mark in _by_trust(rows, sound=full, discarded=hollow)
    ]
    return [*shapes, *_triangles(rows, x, y, _colour(stacks))]


def strips(rows: Sequence[Row], stacks: Looks, x: alt.X, tips: Sequence[alt.Tooltip]) -> list[alt.Chart]:
    """Return a strip for each stack: a tick for each row, a line up to `begin` and a faint bar from `low` to `high`."""
    y, colour = by_name(stacks), _colour(stacks, legend=False)
    firsts = [row for row in rows if "begin" in row]
    line = _chart(firsts).mark_rule(strokeWidth=1).encode(x="zero:Q", x2="begin:Q", y=y, color=colour)
    bar = _chart([row for row in firsts if "low" in row]).mark_rule(strokeWidth=10, opacity=0.35)
    tick, faded = (alt.MarkDef("tick", thickness=2.5, size=20, opacity=o) for o in (1, FADED))
    return [
        line,
        bar.encode(x="low:Q", x2="high:Q", y=y, color=colour),
        *(
            mark.encode(x=x, y=y, color=colour, tooltip=list(tips))
            for mark in _by_trust(rows, sound=tick, discarded=faded)
        ),
        *_triangles(firsts, x, y, colour),
    ]


def ceilings(rows: Sequence[Row], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return a dashed line for each `slots`, with its name behind its end."""
    ends = {row["slots"]: row for row in rows}
    line = _chart(rows).mark_line(strokeDash=[3, 3], strokeWidth=1.5)
    label = _chart(list(ends.values())).mark_text(align="left", dx=4)
    return [line.encode(x=x, y=y, detail="slots:N"), label.encode(x=x, y=y, text="slots:N")]


def log_y(rows: Sequence[Row], field: str, title: str) -> alt.Y:
    """Return a log scale that holds the rows between steps of 1, 2 and 5, and is labelled at few of them."""
    values = [number(row, field) for row in rows]
    least, most = floor(log10(min(values))), ceil(log10(max(values)))
    steps = [float(f"{digit}e{power}") for power in range(least, most + 1) for digit in (1, 2, 5)]
    low, high = max(s for s in steps if s <= min(values)), min(s for s in steps if s >= max(values))
    inside = [step for step in steps if low <= step <= high]
    labels = inside if len(inside) <= MOST_LABELS else [s for s in inside if log10(s) == round(log10(s))]
    scale = alt.Scale(type="log", domain=[low, high if high > low else 2 * low], nice=False)
    return alt.Y(f"{field}:Q", title=title, scale=scale, axis=alt.Axis(values=labels, format=",~g"))


def mark_of(row: Row, channel: alt.X | alt.Y) -> list[alt.Chart]:
    """Return a dashed line across the chart, and its `label`."""
    line = _chart([row]).mark_rule(strokeDash=[3, 3], strokeWidth=1.5)
    across = isinstance(channel, alt.Y)
    text = _chart([row]).mark_text(
        align="left", baseline="bottom" if across else "top", dx=4, dy=-3 if across else 3
    )
    if isinstance(channel, alt.Y):
        return [line.encode(y=channel), text.encode(x=alt.value(0), y=channel, text="label:N")]
    return [line.encode(x=channel), text.encode(x=channel, y=alt.value(0), text="label:N")]


def _share(label: str) -> float:
    """Return which share of a plot's width a label takes at most, the plot being about as wide as on paper."""
    return min(MOST_OF_A_PLOT, len(label) * CHARACTER_PX / PLOT_PX)


def _triangles(rows: Sequence[Row], x: alt.X, y: alt.Y, colour: alt.Color) -> list[alt.Chart]:
    bounds = [row for row in rows if row.get("at_least")]
    mark = _chart(bounds).mark_point(filled=True, shape="triangle-up", size=60, yOffset=-10, opacity=1)
    return [mark.encode(x=x, y=y, color=colour)] if bounds else []


def by_name(stacks: Looks) -> alt.Y:
    """Return stacks one below the other, in this order."""
    return alt.Y("stack:N", title=None, sort=list(stacks), axis=alt.Axis(labelLimit=0, ticks=False))


def _chart(rows: Sequence[Row]) -> alt.Chart:
    return alt.Chart({"values": tuple(rows)})


def _by_trust(rows: Sequence[Row], sound: alt.MarkDef, discarded: alt.MarkDef) -> list[alt.Chart]:
    """Return a chart of the rows that can be trusted and one of those that can't, each with its mark."""
    parts = [(sound, [r for r in rows if not r.get("discarded")])]
    parts += [(discarded, [r for r in rows if r.get("discarded")])]
    return [alt.Chart({"values": tuple(part)}, mark=mark) for mark, part in parts if part]


def _colour(stacks: Looks, *, legend: bool = True) -> alt.Color:
    return alt.Color("stack:N", title=None, scale=_palette(stacks), legend=_key() if legend else None)


def _outline(stacks: Looks) -> alt.Stroke:
    return alt.Stroke("stack:N", title=None, scale=_palette(stacks), legend=None)


def _shapes(stacks: Looks) -> alt.Shape:
    scale = alt.Scale(domain=list(stacks), range=[look.shape for look in stacks.values()])
    return alt.Shape("stack:N", title=None, scale=scale, legend=_key())


def _key() -> alt.Legend:
    return alt.Legend(
        orient="top",
        columns=alt.ExprRef(f"width < {NARROW_PX} ? 1 : {KEYS_ABREAST}"),
        labelLimit=0,
        symbolSize=90,
        symbolOpacity=1,
    )


def _palette(stacks: Looks) -> alt.Scale:
    return alt.Scale(domain=list(stacks), range=[look.colour for look in stacks.values()])
