"""What is possible with slots and waits."""

import pytest

from lab.judge.ceilings import ceiling_per_s
from loadtests.scenarios import Flow


@pytest.mark.parametrize(
    ("users", "slots", "ceiling"), [(50, 1, 10), (50, 10, 100), (50, None, 500), (1, 10, 10)]
)
def test_closed_loop(users: int, slots: int | None, ceiling: float) -> None:
    """Min(users, slots) over the seconds of waiting."""
    flow = Flow("traffic", "/sleep", users=users, waits_s=0.1)
    assert ceiling_per_s(flow, slots) == pytest.approx(ceiling)


def test_no_waiting_has_no_ceiling() -> None:
    """Without waiting only speed bounds a closed loop."""
    assert ceiling_per_s(Flow("traffic", "/", users=5), 1) is None


def test_open_loop_can_get_no_more_than_it_sends() -> None:
    """An open loop's ceiling is its rate."""
    assert ceiling_per_s(Flow("traffic", "/", users=5, rate_per_s=200), 1) == 200


def test_open_loop_of_waiting_requests_is_bounded_by_slots() -> None:
    """Slots bound an open loop as well."""
    flow = Flow("traffic", "/sleep", users=100, rate_per_s=200, waits_s=0.1)
    assert ceiling_per_s(flow, 10) == pytest.approx(100)
