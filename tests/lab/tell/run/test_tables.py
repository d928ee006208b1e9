"""Tables of a run."""

import msgspec
import pytest

from lab.judge.figures import describe
from lab.tell.run.tables import Cell, format_value, tables
from records.run import Doubt
from records.scenario import LevelRecord
from tests.lab import runs


def test_one_row_a_stack_one_column_a_figure_and_level() -> None:
    """Slow-io shows throughput at each level that was measured."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)])
    (table,) = tables(run)
    assert table.headings == ("stack", "1 user, /s", "50 users, /s", "CPU per request, 50 users, µs")
    assert [cell.text for cell in table.rows[0]] == ["uvicorn/asgi", "–", "490", "–"]


def test_failed_trial_is_a_word_not_a_zero() -> None:
    """A failure stands in the table as such."""
    failed = msgspec.structs.replace(runs.trial("uvicorn/asgi", 50), status="failed")
    (table,) = tables(runs.run([failed]))
    assert table.rows[0][2] == Cell("failed")


def test_lower_bound_is_marked_and_noted() -> None:
    """A figure among unanswered requests is told as at least, with the advice below."""
    doubt = Doubt(
        "unanswered", "3 had no answer", "read as lower bounds", ["throughput_per_s"], at_least=True
    )
    trial = msgspec.structs.replace(runs.trial("uvicorn/asgi", 50, throughput_per_s=5.0), doubts=[doubt])
    (table,) = tables(runs.run([trial]))
    assert table.rows[0][2] == Cell("≥5.0", "a")
    assert table.notes == ("a unanswered: read as lower bounds",)


def test_repetitions_are_told_by_their_median() -> None:
    """Three repetitions give one cell."""
    trials = [runs.trial("uvicorn/asgi", 50, throughput_per_s=value) for value in (400.0, 500.0, 480.0)]
    (table,) = tables(runs.run(trials))
    assert table.rows[0][2].text == "480"


def test_discarded_repetition_is_left_out_of_the_median() -> None:
    """What a doubt discards counts only where nothing else was measured."""
    trials = [runs.trial("uvicorn/asgi", 50, throughput_per_s=value) for value in (100.0, 500.0, 480.0)]
    trials[0].doubts.append(Doubt("machine-busy", "", "measure again", discards=True))
    (table,) = tables(runs.run(trials))
    assert table.rows[0][2] == Cell("490")
    (table,) = tables(runs.run(trials[:1]))
    assert table.rows[0][2] == Cell("100", "a")


def test_discarded_figure_beside_a_failed_trial_is_marked() -> None:
    """A repetition that failed has no figure, and takes nothing from the doubts about the one that is shown."""
    measured = runs.trial("uvicorn/asgi", 50, throughput_per_s=5.0)
    measured.doubts.append(Doubt("machine-busy", "", "measure again", discards=True))
    failed = msgspec.structs.replace(
        runs.trial("uvicorn/asgi", 50), status="failed", doubts=[Doubt("failed", "", "read the log")]
    )
    (table,) = tables(runs.run([measured, failed]))
    assert table.rows[0][2] == Cell("5.0", "b")
    assert table.notes == ("a failed: read the log", "b machine-busy: measure again")


def test_skipped_stack_has_no_row() -> None:
    """What couldn't run isn't shown as if it had no speed."""
    stacks = [runs.stack("waitress/wsgi", skipped="not installed"), runs.stack("uvicorn/asgi")]
    (table,) = tables(runs.run(stacks=stacks))
    assert [row[0].text for row in table.rows] == ["uvicorn/asgi"]


def test_stack_that_breaks_the_contract_says_so() -> None:
    """A stack that answers wrong has a row without figures."""
    stacks = [runs.stack("uvicorn/asgi", contract=["GET /: status 500, not 200"])]
    (table,) = tables(runs.run(stacks=stacks))
    assert table.rows[0][1].text == "breaks the contract"


def test_levels_that_are_words_head_their_columns() -> None:
    """A kind of load stands in the heading as it is called."""
    run = runs.run()
    run.scenarios = [runs.scenario("blocking", LevelRecord("offloaded", 3.0, []))]
    (table,) = tables(run)
    assert table.headings == ("stack", "offloaded, /s", "probe p50, offloaded, ms")


@pytest.mark.parametrize(
    ("figure", "value", "text"),
    [
        ("service_ms_p50", 0.4567, "0.46"),
        ("service_ms_p50", 4.567, "4.6"),
        ("service_ms_p50", 45.67, "45.7"),
        ("service_ms_p50", 456.7, "457"),
        ("service_ms_p50", 13991.2, "13,991"),
        ("ceiling_share", 0.967, "97"),
        ("answers", 1.0, "1"),
        ("throughput_per_s", 9.94, "9.9"),
        ("held", 500.0, "500"),
        ("threads_left", 8.0, "8"),
        ("probe_service_ms_p50", 4.567, "4.6"),
    ],
)
def test_numbers_read_well(figure: str, value: float, text: str) -> None:
    """A number has about three digits and no more than it deserves."""
    assert format_value(describe(figure).unit, value) == text
