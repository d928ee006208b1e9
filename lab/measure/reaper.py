"""Nothing outlives the lab: a guard that ends every process of a lab that died, even by SIGKILL.

Each child inherits a token in its environment, and so do that child's own. The guard holds one end of a pipe:
when the lab's end closes, for whatever reason, it kills all that carry the token.
"""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

TOKEN = "LAB_REAPER"  # noqa: S105 - the name of a variable, nothing secret
ROUNDS = 100


@dataclass(frozen=True)
class Reaper:
    """What children are started with; `env` is the lab's environment with the token and `more` in it."""

    token: str = field(default_factory=lambda: uuid.uuid4().hex)
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        """The environment for a child, without settings that would change what servers or locust do."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN_SETTINGS)}
        return {**environment, TOKEN: self.token, **self.more}


FOREIGN_SETTINGS = ("LOCUST_", "GUNICORN_", "UVICORN_", "GRANIAN_", "WEB_CONCURRENCY", "LAB_")


@contextmanager
def reaping(reaper: Reaper | None = None) -> Iterator[Reaper]:
    """Guard all children that are started with the environment of a reaper, a new one unless it is given."""
    reaper = reaper or Reaper()
    guard = subprocess.Popen(
        [sys.executable, "-m", "lab.measure.reaper", reaper.token],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield reaper
    finally:
        if guard.stdin:
            guard.stdin.close()
        guard.wait()


def end_all(token: str) -> None:
    """Kill every process that carries the token, until none is left."""
    for _ in range(ROUNDS):
        carriers = [process for process in psutil.process_iter() if carries(process, token)]
        if not carriers:
            return
        for process in carriers:
            with suppress(psutil.Error):
                process.kill()
        time.sleep(0.02)


def carries(process: psutil.Process, token: str) -> bool:
    """Tell whether a live process was started with this token."""
    try:
        alive = process.status() != psutil.STATUS_ZOMBIE
        return alive and process.environ().get(TOKEN) == token
    except psutil.Error:
        return False


def reap_orphans(token: str) -> None:
    """Wait until the lab is gone, then end its processes."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    while os.read(0, 1):
        pass
    end_all(token)


if __name__ == "__main__":
    reap_orphans(sys.argv[1])
