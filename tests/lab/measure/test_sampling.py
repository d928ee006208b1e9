"""What a process tree costs."""

import subprocess
import sys

from lab.measure.sampling import CpuTimes, cpu_times, memory_mib

WORKERS = (
    "import threading, os;"
    "w = lambda: sum(i * i for i in range(3_000_000));"
    "t = threading.Thread(target=w); t.start(); t.join();"
    "print(os.times().user + os.times().system, flush=True); input()"
)


def test_cpu_of_threads_that_ended_counts() -> None:
    """The clock of a process includes threads that are gone, to the tick that `times` counts in."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKERS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = float(process.stdout.readline())
    measured = cpu_times(process.pid).by_pid[process.pid]
    process.communicate("\n")
    assert measured >= told - 0.02


def test_process_born_in_between_counts_from_zero() -> None:
    """A worker started in the window costs all that it used."""
    before, after = CpuTimes({1: 2.0}), CpuTimes({1: 2.5, 2: 0.25})
    assert after.since(before) == 0.75


def test_children_count_as_memory_of_the_tree() -> None:
    """A tree's memory holds what its child allocates."""
    code = (
        "import subprocess, sys;"
        "child = 'x = bytearray(64 * 2**20); print(len(x), flush=True); input()';"
        "subprocess.Popen([sys.executable, '-c', child]).wait()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    measured = memory_mib(process.pid)
    process.communicate("\n")
    assert measured > 64


def test_no_such_process_costs_nothing() -> None:
    """A tree that is gone has no times."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert cpu_times(gone.pid) == CpuTimes({})
