"""When a user of an open loop sends, and which target has its turn."""

from itertools import islice, pairwise, takewhile
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests import schedule
from loadtests.scenarios import Flow
from loadtests.schedule import Turns

open_flows = st.builds(
    Flow, st.just("traffic"), st.just("/"), users=st.integers(1, 50), rate_per_s=st.integers(1, 1000)
)
turns_of_some = st.builds(Turns, targets=st.integers(1, 6), seed=st.integers(0, 99))
RANDOM = Flow("probe", "/", users=20, rate_per_s=100, arrivals="poisson")


def offsets(flow: Flow, seconds: float, seed: int = 0) -> list[float]:
    """Return when all users of a flow together send in its first seconds."""
    users = (schedule.arrivals(flow, index, seed) for index in range(flow.users))
    return sorted(at for arrivals in users for at in takewhile(lambda at: at < seconds, arrivals))


@given(open_flows, st.integers(2, 5))
def test_all_users_together_are_evenly_spaced(flow: Flow, rounds: int) -> None:
    """Merged, the arrivals of all users are the whole schedule: one every 1/rate seconds, none twice."""
    rate = float(flow.rate_per_s or 0)
    merged = offsets(flow, (flow.users * rounds - 0.5) / rate)
    assert len(merged) == flow.users * rounds
    assert merged[0] == 0.0
    assert [after - before for before, after in pairwise(merged)] == pytest.approx(
        [1 / rate] * (len(merged) - 1), abs=1e-9
    )


@given(open_flows, st.integers(0, 49))
def test_a_user_sends_once_a_period(flow: Flow, index: int) -> None:
    """One user's arrivals are users/rate seconds apart: each waits for all the others' turns."""
    user, rate = index % flow.users, float(flow.rate_per_s or 0)
    sent = list(islice(schedule.arrivals(flow, user), 3))
    assert sent == pytest.approx([user / rate, (user + flow.users) / rate, (user + 2 * flow.users) / rate])


def test_a_period_is_a_turn_of_all_users() -> None:
    """Twenty users that share forty requests a second send every half a second each."""
    first, second = islice(schedule.arrivals(Flow("traffic", "/", users=20, rate_per_s=40), 7), 2)
    assert second - first == 0.5


def test_even_arrivals_do_not_drift() -> None:
    """The thousandth arrival is a thousand periods after the first, without a thousand roundings."""
    arrivals = schedule.arrivals(Flow("traffic", "/", users=1, rate_per_s=10), 0)
    assert list(islice(arrivals, 1000, 1001)) == [1000 * 0.1]


def test_the_users_of_a_closed_loop_start_spread_over_one_wait() -> None:
    """Four users that wait two seconds each start half a second apart, not in one volley."""
    flow = Flow("traffic", "/sleep?seconds=2", users=4, waits_s=2.0)
    assert [schedule.first_firing(flow, index, 10.0) for index in range(4)] == [10.0, 10.5, 11.0, 11.5]


def test_a_closed_loop_has_no_schedule() -> None:
    """A closed loop sends when it is answered: asking when it arrives is a mistake, told by name."""
    with pytest.raises(ValueError, match=r"^traffic is a closed loop: it has no schedule$"):
        next(schedule.arrivals(Flow("traffic", "/", users=1), 0))


@pytest.mark.parametrize("users", [1, 20])
def test_random_arrivals_have_the_rate_of_the_flow(users: int) -> None:
    """However many users share it, a rate of 100 a second is about 10,000 in 100 seconds."""
    flow = Flow("probe", "/", users=users, rate_per_s=100, arrivals="poisson")
    assert len(offsets(flow, 100.0)) == pytest.approx(10_000, rel=0.05)


def test_random_arrivals_have_exponential_gaps() -> None:
    """The gaps between arrivals of all users spread as far as they are long: nothing is even about them."""
    gaps = [after - before for before, after in pairwise(offsets(RANDOM, 100.0))]
    assert stdev(gaps) / mean(gaps) == pytest.approx(1.0, abs=0.05)


@given(st.integers(0, 1000), st.integers(0, 19))
def test_random_arrivals_are_never_out_of_order(seed: int, index: int) -> None:
    """A user sends one request after the other, and none before the start."""
    sent = list(islice(schedule.arrivals(RANDOM, index, seed), 50))
    assert sent[0] >= 0.0
    assert sent == sorted(sent)


def test_random_arrivals_follow_from_the_seed() -> None:
    """The same seed gives the same times, another seed others."""
    assert offsets(RANDOM, 5.0, seed=3) == offsets(RANDOM, 5.0, seed=3)
    assert set(offsets(RANDOM, 5.0, seed=3)) & set(offsets(RANDOM, 5.0, seed=4)) == set()


def test_random_users_do_not_arrive_together() -> None:
    """Each user has random times of its own, and so has each flow."""
    other = Flow("traffic", "/", users=20, rate_per_s=100, arrivals="poisson")
    first = [next(schedule.arrivals(flow, index)) for flow in (RANDOM, other) for index in range(20)]
    assert len(set(first)) == 40


@given(turns_of_some, st.integers(0, 200))
def test_a_round_holds_each_target_once(turns: Turns, number: int) -> None:
    """In every round each target has one turn, whatever its place."""
    assert sorted(schedule.order(turns, number)) == list(range(turns.targets))


@given(turns_of_some, st.integers(0, 200))
def test_the_turns_of_a_round_stand_side_by_side(turns: Turns, number: int) -> None:
    """One turn begins when the one before ends: together they are the round."""
    begins = sorted(turns.begins(target, number) for target in range(turns.targets))
    places = range(turns.targets)
    assert begins == pytest.approx([number * turns.round_s + place * turns.turn_s for place in places])


def test_the_order_of_turns_follows_from_the_seed() -> None:
    """The same seed gives the same order, another seed another, and rounds differ."""
    first, again, other = ([schedule.order(Turns(6, seed), n) for n in range(20)] for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert len(set(map(tuple, first))) > 10


@given(turns_of_some, st.integers(0, 5), st.floats(0.0, 30.0))
def test_a_request_is_placed_in_a_turn_of_its_target(turns: Turns, target: int, seconds: float) -> None:
    """A target that has been loaded for so long is in its turn, between the pauses before and after."""
    target %= turns.targets
    at = turns.placed(target, seconds)
    turn = turns.begins(target, turns.round_at(at))
    assert turns.lead_s - 1e-6 <= at - turn <= turns.lead_s + turns.loaded_s + 1e-6


@given(turns_of_some, st.integers(0, 5), st.lists(st.floats(0.0, 30.0), min_size=2, max_size=20))
def test_placing_keeps_the_order(turns: Turns, target: int, seconds: list[float]) -> None:
    """What is due later without turns is due later with them."""
    placed = [turns.placed(target % turns.targets, each) for each in sorted(seconds)]
    assert placed == sorted(placed)


@given(turns_of_some, st.integers(0, 100))
def test_turns_hold_equally_many_requests(turns: Turns, number: int) -> None:
    """Of an even load of 500 a second each turn of 0.08 s holds 40 requests."""
    placed = [turns.placed(0, each / 500) for each in range(40 * number, 40 * (number + 1))]
    assert {turns.round_at(at) for at in placed} == {number}


@given(turns_of_some, st.integers(0, 200))
def test_a_round_goes_on_until_the_next_begins(turns: Turns, number: int) -> None:
    """A moment belongs to the round that has begun last."""
    begins = number * turns.round_s
    moments = (begins, begins + turns.round_s / 2, begins + turns.round_s - 1e-6)
    assert [turns.round_at(moment) for moment in moments] == [number] * 3
