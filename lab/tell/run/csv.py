"""A run as tidy data: one row a figure, with its unit."""

import csv
import io
from collections.abc import Iterable, Sequence

from lab.judge.comparisons import floor
from records.run import Run

HEADINGS_OF_TRIALS = (
    "stack",
    "scenario",
    "level",
    "repetition",
    "status",
    "figure",
    "unit",
    "value",
    "doubts",
)

HEADINGS_OF_COMPARISONS = (
    "scenario",
    "level",
    "figure",
    "unit",
    "stack",
    "baseline",
    "ratio",
    "ratio_low",
    "ratio_high",
    "noise_floor",
    "verdict",
    "trials",
)


def trials(run: Run) -> str:
    """Return trials.csv; a trial without figures has one row that says so."""
    rows: list[Sequence[object]] = []
    for trial in run.trials:
        place = (trial.stack, trial.scenario, trial.level, trial.repetition, trial.status)
        for figure, value in trial.figures.items():
            doubts = [doubt.name for doubt in trial.doubts if doubt.about(figure)]
            rows.append((*place, figure, run.figure(figure).unit, value, " ".join(doubts)))
        if not trial.figures:
            rows.append((*place, "", "", "", " ".join(doubt.name for doubt in trial.doubts)))
    return _written(HEADINGS_OF_TRIALS, rows)


def comparisons(run: Run) -> str:
    """Return comparisons.csv: ratios have no unit, `unit` is that of the figure; 0.03 of noise is 3 %."""
    return _written(
        HEADINGS_OF_COMPARISONS,
        (
            (
                *(c.scenario, c.level, c.figure, run.figure(c.figure).unit, c.a, c.b, c.ratio, c.low, c.high),
                *(floor(run.noise, c.scenario, c.level, c.figure), c.verdict, c.trials),
            )
            for c in run.comparisons
        ),
    )


def capabilities(run: Run) -> str:
    """Return capabilities.csv: one row a finding, with its evidence."""
    rows = ((c.experiment, c.asks, c.stack, c.can, c.says) for c in run.capabilities)
    return _written(("experiment", "asks", "stack", "can", "says"), rows)


def _written(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return file.getvalue()
