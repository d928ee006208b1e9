"""What charts show, as rows."""

import msgspec

from lab.tell.charts.rows import (
    chunk_rows,
    labelled,
    medians,
    percentile_rows,
    singles,
    trace_rows,
    with_intervals,
)
from records.run import Doubt, Trial
from tests.lab import runs

BUSY = Doubt("machine-busy", "everything else used 40% of a core", "measure again", discards=True)
STUCK = Doubt("unanswered", "7 had no answer", "read as lower bounds", ["throughput_per_s"], at_least=True)


def repeated(*values: float, doubts: dict[int, Doubt] | None = None) -> list[Trial]:
    """Return repetitions of a trial with these throughputs, and doubts by their number."""
    return [
        msgspec.structs.replace(
            runs.trial("uvicorn/asgi", 50, throughput_per_s=value),
            repetition=number,
            doubts=[doubts[number]] if doubts and number in doubts else [],
        )
        for number, value in enumerate(values, start=1)
    ]


def test_repetitions_have_their_median() -> None:
    """Several trials are one row, which tells how many they were."""
    (row,) = medians(repeated(1.0, 2.0, 9.0), "throughput_per_s")
    assert (row["value"], row["trials"]) == (2.0, "3 of 3")
    assert "discarded" not in row


def test_discarded_trials_enter_no_median() -> None:
    """What is doubted so far that it isn't compared isn't drawn with the others either."""
    (row,) = medians(repeated(1.0, 2.0, 9.0, doubts={3: BUSY}), "throughput_per_s")
    assert (row["value"], row["trials"], row["doubts"]) == (1.5, "2 of 3", "none")


def test_median_of_discarded_trials_alone_says_so() -> None:
    """With nothing better a discarded figure is shown as what it is."""
    (row,) = medians(repeated(1.0, doubts={1: BUSY}), "throughput_per_s")
    assert row["discarded"] is True
    assert row["doubts"] == "machine-busy: everything else used 40% of a core"


def test_lower_bound_is_marked() -> None:
    """A figure that lies among unanswered requests is at least what it says."""
    (row,) = medians(repeated(1.0, doubts={1: STUCK}), "throughput_per_s")
    assert row["at_least"] is True
    assert labelled(row, "requests/s")["label"] == "≥ 1.0 requests/s"


def test_single_trials_are_rows_where_there_are_several() -> None:
    """One trial is its own median and needs no second mark."""
    assert singles(repeated(1.0), "throughput_per_s") == []
    assert [row["value"] for row in singles(repeated(1.0, 3.0), "throughput_per_s")] == [1.0, 3.0]


def test_figure_that_is_no_number_has_no_row() -> None:
    """Nothing is drawn of infinity."""
    assert medians(repeated(float("inf"), float("nan")), "throughput_per_s") == []


def test_interval_is_around_the_value() -> None:
    """Turns that differ give an interval; one value gives none."""
    (row,) = with_intervals([runs.measured("uvicorn/asgi", "baseline", 500)], "cpu_us_per_request")
    assert float(str(row["low"])) < float(str(row["value"])) < float(str(row["high"]))
    (alone,) = with_intervals(repeated(1.0), "throughput_per_s")
    assert (alone["interval"], "low" in alone) == ("unknown", False)


def test_repetitions_that_agree_have_an_interval() -> None:
    """Two trials that came to the same are no single trial: their interval is known, and has no width."""
    (row,) = with_intervals(repeated(2.0, 2.0), "throughput_per_s")
    assert (row["low"], row["high"], row["interval"]) == (2.0, 2.0, "2 to 2")


def test_curve_ends_where_the_sample_does() -> None:
    """Of 200 answers five lie beyond the 97.5th percentile, and nothing is drawn from there on."""
    rows = percentile_rows([runs.measured("uvicorn/asgi", "baseline", 500)], "corrected")
    assert 97 < max(float(str(row["percentile"])) for row in rows) <= 97.5
    assert len(rows) <= 65


def test_curve_of_unanswered_requests_ends_before_them() -> None:
    """Requests without an answer are the slowest; where they begin the curve ends in a lower bound."""
    trial = runs.measured("uvicorn/asgi", "baseline", 500)
    stuck = Doubt("unanswered", "200 had no answer", "", ["corrected_ms_p99"], at_least=True)
    figures = {**trial.figures, "censored": 200.0}
    rows = percentile_rows([msgspec.structs.replace(trial, figures=figures, doubts=[stuck])], "corrected")
    assert 48 < max(float(str(row["percentile"])) for row in rows) <= 50
    assert [row for row in rows if row.get("at_least")] == rows[-1:]


def test_trace_is_of_the_median_trial() -> None:
    """Of three repetitions the one in the middle is drawn."""
    trials = [runs.measured("uvicorn/asgi", "upload", 20, repetition) for repetition in (3, 1, 2)]
    assert trace_rows(trials, "probe") == trace_rows(trials[2:], "probe")


def test_chunks_follow_each_other_by_median_gaps() -> None:
    """Ten chunks begin with the median first byte; the first knows between what it came."""
    rows = chunk_rows([runs.measured("gunicorn-sync/wsgi", "streaming", 1)], 3)
    assert [(row["chunk"], row["ms"]) for row in rows] == [(1, 1.01), (2, 21.01), (3, 41.01)]
    assert ("low" in rows[0], "low" in rows[1]) == (True, False)


def test_chunks_without_histograms_have_no_spread() -> None:
    """An older run has medians alone."""
    trial = msgspec.structs.replace(runs.measured("uvicorn/asgi", "streaming", 1), histograms={})
    rows = chunk_rows([trial], 1)
    assert (rows[0]["first_byte"], "low" in rows[0]) == ("unknown", False)
