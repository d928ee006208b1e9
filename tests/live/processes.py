"""The lab as a process of its own, and what it leaves behind."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

LAB = [sys.executable, "-m", "lab"]
MARK = "TEST_OF_THE_LAB"  # inherited by every process that a lab starts
WITHIN_S = 60
SHORT = ("compare", "--profile", "smoke", "--stack", "uvicorn/asgi", "--scenario", "slow-io")


class LabProcess:
    """A `lab` that runs; `mark` is what its children carry."""

    def __init__(self, process: subprocess.Popen[str], mark: str, said: Path) -> None:
        self.process = process
        self.mark = mark
        self._said = said

    @property
    def says(self) -> str:
        """What it said on stderr so far."""
        return self._said.read_text()

    def wait_until(self, seen: Callable[[], object]) -> None:
        """Wait until something is seen; it fails when the lab ends before, or at the deadline."""
        deadline = time.monotonic() + WITHIN_S
        while not seen():
            assert self.process.poll() is None, self.says
            assert time.monotonic() < deadline, self.says
            time.sleep(0.002)

    def end(self) -> int:
        """Wait until it has ended, by itself, and return its exit code."""
        return self.process.wait(WITHIN_S)

    def left_behind(self) -> list[str]:
        """Return the processes that outlive it: none, or those that still live at the deadline."""
        deadline = time.monotonic() + WITHIN_S
        while (found := marked(self.mark)) and time.monotonic() < deadline:
            time.sleep(0.01)
        return found


@contextmanager
def lab(folder: Path, *arguments: str, stdout: int = subprocess.DEVNULL) -> Iterator[LabProcess]:
    """Start the lab command; what it says goes to a file in `folder`."""
    with started([*LAB, *arguments], folder, stdout) as process:
        yield process


@contextmanager
def started(command: Sequence[str], folder: Path, stdout: int = subprocess.DEVNULL) -> Iterator[LabProcess]:
    """Start a command in a process group of its own, as a shell does."""
    mark, said = uuid.uuid4().hex, folder / "stderr"
    with said.open("wb") as stderr:
        process = subprocess.Popen(
            command,
            env={**os.environ, MARK: mark},
            stdout=stdout,
            stderr=stderr,
            text=True,
            process_group=0,
        )
    try:
        yield LabProcess(process, mark, said)
    finally:
        process.kill()
        process.communicate()


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
