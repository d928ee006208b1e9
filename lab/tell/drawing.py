"""How rows become marks: the layers that charts are made of, in Vega-Altair.

What is discarded is hollow or faded, a lower bound has a triangle, and every stack its look of the palette. Colours
of text and grid are left to the theme.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import altair as alt

from lab.tell.palette import look_of
from lab.tell.points import Row, number

Spec = dict[str, object]

FAINT = 0.15
FADED = 0.4
ROOM_FOR_LABELS = 1.3
PLOT_HEIGHT = 300
STEP = alt.Step(26)


@dataclass(frozen=True)
class Picture:
    """A chart: `name` is safe in files and ids, `says` what to see in it, `spec` complete Vega-Lite without a theme."""

    name: str
    scenario: str
    title: str
    says: str
    spec: Spec


def complete(layers: Sequence[alt.Chart], says: str, height: int | alt.Step = PLOT_HEIGHT) -> Spec:
    """Return the layers as one spec, as wide as its container."""
    chart = alt.layer(*layers).properties(width="container", height=height, description=says)
    spec = cast("Spec", chart.to_dict())
    del spec["config"]
    return spec | {"background": "transparent", "autosize": {"type": "fit-x", "contains": "padding"}}


def tip(field: str, title: str | None = None) -> alt.Tooltip:
    """Return a line of a tooltip."""
    return alt.Tooltip(field=field, type="nominal", title=title or field)


def bars(rows: Sequence[Row], each: Sequence[Row], title: str, tips: Sequence[alt.Tooltip]) -> list[alt.Chart]:
    """Return a bar for each row, the shortest first, its interval and label, and ticks for `each` single trial."""
    stacks = [str(row["stack"]) for row in sorted(rows, key=lambda row: number(row, "value"))]
    y = by_name(stacks)
    lowest, longest = (end(number(row, "end") for row in rows) for end in (min, max))
    domain = [min(lowest, 0.0), longest * ROOM_FOR_LABELS or 1.0]
    x = alt.X("value:Q", title=title, scale=alt.Scale(domain=domain, nice=False))
    bar = _chart(rows).mark_bar(strokeWidth=1.5).encode(
        x=x,
        y=y,
        color=_colour(stacks, legend=False),
        stroke=_outline(stacks),
        fillOpacity=_hollow(FAINT),
        tooltip=list(tips),
    )
    label = _chart(rows).mark_text(align="left", dx=6).encode(x="end:Q", y=y, text="label:N")
    ticks = _chart(each).mark_tick(thickness=1).encode(x=x, y=y)
    interval = _chart([row for row in rows if "low" in row]).mark_rule(strokeWidth=2)
    return [bar, *([ticks] if each else []), interval.encode(x="low:Q", x2="high:Q", y=y), label]


def lines(
    rows: Sequence[Row], stacks: Sequence[str], x: alt.X, y: alt.Y, *, width: float = 2, opacity: float = 1
) -> alt.Chart:
    """Return a line for each stack, faded where it is discarded."""
    return _chart(rows).mark_line(strokeWidth=width).encode(
        x=x,
        y=y,
        color=_colour(stacks),
        strokeDash=_dashes(stacks),
        strokeOpacity=alt.StrokeOpacityValue(opacity, condition=_if_discarded(opacity * FADED)),
    )


def points(
    rows: Sequence[Row],
    stacks: Sequence[str],
    x: alt.X,
    y: alt.Y,
    tips: Sequence[alt.Tooltip],
    *,
    size: float = 60,
    legend: bool = True,
) -> list[alt.Chart]:
    """Return a point for each row, hollow where it is discarded, and a triangle over each lower bound."""
    colour = _colour(stacks, legend=legend)
    point = _chart(rows).mark_point(filled=True, size=size, strokeWidth=1.2, opacity=1).encode(
        x=x,
        y=y,
        color=colour,
        stroke=_outline(stacks),
        shape=_shapes(stacks, legend=legend),
        fillOpacity=_hollow(),
        tooltip=list(tips),
    )
    bounds = [row for row in rows if row.get("at_least")]
    above = _chart(bounds).mark_point(filled=True, shape="triangle-up", size=size, yOffset=-9, opacity=1)
    return [point, *([above.encode(x=x, y=y, color=colour, tooltip=list(tips))] if bounds else [])]


def ranges(rows: Sequence[Row], stacks: Sequence[str], y: alt.Y) -> alt.Chart:
    """Return a faint bar from `low` to `high` of each row."""
    bar = _chart(rows).mark_rule(strokeWidth=8, opacity=0.35)
    return bar.encode(x="low:Q", x2="high:Q", y=y, color=_colour(stacks, legend=False))


def ceilings(rows: Sequence[Row], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return a dashed line for each `slots`, with its name behind its end."""
    ends = {row["slots"]: row for row in rows}
    line = _chart(rows).mark_line(strokeDash=[3, 3], strokeWidth=1.5)
    label = _chart(list(ends.values())).mark_text(align="left", dx=14)
    return [line.encode(x=x, y=y, detail="slots:N"), label.encode(x=x, y=y, text="slots:N")]


def mark_of(row: Row, channel: alt.X | alt.Y) -> list[alt.Chart]:
    """Return a dashed line across the chart, and its `label`."""
    line = _chart([row]).mark_rule(strokeDash=[3, 3], strokeWidth=1.5)
    across = isinstance(channel, alt.Y)
    text = _chart([row]).mark_text(align="left", baseline="bottom" if across else "top", dx=4, dy=-3 if across else 3)
    if isinstance(channel, alt.Y):
        return [line.encode(y=channel), text.encode(x=alt.value(0), y=channel, text="label:N")]
    return [line.encode(x=channel), text.encode(x=channel, y=alt.value(0), text="label:N")]


def by_name(stacks: Sequence[str]) -> alt.Y:
    """Return stacks one below the other, in this order."""
    return alt.Y("stack:N", title=None, sort=list(stacks), axis=alt.Axis(labelLimit=0, ticks=False))


def _chart(rows: Sequence[Row]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows)))


def _hollow(opacity: float = 0) -> alt.FillOpacityValue:
    return alt.FillOpacityValue(value=1, condition=_if_discarded(opacity))


def _if_discarded(opacity: float) -> dict[str, object]:
    return {"test": "datum.discarded", "value": opacity}


def _colour(stacks: Sequence[str], *, legend: bool = True) -> alt.Color:
    return alt.Color("stack:N", title=None, scale=_palette(stacks), legend=_key() if legend else None)


def _outline(stacks: Sequence[str]) -> alt.Stroke:
    return alt.Stroke("stack:N", title=None, scale=_palette(stacks), legend=None)


def _shapes(stacks: Sequence[str], *, legend: bool = True) -> alt.Shape:
    scale = alt.Scale(domain=list(stacks), range=[look_of(stack).shape for stack in stacks])
    return alt.Shape("stack:N", title=None, scale=scale, legend=_key() if legend else None)


def _dashes(stacks: Sequence[str]) -> alt.StrokeDash:
    scale = alt.Scale(domain=list(stacks), range=[list(look_of(stack).dash) for stack in stacks])
    return alt.StrokeDash("stack:N", title=None, scale=scale, legend=_key())


def _key() -> alt.Legend:
    return alt.Legend(orient="top", columns=3, labelLimit=0, symbolSize=90, symbolStrokeWidth=2)


def _palette(stacks: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=list(stacks), range=[look_of(stack).colour for stack in stacks])
