"""Who sends what to whom, and what is recorded of it. Nothing is sent, and the clock is the test's."""

from itertools import islice

import msgspec
import pytest
from hdrh.histogram import HdrHistogram

from loadtests.dashboard.live_load import REMEMBERS_S, LiveLoad
from loadtests.dashboard.manual_flows import PROBES_PER_S
from loadtests.recorder import Lane
from loadtests.scenarios import PROBE, TRAFFIC, Flow
from records.dashboard import RecordedLoad, UsageSample
from records.load import FlowReading, TargetReading
from records.usage import Footprint, StackUsage, UsageReport
from tests.loadtests.dashboard.clocks import Clock

GUEST = Flow("blocking", "/sleep/blocking?seconds=2", users=1)


def flows(live_load: LiveLoad, place: int = 0) -> dict[str, FlowReading]:
    """Return what was recorded of a stack, as the lab reads it."""
    assert live_load.record is not None
    return msgspec.convert(live_load.record[place], TargetReading).flows


def answer(live_load: LiveLoad, lane: Lane, clock: Clock, after_s: float) -> None:
    """Send a lane's request now and let its answer come."""
    recorder = live_load.recorders[lane.target]
    recorder.sent(lane, clock.now)
    clock.now += after_s
    recorder.answered(lane, clock.now, after_s, None)


def upcoming(lane: Lane, count: int) -> list[float]:
    """Return when the next requests of an open loop are due."""
    assert lane.times is not None
    return [lane.due_at, *islice(lane.times, count)]


def test_a_user_sends_at_once(live_load: LiveLoad, clock: Clock) -> None:
    """Whoever joins a closed loop has its first request due."""
    assert live_load.join(0, TRAFFIC).due_at == clock.now


def test_a_probe_that_joins_late_has_nothing_overdue(live_load: LiveLoad, clock: Clock) -> None:
    """Its schedule is the load's, from now on."""
    clock.now += 60
    assert live_load.join(0, PROBE).due_at >= clock.now


def test_probes_of_a_stack_have_schedules_of_their_own(live_load: LiveLoad) -> None:
    """No two of its twenty lanes ask at the same moments."""
    assert len({live_load.join(0, PROBE).due_at for _ in range(20)}) == 20


def test_stacks_are_recorded_apart(live_load: LiveLoad) -> None:
    """A lane is with the recorder of its stack alone."""
    lanes = [live_load.join(place, TRAFFIC) for place in (0, 1)]
    assert [recorder.lanes for recorder in live_load.recorders] == [[lanes[0]], [lanes[1]]]


def test_most_users_are_those_at_once(live_load: LiveLoad) -> None:
    """Who has left makes room: three have come, two at a time."""
    first = live_load.join(1, TRAFFIC)
    live_load.join(1, TRAFFIC)
    live_load.leave(first)
    live_load.join(1, TRAFFIC)
    assert live_load.most_users(TRAFFIC) == [0, 2]


def test_guests_are_no_users(live_load: LiveLoad) -> None:
    """Whoever sends a single request for a button isn't counted among the traffic."""
    live_load.enter(Lane(GUEST, 0, 0))
    assert live_load.most_users(TRAFFIC) == [0, 0]


def test_leaving_twice_is_leaving(live_load: LiveLoad) -> None:
    """A user of a load that is over has no lane here any more."""
    lane = live_load.join(0, TRAFFIC)
    live_load.leave(lane)
    live_load.leave(lane)
    assert live_load.recorders[0].lanes == []


def test_what_has_no_answer_counts_with_its_age(live_load: LiveLoad, clock: Clock) -> None:
    """A request that was sent two seconds before the end is censored at two seconds."""
    lane = live_load.join(0, TRAFFIC)
    live_load.recorders[0].sent(lane, clock.now)
    clock.now += 2
    live_load.close()
    found = flows(live_load)[TRAFFIC]
    assert (found.answers, found.censored) == (0, 1)
    ages = HdrHistogram.decode(found.unanswered["corrected"])
    assert ages.get_max_value() == pytest.approx(2e6, rel=0.001)


def test_answers_are_recorded(live_load: LiveLoad, clock: Clock) -> None:
    """An answer of the load is in its record, with its stack."""
    answer(live_load, live_load.join(0, TRAFFIC), clock, 0.2)
    live_load.close()
    assert (flows(live_load, 0)[TRAFFIC].answers, flows(live_load, 1)) == (1, {})


def test_nothing_is_recorded_before_a_load(clock: Clock) -> None:
    """Stop without a load leaves no record."""
    del clock
    live_load = LiveLoad([], "slow-io")
    live_load.close()
    assert (live_load.recording, live_load.record) == (False, None)


def test_record_ends_once(live_load: LiveLoad, clock: Clock) -> None:
    """A second Stop changes nothing."""
    live_load.close()
    closed_at, record = live_load.closed_at, live_load.record
    clock.now += 5
    live_load.close()
    assert (live_load.closed_at, live_load.record is record) == (closed_at, True)


def test_next_load_forgets_the_last(live_load: LiveLoad, clock: Clock) -> None:
    """Another load has its own record, users and kind of work."""
    answer(live_load, live_load.join(0, TRAFFIC), clock, 0.2)
    live_load.close()
    live_load.begin("streaming")
    assert (live_load.recording, live_load.record, live_load.most_users(TRAFFIC)) == (True, None, [0, 0])
    assert live_load.flow(0).target.startswith("/stream")


def test_who_waits_at_the_end_goes_on_as_if_nothing_were(live_load: LiveLoad, clock: Clock) -> None:
    """A lane is free again after an answer that came too late for the record."""
    lane = live_load.join(0, TRAFFIC)
    live_load.recorders[0].sent(lane, clock.now)
    live_load.close()
    clock.now += 1
    live_load.recorders[0].answered(lane, clock.now, 1.0, None)
    assert (lane.sent_at, lane.due_at) == (None, clock.now)


@pytest.mark.parametrize("after_s", [0.0, 0.5, 7.0, 60.0])
def test_end_of_a_record_uses_no_schedule_up(live_load: LiveLoad, clock: Clock, after_s: float) -> None:
    """Every probe is due when it would have been due without the record, overdue ones too."""
    lane = live_load.join(0, PROBE)
    unread = LiveLoad(live_load.stacks, "starvation")
    unread.begin("starvation")
    expected = upcoming(unread.join(0, PROBE), 50)
    clock.now += after_s
    live_load.close()
    assert upcoming(lane, 50) == expected


def test_record_of_a_long_load_ends_by_itself(live_load: LiveLoad, clock: Clock) -> None:
    """What is sent later is shown but not kept."""
    live_load.close_in_time()
    before = live_load.recording
    clock.now += REMEMBERS_S
    live_load.close_in_time()
    assert (before, live_load.recording, live_load.closed_at) == (True, False, clock.now)


def test_the_lab_reads_what_was_recorded(live_load: LiveLoad, clock: Clock) -> None:
    """Users, flows and usage of each stack arrive by its name."""
    usage = StackUsage({1: 0.5}, Footprint(20.0, 15.0, 3), alive=True)
    samples = [UsageSample(UsageReport(clock.now, "here", 2.0, 0.0, {"uvicorn/asgi": usage}), 0.25)]
    live_load.join(1, TRAFFIC)
    live_load.join(1, PROBE)
    clock.now += 3
    live_load.close()
    load = live_load.recorded(samples)
    assert msgspec.json.decode(msgspec.json.encode(load), type=RecordedLoad) == load
    assert (load.scenario, load.closed_at - load.began_at) == ("starvation", 3.0)
    assert load.users == {"gunicorn-sync/wsgi": 0, "uvicorn/asgi": 1}
    assert {name: set(target.flows) for name, target in load.targets.items()} == {
        "gunicorn-sync/wsgi": set(),
        "uvicorn/asgi": {TRAFFIC, PROBE},
    }
    assert load.probes_per_s == PROBES_PER_S
    assert load.usage[0].report.stacks["uvicorn/asgi"].cpu_s == {1: 0.5}
