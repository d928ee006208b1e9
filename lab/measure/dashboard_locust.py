"""The locust of a dashboard: one process whose web UI loads and shows all stacks."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from subprocess import Popen

import msgspec

import loadtests
from lab.addresses import asked_at, base_url
from lab.errors import LabError
from lab.http_client.answer import Answer
from lab.measure.readiness import answer_at, wait_for
from lab.measure.reaper import Reaper
from lab.measure.server_process import last_lines, start_process
from lab.servers import HOST
from lab.stacks import Command
from records.dashboard import DashboardSetup

LOCUSTFILE = Path(loadtests.__file__).parent / "locustfile.py"
USERS, SPAWNED_PER_S = 200, 50
ENDS_WITHIN_S = 2
READY_WITHIN_S = 30.0
PAGE, PAGE_WITHIN_S = "/side-by-side", 5.0
CHECK_EVERY_S = 0.2


@dataclass(frozen=True)
class PageAddress:
    """Where locust's web UI answers."""

    host: str = HOST
    port: int = 8089

    @property
    def url(self) -> str:
        """The address to open."""
        return base_url(asked_at(self.host), self.port)


@contextmanager
def locust(
    reaper: Reaper, setup: DashboardSetup, address: PageAddress, folder: Path
) -> Iterator[Popen[bytes]]:
    """Run locust with its web UI, in a folder where no locust.conf can change what it does."""
    setup_path = folder / "setup.json"
    setup_path.touch(mode=0o600)
    setup_path.write_bytes(msgspec.json.encode(setup))
    command = Command(
        (
            *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--dashboard-setup", str(setup_path)),
            *("--class-picker", "--web-host", address.host, "--web-port", str(address.port)),
            *(
                "--users",
                str(USERS),
                "--spawn-rate",
                str(SPAWNED_PER_S),
                "--stop-timeout",
                str(ENDS_WITHIN_S),
            ),
            *("--loglevel", "WARNING"),
        )
    )
    with start_process(command, reaper, folder / "locust.log", grace_s=ENDS_WITHIN_S) as process:
        yield process


def wait_until_ready(running: Popen[bytes], address: PageAddress, log_path: Path) -> None:
    """Ask until the page answers; raises LabError when locust ends before, or takes too long."""

    def page() -> Answer | None:
        answer = answer_at(asked_at(address.host), address.port, PAGE, PAGE_WITHIN_S)
        return answer if answer and answer.status == HTTPStatus.OK else None

    if not wait_for(page, READY_WITHIN_S, lambda: check_alive(running, log_path)):
        raise LabError(f"Locust's web UI gave no answer within {READY_WITHIN_S:g} s: {last_line(log_path)}")


def watch(running: Popen[bytes], log_path: Path) -> None:
    """Return never; raises LabError when locust has ended by itself. A stack that ended shows on the page."""
    while True:
        check_alive(running, log_path)
        time.sleep(CHECK_EVERY_S)


def check_alive(running: Popen[bytes], log_path: Path) -> None:
    """Raise LabError when locust has ended by itself."""
    if (code := running.poll()) is not None:
        raise LabError(f"Locust ended by itself with exit code {code}: {last_line(log_path)}")


def last_line(log_path: Path) -> str:
    """Return the last line of locust's log."""
    return " ".join(last_lines(log_path, 1)) or "it said nothing."
