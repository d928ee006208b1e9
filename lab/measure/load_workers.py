"""Load workers that a master elsewhere leads: one locust for each load, started again until nobody leads any more."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from lab.errors import LabError
from lab.measure.load_generator import LOCUSTFILE, Generator, end_locust
from lab.measure.server_process import last_lines

CHECK_EVERY_S = 0.05
CONNECTED = "connected"


class MasterGone(LabError):
    """No master was there for too long."""


@dataclass(frozen=True)
class Master:
    """Where load workers find their master, and for how many seconds they wait for one."""

    host: str
    port: int
    patience_s: float

    @property
    def arguments(self) -> list[str]:
        """The arguments of a locust that is led from there."""
        worker = ["--worker", "--master-host", self.host, "--master-port", str(self.port)]
        return ["-f", str(LOCUSTFILE), "--loglevel", "WARNING", *worker]


class Worker:
    """One place at which a locust works, and after it the next one."""

    def __init__(self, load: Generator, master: Master, folder: Path, number: int) -> None:
        self._load = load
        self._master = master
        self._news_path = folder / f"{number}.told"
        self.log_path = folder / f"{number}.log"
        self._lines_read = 0
        self.pid = 0

    def start(self) -> None:
        """Start a locust."""
        self._news_path.write_text("")
        self._lines_read = 0
        self.pid = self._load.start([*self._master.arguments, "--tell", str(self._news_path)], self.log_path)

    @property
    def lives(self) -> bool:
        """Whether it still runs."""
        return psutil.pid_exists(self.pid)

    @property
    def connected(self) -> bool:
        """Whether this locust has found its master."""
        return self._news_path.read_text().startswith(CONNECTED)

    def news(self) -> list[str]:
        """Return what it says since it was asked last, but for that it has connected."""
        lines = self._news_path.read_text().splitlines()
        new, self._lines_read = lines[self._lines_read :], len(lines)
        return [line for line in new if line != CONNECTED]


@contextmanager
def started_workers(load: Generator, master: Master, folder: Path, count: int) -> Iterator[list[Worker]]:
    """Have so many locusts at work; on leaving they are killed."""
    workers = [Worker(load, master, folder, number) for number in range(count)]
    try:
        for worker in workers:
            worker.start()
        yield workers
    finally:
        for worker in workers:
            if worker.pid:
                end_locust(worker.pid)


def follow(workers: list[Worker], master: Master, say: Callable[[str], None]) -> None:
    """Start each locust that has ended again, saying what they do, until nobody leads any more.

    Raises MasterGone when nobody ever did.
    """
    seen_at, ever = time.monotonic(), False
    while True:
        for worker in workers:
            for line in worker.news():
                say(line)
            if worker.connected:
                seen_at, ever = time.monotonic(), True
            if not worker.lives:
                worker.start()
        if time.monotonic() - seen_at > master.patience_s:
            break
        time.sleep(CHECK_EVERY_S)
    silence = f"at {master.host}:{master.port} for {master.patience_s:g} s"
    if not ever:
        last_words = last_lines(workers[0].log_path, 1)
        raise MasterGone(f"No master answered {silence}{f' ({last_words[0]})' if last_words else ''}.")
    say(f"no master {silence}: nothing is left to do")
