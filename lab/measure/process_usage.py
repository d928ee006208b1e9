"""What a server costs: CPU time, memory and threads of its process tree.

CPU time comes from each process's own clock (clock_getcpuclockid(3)): nanoseconds, threads that have ended
included, where /proc/PID/stat counts ticks of 10 ms. Memory is the proportional set size, in which pages shared by
workers count once; what a load makes it grow by is its anonymous part, which no process outside the tree changes.
"""

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from lab.measure.process_tree import tree
from loadtests.machine import busy_s
from records.usage import CpuSeconds, Footprint, Usage, cpu_s_since

MIB = 1024 * 1024
_CPUCLOCK_SCHED = 2  # linux/posix-timers.h: the scheduler's own count of nanoseconds


@dataclass(frozen=True)
class Clocks:
    """All CPU clocks at one moment: those of each server, of the generator, the lab and the machine.

    What nobody tells is `None`.
    """

    at: float
    servers: Sequence[CpuSeconds | None]
    generator: CpuSeconds
    lab: float
    machine: float | None

    def since(self, before: "Clocks", server: int = 0) -> Usage:
        """Return what was used since another moment, by one of the servers and by all others."""
        ours, then = self.servers[server], before.servers[server]
        both_known = self.machine is not None and before.machine is not None
        return Usage(
            at=self.at - before.at,
            server=None if ours is None or then is None else cpu_s_since(ours, then),
            generator=cpu_s_since(self.generator, before.generator),
            lab=self.lab - before.lab,
            machine=(self.machine or 0.0) - (before.machine or 0.0) if both_known else None,
        )


def read_clocks(servers: Sequence[Sequence[int]], generator: Sequence[int]) -> Clocks:
    """Read the clocks of servers and generator, each given by the pids of its processes."""
    return Clocks(
        at=time.monotonic(),
        servers=[cpu_times(pids) for pids in servers],
        generator=cpu_times(generator),
        lab=time.process_time(),
        machine=busy_s(),
    )


def cpu_times(pids: Sequence[int]) -> CpuSeconds:
    """Read the CPU seconds that processes have used so far; one that has ended is left out."""
    times = {}
    for pid in pids:
        with suppress(psutil.Error, OSError):
            times[pid] = _cpu_s(pid)
    return times


def footprint(pid: int) -> Footprint:
    """Read what a process tree holds."""
    pss = own = threads = 0
    for number in tree(pid):
        with suppress(psutil.Error, OSError):
            process = psutil.Process(number)
            threads += process.num_threads()
            whole, anonymous = _memory(process)
            pss, own = pss + whole, own + anonymous
    return Footprint(pss / MIB, own / MIB, threads)


def _memory(process: psutil.Process) -> tuple[int, int]:
    """Return the proportional set size and its anonymous part in bytes (proc_pid_smaps(5))."""
    if sys.platform != "linux":
        memory = process.memory_full_info()
        return memory.rss, memory.uss
    lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()[1:]
    kib = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return kib["Pss"] * 1024, kib["Pss_Anon"] * 1024


def _cpu_s(pid: int) -> float:
    if sys.platform != "linux":
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)
    return time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)
