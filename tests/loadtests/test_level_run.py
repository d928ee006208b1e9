"""Who takes which place, when each sends, and when the window opens. No clock is asked and nothing is sent."""

from itertools import pairwise
from math import inf

import gevent
import pytest

from loadtests.level_run import SLOWEST_PER_S, LevelRun
from loadtests.recorder import Lane
from loadtests.scenarios import CEILING, Flow, Level

HOSTS = ("http://one", "http://two")
OPEN = Flow("traffic", "/", users=7, rate_per_s=70)
CLOSED = Flow("closed", "/sleep", users=4, waits_s=2.0)
BOTH = Level(1, (OPEN, CLOSED), window_s=2.0)
IN_TURNS = Level(1, (OPEN,), window_s=0.5, turns=True)
OVERLOAD = Flow("traffic", "/cpu", users=10, of_ceiling=1.5, to_s=5.0)
AFTERWARDS = Flow("after", "/cpu", users=10, of_ceiling=0.5, from_s=5.0)


def stage_of(*flows: Flow, opens_at: float = 100.0) -> LevelRun:
    """Return the run of a level that began at 90 s, whose window of ten seconds is known."""
    level_run = LevelRun(Level(1, flows, window_s=10.0), HOSTS[:1])
    level_run.started_at = 90.0
    level_run.open(opens_at, opens_at + 10.0)
    return level_run


def taken(level_run: LevelRun) -> list[Lane]:
    """Take as many places as there are users for."""
    lanes = [level_run.take_place() for _ in range(level_run.users)]
    return [lane for lane in lanes if lane is not None]


def places(lanes: list[Lane]) -> list[tuple[str, int, int]]:
    """Return where lanes are: flow, index and target."""
    return [(lane.flow.name, lane.index, lane.target) for lane in lanes]


def firings(level_run: LevelRun, lane: Lane) -> list[float]:
    """Begin a lane and return when each of its requests is due."""
    level_run.begin(lane)
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
        level_run = LevelRun(BOTH, HOSTS)
        level_run.share(part, parts)
        found += places(taken(level_run))
    assert sorted(found) == sorted(places(taken(LevelRun(BOTH, HOSTS))))
    assert len(set(found)) == len(found) == 2 * BOTH.users


def test_a_part_has_no_place_for_more_users() -> None:
    """A user of a process whose places are all taken gets none: another process has the others."""
    level_run = LevelRun(BOTH, HOSTS)
    level_run.share(0, 2)
    taken(level_run)
    assert level_run.take_place() is None


def test_alone_more_users_start_over() -> None:
    """Where there is one process more users than places share them anew."""
    level_run = LevelRun(BOTH, HOSTS)
    first = taken(level_run)
    assert places(taken(level_run)) == places(first)


def test_a_lane_is_recorded_with_its_target() -> None:
    """Each target has a recorder of its own, with the lanes on it alone."""
    level_run = LevelRun(BOTH, HOSTS)
    taken(level_run)
    assert [{lane.target for lane in recorder.lanes} for recorder in level_run.recorders] == [{0}, {1}]
    assert [len(recorder.lanes) for recorder in level_run.recorders] == [BOTH.users] * 2


@pytest.mark.parametrize("parts", [2, 3])
def test_processes_share_one_even_schedule(parts: int) -> None:
    """The requests of all processes together are as evenly spaced as those of one."""
    found = []
    for part in range(parts):
        level_run = stage_of(OPEN)
        level_run.share(part, parts)
        found += [at for lane in taken(level_run) for at in firings(level_run, lane)]
    alone = stage_of(OPEN)
    assert sorted(found) == sorted(at for lane in taken(alone) for at in firings(alone, lane))
    gaps = [after - before for before, after in pairwise(sorted(found))]
    assert gaps == pytest.approx([1 / 70] * len(gaps), abs=1e-9)


def test_an_open_loop_sends_until_the_window_closes() -> None:
    """A request that would be due at the very end isn't: the window leaves it out."""
    level_run = stage_of(Flow("traffic", "/", users=1, rate_per_s=2))
    (lane,) = taken(level_run)
    assert firings(level_run, lane) == [90.0 + n / 2 for n in range(40)]


def test_the_users_of_a_closed_loop_begin_spread_over_one_wait() -> None:
    """Four users that wait two seconds each begin half a second apart."""
    level_run = stage_of(CLOSED)
    lanes = taken(level_run)
    for lane in lanes:
        level_run.begin(lane)
    assert [lane.due_at for lane in lanes] == [90.0, 90.5, 91.0, 91.5]


@pytest.mark.parametrize(
    ("to_s", "ends_at"), [(None, 110.0), (0.0, 100.0), (5.0, 105.0), (99.0, 110.0)], ids=str
)
def test_a_flow_ends_with_its_time_or_the_window(to_s: float | None, ends_at: float) -> None:
    """A flow is over so long after the opening, or when the window closes, whichever is first."""
    level_run = stage_of(Flow("traffic", "/", users=1, to_s=to_s))
    (lane,) = taken(level_run)
    assert level_run.ends_at(lane) == ends_at


def test_nothing_ends_before_the_window_is_known() -> None:
    """While it isn't said when the window opens a flow that ends within it goes on."""
    level_run = LevelRun(Level(1, (Flow("traffic", "/", users=1, to_s=0.0),), 1.0), HOSTS[:1])
    (lane,) = taken(level_run)
    assert level_run.ends_at(lane) == inf


@pytest.mark.parametrize(
    ("flow", "rate_per_s", "from_s", "to_s"), [(OVERLOAD, 60, 100, 105), (AFTERWARDS, 20, 105, 110)]
)
def test_the_rate_of_a_flow_can_be_that_of_the_ceiling(
    flow: Flow, rate_per_s: float, from_s: float, to_s: float
) -> None:
    """A flow of 1.5 times a ceiling of 40 a second sends 60, evenly, and only while it is on."""
    level_run = stage_of(flow)
    level_run.ceiling_per_s = 40.0
    sent = sorted(at for lane in taken(level_run) for at in firings(level_run, lane))
    assert (len(sent), sent[0]) == (rate_per_s * (to_s - from_s), from_s)
    assert sent[-1] < to_s
    assert sent[1] - sent[0] == pytest.approx(1 / rate_per_s)


def test_a_ceiling_of_nothing_still_sends() -> None:
    """Where warming up brought no answer a flow asks once a second all the same."""
    level_run = stage_of(OVERLOAD)
    (lane, *_) = taken(level_run)
    level_run.begin(lane)
    assert lane.flow.rate_per_s == SLOWEST_PER_S


def test_a_flow_of_the_ceiling_waits_for_the_window() -> None:
    """Its rate is known only when the window opens: until then it doesn't begin."""
    level_run = LevelRun(Level(1, (OVERLOAD,), 10.0), HOSTS[:1])
    (lane, *_) = taken(level_run)
    beginning = gevent.spawn(level_run.begin, lane)
    gevent.sleep(0)
    began_before = beginning.ready()
    level_run.ceiling_per_s = 40.0
    level_run.open(100.0, 110.0)
    beginning.get(timeout=10)
    assert (began_before, lane.due_at) == (False, 100.0)


def test_ceiling_answers_are_those_of_its_flow() -> None:
    """Only the users who measure the ceiling are counted for it."""
    level_run = LevelRun(Level(1, (Flow(CEILING, "/cpu", users=2, to_s=0.0), OVERLOAD), 10.0), HOSTS[:1])
    for lane in taken(level_run):
        lane.answers = 5
    assert (level_run.measures_ceiling, level_run.ceiling_answers()) == (True, 10)


def test_targets_in_turns_are_never_loaded_together() -> None:
    """Requests to one target are due in its turns alone, and each gets as many as the other."""
    level_run = LevelRun(IN_TURNS, HOSTS, seed=3)
    assert level_run.turns is not None
    level_run.open(0.0, 4.0)
    sent = [(at, lane.target) for lane in taken(level_run) for at in firings(level_run, lane)]
    for at, target in sent:
        turn = level_run.turns.begins(target, level_run.turns.round_at(at))
        assert turn <= at < turn + level_run.turns.turn_s
    assert [len([1 for _, target in sent if target == number]) for number in (0, 1)] == [112, 112]


def test_a_window_opens_when_it_is_named() -> None:
    """Without turns a window opens at the moment asked for, for as long as asked for."""
    level_run = stage_of(OPEN)
    assert level_run.window_from(97.3, 2.5) == (97.3, 99.8)
    assert level_run.round_at(97.3) == 0


@pytest.mark.parametrize("moment", [90.0, 90.01, 90.2, 91.37])
def test_a_window_of_turns_begins_with_a_round(moment: float) -> None:
    """It opens with the first round from the moment on and holds whole rounds: a turn each for 0.1 s of it."""
    level_run = LevelRun(IN_TURNS, HOSTS)
    level_run.started_at = 90.0
    opens_at, closes_at = level_run.window_from(moment, 0.5)
    rounds = (opens_at - 90.0) / 0.2
    assert rounds == pytest.approx(round(rounds))
    assert -1e-9 <= opens_at - moment <= 0.2 + 1e-9
    assert closes_at - opens_at == pytest.approx(5 * 0.2)
    assert level_run.round_at(opens_at) == round(rounds)


def test_settled_once_every_user_has_been_answered() -> None:
    """A queue has filled up when each user of a closed loop has had an answer; open loops aren't waited for."""
    level_run = LevelRun(BOTH, HOSTS[:1])
    lanes = taken(level_run)
    closed = [lane for lane in lanes if lane.flow is CLOSED]
    for lane in closed[1:]:
        lane.answers = 1
    assert not level_run.settled()
    closed[0].answers = 1
    assert level_run.settled()


def test_not_settled_while_users_are_missing() -> None:
    """Users that haven't started yet have been answered by nobody."""
    level_run = LevelRun(Level(1, (CLOSED,), 2.0), HOSTS[:1])
    lane = level_run.take_place()
    assert lane is not None
    lane.answers = 1
    assert not level_run.settled()


def test_settled_once_a_download_has_begun() -> None:
    """Whoever downloads counts as answered with the first byte: the end isn't waited for."""
    level_run = LevelRun(
        Level(1, (Flow("traffic", "/bytes", users=1, behaviour="download"),), 2.0), HOSTS[:1]
    )
    (lane,) = taken(level_run)
    before = level_run.settled()
    lane.last_chunk_at = 91.0
    assert (before, level_run.settled()) == (False, True)


def test_window_of_a_rhythm_holds_whole_periods() -> None:
    """A server that freezes at the start of every five seconds is measured from the middle of one to another's."""
    level_run = LevelRun(
        Level(1, (Flow("traffic", "/", users=1, rate_per_s=1),), 15, period_s=5.0), ["http://127.0.0.1:1"]
    )
    assert [level_run.window_from(moment, 15.0) for moment in (100.0, 102.5, 102.6)] == [
        (102.5, 117.5),
        (102.5, 117.5),
        (107.5, 122.5),
    ]


def test_who_shares_nothing_has_no_place() -> None:
    """A worker that came too late has no users to place, and is settled at once."""
    level_run = LevelRun(Level(5, (Flow("traffic", "/", users=5),), 1.0), ["http://127.0.0.1:1"])
    level_run.share_nothing()
    assert level_run.take_place() is None
    assert level_run.users == 0
    assert level_run.settled()
