"""Who takes which place, when each sends, and when the window opens. No clock is asked and nothing is sent."""

from itertools import pairwise
from math import inf

import gevent
import pytest

from loadtests.recorder import Lane
from loadtests.scenarios import CEILING, Flow, Level
from loadtests.stage import SLOWEST_PER_S, Stage

HOSTS = ("http://one", "http://two")
OPEN = Flow("traffic", "/", users=7, rate_per_s=70)
CLOSED = Flow("closed", "/sleep", users=4, waits_s=2.0)
BOTH = Level(1, (OPEN, CLOSED), window_s=2.0)
IN_TURNS = Level(1, (OPEN,), window_s=0.5, turns=True)
OVERLOAD = Flow("traffic", "/cpu", users=10, of_ceiling=1.5, to_s=5.0)
AFTERWARDS = Flow("after", "/cpu", users=10, of_ceiling=0.5, from_s=5.0)


def stage_of(*flows: Flow, opens_at: float = 100.0) -> Stage:
    """Return a stage that began at 90 s, whose window of ten seconds is known."""
    stage = Stage(Level(1, flows, window_s=10.0), HOSTS[:1])
    stage.started_at = 90.0
    stage.open(opens_at, opens_at + 10.0)
    return stage


def taken(stage: Stage) -> list[Lane]:
    """Take as many places as a stage has users for."""
    lanes = [stage.take_place() for _ in range(stage.users)]
    return [lane for lane in lanes if lane is not None]


def places(lanes: list[Lane]) -> list[tuple[str, int, int]]:
    """Return where lanes are: flow, index and target."""
    return [(lane.flow.name, lane.index, lane.target) for lane in lanes]


def firings(stage: Stage, lane: Lane) -> list[float]:
    """Begin a lane and return when each of its requests is due."""
    stage.begin(lane)
    found = []
    while lane.due_at < inf:
        found.append(lane.due_at)
        lane.advance(0.0)
    return found


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 40])
def test_parts_are_disjoint_and_complete(parts: int) -> None:
    """Together the processes take every place on every target, and none twice."""
    found = []
    for part in range(parts):
        stage = Stage(BOTH, HOSTS)
        stage.share(part, parts)
        found += places(taken(stage))
    assert sorted(found) == sorted(places(taken(Stage(BOTH, HOSTS))))
    assert len(set(found)) == len(found) == 2 * BOTH.users


def test_a_part_has_no_place_for_more_users() -> None:
    """A user of a process whose places are all taken gets none: another process has the others."""
    stage = Stage(BOTH, HOSTS)
    stage.share(0, 2)
    taken(stage)
    assert stage.take_place() is None


def test_alone_more_users_start_over() -> None:
    """Where there is one process more users than places share them anew."""
    stage = Stage(BOTH, HOSTS)
    first = taken(stage)
    assert places(taken(stage)) == places(first)


def test_a_lane_is_recorded_with_its_target() -> None:
    """Each target has a recorder of its own, with the lanes on it alone."""
    stage = Stage(BOTH, HOSTS)
    taken(stage)
    assert [{lane.target for lane in recorder.lanes} for recorder in stage.recorders] == [{0}, {1}]
    assert [len(recorder.lanes) for recorder in stage.recorders] == [BOTH.users] * 2


@pytest.mark.parametrize("parts", [2, 3])
def test_processes_share_one_even_schedule(parts: int) -> None:
    """The requests of all processes together are as evenly spaced as those of one."""
    found = []
    for part in range(parts):
        stage = stage_of(OPEN)
        stage.share(part, parts)
        found += [at for lane in taken(stage) for at in firings(stage, lane)]
    alone = stage_of(OPEN)
    assert sorted(found) == sorted(at for lane in taken(alone) for at in firings(alone, lane))
    gaps = [after - before for before, after in pairwise(sorted(found))]
    assert gaps == pytest.approx([1 / 70] * len(gaps), abs=1e-9)


def test_an_open_loop_sends_until_the_window_closes() -> None:
    """A request that would be due at the very end isn't: the window leaves it out."""
    stage = stage_of(Flow("traffic", "/", users=1, rate_per_s=2))
    (lane,) = taken(stage)
    assert firings(stage, lane) == [90.0 + n / 2 for n in range(40)]


def test_the_users_of_a_closed_loop_begin_spread_over_one_wait() -> None:
    """Four users that wait two seconds each begin half a second apart."""
    stage = stage_of(CLOSED)
    lanes = taken(stage)
    for lane in lanes:
        stage.begin(lane)
    assert [lane.due_at for lane in lanes] == [90.0, 90.5, 91.0, 91.5]


@pytest.mark.parametrize(
    ("to_s", "ends_at"), [(None, 110.0), (0.0, 100.0), (5.0, 105.0), (99.0, 110.0)], ids=str
)
def test_a_flow_ends_with_its_time_or_the_window(to_s: float | None, ends_at: float) -> None:
    """A flow is over so long after the opening, or when the window closes, whichever is first."""
    stage = stage_of(Flow("traffic", "/", users=1, to_s=to_s))
    (lane,) = taken(stage)
    assert stage.ends_at(lane) == ends_at


def test_nothing_ends_before_the_window_is_known() -> None:
    """While it isn't said when the window opens a flow that ends within it goes on."""
    stage = Stage(Level(1, (Flow("traffic", "/", users=1, to_s=0.0),), 1.0), HOSTS[:1])
    (lane,) = taken(stage)
    assert stage.ends_at(lane) == inf


@pytest.mark.parametrize(
    ("flow", "rate_per_s", "from_s", "to_s"), [(OVERLOAD, 60, 100, 105), (AFTERWARDS, 20, 105, 110)]
)
def test_the_rate_of_a_flow_can_be_that_of_the_ceiling(
    flow: Flow, rate_per_s: float, from_s: float, to_s: float
) -> None:
    """A flow of 1.5 times a ceiling of 40 a second sends 60, evenly, and only while it is on."""
    stage = stage_of(flow)
    stage.ceiling_per_s = 40.0
    sent = sorted(at for lane in taken(stage) for at in firings(stage, lane))
    assert (len(sent), sent[0]) == (rate_per_s * (to_s - from_s), from_s)
    assert sent[-1] < to_s
    assert sent[1] - sent[0] == pytest.approx(1 / rate_per_s)


def test_a_ceiling_of_nothing_still_sends() -> None:
    """Where warming up brought no answer a flow asks once a second all the same."""
    stage = stage_of(OVERLOAD)
    (lane, *_) = taken(stage)
    stage.begin(lane)
    assert lane.flow.rate_per_s == SLOWEST_PER_S


def test_a_flow_of_the_ceiling_waits_for_the_window() -> None:
    """Its rate is known only when the window opens: until then it doesn't begin."""
    stage = Stage(Level(1, (OVERLOAD,), 10.0), HOSTS[:1])
    (lane, *_) = taken(stage)
    beginning = gevent.spawn(stage.begin, lane)
    gevent.sleep(0)
    began_before = beginning.ready()
    stage.ceiling_per_s = 40.0
    stage.open(100.0, 110.0)
    beginning.get(timeout=10)
    assert (began_before, lane.due_at) == (False, 100.0)


def test_ceiling_answers_are_those_of_its_flow() -> None:
    """Only the users who measure the ceiling are counted for it."""
    stage = Stage(Level(1, (Flow(CEILING, "/cpu", users=2, to_s=0.0), OVERLOAD), 10.0), HOSTS[:1])
    for lane in taken(stage):
        lane.answers = 5
    assert (stage.measures_ceiling, stage.ceiling_answers()) == (True, 10)


def test_targets_in_turns_are_never_loaded_together() -> None:
    """Requests to one target are due in its turns alone, and each gets as many as the other."""
    stage = Stage(IN_TURNS, HOSTS, seed=3)
    assert stage.turns is not None
    stage.open(0.0, 4.0)
    sent = [(at, lane.target) for lane in taken(stage) for at in firings(stage, lane)]
    for at, target in sent:
        turn = stage.turns.begins(target, stage.turns.round_at(at))
        assert turn <= at < turn + stage.turns.turn_s
    assert [len([1 for _, target in sent if target == number]) for number in (0, 1)] == [112, 112]


def test_a_window_opens_when_it_is_named() -> None:
    """Without turns a window opens at the moment asked for, for as long as asked for."""
    stage = stage_of(OPEN)
    assert stage.window_from(97.3, 2.5) == (97.3, 99.8)
    assert stage.round_at(97.3) == 0


@pytest.mark.parametrize("moment", [90.0, 90.01, 90.2, 91.37])
def test_a_window_of_turns_begins_with_a_round(moment: float) -> None:
    """It opens with the first round from the moment on and holds whole rounds: a turn each for 0.1 s of it."""
    stage = Stage(IN_TURNS, HOSTS)
    stage.started_at = 90.0
    opens_at, closes_at = stage.window_from(moment, 0.5)
    rounds = (opens_at - 90.0) / 0.2
    assert rounds == pytest.approx(round(rounds))
    assert -1e-9 <= opens_at - moment <= 0.2 + 1e-9
    assert closes_at - opens_at == pytest.approx(5 * 0.2)
    assert stage.round_at(opens_at) == round(rounds)


def test_settled_once_every_user_has_been_answered() -> None:
    """A queue has filled up when each user of a closed loop has had an answer; open loops aren't waited for."""
    stage = Stage(BOTH, HOSTS[:1])
    lanes = taken(stage)
    closed = [lane for lane in lanes if lane.flow is CLOSED]
    for lane in closed[1:]:
        lane.answers = 1
    assert not stage.settled()
    closed[0].answers = 1
    assert stage.settled()


def test_not_settled_while_users_are_missing() -> None:
    """Users that haven't started yet have been answered by nobody."""
    stage = Stage(Level(1, (CLOSED,), 2.0), HOSTS[:1])
    lane = stage.take_place()
    assert lane is not None
    lane.answers = 1
    assert not stage.settled()


def test_settled_once_a_download_has_begun() -> None:
    """Whoever downloads counts as answered with the first byte: the end isn't waited for."""
    stage = Stage(Level(1, (Flow("traffic", "/bytes", users=1, way="download"),), 2.0), HOSTS[:1])
    (lane,) = taken(stage)
    before = stage.settled()
    lane.last_chunk_at = 91.0
    assert (before, stage.settled()) == (False, True)


def test_window_of_a_rhythm_holds_whole_periods() -> None:
    """A server that freezes at the start of every five seconds is measured from the middle of one to another's."""
    stage = Stage(
        Level(1, (Flow("traffic", "/", users=1, rate_per_s=1),), 15, period_s=5.0), ["http://127.0.0.1:1"]
    )
    assert [stage.window_from(moment, 15.0) for moment in (100.0, 102.5, 102.6)] == [
        (102.5, 117.5),
        (102.5, 117.5),
        (107.5, 122.5),
    ]


def test_who_shares_nothing_has_no_place() -> None:
    """A worker that came too late has no users to place, and is settled at once."""
    stage = Stage(Level(5, (Flow("traffic", "/", users=5),), 1.0), ["http://127.0.0.1:1"])
    stage.share_nothing()
    assert stage.take_place() is None
    assert stage.users == 0
    assert stage.settled()
