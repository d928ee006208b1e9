"""A figure over many runs, drawn."""

import msgspec
import pytest

from lab.judge.histories import history
from lab.tell.run.histories import WIDTH, bar, others, render
from records.run import Doubt, Run
from tests.lab import runs
from tests.lab.tell.run.test_terminal import printed


def made(name: str, value: float, *doubts: Doubt) -> Run:
    """Return a run with one trial."""
    trial = runs.trial("uvicorn/asgi", 50, throughput_per_s=value)
    run = runs.run([msgspec.structs.replace(trial, doubts=list(doubts))])
    run.run.id = run.run.started = name
    return run


@pytest.mark.parametrize(
    ("value", "drawn"),
    [(80.0, "█" * WIDTH), (40.0, "█" * (WIDTH // 2)), (1.0, "▎"), (0.0, ""), (-3.0, "")],
)
def test_bars_are_to_scale(value: float, drawn: str) -> None:
    """The longest fills the width, nothing is nothing, and an eighth of a character is seen."""
    assert printed(bar(value, 80.0)).rstrip() == drawn


def test_nothing_anywhere_draws_nothing() -> None:
    """Where every value is zero there is no scale, and no bar."""
    assert printed(bar(0.0, 0.0)).strip() == ""


def test_each_run_has_a_bar_and_its_value() -> None:
    """The oldest comes first, its stack in front."""
    over_time = history([made("first", 245.0), made("second", 490.0)], "throughput_per_s", "slow-io", 50, [])
    rows = [row for row in printed(render(over_time)).splitlines() if "█" in row]
    assert [row.split()[:3] for row in rows] == [
        ["uvicorn/asgi", "first", "245"],
        ["second", "490", "█" * WIDTH],
    ]


def test_doubts_and_other_environments_are_marked() -> None:
    """What shouldn't be read as a trend says why."""
    old, new = made("1-old", 245.0, Doubt("errors", "", "", discards=True)), made("2-new", 490.0)
    new.environment = {**new.environment, "kernel": "Linux 7"}
    over_time = history([old, new], "throughput_per_s", "slow-io", 50, [])
    assert "doubted: errors" in printed(render(over_time))
    assert others(over_time) == [
        "1-old had another environment than the newest: kernel was absent, is Linux 7"
    ]
