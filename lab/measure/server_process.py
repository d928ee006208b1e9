"""A process that the lab started: with a log, a deadline to become ready, and an end that always comes."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from lab.addresses import asked_at, base_url
from lab.errors import LabError, TrialFailed
from lab.measure.process_tree import children, tree
from lab.measure.process_usage import footprint
from lab.measure.readiness import interface_of, wait_for
from lab.measure.reaper import Reaper
from lab.servers import HOST, Settings
from lab.stacks import Command, Stack
from records.types import Interface
from records.usage import Footprint

READY_WITHIN_S = 10.0
LOG_LINES = 15


class ServerFailed(TrialFailed):
    """A server didn't start, or ended by itself."""


@dataclass(frozen=True)
class Serving:
    """A stack that answers at `url`."""

    stack: Stack
    port: int
    command: Command
    process: subprocess.Popen[bytes]
    log_path: Path | None
    host: str = HOST
    workers: set[int] = field(default_factory=set)  # those seen since it was ready
    held_to: Sequence[int] = ()  # the cores that it may use once it is ready, where it may use others before

    @property
    def url(self) -> str:
        """The base URL."""
        return base_url(self.host, self.port)

    @property
    def command_line(self) -> str:
        """What it was started by, as one would type it."""
        return str(self.command)

    @property
    def pid(self) -> int:
        """The pid of the server's first process; workers are its children."""
        return self.process.pid

    def check_alive(self) -> None:
        """Raise ServerFailed when the server has ended by itself."""
        self._answering.check_alive()

    def check_whole(self) -> None:
        """Raise ServerFailed when the server or one of its workers has ended by itself.

        A server replaces a lost worker and a client tries again: nothing else would tell.
        """
        self.check_alive()
        now = children(self.pid)
        if self.workers - now:
            says = f"{self.stack.name} lost a worker, which ended by itself."
            raise ServerFailed(says, last_lines(self.log_path))
        self.workers.update(now)

    def footprint(self) -> Footprint:
        """Return what its process tree holds."""
        return footprint(self.pid)

    def wait_until_ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Ask until the app answers; raises ServerFailed when it ends before, or takes too long."""
        self._answering.wait(self.stack.app.speaks, within_s)
        self.workers.update(children(self.pid))
        pin(self.pid, self.held_to)

    @property
    def _answering(self) -> "Answering":
        return Answering(self.process, self.port, self.stack.name, self.log_path, self.host)


@dataclass(frozen=True)
class Answering:
    """A process that is to answer at a port."""

    process: subprocess.Popen[bytes]
    port: int
    name: str
    log_path: Path | None
    host: str = HOST

    def check_alive(self) -> None:
        """Raise ServerFailed when the process has ended by itself."""
        if (code := self.process.poll()) is not None:
            raise self._failed(f"ended by itself with exit code {code}")

    def wait(self, speaks: Interface = "asgi", within_s: float = READY_WITHIN_S) -> None:
        """Ask until an app of that interface answers; raises ServerFailed without one in time."""
        if not wait_for(lambda: interface_of(self.port, self.host) == speaks, within_s, self.check_alive):
            raise self._failed(f"gave no answer within {within_s:g} s of its start")

    def _failed(self, what: str) -> ServerFailed:
        return ServerFailed(f"{self.name} {what}.", last_lines(self.log_path))


@contextmanager
def serving(
    stack: Stack,
    settings: Settings,
    reaper: Reaper,
    *,
    port: int = 0,
    log_path: Path | None = None,
    cores: Sequence[int] = (),
    held_to: Sequence[int] = (),
    grace_s: float = 0.0,
    env: Mapping[str, str] | None = None,
) -> Iterator[Serving]:
    """Serve a stack; on leaving, its whole process group is ended, with `grace_s` to finish by itself.

    Port 0 takes a free one. Without a log the server's output goes to stderr. The server is started, not
    awaited: call `wait_until_ready`. It may use `cores`, and once it is ready those it is `held_to`. `env` is added to
    what the stack's command sets.
    """
    stack_port = port or free_port(settings.host)
    plain = stack.command(stack_port, settings)
    command = pinned(Command(plain.argv, {**plain.env, **(env or {})}), cores)
    with start_process(command, reaper, log_path, grace_s) as process:
        yield Serving(stack, stack_port, command, process, log_path, asked_at(settings.host), held_to=held_to)


@contextmanager
def start_process(
    command: Command, reaper: Reaper, log_path: Path | None = None, grace_s: float = 0.0
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command in a process group of its own and end the group on leaving."""
    with opened_log(log_path) as log:
        process = subprocess.Popen(
            command.argv,
            env={**reaper.env, **command.env},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        end_group(process, grace_s)


@contextmanager
def opened_log(path: Path | None) -> Iterator[IO[bytes] | int]:
    """Open a new log to append to; without a path it is this process's stderr."""
    if path is None:
        yield 2
    else:
        path.unlink(missing_ok=True)  # what an earlier process of that name said isn't this one's
        with path.open("ab") as file:
            yield file


def end_group(process: subprocess.Popen[bytes], grace_s: float) -> None:
    """Terminate a process, wait for the time of grace, then kill whatever is left of its group."""
    if grace_s:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def pinned(command: Command, cores: Sequence[int]) -> Command:
    """Return the command held to these cores, as it is where taskset is missing or no cores are named."""
    taskset = shutil.which("taskset")
    if not cores or taskset is None:
        return command
    cpus = ",".join(str(core) for core in cores)
    return Command(("taskset", "--cpu-list", cpus, *command.argv), command.env)


def pin(pid: int, cores: Sequence[int]) -> None:
    """Hold every thread of a process tree to these cores; without cores nothing changes."""
    for process in tree(pid) if cores else []:
        for thread in Path(f"/proc/{process}/task").glob("*"):
            with suppress(OSError):
                os.sched_setaffinity(int(thread.name), cores)


def free_port(host: str = HOST) -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as listener:
        try:
            listener.bind((host, 0))
        except OSError as error:
            raise LabError(f"{host} is no address of this machine: {error.strerror or error}.") from error
        port: int = listener.getsockname()[1]
        return port


def port_taken(port: int, host: str = HOST) -> bool:
    """Tell whether somebody listens on a port of a host."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return True
        return False


def last_lines(path: Path | None, count: int = LOG_LINES) -> list[str]:
    """Return the end of a log, nothing where there is none."""
    if path is None or not path.exists():
        return []
    return path.read_text(errors="replace").splitlines()[-count:]
