"""A table, a chart, a diff, a gate and a history of the same trials say the same of a figure."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.judge.comparisons import sound
from lab.judge.differences import diff
from lab.judge.estimates import Estimate, find_estimate
from lab.judge.gates import judge_rules, parse
from lab.judge.histories import history
from lab.judge.standings import standing
from lab.tell.charts.rows import Row, short, with_intervals
from lab.tell.run.tables import format_value, tables
from records.run import Doubt, Run
from records.scenario import Headline
from tests.lab import runs

FIGURE = "cpu_us_per_request"
PLACE = ("uvicorn/asgi", "slow-io", 50)
DOUBTS = {
    "sound": [],
    "few": [Doubt("too-few-samples", "few", "measure longer", [FIGURE])],
    "bound": [Doubt("unanswered", "3 had no answer", "read as lower bounds", [FIGURE], at_least=True)],
    "discarded": [Doubt("machine-busy", "busy", "measure again", discards=True)],
}
REPETITIONS = st.lists(
    st.tuples(
        st.floats(1, 1000),
        st.sampled_from(list(DOUBTS)),
        st.lists(st.floats(1, 1000), min_size=0, max_size=4),
    ),
    min_size=1,
    max_size=5,
)


def repeated(repetitions: list[tuple[float, str, list[float]]]) -> Run:
    """Return a run of one stack at one place, of these values, kinds of doubt and seconds."""
    trials = [
        msgspec.structs.replace(
            runs.trial("uvicorn/asgi", 50, cpu_us_per_request=value),
            repetition=number,
            doubts=DOUBTS[doubt],
            seconds={FIGURE: seconds},
        )
        for number, (value, doubt, seconds) in enumerate(repetitions, 1)
    ]
    return runs.run(trials, [runs.stack("uvicorn/asgi")])


def estimate_of(run: Run) -> Estimate:
    """Return what the run knows of the figure."""
    estimate = find_estimate(run, *PLACE, FIGURE)
    assert estimate is not None
    return estimate


def row_of(run: Run) -> Row:
    """Return the row of a chart."""
    (row,) = with_intervals(run.trials, FIGURE)
    return row


@settings(max_examples=40)
@given(REPETITIONS)
def test_table_chart_and_standing_agree(repetitions: list[tuple[float, str, list[float]]]) -> None:
    """Value, bound, doubts and interval are the estimate's wherever the run is told."""
    run = repeated(repetitions)
    estimate, row = estimate_of(run), row_of(run)
    (table,) = tables(run)
    cell = table.rows[0][-1]
    assert cell.text == ("≥" if estimate.at_least else "") + format_value("µs", estimate.value)
    assert len(cell.marks) == len({doubt.name for doubt in estimate.doubts})
    assert row["value"] == short(estimate.value)
    assert (row.get("at_least", False), row.get("discarded", False)) == (
        estimate.at_least,
        estimate.discarded,
    )
    assert row["trials"] == f"{len(estimate.trials)} of {len(repetitions)}"
    headline = Headline(FIGURE, 50, "CPU per request")
    assert standing(run, "uvicorn/asgi", "slow-io", headline).value == estimate


@settings(max_examples=40)
@given(REPETITIONS)
def test_diff_gate_and_history_agree_with_the_chart(
    repetitions: list[tuple[float, str, list[float]]],
) -> None:
    """They show the same value with the same interval, and do without it where the chart warns of it."""
    run = repeated(repetitions)
    estimate, row = estimate_of(run), row_of(run)
    (difference,) = diff(run, run).differences
    (series,) = history([run], FIGURE, "slow-io", 50, []).series
    (outcome,) = judge_rules([parse("slow-io@50 uvicorn/asgi cpu > 0")], run)
    measured = {
        difference.a,
        difference.b,
        series.points[0].measured,
        *([outcome.measured] if outcome.measured else []),
    }
    (quantity,) = measured
    assert short(quantity.value) == row["value"]
    ends = (row.get("low"), row.get("high"))
    assert tuple(end if end is None else short(end) for end in (quantity.low, quantity.high)) == ends
    warned = "discarded" in row or "at_least" in row
    assert (difference.verdict == "doubted", not outcome.kept, bool(series.points[0].doubts)) == (warned,) * 3
    assert (sound(run.trials, FIGURE) == []) == warned
    assert estimate.sound == (not warned)


def test_a_trial_counts_everywhere_or_nowhere() -> None:
    """Of three trials one is discarded: value and ratio are those of the others, whoever tells them."""
    a = repeated([(100.0, "sound", []), (110.0, "sound", []), (900.0, "discarded", [])])
    b = repeated([(200.0, "sound", []), (220.0, "few", []), (1.0, "discarded", [])])
    (difference,) = diff(a, b).differences
    assert (
        (difference.a.value, difference.b.value) == (row_of(a)["value"], row_of(b)["value"]) == (105.0, 210.0)
    )
    assert difference.ratio is not None
    assert difference.ratio.value == 2.0
