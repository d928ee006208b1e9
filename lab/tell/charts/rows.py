"""What charts show, as rows: numbers with few digits, and beside each what is to be doubted of it.

A row is `discarded` where a discarding doubt is about its figure, and `at_least` where it is a lower bound; it lacks
what isn't so. `doubts` is text for a tooltip.
"""

from collections.abc import Sequence
from statistics import median, median_low

import numpy as np

from lab.judge.estimates import (
    Estimate,
    Place,
    by_place,
    doubts_about,
    estimate_figure,
    is_lower_bound,
    usable_trials,
)
from lab.judge.statistics import curve, decode
from lab.tell.run.tables import format_value
from records.run import Trial
from records.scenario import Figure

Row = dict[str, object]

DIGITS = 4
SHARES = tuple(100 - 100 * 10 ** (-step / 19) for step in range(58))  # 0 to 99.9 %, even on a log scale
READ_AT = (50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9)


def short(value: float) -> float:
    """Return a number with as many digits as a picture can show."""
    return float(f"{value:.{DIGITS}g}")


def with_unit(unit: str, value: float) -> str:
    """Return a value as people read it, with its unit."""
    if unit == "cores":
        return f"{value:.1%} of a core".replace("%", " %")
    return f"{format_value(unit, value)} {'%' if unit == '1' else unit}".rstrip()


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
    label = f"{bound}{with_unit(unit, number(row, 'value'))}{discarded}"
    return row | {"label": label, "end": max(0.0, number(row, "value"), number({"high": 0.0} | row, "high"))}


def medians(trials: Sequence[Trial], figure: str) -> list[Row]:
    """Return a row for each stack and level: the median over trials, over those not discarded where there are any."""
    return [_median_row(place, estimate) for place, estimate in _estimates(trials, figure)]


def singles(trials: Sequence[Trial], figure: str) -> list[Row]:
    """Return a row for each trial where a stack has several at a level."""
    return [
        _row(place, single)
        for place, estimate in _estimates(trials, figure)
        for trial in estimate.measured
        if len(estimate.measured) > 1 and (single := estimate_figure([trial], figure))
    ]


def with_intervals(trials: Sequence[Trial], figure: str) -> list[Row]:
    """Return the medians, each with the ends of its interval of 95 % where anything tells it."""
    return [_median_row(place, estimate) | _ends(estimate) for place, estimate in _estimates(trials, figure)]


def percentile_rows(trials: Sequence[Trial], kind: str) -> list[Row]:
    """Return a row for each stack and percentile of a kind of latency: the median of the trials that tell it.

    The last one is `at_least` where the slowest requests had no answer.
    """
    rows = []
    slowest = f"{kind}_ms_p99"
    for place, repetitions in by_place(trial for trial in trials if kind in trial.histograms).items():
        chosen = usable_trials(repetitions, f"{kind}_ms_p50")
        common = _brief_row(place, chosen, slowest)
        curve_rows = [
            common | {"percentile": short(p), "beyond": short(100 / (100 - p)), "ms": short(median(values))}
            for p, values in sorted(_quantiles(chosen, kind).items())
        ]
        if curve_rows and any(is_lower_bound(trial, slowest) for trial in chosen):
            curve_rows[-1] |= {"at_least": True}
        rows += curve_rows if len(curve_rows) > 1 else []
    return rows


def trace_rows(trials: Sequence[Trial], flow: str) -> list[Row]:
    """Return a row for each traced request of a flow, of one trial of each stack: that with the median p50."""
    rows = []
    figure = f"{flow}_corrected_ms_p50"
    for place, repetitions in by_place(trial for trial in trials if trial.traces.get(flow)).items():
        chosen = typical(usable_trials(repetitions, figure), figure)
        common = _brief_row(place, [chosen], figure)
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
    stacks = {place.stack: repetitions for place, repetitions in by_place(trials).items()}
    rows = []
    for first in medians(trials, "first_byte_ms_p50"):
        begin, gap = number(first, "value"), number(gaps.get(first["stack"], {"value": 0.0}), "value")
        spread = {kind: _spread(stacks[str(first["stack"])], kind) for kind in ("first_byte", "gap")}
        spans = {kind: f"{ends[0]:g} to {ends[1]:g}" if ends else "unknown" for kind, ends in spread.items()}
        chunks = [first | spans | {"chunk": n + 1, "ms": short(begin + n * gap)} for n in range(count)]
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


def _estimates(trials: Sequence[Trial], figure: str) -> list[tuple[Place, Estimate]]:
    """Return what is known of a figure at each place that has it."""
    places = by_place(trials).items()
    return [
        (place, estimate)
        for place, repetitions in places
        if (estimate := estimate_figure(repetitions, figure))
    ]


def _median_row(place: Place, estimate: Estimate) -> Row:
    return _row(place, estimate) | {"trials": f"{len(estimate.trials)} of {len(estimate.measured)}"}


def _ends(estimate: Estimate) -> Row:
    if estimate.interval is None:
        return {"interval": "unknown"}
    low, high = map(short, estimate.interval)
    return {"low": low, "high": high, "interval": f"{low:g} to {high:g}"}


def _row(place: Place, estimate: Estimate) -> Row:
    """Return what a row says of any figure, with doubts in full."""
    doubts = {doubt.name: doubt for doubt in estimate.doubts}
    says = "; ".join(f"{doubt.name}: {doubt.says}" for doubt in doubts.values()) or "none"
    marks = {"discarded": estimate.discarded, "at_least": estimate.at_least}
    return {
        "stack": place.stack,
        "level": place.level,
        "value": short(estimate.value),
        "doubts": says,
        **{mark: True for mark, holds in marks.items() if holds},
    }


def _brief_row(place: Place, trials: Sequence[Trial], figure: str) -> Row:
    """Return the same of trials' histograms, with doubts by name: for rows of which there are many."""
    doubts = {doubt.name: doubt for trial in trials for doubt in doubts_about(trial, figure)}
    discarded = {"discarded": True} if any(doubt.discards for doubt in doubts.values()) else {}
    return {"stack": place.stack, "doubts": ", ".join(doubts) or "none", **discarded}


def _quantiles(trials: Sequence[Trial], kind: str) -> dict[float, list[float]]:
    quantiles: dict[float, list[float]] = {}
    start = kind.removesuffix("corrected")
    for trial in trials:
        answered = decode(trial.histograms[kind])
        unanswered = int(trial.figures.get(f"{start}censored", 0))
        for point, ms in curve(answered, unanswered, sorted({*SHARES, *READ_AT})):
            quantiles.setdefault(point, []).append(ms)
    return quantiles


def _spread(trials: Sequence[Trial], kind: str) -> tuple[float, ...]:
    """Return between which times 80 of 100 of a kind lie; nothing where no histogram tells."""
    chosen = usable_trials(trials, f"{kind}_ms_p50")
    values = [decode(trial.histograms[kind]) for trial in chosen if kind in trial.histograms]
    return (
        tuple(short(float(end)) for end in np.percentile(np.concatenate(values), [10, 90])) if values else ()
    )
