"""What is possible with slots and waits."""

import pytest

from loadtests.ceilings import ceiling_per_s, queue_s
from loadtests.scenarios import Flow, Waiting


@pytest.mark.parametrize(
    ("users", "slots", "ceiling"), [(50, 1, 10), (50, 10, 100), (50, None, 500), (1, 10, 10)]
)
def test_closed_loop(users: int, slots: int | None, ceiling: float) -> None:
    """Min(users, slots) over the seconds of waiting."""
    flow = Flow("traffic", "/sleep", users=users, waits_s=0.1)
    assert ceiling_per_s(flow, {"interface": slots}) == pytest.approx(ceiling)


def test_no_waiting_has_no_ceiling() -> None:
    """Without waiting only speed bounds a closed loop."""
    assert ceiling_per_s(Flow("traffic", "/", users=5), {"interface": 1}) is None


def test_open_loop_can_get_no_more_than_it_sends() -> None:
    """An open loop's ceiling is its rate."""
    assert ceiling_per_s(Flow("traffic", "/", users=5, rate_per_s=200), {"interface": 1}) == 200


def test_open_loop_of_waiting_requests_is_bounded_by_slots() -> None:
    """Slots bound an open loop as well."""
    flow = Flow("traffic", "/sleep", users=100, rate_per_s=200, waits_s=0.1)
    assert ceiling_per_s(flow, {"interface": 10}) == pytest.approx(100)


@pytest.mark.parametrize(
    ("waiting", "ceiling"), [("interface", 500), ("blocking", 10), ("offloaded", 80), ("client", 500)]
)
def test_slots_are_those_of_the_way_of_waiting(waiting: Waiting, ceiling: float) -> None:
    """The same stack can have many slots for one way of waiting and one for another."""
    flow = Flow("traffic", "/sleep", users=50, waits_s=0.1, waiting=waiting)
    slots = {"interface": None, "blocking": 1, "offloaded": 8, "client": None}
    assert ceiling_per_s(flow, slots) == pytest.approx(ceiling)


@pytest.mark.parametrize("way", ["download", "idle", "silent"])
def test_what_does_not_end_has_no_ceiling(way: str) -> None:
    """Answers that nobody waits for aren't counted against what is possible."""
    assert ceiling_per_s(Flow("traffic", "/", users=5, behaviour=way, waits_s=0.1), {"interface": 1}) is None


def test_a_share_of_the_ceiling_has_none_by_arithmetic() -> None:
    """Where the ceiling is measured slots and waits don't say what it is."""
    assert ceiling_per_s(Flow("traffic", "/", users=5, of_ceiling=1.5), {"interface": 1}) is None


def test_a_queue_fills_when_everybody_has_been_answered_once() -> None:
    """Fifty users that wait 0.1 s each in ten slots have all been answered after half a second."""
    assert queue_s(Flow("traffic", "/", users=50, waits_s=0.1), {"interface": 10}) == pytest.approx(0.5)
    assert queue_s(Flow("traffic", "/", users=50, waits_s=0.1), {"interface": None}) == pytest.approx(0.1)


@pytest.mark.parametrize(
    "flow",
    [
        Flow("traffic", "/", users=50, rate_per_s=10, waits_s=0.1),
        Flow("traffic", "/", users=50, of_ceiling=1.5, waits_s=0.1),
        Flow("traffic", "/", users=50, behaviour="idle", waits_s=0.1),
        Flow("traffic", "/", users=50),
    ],
    ids=["open", "of ceiling", "endless", "without waiting"],
)
def test_only_a_closed_loop_that_waits_has_a_queue_to_fill(flow: Flow) -> None:
    """Everybody else's queue is as long as it is from the start."""
    assert queue_s(flow, {"interface": 1}) == 0.0
