"""trials.csv and comparisons.csv."""

import csv
import io

import msgspec

from lab.tell.run.csv import comparisons, trials
from records.run import Comparison, Doubt, Noise
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


def test_one_row_a_comparison_with_its_noise_floor() -> None:
    """A ratio comes with its interval, its verdict and what it was held against."""
    run = runs.run()
    run.noise = [Noise("slow-io", 50, "cpu_us_per_request", "gunicorn-sync/wsgi", 0.03)]
    run.comparisons = [
        Comparison(
            "slow-io",
            50,
            "cpu_us_per_request",
            "uvicorn/asgi",
            "gunicorn-sync/wsgi",
            0.5,
            0.4,
            0.6,
            "faster",
            4,
        )
    ]
    (row,) = rows(comparisons(run))
    assert row == {
        "scenario": "slow-io",
        "level": "50",
        "figure": "cpu_us_per_request",
        "unit": "µs",
        "stack": "uvicorn/asgi",
        "baseline": "gunicorn-sync/wsgi",
        "ratio": "0.5",
        "ratio_low": "0.4",
        "ratio_high": "0.6",
        "noise_floor": "0.03",
        "verdict": "faster",
        "trials": "4",
    }


def test_nothing_compared_is_a_heading_alone() -> None:
    """Whoever reads the file finds its columns also where no row follows."""
    assert comparisons(runs.run()).count("\n") == 1
