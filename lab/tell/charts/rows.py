"""What charts show, as rows: numbers with few digits, and beside each what is to be doubted of it.

A row is `discarded` where a discarding doubt is about its figure, and `at_least` where it is a lower bound; it lacks
what isn't so. `doubts` is text for a tooltip.
"""

from collections.abc import Mapping, Sequence
from math import isfinite, nan
from statistics import median, median_low

import numpy as np

from lab.judge.comparisons import interval
from lab.judge.estimates import about, kept
from lab.judge.statistics import curve, decode
from lab.tell.run.tables import shown
from records.run import Trial
from records.scenario import Figure
from records.types import LevelValue

Row = dict[str, object]

DIGITS = 4
SHARES = tuple(100 - 100 * 10 ** (-step / 19) for step in range(58))  # 0 to 99.9 %, even on a log scale
READ_AT = (50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9)


def short(value: float) -> float:
    """Return a number with as many digits as a picture can show."""
    return float(f"{value:.{DIGITS}g}")


def united(unit: str, value: float) -> str:
    """Return a value as people read it, with its unit."""
    if unit == "cores":
        return f"{value:.1%} of a core".replace("%", " %")
    return f"{shown(unit, value)} {'%' if unit == '1' else unit}".rstrip()


def axis(figure: Figure) -> str:
    """Return an axis title: what the figure says, and its unit."""
    return f"{figure.says}, {'%' if figure.unit == '1' else figure.unit}".removesuffix(", ")


def number(row: Row, name: str) -> float:
    """Return what a row has there as a number."""
    value = row[name]
    if not isinstance(value, int | float):
        raise TypeError(f"{name} is no number: {value!r}")
    return value


def labelled(row: Row, unit: str) -> Row:
    """Return a row with the `label` of its bar, and the `end` behind which that stands."""
    bound = "≥ " if row.get("at_least") else ""
    discarded = " (discarded)" if row.get("discarded") else ""
    label = f"{bound}{united(unit, number(row, 'value'))}{discarded}"
    return row | {"label": label, "end": max(0.0, number(row, "value"), number({"high": 0.0} | row, "high"))}


def by_stack(trials: Sequence[Trial]) -> Mapping[str, list[Trial]]:
    """Return trials by stack, in the order of their first."""
    stacks: dict[str, list[Trial]] = {}
    for trial in trials:
        stacks.setdefault(trial.stack, []).append(trial)
    return stacks


def medians(trials: Sequence[Trial], figure: str) -> list[Row]:
    """Return a row for each stack and level: the median over trials, over those not discarded where there are any."""
    return [
        _median_row(stack, level, group, figure)
        for (stack, level), group in _by_place(trials, figure).items()
    ]


def singles(trials: Sequence[Trial], figure: str) -> list[Row]:
    """Return a row for each trial where a stack has several at a level."""
    return [
        _row(stack, [trial], figure) | {"level": level, "value": short(trial.figures[figure])}
        for (stack, level), group in _by_place(trials, figure).items()
        for trial in group
        if len(group) > 1
    ]


def with_intervals(trials: Sequence[Trial], figure: str) -> list[Row]:
    """Return the medians, each with the ends of its interval of 95 % where the trials have turns to draw from."""
    rows = []
    for (stack, level), group in _by_place(trials, figure).items():
        low, high = interval(kept(group, figure), figure)
        ends = {"low": short(low), "high": short(high)} if low < high else {}
        text = {"interval": f"{short(low):g} to {short(high):g}" if ends else "unknown"}
        rows.append(_median_row(stack, level, group, figure) | ends | text)
    return rows


def percentile_rows(trials: Sequence[Trial], kind: str) -> list[Row]:
    """Return a row for each stack and percentile of a kind of latency: the median of the trials that tell it.

    The last one is `at_least` where the slowest requests had no answer.
    """
    rows = []
    for stack, group in by_stack([trial for trial in trials if kind in trial.histograms]).items():
        chosen = kept(group, f"{kind}_ms_p50")
        common = _brief_row(stack, chosen, f"{kind}_ms_p99")
        curve_rows = [
            common | {"percentile": short(p), "beyond": short(100 / (100 - p)), "ms": short(median(values))}
            for p, values in sorted(_quantiles(chosen, kind).items())
        ]
        if _is_bound(chosen, f"{kind}_ms_p99") and curve_rows:
            curve_rows[-1] |= {"at_least": True}
        rows += curve_rows if len(curve_rows) > 1 else []
    return rows


def trace_rows(trials: Sequence[Trial], flow: str) -> list[Row]:
    """Return a row for each traced request of a flow, of one trial of each stack: that with the median p50."""
    rows = []
    figure = f"{flow}_corrected_ms_p50"
    for stack, group in by_stack([trial for trial in trials if trial.traces.get(flow)]).items():
        chosen = typical(kept(group, figure), figure)
        common = _brief_row(stack, [chosen], figure)
        rows += [
            common | {"s": short(due_s), "ms": short(taken_s * 1000)}
            for due_s, taken_s in chosen.traces[flow]
            if taken_s > 0
        ]
    return rows


def chunk_rows(trials: Sequence[Trial], count: int) -> list[Row]:
    """Return a row for each chunk of a stream, as if each came after the median first byte and median gaps.

    Those of the first chunk have also between which times 80 of 100 first bytes came.
    """
    gaps = {row["stack"]: row for row in medians(trials, "gap_ms_p50")}
    stacks = by_stack(trials)
    rows = []
    for first in medians(trials, "first_byte_ms_p50"):
        begin, gap = number(first, "value"), number(gaps.get(first["stack"], {"value": 0.0}), "value")
        spread = {kind: _spread(stacks[str(first["stack"])], kind) for kind in ("first_byte", "gap")}
        texts = {kind: f"{ends[0]:g} to {ends[1]:g}" if ends else "unknown" for kind, ends in spread.items()}
        chunks = [first | texts | {"chunk": n + 1, "ms": short(begin + n * gap)} for n in range(count)]
        ends = dict(zip(("low", "high"), spread["first_byte"], strict=False))
        rows += [chunks[0] | ends | {"zero": 0, "begin": begin}, *chunks[1:]]
    return rows


def typical(trials: Sequence[Trial], figure: str) -> Trial:
    """Return the trial whose figure is the median, or the first."""
    measured = [trial for trial in trials if figure in trial.figures]
    if not measured:
        return trials[0]
    middle = median_low(trial.figures[figure] for trial in measured)
    return next(trial for trial in measured if trial.figures[figure] == middle)


def _by_place(trials: Sequence[Trial], figure: str) -> Mapping[tuple[str, LevelValue], list[Trial]]:
    places: dict[tuple[str, LevelValue], list[Trial]] = {}
    for trial in trials:
        if isfinite(trial.figures.get(figure, nan)):
            places.setdefault((trial.stack, trial.level), []).append(trial)
    return places


def _median_row(stack: str, level: LevelValue, group: Sequence[Trial], figure: str) -> Row:
    chosen = kept(group, figure)
    value = short(median(trial.figures[figure] for trial in chosen))
    counted = f"{len(chosen)} of {len(group)}"
    return _row(stack, chosen, figure) | {"level": level, "value": value, "trials": counted}


def _row(stack: str, trials: Sequence[Trial], figure: str) -> Row:
    """Return what a row says of any figure, with doubts in full."""
    doubts = {doubt.name: doubt for trial in trials for doubt in about(trial, figure)}
    reasons = "; ".join(f"{doubt.name}: {doubt.says}" for doubt in doubts.values())
    at_least = {"at_least": True} if _is_bound(trials, figure) else {}
    return _brief_row(stack, trials, figure) | {"doubts": reasons or "none"} | at_least


def _is_bound(trials: Sequence[Trial], figure: str) -> bool:
    """Tell whether a figure of any of these trials is a lower bound."""
    return any(doubt.at_least for trial in trials for doubt in about(trial, figure))


def _brief_row(stack: str, trials: Sequence[Trial], figure: str) -> Row:
    """Return the same with doubts by name: for rows of which there are many."""
    doubts = {doubt.name: doubt for trial in trials for doubt in about(trial, figure)}
    discarded = {"discarded": True} if any(doubt.discards for doubt in doubts.values()) else {}
    return {"stack": stack, "doubts": ", ".join(doubts) or "none", **discarded}


def _quantiles(trials: Sequence[Trial], kind: str) -> dict[float, list[float]]:
    latencies: dict[float, list[float]] = {}
    start = kind.removesuffix("corrected")
    for trial in trials:
        answered = decode(trial.histograms[kind])
        unanswered = int(trial.figures.get(f"{start}censored", 0))
        for point, ms in curve(answered, unanswered, sorted({*SHARES, *READ_AT})):
            latencies.setdefault(point, []).append(ms)
    return latencies


def _spread(trials: Sequence[Trial], kind: str) -> tuple[float, ...]:
    """Return between which times 80 of 100 of a kind lie; nothing where no histogram tells."""
    chosen = kept(trials, f"{kind}_ms_p50")
    values = [decode(trial.histograms[kind]) for trial in chosen if kind in trial.histograms]
    return (
        tuple(short(float(end)) for end in np.percentile(np.concatenate(values), [10, 90])) if values else ()
    )
