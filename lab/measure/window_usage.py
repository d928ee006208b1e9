"""What is used while a window is open: read by the second, or by the turn, at moments of the monotonic clock."""

import time
from collections.abc import Callable

from lab.measure.process_usage import Clocks
from loadtests.schedule import Turns, order
from records.load import Window
from records.usage import Usage

CHECK_EVERY_S = 0.25

Read = Callable[[], Clocks]
Check = Callable[[], None]


def usage_by_second(read: Read, check: Check, window: Window) -> list[Usage]:
    """Return what was used in each second of the window, the last one as long as it is.

    `check`, which raises when there is nothing to measure any more, is called now and then and after each reading.
    """
    wait_until(window.opens_at, check)
    before = read()
    usage = []
    moment = window.opens_at
    while moment < window.closes_at:
        moment = min(moment + 1, window.closes_at)
        wait_until(moment, check)
        now = read()
        check()
        usage.append(now.since(before))
        before = now
    return usage


def usage_by_turn(read: Read, window: Window, turns: Turns) -> list[list[Usage]]:
    """Return what was used in each turn of each server; nothing but reading clocks stands between turns."""
    usage: list[list[Usage]] = [[] for _ in range(turns.targets)]
    wait_until(window.opens_at)
    before = read()
    rounds = round((window.closes_at - window.opens_at) / turns.round_s)
    for number in range(rounds):
        for place, server in enumerate(order(turns, window.first_round + number)):
            wait_until(window.opens_at + number * turns.round_s + (place + 1) * turns.turn_s)
            now = read()
            usage[server].append(now.since(before, server))
            before = now
    return usage


def usage_afterwards(read: Read, check: Check, seconds: float) -> Usage:
    """Return what is used in the seconds from now on."""
    before = read()
    wait_until(time.monotonic() + seconds, check)
    now = read()
    check()
    return now.since(before)


def wait_until(moment: float, check: Check = lambda: None) -> None:
    """Sleep until a moment of the monotonic clock, calling `check` now and then."""
    while (left_s := moment - time.monotonic()) > 0:
        time.sleep(min(left_s, CHECK_EVERY_S))
        check()
