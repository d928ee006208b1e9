"""The load generator: a fork server that starts a locust for each trial, and what comes back from one."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

import loadtests
from lab.errors import LabError, TrialFailed
from lab.measure.reaper import Reaper
from lab.measure.server_process import last_lines, pinned
from lab.stacks import Command
from records.load import Announcement, LoadReading, LocustStarted, StartLocust, Window, WorkersArrived
from records.run import LoadWorkersRecord
from records.types import LevelValue

LOCUSTFILE = Path(loadtests.__file__).with_name("locustfile.py")
OPENS_WITHIN_S = 30.0  # the longest warm-up is ten
REPORTS_WITHIN_S = 10.0
POLL_S = 0.1
QUIET_S = 3.0  # between two trials workers take a second to come back


class LoadFailed(TrialFailed):
    """The load generator ended, or said nothing, before it had measured."""


class WorkersMissing(LabError):
    """Too few load workers came in time."""


@dataclass(frozen=True)
class LoadSpec:
    """What a locust is to do."""

    scenario: str
    level: LevelValue
    window_s: float
    urls: tuple[str, ...]
    seed: int = 0
    warm_up_s: float = 10.0
    processes: int = 1
    load_workers: LoadWorkersRecord | None = None

    def arguments(self, result: Path | str) -> list[str]:
        """Return locust's arguments."""
        more = ["--processes", str(self.processes)] if self.processes > 1 else []
        more = leading(self.load_workers) if self.load_workers else more
        return [
            *("-f", str(LOCUSTFILE), "--headless", "--only-summary", "--loglevel", "WARNING"),
            *("--host", self.urls[0], "--scenario", self.scenario, "--level", str(self.level)),
            *("--window", f"{self.window_s:g}", "--warm-up", f"{self.warm_up_s:g}", "--seed", str(self.seed)),
            *(("--targets", ",".join(self.urls)) if len(self.urls) > 1 else ()),
            *("--result", str(result), *more),
        ]

    def by_hand(self) -> Command:
        """Return the command that does the same by hand."""
        return Command((sys.executable, "-m", "locust", *self.arguments("load.json")))


def leading(expected: LoadWorkersRecord) -> list[str]:
    """Return the arguments of a locust that leads load workers."""
    bound = ["--master-bind-host", expected.host, "--master-bind-port", str(expected.port)]
    return ["--master", *bound, "--expect-workers", str(expected.workers)]


class Load:
    """A locust at work."""

    def __init__(self, pid: int, announcements: int, stem: Path) -> None:
        self.pid = pid
        self.result, self.log_path, self._hold = (
            Path(f"{stem}.{end}") for end in ("load.json", "load.log", "hold")
        )
        self._announcements = announcements
        self._unread = b""

    def may_open(self) -> None:
        """Let the window of a load that is held open once it is warm."""
        self._hold.unlink(missing_ok=True)

    def window(self, check: Callable[[], None]) -> Window:
        """Wait until the load is warm and says when it measures; `check` is called while waiting."""
        deadline = time.monotonic() + OPENS_WITHIN_S
        while time.monotonic() < deadline:
            check()
            announcement = self._announced()
            if isinstance(announcement, Window):
                return announcement
            self._check_alive()
        raise self._failed(f"opened no window within {OPENS_WITHIN_S:g} s")

    def gather(
        self, expected: LoadWorkersRecord, check: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        """Wait until all load workers are there, saying how many are; raises WorkersMissing when the time is over."""
        began_at, count, last_told = time.monotonic(), 0, -1
        while count < expected.workers:
            check()
            announcement = self._announced()
            if isinstance(announcement, WorkersArrived):
                count = announcement.count
            waited_s = time.monotonic() - began_at
            if count < expected.workers and count != last_told and waited_s > QUIET_S:
                last_told = count
                say(
                    f"load workers: {count} of {expected.workers} at {expected.host}:{expected.port}, "
                    "waiting for the others"
                )
            if count < expected.workers and waited_s > expected.within_s:
                raise WorkersMissing(
                    f"{count} of {expected.workers} load workers came within {expected.within_s:g} s: start them "
                    f"on the other machines with lab load-worker --master HOST --port {expected.port}, HOST being "
                    "this one."
                )
            self._check_alive()

    def _announced(self) -> Announcement | None:
        """Return the next announcement, `None` when none comes just now."""
        if b"\n" not in self._unread:
            ready, _, _ = select.select([self._announcements], [], [], POLL_S)
            self._unread += os.read(self._announcements, 4096) if ready else b""
        line, newline, rest = self._unread.partition(b"\n")
        if not newline:
            return None
        self._unread = rest
        announcement: Announcement = msgspec.json.decode(line, type=Announcement)
        return announcement

    def report(self, window_s: float = 0.0) -> LoadReading:
        """Wait for what was measured, `window_s` being what is left of the window."""
        deadline = time.monotonic() + window_s + REPORTS_WITHIN_S
        while time.monotonic() < deadline:
            if self.result.exists():
                return self._read()
            self._check_alive()
            time.sleep(0.005)
        raise self._failed(f"reported nothing within {REPORTS_WITHIN_S:g} s of its window")

    def _read(self) -> LoadReading:
        try:
            return msgspec.json.decode(self.result.read_bytes(), type=LoadReading)
        except msgspec.DecodeError as error:
            raise self._failed(f"wrote no result that can be read ({error})") from error

    def _check_alive(self) -> None:
        if not psutil.pid_exists(self.pid) and not self.result.exists():
            raise self._failed("ended before it had measured")

    def _failed(self, what: str) -> LoadFailed:
        return LoadFailed(f"The load generator {what}.", last_lines(self.log_path))


class Generator:
    """A running fork server."""

    def __init__(self, process: subprocess.Popen[str], log_path: Path) -> None:
        self._process = process
        self._log_path = log_path

    @contextmanager
    def loading(self, spec: LoadSpec, stem: Path, *, held: bool = False) -> Iterator[Load]:
        """Start a locust whose files are named after `stem`; on leaving it is killed.

        One that is `held` opens no window before `may_open` was called. Raises LabError when there is no starting
        any more.
        """
        files = [Path(f"{stem}.{end}") for end in ("load.json", "load.log", "fifo", "hold")]
        for leftover in files:
            leftover.unlink(missing_ok=True)  # what an earlier trial of that name left isn't this one's
        result, log_path, fifo, hold = files
        if held:
            hold.touch()
        os.mkfifo(fifo)
        announcements = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)  # with a writer there is no end of file
        pid = 0
        try:
            argv = [*spec.arguments(result), "--announce", str(fifo), "--hold", str(hold)]
            pid = self.start(argv, log_path)
            yield Load(pid, announcements, stem)
        finally:
            if pid:
                end_locust(pid)
            os.close(announcements)
            fifo.unlink()
            hold.unlink(missing_ok=True)

    def start(self, argv: Sequence[str], log_path: Path) -> int:
        """Start a locust and return its pid; raises LabError when there is no starting any more."""
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None  # noqa: S101 - generator() opened both
        assert answers is not None  # noqa: S101
        with suppress(BrokenPipeError):
            requests.write(msgspec.json.encode(StartLocust(list(argv), str(log_path))).decode() + "\n")
            requests.flush()
        answer = answers.readline()
        if not answer:
            raise LabError(f"The load generator can't be started any more: {self._last_words()}")
        return msgspec.json.decode(answer, type=LocustStarted).pid

    def _last_words(self) -> str:
        last_words = last_lines(self._log_path, 1)
        return (
            last_words[0] if last_words else f"its fork server ended with exit code {self._process.wait()}."
        )


@contextmanager
def generator(reaper: Reaper, cores: Sequence[int], folder: Path) -> Iterator[Generator]:
    """Run a fork server in `folder`, where no locust.conf can change what it does."""
    command = pinned(Command((sys.executable, "-m", "loadtests.forkserver")), cores)
    log_path = folder / "forkserver.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command.argv,
            env=reaper.env,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        yield Generator(process, log_path)
    finally:
        end_fork_server(process)


def end_locust(pid: int) -> None:
    """Kill a locust and its group; in its first moments it is still in that of the fork server."""
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def end_fork_server(process: subprocess.Popen[str]) -> None:
    """Kill the fork server without waiting for the end of its output: a locust may still hold it."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(BrokenPipeError):
            if pipe:
                pipe.close()
