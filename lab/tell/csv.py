"""A run as tidy data: one row a figure, with its unit."""

import csv
import io

from lab.judge.figures import describe
from lab.run import Run

HEADINGS = (
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


def trials(run: Run) -> str:
    """Return trials.csv; a trial without figures has one row that says so."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADINGS)
    for trial in run.trials:
        place = (trial.stack, trial.scenario, trial.level, trial.repetition, trial.status)
        for figure, value in trial.figures.items():
            doubts = [doubt.name for doubt in trial.doubts if doubt.about(figure)]
            writer.writerow((*place, figure, describe(figure).unit, value, " ".join(doubts)))
        if not trial.figures:
            writer.writerow((*place, "", "", "", " ".join(doubt.name for doubt in trial.doubts)))
    return file.getvalue()
