"""What a worker on another machine used while it measured: who reads the CPU clocks of servers doesn't see it."""

import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import gevent
import psutil


@dataclass(frozen=True)
class Moment:
    """The seconds that this process and all cores of its machine have been busy, at a moment of the monotonic clock."""

    at: float
    used_s: float
    busy_s: float


def moment() -> Moment:
    """Read both clocks."""
    times = psutil.cpu_times()
    idle_s = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "guest", 0.0)
    busy_s = round(sum(times) - idle_s, 2)  # ticks of 10 ms: the rounding of a sum never goes back
    return Moment(time.monotonic(), time.process_time(), busy_s)


def watched(opens_at: float, closes_at: float) -> list[Moment]:
    """Read them when a window opens, after each second of it, and when it closes."""
    moments, due_at = [], opens_at
    while due_at < closes_at:
        gevent.sleep(max(0.0, due_at - time.monotonic()))
        moments.append(moment())
        due_at += 1
    gevent.sleep(max(0.0, closes_at - time.monotonic()))
    return [*moments, moment()]


def effort(moments: Sequence[Moment]) -> Mapping[str, object]:
    """Return in JSON's terms how many cores were used in the window: on average, in its busiest second, and by all."""
    first, last = moments[0], moments[-1]
    whole_s = last.at - first.at
    pairs = pairwise(moments)
    return {
        "machine": machine_id(),
        "cores": (last.used_s - first.used_s) / whole_s,
        "cores_max": max((b.used_s - a.used_s) / (b.at - a.at) for a, b in pairs),
        "machine_cores": (last.busy_s - first.busy_s) / whole_s,
    }


def machine_id() -> str:
    """Return what all who count the same machine's busy seconds have in common, in containers too."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{uuid.getnode():x}"
