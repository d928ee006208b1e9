"""Labs that are forked by `tests.live.forkserver`: one such server for all tests of this process."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


class Forked:
    """A process that a fork server has started: as much of `subprocess.Popen` as tests need."""

    def __init__(self, events: int) -> None:
        self._events = open(events, "rb", buffering=0)  # noqa: SIM115 - closed when it has ended
        self.returncode: int | None = None
        self.pid = int(self._events.readline())

    def poll(self) -> int | None:
        """Return its exit code, `None` while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, as an event, and return its exit code; raises TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._events], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"lab, process {self.pid}", timeout or 0)
            self.returncode = int(self._events.readline())
            self._events.close()
        return self.returncode

    def send_signal(self, signum: int) -> None:
        """Send it a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """Kill it, if it runs."""
        self.send_signal(signal.SIGKILL)


class ForkServer:
    """A fork server; it begins with the first lab, and must have begun before threads start labs."""

    def __init__(self) -> None:
        self._running: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    def start(self, arguments: Sequence[str], env: Mapping[str, str], stdout: int, stderr: int) -> Forked:
        """Start `lab` with these arguments in the working directory."""
        order = {"argv": [*arguments], "env": {**env}, "cwd": str(Path.cwd())}
        reading, writing = os.pipe()
        socket.send_fds(self.begin(), [json.dumps(order).encode()], [stdout, stderr, writing])
        os.close(writing)
        return Forked(reading)

    def begin(self) -> socket.socket:
        """Begin, where that isn't done; return where to give orders."""
        if self._running is None:
            orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                process = subprocess.Popen(
                    [sys.executable, "-m", "tests.live.forkserver", str(theirs.fileno())],
                    env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # who forks has one thread
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            self._running = process, orders
        return self._running[1]

    def end(self) -> None:
        """End, and wait for that: what the labs used then counts as used by the tests."""
        if self._running is not None:
            process, orders = self._running
            orders.close()
            process.wait()
            self._running = None


FORK_SERVER = ForkServer()
