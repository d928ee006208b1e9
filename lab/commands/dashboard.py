"""The dashboard: stacks served, an agent beside them, and one locust whose web UI loads and shows them all."""

import http.client
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import msgspec

import loadtests
from lab.errors import LabError
from lab.measure.dashboard_run import run_of
from lab.measure.environment import environment
from lab.measure.reaper import Reaper, reaping
from lab.measure.served_stacks import ServedStacks, serving_stacks
from lab.measure.server_process import last_lines, port_taken, started
from lab.remote.agent import Agent, Query, answering
from lab.run_folder import write
from lab.servers import HOST, Settings
from lab.signals import Stopped
from lab.stacks import Command, Stack
from lab.tell.charts.palette import look_of
from records.dashboard import AgentAddress, DashboardStack, Lineup, RecordedLoad
from records.run import Run, as_json_text

LOCUSTFILE = Path(loadtests.__file__).parent / "locustfile.py"
EVERYWHERE = {"": HOST, "0.0.0.0": HOST, "::": "::1"}  # noqa: S104 - where each of them can be reached from here
USERS, SPAWNED_PER_S = 200, 50
ENDS_WITHIN_S = 2
READY_WITHIN_S = 30.0
CHECK_EVERY_S = 0.2

Say = Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """Where locust's web UI answers."""

    host: str = HOST
    port: int = 8089

    @property
    def url(self) -> str:
        """The address to open."""
        host = EVERYWHERE.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def dashboard(stacks: Sequence[Stack], settings: Settings, place: Place, out: Path, say: Say) -> None:
    """Serve and show the stacks until Stopped is raised; `say` is told the address once it answers.

    What was recorded of each load is kept in a folder of its own in `out` when it is asked for. Raises LabError when a
    stack can't run, the port is taken, or locust ends by itself.
    """
    for stack in stacks:
        if reason := stack.missing():
            raise LabError(f"{stack.name} can't be served: {reason}.")
    if port_taken(place.port):
        raise LabError(f"Port {place.port} is taken: choose another with --port.")
    with (
        suppress(Stopped),
        reaping() as reaper,
        tempfile.TemporaryDirectory(prefix="lab-") as made,
        serving_stacks(stacks, settings, reaper, Path(made)) as served,
        agent_beside(served, stacks, settings, out) as (agent_url, token),
        locust(reaper, lineup(served, settings, agent_url, token), place, Path(made)) as running,
    ):
        wait_until_ready(running, place, Path(made) / "locust.log")
        say(place.url)
        watch(running, Path(made) / "locust.log")


@contextmanager
def agent_beside(
    served: ServedStacks, stacks: Sequence[Stack], settings: Settings, out: Path
) -> Iterator[tuple[str, str]]:
    """Answer as an agent that also judges what was recorded; yields its URL and token."""
    agent, token = Agent(served, settings), secrets.token_urlsafe()
    judging = Judging(stacks, settings, out)
    agent.routes |= {
        ("POST", "/live/results.json"): judging.results,
        ("POST", "/live/report.html"): judging.report,
    }
    with answering(agent, token) as url:
        yield url, token


@dataclass(frozen=True)
class Judging:
    """Makes runs of what was recorded by hand, and keeps them."""

    stacks: Sequence[Stack]
    settings: Settings
    out: Path

    def results(self, _query: Query, body: bytes) -> bytes:
        """Return results.json of a record."""
        run, _ = self._kept(body)
        return as_json_text(run)

    def report(self, _query: Query, body: bytes) -> bytes:
        """Return report.html of a record."""
        from lab.commands import report_files  # noqa: PLC0415 - what draws charts takes long to load, and --help doesn't draw

        run, folder = self._kept(body)
        report_files.tell(run, folder)
        return (folder / "report.html").read_bytes()

    def _kept(self, body: bytes) -> tuple[Run, Path]:
        """Judge a record and keep it as a run in a folder of its own."""
        try:
            load = msgspec.json.decode(body, type=RecordedLoad)
        except msgspec.DecodeError as error:
            raise LabError(f"That isn't a record of a load: {error}.") from error
        began = time.time() - (time.monotonic() - load.began_at)
        run = run_of(load, self.stacks, self.settings, environment([], []), began)
        folder = self.out / run.run.id
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LabError(f"Can't keep the run in {folder}: {error.strerror}.") from error
        write(run, folder)
        return run, folder


def lineup(served: ServedStacks, settings: Settings, agent_url: str, token: str) -> bytes:
    """Return the `records.dashboard.Lineup` of what is served, in JSON."""
    stacks = tuple(
        DashboardStack(
            name=name,
            url=server.url,
            slots=server.stack.slots_by_waiting(settings),
            colour=look_of(name).colour,
            dash=tuple(look_of(name).dash),
        )
        for name, server in served.servers.items()
    )
    return msgspec.json.encode(Lineup(stacks, AgentAddress(agent_url, token)))


@contextmanager
def locust(reaper: Reaper, lineup_json: bytes, place: Place, folder: Path) -> Iterator["Popen[bytes]"]:
    """Run locust with its web UI, in a folder where no locust.conf can change what it does."""
    lineup_path = folder / "lineup.json"
    lineup_path.touch(mode=0o600)
    lineup_path.write_bytes(lineup_json)
    command = Command(
        (
            *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--lineup", str(lineup_path)),
            *("--class-picker", "--web-host", place.host, "--web-port", str(place.port)),
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
    with started(command, reaper, folder / "locust.log", grace_s=ENDS_WITHIN_S) as process:
        yield process


def wait_until_ready(running: "Popen[bytes]", place: Place, log_path: Path) -> None:
    """Ask until the page answers; raises LabError when locust ends before, or takes too long."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        check_alive(running, log_path)
        with (
            suppress(OSError, http.client.HTTPException),
            closing(http.client.HTTPConnection(place.url.removeprefix("http://"), timeout=5)) as connection,
        ):
            connection.request("GET", "/side-by-side")
            if connection.getresponse().status == http.client.OK:
                return
        time.sleep(0.05)
    raise LabError(f"Locust's web UI gave no answer within {READY_WITHIN_S:g} s: {said(log_path)}")


def watch(running: "Popen[bytes]", log_path: Path) -> None:
    """Return never; raises LabError when locust has ended by itself. A stack that ended shows on the page."""
    while True:
        check_alive(running, log_path)
        time.sleep(CHECK_EVERY_S)


def check_alive(running: "Popen[bytes]", log_path: Path) -> None:
    """Raise LabError when locust has ended by itself."""
    if (code := running.poll()) is not None:
        raise LabError(f"Locust ended by itself with exit code {code}: {said(log_path)}")


def said(log_path: Path) -> str:
    """Return the last line of locust's log."""
    return " ".join(last_lines(log_path, 1)) or "it said nothing."
