"""What a worker used."""

import time

import pytest

from loadtests.machine import machine_id
from loadtests.worker_usage import Moment, usage, watch_clocks


def test_usage_is_told_on_average_and_at_its_worst() -> None:
    """The last second counts for as long as it was."""
    moments = [Moment(10.0, 1.0, 50.0), Moment(11.0, 1.25, 51.0), Moment(11.5, 1.75, 51.5)]
    used = usage(moments)
    assert used.cores == pytest.approx(0.5)
    assert used.cores_max == pytest.approx(1.0)
    assert used.machine_cores == pytest.approx(1.0)
    assert used.machine == machine_id() != ""


def test_a_window_is_watched_at_its_edges_and_each_second() -> None:
    """No clock is read before the window opens or has closed, and none goes back."""
    opens_at = time.monotonic()
    moments = watch_clocks(opens_at, opens_at + 0.02)
    assert len(moments) == 2
    assert moments[0].at >= opens_at
    assert moments[1].at >= opens_at + 0.02
    assert moments[1].used_s >= moments[0].used_s
    assert moments[1].busy_s >= moments[0].busy_s
