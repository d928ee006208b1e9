"""trials.csv."""

import csv
import io

import msgspec

from lab.run import Doubt
from lab.tell.csv import trials
from tests.lab import runs


def rows(text: str) -> list[dict[str, str]]:
    """Return the rows as a reader of CSV sees them."""
    return list(csv.DictReader(io.StringIO(text)))


def test_one_row_a_figure_with_its_unit() -> None:
    """The data is tidy."""
    found = rows(trials(runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0, answers=980.0)])))
    assert [(row["figure"], row["unit"], row["value"]) for row in found] == [
        ("throughput_per_s", "requests/s", "490.0"),
        ("answers", "requests", "980.0"),
    ]


def test_failed_trial_has_a_row_without_a_value() -> None:
    """A failure is not a zero, and not left out."""
    doubt = Doubt("failed", "died", "read the log")
    failed = msgspec.structs.replace(runs.trial("uvicorn/asgi", 50), status="failed", doubts=[doubt])
    (row,) = rows(trials(runs.run([failed])))
    assert (row["status"], row["value"], row["doubts"]) == ("failed", "", "failed")
