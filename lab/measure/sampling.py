"""What a server costs: CPU time and memory of its process tree.

CPU time comes from each process's own clock (clock_getcpuclockid(3)): nanoseconds, threads that have ended
included, where /proc/PID/stat counts ticks of 10 ms. Memory is the proportional set size: pages shared by
workers count once.
"""

import sys
import time
from contextlib import suppress
from dataclasses import dataclass

import psutil

from lab.judge.reading import Usage

MIB = 1024 * 1024
_CPUCLOCK_SCHED = 2  # linux/posix-timers.h: the scheduler's own count of nanoseconds


@dataclass(frozen=True)
class CpuTimes:
    """CPU seconds used so far, by pid."""

    by_pid: dict[int, float]

    def since(self, before: "CpuTimes") -> float:
        """Return the seconds used since `before`; a process born in between counts from zero."""
        return sum(used - before.by_pid.get(pid, 0.0) for pid, used in self.by_pid.items())


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and all its descendants that live."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_times(pid: int) -> CpuTimes:
    """Read the CPU seconds of each process of a tree."""
    times = {}
    for process in tree(pid):
        with suppress(psutil.Error, OSError):
            times[process.pid] = _cpu_s(process)
    return CpuTimes(times)


@dataclass(frozen=True)
class Meter:
    """Counts the CPU of server, lab and machine from the moment it was started."""

    pid: int
    server: CpuTimes
    lab: float
    machine: float

    @classmethod
    def started(cls, pid: int) -> "Meter":
        """Start counting a server's process tree."""
        return cls(pid, cpu_times(pid), time.process_time(), machine_cpu_s())

    def read(self) -> Usage:
        """Return what was used so far."""
        return Usage(
            at=time.monotonic(),
            server=cpu_times(self.pid).since(self.server),
            lab=time.process_time() - self.lab,
            machine=machine_cpu_s() - self.machine,
        )


def machine_cpu_s() -> float:
    """Return the seconds that all cores together have been busy."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def memory_mib(pid: int) -> float:
    """Read the memory of a process tree in MiB, pages shared within it counted once."""
    total = 0
    for process in tree(pid):
        with suppress(psutil.Error):
            memory = process.memory_full_info()
            total += getattr(memory, "pss", memory.rss)
    return total / MIB


def _cpu_s(process: psutil.Process) -> float:
    if sys.platform != "linux":
        times = process.cpu_times()
        return float(times.user + times.system)
    return time.clock_gettime((~process.pid << 3) | _CPUCLOCK_SCHED)
