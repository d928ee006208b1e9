"""`lab dashboard`: stacks served, an agent beside them, and one locust whose web UI loads and shows them all."""

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from lab.addresses import bound
from lab.commands.console import print_text
from lab.commands.named_stacks import refuse_missing
from lab.commands.options import Host, Out, StackArguments, Threads, Workers
from lab.errors import LabError
from lab.measure.dashboard_locust import PageAddress, locust, wait_until_ready, watch
from lab.measure.dashboard_run import run_of
from lab.measure.environment import environment
from lab.measure.new_run import stack_record
from lab.measure.reaper import reaping
from lab.measure.served_stacks import ServedStacks, serving_stacks
from lab.measure.server_process import port_taken
from lab.remote.agent import Agent, Query
from lab.saved_runs.folder import write
from lab.servers import HOST, Settings
from lab.signals import Stopped
from lab.stacks import DEFAULT_STACKS, Stack, find
from lab.tell.charts.palette import looks
from records.dashboard import AgentAddress, DashboardSetup, DashboardStack, RecordedLoad
from records.run import Run, as_json_text

EXAMPLES = (
    "Examples: `lab dashboard`, `lab dashboard uvicorn/asgi gunicorn-gthread/wsgi --threads 50 --port 8100`"
)

Say = Callable[[str], None]


def dashboard(
    names: StackArguments = None,
    *,
    host: Host = HOST,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the page.")] = 8089,
    workers: Workers = 1,
    threads: Threads = 10,
    out: Out = Path("results"),
) -> None:
    """Serve stacks side by side and load them from a page, until Ctrl-C."""
    stacks = [find(name) for name in dict.fromkeys(names or DEFAULT_STACKS)]
    address = PageAddress(bound(host, "the page, and with it these stacks,"), port)
    show_side_by_side(stacks, Settings(workers, threads), address, out.resolve(), print_text)


def show_side_by_side(
    stacks: Sequence[Stack], settings: Settings, address: PageAddress, out: Path, say: Say
) -> None:
    """Serve and show the stacks until Stopped is raised; `say` is told the address once it answers.

    What was recorded of each load is kept in a folder of its own in `out` when it is asked for. Raises LabError when a
    stack can't run, the port is taken, or locust ends by itself.
    """
    refuse_missing(stacks)
    if port_taken(address.port):
        raise LabError(f"Port {address.port} is taken: choose another with --port.")
    with (
        suppress(Stopped),
        reaping() as reaper,
        tempfile.TemporaryDirectory(prefix="lab-") as folder,
        serving_stacks(stacks, settings, reaper, Path(folder)) as served,
        agent_beside(served, stacks, settings, out) as (agent_url, token),
        locust(reaper, setup_of(served, settings, agent_url, token), address, Path(folder)) as running,
    ):
        wait_until_ready(running, address, Path(folder) / "locust.log")
        say(address.url)
        watch(running, Path(folder) / "locust.log")


@contextmanager
def agent_beside(
    served: ServedStacks, stacks: Sequence[Stack], settings: Settings, out: Path
) -> Iterator[tuple[str, str]]:
    """Answer as an agent that also judges what was recorded; yields its URL and token."""
    from lab.remote.agent_server import answering  # noqa: PLC0415 - Flask takes long to load, and --help answers nobody

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
        report_files.write_reports(run, folder)
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


def setup_of(served: ServedStacks, settings: Settings, agent_url: str, token: str) -> DashboardSetup:
    """Return what locust has to know of what is served."""
    records = [stack_record(server.stack, settings) for server in served.servers.values()]
    stack_looks = looks(records)
    stacks = tuple(
        DashboardStack(
            name=record.name,
            url=served.servers[record.name].url,
            slots=record.slots_by_waiting,
            colour=stack_looks[record.name].colour,
            dash=stack_looks[record.name].dash,
        )
        for record in records
    )
    return DashboardSetup(stacks, AgentAddress(agent_url, token))
