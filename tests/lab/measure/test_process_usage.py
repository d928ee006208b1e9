"""What a process tree costs."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lab.measure import process_usage
from lab.measure.process_tree import tree
from lab.measure.process_usage import Clocks, cpu_times, footprint, read_clocks
from records.usage import Footprint, Usage

WORKERS = (
    "import threading, os;"
    "w = lambda: sum(i * i for i in range(3_000_000));"
    "t = threading.Thread(target=w); t.start(); t.join();"
    "print(os.times().user + os.times().system, flush=True); input()"
)
THREADED = (
    "import threading; x = bytearray(64 * 2**20);"
    "threads = [threading.Thread(target=threading.Event().wait, daemon=True) for _ in range(2)];"
    "[t.start() for t in threads];"
    "print(len(x), flush=True); input()"
)
PARENT = (
    "import subprocess, sys, threading;"
    "threading.Thread(target=threading.Event().wait, daemon=True).start();"
    f"subprocess.Popen([sys.executable, '-c', {THREADED!r}]).wait()"
)
BUSY = (
    "import select, sys; print('busy', flush=True);"
    "any(select.select([sys.stdin], [], [], 0)[0] for _ in iter(int, 1))"
)
QUIET = "print('quiet', flush=True); input()"


@contextmanager
def child(code: str) -> Iterator[tuple[int, str]]:
    """Run Python code until it has said something; on leaving it gets a line, and its end."""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield process.pid, process.stdout.readline()
    finally:
        process.stdin.write("\n")
        process.stdin.close()
        process.stdout.close()
        process.wait()


def test_cpu_of_threads_that_ended_counts() -> None:
    """The clock of a process includes threads that are gone, to the tick that `times` counts in."""
    with child(WORKERS) as (pid, ticks_s):
        measured = cpu_times([pid])[pid]
    assert measured >= float(ticks_s) - 0.02


def test_children_belong_to_the_tree() -> None:
    """A tree's memory and threads are those of the process and of what it started."""
    with child(PARENT) as (pid, _):
        pids, measured = tree(pid), footprint(pid)
    assert (len(pids), pids[0]) == (2, pid)
    assert measured.own_mib > 64
    assert measured.threads == 2 + 3


def test_own_memory_is_part_of_all_memory() -> None:
    """Pages that no other process has count in full among those that are counted in shares."""
    with child(PARENT) as (pid, _):
        measured = footprint(pid)
    assert measured.pss_mib >= measured.own_mib


def test_no_such_process_costs_nothing() -> None:
    """A tree that is gone has no times and holds nothing."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert tree(gone.pid) == []
    assert cpu_times([gone.pid]) == {}
    assert footprint(gone.pid) == Footprint(0.0, 0.0, 0)


def test_clocks_of_a_busy_child_go_on() -> None:
    """What a child works is on the clock of whoever it belongs to, and of the machine; no clock goes back."""
    with child(BUSY) as (busy, _), child(QUIET) as (quiet, _):
        before = read_clocks([[quiet], [busy]], [busy])
        while (after := read_clocks([[quiet], [busy]], [busy])).at < before.at + 0.2:
            pass
    used, quiet_used = after.since(before, 1), after.since(before, 0)
    assert used.server is not None
    assert quiet_used.server is not None
    assert used.machine is not None
    assert used.server > 0
    assert used.generator > 0
    assert used.lab > 0
    assert used.machine >= 0
    assert used.at == after.at - before.at
    assert quiet_used.server < used.server


def test_clocks_tell_what_was_used_since_then() -> None:
    """Each server has its own clock; generator, lab and machine are shared."""
    before = Clocks(10.0, [{1: 1.0}, {2: 2.0}], {3: 3.0}, 4.0, 5.0)
    after = Clocks(11.0, [{1: 1.25}, {2: 2.5}], {3: 3.75}, 4.125, 7.0)
    assert after.since(before) == Usage(at=1.0, server=0.25, generator=0.75, lab=0.125, machine=2.0)
    assert after.since(before, 1) == Usage(at=1.0, server=0.5, generator=0.75, lab=0.125, machine=2.0)


def test_a_process_that_ends_while_it_is_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is gone between listing the tree and reading it holds nothing."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    monkeypatch.setattr(process_usage, "tree", lambda _: [gone.pid])
    assert footprint(gone.pid) == Footprint(0.0, 0.0, 0)


def test_what_nobody_tells_stays_unknown() -> None:
    """A server without a clock, and a machine that isn't known, are null in what was used."""
    before = Clocks(1.0, [None, {7: 1.0}], {}, 0.0, None)
    after = Clocks(2.0, [None, {7: 1.5}], {}, 0.25, None)
    assert after.since(before) == Usage(at=1.0, server=None, generator=0.0, lab=0.25, machine=None)
    assert after.since(before, 1).server == 0.5
