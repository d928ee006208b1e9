"""When a user of an open loop sends."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests import schedule
from loadtests.scenarios import Flow

START = 1000.0

open_flows = st.builds(
    Flow, st.just("traffic"), st.just("/"), users=st.integers(1, 50), rate_per_s=st.integers(1, 1000)
)


@given(open_flows, st.integers(2, 5))
@settings(deadline=None)
def test_all_users_together_are_evenly_spaced(flow: Flow, rounds: int) -> None:
    """Merged, the firings of all users are the whole schedule: one every 1/rate seconds, none twice."""
    rate = float(flow.rate_per_s or 0)
    until = START + (flow.users * rounds - 0.5) / rate
    merged = sorted(
        at
        for index in range(flow.users)
        for at in schedule.firings(flow, schedule.first_firing(flow, index, START), until)
    )
    assert len(merged) == flow.users * rounds
    assert merged[0] == START
    assert [after - before for before, after in pairwise(merged)] == pytest.approx(
        [1 / rate] * (len(merged) - 1), abs=1e-9
    )


@given(open_flows, st.integers(0, 49))
@settings(deadline=None)
def test_a_user_fires_once_a_period(flow: Flow, index: int) -> None:
    """One user's firings are users/rate seconds apart: each waits for all the others' turns."""
    first = schedule.first_firing(flow, index % flow.users, START)
    fired = list(schedule.firings(flow, first, first + 2.5 * schedule.period_s(flow)))
    assert fired == [first, first + schedule.period_s(flow), first + 2 * schedule.period_s(flow)]


def test_a_period_is_a_turn_of_all_users() -> None:
    """Twenty users that share forty requests a second send every half a second each."""
    assert schedule.period_s(Flow("traffic", "/", users=20, rate_per_s=40)) == 0.5


def test_firings_do_not_drift() -> None:
    """The thousandth firing is a thousand periods after the first, without a thousand roundings."""
    flow = Flow("traffic", "/", users=1, rate_per_s=10)
    fired = list(schedule.firings(flow, 0.0, 100.05))
    assert (len(fired), fired[-1]) == (1001, 1000 * 0.1)


def test_a_firing_at_the_very_end_does_not_count() -> None:
    """Firings go up to the end and leave it to the next window."""
    flow = Flow("traffic", "/", users=1, rate_per_s=2)
    assert list(schedule.firings(flow, 1.0, 2.0)) == [1.0, 1.5]


def test_nothing_fires_before_its_first_time() -> None:
    """A user whose first turn is after the end doesn't fire at all."""
    assert list(schedule.firings(Flow("traffic", "/", users=1, rate_per_s=2), 3.0, 2.0)) == []


def test_the_users_of_a_closed_loop_start_spread_over_one_wait() -> None:
    """Four users that wait two seconds each start half a second apart, not in one volley."""
    flow = Flow("traffic", "/sleep?seconds=2", users=4, waits_s=2.0)
    assert [schedule.first_firing(flow, index, 10.0) for index in range(4)] == [10.0, 10.5, 11.0, 11.5]


def test_a_closed_loop_has_no_schedule() -> None:
    """A closed loop sends when it is answered: asking for its period is a mistake, told by name."""
    with pytest.raises(ValueError, match=r"^traffic is a closed loop: it has no schedule$"):
        schedule.period_s(Flow("traffic", "/", users=1))
