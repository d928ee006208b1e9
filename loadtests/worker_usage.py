"""What a worker on another machine used while it measured: who reads the CPU clocks of servers doesn't see it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import gevent

from loadtests.machine import busy_s, machine_id
from records.load import WorkerUsage


@dataclass(frozen=True)
class Moment:
    """The seconds that this process and all cores of its machine have been busy, at a moment of the monotonic clock."""

    at: float
    used_s: float
    busy_s: float


def moment() -> Moment:
    """Read both clocks."""
    return Moment(time.monotonic(), time.process_time(), busy_s())


def watch_clocks(opens_at: float, closes_at: float) -> list[Moment]:
    """Read them when a window opens, after each second of it, and when it closes."""
    moments, due_at = [], opens_at
    while due_at < closes_at:
        gevent.sleep(max(0.0, due_at - time.monotonic()))
        moments.append(moment())
        due_at += 1
    gevent.sleep(max(0.0, closes_at - time.monotonic()))
    return [*moments, moment()]


def usage(moments: Sequence[Moment]) -> WorkerUsage:
    """Return how many cores were used in the window: on average, in its busiest second, and by all."""
    first, last = moments[0], moments[-1]
    whole_s = last.at - first.at
    return WorkerUsage(
        machine=machine_id(),
        cores=(last.used_s - first.used_s) / whole_s,
        cores_max=max((b.used_s - a.used_s) / (b.at - a.at) for a, b in pairwise(moments)),
        machine_cores=(last.busy_s - first.busy_s) / whole_s,
    )
