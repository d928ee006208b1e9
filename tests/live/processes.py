"""The lab as a process of its own, and what it leaves behind."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil

from tests.live.forked import FORK_SERVER, Forked

Process = Forked | subprocess.Popen[bytes]

LAB = [sys.executable, "-m", "lab"]
MARK = "TEST_OF_THE_LAB"  # inherited by every process that a lab starts
STDOUT, STDERR = "stdout", "stderr"
WITHIN_S = 60
SHORT = ("compare", "--profile", "smoke", "--stack", "uvicorn/asgi", "--scenario", "slow-io")


class LabProcess:
    """A `lab` that runs; `mark` is what its children carry."""

    def __init__(self, process: Process, mark: str, folder: Path) -> None:
        self.process = process
        self.mark = mark
        self._folder = folder

    @property
    def says(self) -> str:
        """What it said on stderr so far."""
        return (self._folder / STDERR).read_text()

    @property
    def prints(self) -> str:
        """What it printed on stdout so far."""
        return (self._folder / STDOUT).read_text()

    def wait_until(self, seen: Callable[[], object], every_s: float = 0.01) -> None:
        """Look until something is seen; it fails when the lab ends before, or at the deadline."""
        deadline = time.monotonic() + WITHIN_S
        while not seen():
            assert self.process.poll() is None, self.says
            assert time.monotonic() < deadline, self.says
            time.sleep(every_s)

    def end(self) -> int:
        """Wait until it has ended, by itself, and return its exit code."""
        return self.process.wait(WITHIN_S)

    def left_behind(self) -> list[str]:
        """Return the processes that outlive it: none, or those that still live at the deadline."""
        deadline = time.monotonic() + WITHIN_S
        while (left := marked(self.mark)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return left


@contextmanager
def lab(
    folder: Path, *arguments: str, stdout: int | None = None, env: Mapping[str, str] | None = None
) -> Iterator[LabProcess]:
    """Start the lab command, by the fork server; what it writes goes to files in `folder`."""
    with running(partial(FORK_SERVER.start, arguments), folder, stdout, env or {}) as process:
        yield process


@contextmanager
def started(command: Sequence[str], folder: Path, stdout: int | None = None) -> Iterator[LabProcess]:
    """Start a command in a process group of its own, as a shell does."""
    with running(partial(start, command), folder, stdout, {}) as process:
        yield process


def start(
    command: Sequence[str], env: Mapping[str, str], stdout: int, stderr: int
) -> subprocess.Popen[bytes]:
    """Start a command from nothing."""
    return subprocess.Popen(command, env=env, stdout=stdout, stderr=stderr, process_group=0)


@contextmanager
def running(
    start: Callable[[Mapping[str, str], int, int], Process],
    folder: Path,
    stdout: int | None,
    env: Mapping[str, str],
) -> Iterator[LabProcess]:
    """Start a process whose children carry a mark, and end it."""
    mark = uuid.uuid4().hex
    with (folder / STDOUT).open("wb") as out, (folder / STDERR).open("wb") as err:
        to = out.fileno() if stdout is None else stdout
        process = start({**os.environ, MARK: mark, **env}, to, err.fileno())
    try:
        yield LabProcess(process, mark, folder)
    finally:
        process.kill()
        process.wait()


def marked(mark: str) -> list[str]:
    """Return the processes that carry a mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark:
                found.append(f"{process.pid} {process.cmdline()}")
        except psutil.Error:
            continue
    return found
