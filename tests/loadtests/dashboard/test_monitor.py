"""How stacks are doing, second by second. Nothing is sent, the agent is made up and the clock is the test's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.agent_client import AgentClient, AgentError
from loadtests.dashboard.live_load import REMEMBERS_S, LiveLoad
from loadtests.dashboard.monitor import RECENT_S, REMEMBERED, Monitor, StackStatus, TallyReader, ages
from loadtests.recorder import Lane, Tally
from loadtests.scenarios import PROBE, TRAFFIC, Flow
from records.usage import Footprint, StackUsage, UsageReport
from tests.loadtests.dashboard.clocks import Clock

CLOSED = Flow(TRAFFIC, "/sleep", users=20, waits_s=0.2)
OPEN = Flow(PROBE, "/", users=20, rate_per_s=10.0)
IDLE = Flow(TRAFFIC, "/", users=20, waits_s=0.2, behaviour="idle")
SYNC, LOOP = 0, 1


class MadeUp(AgentClient):
    """An agent whose stacks use as many cores as it is told, and which can be gone."""

    cores = 0.5
    gone = False
    told: Clock

    def usage(self) -> UsageReport:
        """Tell of both stacks."""
        if self.gone:
            raise AgentError("gone")
        used = StackUsage({1: self.told.now * self.cores}, Footprint(20.0, 15.0, 3), alive=True)
        return UsageReport(
            self.told.now, "here", 0.0, 0.0, {"gunicorn-sync/wsgi": used, "uvicorn/asgi": used}
        )


@pytest.fixture
def agent(clock: Clock) -> MadeUp:
    """Return the agent at the test's clock."""
    MadeUp.told = clock
    MadeUp.gone = False
    return MadeUp("http://nowhere", "")


@pytest.fixture
def monitor(live_load: LiveLoad, agent: MadeUp) -> Monitor:
    """Return a monitor that has looked once."""
    monitor = Monitor(live_load, agent)
    monitor.look()
    return monitor


def looked(monitor: Monitor, clock: Clock, place: int, after_s: float = 1.0) -> StackStatus:
    """Look again a second later and return the status of a stack."""
    clock.now += after_s
    monitor.look()
    return monitor.history[-1].statuses[place]


def tally_of(*answers: tuple[float, float], errors: int = 0) -> Tally:
    """Return a tally of answers that came at a moment and took so long."""
    tally = Tally(samples=[(at, at - took, at - took, at - took, took) for at, took in answers])
    tally.errors["OSError"] = errors
    return tally


def test_idle_user_has_no_age() -> None:
    """A closed loop whose next request isn't sent yet waits for nothing."""
    assert ages(Lane(CLOSED, 0, due_at=10.0), 12.0) == []


def test_request_without_an_answer_has_the_age_of_its_being_due() -> None:
    """What was due two seconds ago and sent one ago is two seconds old."""
    assert ages(Lane(CLOSED, 0, due_at=10.0, sent_at=11.0), 12.0) == [2.0]


def test_probe_that_is_not_due_has_no_age() -> None:
    """What lies ahead isn't late."""
    assert ages(Lane(OPEN, 0, due_at=12.5), 12.0) == []


def test_probes_behind_the_first_are_late_too() -> None:
    """A lane that asks every two seconds and waits since seven has four requests out."""
    assert ages(Lane(OPEN, 0, due_at=5.0, sent_at=5.0), 12.0) == [7.0, 5.0, 3.0, 1.0]


@given(late_s=st.floats(0.001, 1000))
def test_ages_fall_from_the_first_to_none(late_s: float) -> None:
    """However late: the first age is the oldest and none is negative."""
    found = ages(Lane(OPEN, 0, due_at=2000 - late_s), 2000.0)
    assert found == sorted(found, reverse=True)
    assert found[0] == pytest.approx(late_s, abs=1e-9)
    assert found[-1] >= 0


def test_seen_counts_what_is_new() -> None:
    """The second look counts only what came since the first."""
    seen, tally = TallyReader(), tally_of((10.0, 0.1), (10.5, 0.1), errors=1)
    first = seen.read(tally, 11.0, recorded=True)
    tally.samples += tally_of((11.5, 0.1)).samples
    assert (first, seen.read(tally, 12.0, recorded=True)) == ((2, 1), (1, 0))


def test_seen_forgets_what_is_old() -> None:
    """Latencies of the last seconds count."""
    seen = TallyReader()
    seen.read(tally_of((10.0, 0.1), (14.0, 0.2)), 10.5 + RECENT_S, recorded=True)
    assert [took for _, took in seen.recent] == [pytest.approx(0.2)]


def test_what_nobody_records_is_not_kept() -> None:
    """A load that goes on for days fills no memory, and its answers are counted as before."""
    seen, tally = TallyReader(), tally_of((10.0, 0.1), (10.5, 0.1))
    seen.read(tally, 11.0, recorded=True)
    tally.samples += tally_of((11.5, 0.1)).samples
    last = seen.read(tally, 12.0, recorded=False)
    tally.samples += tally_of((12.5, 0.1)).samples
    assert (last, seen.read(tally, 13.0, recorded=False), tally.samples) == ((1, 0), (1, 0), [])


def test_waiting_users_show_as_a_latency_that_rises(
    monitor: Monitor, live_load: LiveLoad, clock: Clock
) -> None:
    """A stack that answers nobody isn't an empty chart."""
    lane = live_load.join(SYNC, TRAFFIC)
    live_load.recorders[SYNC].sent(lane, clock.now)
    seen = [looked(monitor, clock, SYNC).traffic for _ in range(3)]
    assert [told and told.p50_ms for told in seen] == [1000.0, 2000.0, 3000.0]


def test_requests_in_progress_stand_against_slots(
    monitor: Monitor, live_load: LiveLoad, clock: Clock
) -> None:
    """Three users of a server with one place: three requests, and five answers a second at most."""
    for _ in range(3):
        live_load.recorders[SYNC].sent(live_load.join(SYNC, TRAFFIC), clock.now)
    status = looked(monitor, clock, SYNC)
    assert (status.users, status.in_progress, status.slots, status.ceiling_per_s) == (3, 3, 1, 5.0)


def test_no_more_is_possible_of_a_schedule(monitor: Monitor, live_load: LiveLoad, clock: Clock) -> None:
    """An open loop has no ceiling to stand against: it sends what its schedule says."""
    live_load.begin("baseline")
    live_load.join(SYNC, TRAFFIC)
    assert looked(monitor, clock, SYNC).ceiling_per_s is None


def test_throughput_is_by_the_clock(monitor: Monitor, live_load: LiveLoad, clock: Clock) -> None:
    """Two answers in a look that came after four seconds are half an answer a second."""
    for _ in range(2):
        lane = live_load.join(LOOP, TRAFFIC)
        live_load.recorders[LOOP].sent(lane, clock.now)
        live_load.recorders[LOOP].answered(lane, clock.now + 0.2, 0.2, None)
    assert looked(monitor, clock, LOOP, after_s=4.0).throughput_per_s == 0.5


def test_errors_are_those_of_the_second(monitor: Monitor, live_load: LiveLoad, clock: Clock) -> None:
    """An error is counted when it comes, and not again."""
    lane = live_load.join(LOOP, TRAFFIC)
    live_load.recorders[LOOP].sent(lane, clock.now)
    live_load.recorders[LOOP].answered(lane, clock.now + 0.2, 0.2, "OSError")
    assert [looked(monitor, clock, LOOP).errors for _ in range(2)] == [1, 0]


def test_cpu_is_known_from_the_second_look_on(monitor: Monitor, clock: Clock) -> None:
    """Usage is what lies between two looks, over the time between."""
    assert monitor.history[-1].statuses[SYNC].cpu_cores is None
    assert looked(monitor, clock, SYNC).cpu_cores == pytest.approx(0.5)


def test_an_agent_that_is_gone_leaves_the_rest(monitor: Monitor, agent: MadeUp, clock: Clock) -> None:
    """Users are shown without CPU and memory, and nobody says whether the server lives."""
    type(agent).gone = True
    status = looked(monitor, clock, SYNC)
    assert (status.users, status.cpu_cores, status.memory_mib, status.alive) == (0, None, None, None)


def test_history_is_two_minutes(monitor: Monitor, clock: Clock) -> None:
    """What is older is forgotten, and numbers go on."""
    for _ in range(REMEMBERED + 9):
        looked(monitor, clock, SYNC)
    numbers = [moment.number for moment in monitor.since(0)]
    assert numbers == list(range(10, REMEMBERED + 10))


def test_since_is_what_was_not_seen(monitor: Monitor, clock: Clock) -> None:
    """A page that has seen the first moment gets the second."""
    looked(monitor, clock, SYNC)
    assert [moment.number for moment in monitor.since(1)] == [1]


def test_usage_is_kept_while_a_load_is_recorded(monitor: Monitor, live_load: LiveLoad, clock: Clock) -> None:
    """What the servers use after the end belongs to nobody."""
    looked(monitor, clock, SYNC)
    live_load.close()
    looked(monitor, clock, SYNC)
    assert len(monitor.used) == 2


def test_next_load_starts_over(monitor: Monitor, live_load: LiveLoad, clock: Clock) -> None:
    """Usage and counts of the last load aren't taken over, the charts go on."""
    looked(monitor, clock, SYNC)
    live_load.begin("slow-io")
    looked(monitor, clock, SYNC)
    assert (len(monitor.used), len(monitor.history), monitor.history[-1].scenario) == (1, 3, "slow-io")


def test_a_load_is_shown_for_longer_than_it_is_recorded(
    monitor: Monitor, live_load: LiveLoad, clock: Clock
) -> None:
    """After a quarter of an hour the record ends, and answers are counted as before."""
    looked(monitor, clock, LOOP, after_s=REMEMBERS_S)
    lane = live_load.join(LOOP, TRAFFIC)
    live_load.recorders[LOOP].sent(lane, clock.now)
    live_load.recorders[LOOP].answered(lane, clock.now + 0.2, 0.2, None)
    status = looked(monitor, clock, LOOP)
    assert (live_load.recording, status.throughput_per_s) == (False, 1.0)
    assert status.traffic is not None
    assert status.traffic.p50_ms == pytest.approx(200)
