"""When clocks are read, and what is made of them, by a clock that goes on only while somebody sleeps."""

from collections.abc import Callable

import pytest

from lab.errors import TrialFailed
from lab.measure import window_usage
from lab.measure.process_usage import Clocks
from lab.measure.window_usage import Check, usage_afterwards, usage_by_second, usage_by_turn, wait_until
from loadtests.schedule import Turns, order
from records.load import Window

OPENS_AT = 7.0


class Clock:
    """Stands in for `time`; each of two servers uses CPU at its own pace, and what checks see is counted."""

    def __init__(self) -> None:
        self.now = 0.0
        self.readings = 0
        self.checked_at: list[float] = []

    def monotonic(self) -> float:
        """Return the moment."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time go on."""
        self.now += seconds

    def read(self) -> Clocks:
        """Read all clocks: server number n has used n + 1 seconds since the last reading."""
        self.readings += 1
        return Clocks(self.now, [{1: self.readings * 1.0}, {2: self.readings * 2.0}], {}, 0.0, 0.0)

    def check(self) -> None:
        """See nothing wrong."""
        self.checked_at.append(self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let the time be what the test says."""
    clock = Clock()
    monkeypatch.setattr(window_usage, "time", clock)
    return clock


def test_each_second_has_its_usage_and_the_last_is_as_long_as_it_is(clock: Clock) -> None:
    """A window of 1.5 s is read when it opens, after a second, and when it closes."""
    usage = usage_by_second(clock.read, clock.check, Window(OPENS_AT, OPENS_AT + 1.5, 0))
    assert [(each.at, each.server) for each in usage] == [(1.0, 1.0), (0.5, 1.0)]
    assert clock.now == OPENS_AT + 1.5


def test_each_turn_belongs_to_the_server_whose_turn_it_was(clock: Clock) -> None:
    """They come in the order in which the load takes them, from the round on that the window begins with."""
    turns, first_round = Turns(2, seed=3), 5
    window = Window(OPENS_AT, OPENS_AT + 2 * turns.round_s, first_round)
    usage = usage_by_turn(clock.read, window, turns)
    assert [[each.server for each in turns_of_one] for turns_of_one in usage] == [[1.0, 1.0], [2.0, 2.0]]
    assert [each.at for turns_of_one in usage for each in turns_of_one] == pytest.approx([turns.turn_s] * 4)
    assert sorted(order(turns, first_round)) == [0, 1]


def test_what_is_used_afterwards_is_read_twice(clock: Clock) -> None:
    """At once, and when the time is over."""
    used = usage_afterwards(clock.read, clock.check, 2.0)
    assert (used.at, used.server, clock.readings) == (2.0, 1.0, 2)


def test_waiting_checks_now_and_then(clock: Clock) -> None:
    """Every quarter of a second, and when it is over; a moment that has gone isn't waited for."""
    wait_until(0.6, clock.check)
    assert clock.checked_at == pytest.approx([0.25, 0.5, 0.6])
    wait_until(0.5, clock.check)
    assert len(clock.checked_at) == 3


@pytest.mark.parametrize(
    "measure",
    [
        lambda made_up, check: usage_by_second(made_up.read, check, Window(0.0, 0.1, 0)),
        lambda made_up, check: usage_afterwards(made_up.read, check, 0.1),
    ],
    ids=["in the window", "afterwards"],
)
def test_a_server_that_ends_with_its_last_reading_is_seen(
    clock: Clock, measure: Callable[[Clock, Check], object]
) -> None:
    """What is told with the clocks counts, too: it isn't taken for a server at rest."""

    def check() -> None:
        if clock.readings == 2:
            raise TrialFailed("it ended", [])

    with pytest.raises(TrialFailed, match="it ended"):
        measure(clock, check)
