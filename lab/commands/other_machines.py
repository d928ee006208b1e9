"""The options of `lab compare` about other machines: where the stacks run, and where the load comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from lab.addresses import address, is_loopback
from lab.commands.options import TOKEN_VARIABLE
from lab.errors import LabError, UsageError
from lab.measure.server_process import port_taken
from lab.measure.site import Site
from lab.remote.agent_client import AgentClient
from lab.remote.site import RemoteSite
from lab.stacks import find
from records.run import LoadWorkersRecord, Options

Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        help="A stack that runs elsewhere: it isn't started here; repeat for more.",
        metavar="STACK=URL",
    ),
]
AgentUrl = Annotated[
    str,
    typer.Option(
        "--agent",
        help="The agent beside the targets, which tells what they use.",
        metavar="URL",
        show_default=False,
    ),
]
AgentToken = Annotated[
    str,
    typer.Option(
        "--agent-token", envvar=TOKEN_VARIABLE, help="What that agent wants to know.", metavar="TOKEN",
        show_default=False,
    ),
]  # fmt: skip
LoadMaster = Annotated[
    bool, typer.Option("--load-master", help="Load from other machines: `lab load-worker` there.")
]
LoadHost = Annotated[
    str, typer.Option("--load-host", help="Where the load's master listens.", metavar="HOST")
]
LoadPort = Annotated[int, typer.Option("--load-port", min=1, max=65535, help="At which port.")]
ExpectWorkers = Annotated[
    int,
    typer.Option("--expect-workers", min=0, max=1000, help="Load workers to wait for.", show_default=False),
]
WaitWorkers = Annotated[
    float,
    typer.Option("--wait-workers", min=1.0, help="Seconds to wait for them.", metavar="SECONDS"),
]


def targets_of(pairs: Sequence[str], agent_url: str, token: str) -> dict[str, str]:
    """Return the URLs of stacks by name: those given, or all that the agent serves; raises UsageError, LabError."""
    if agent_url:
        host, _ = address(agent_url)
        if not pairs:
            stacks = AgentClient(agent_url, token).stacks().stacks
            return {each.record.name: f"http://{host}:{address(each.url)[1]}" for each in stacks}
    targets: dict[str, str] = {}
    for each in pairs:
        name, _, url = each.partition("=")
        if find(name).name in targets:
            raise UsageError(f"{name} is given as a target twice.")
        address(url)
        targets[name] = url
    return targets


def site_of(options: Options | None, token: str, here: Site) -> Site:
    """Return where the stacks of a run are: at its targets, or `here` without any; raises LabError, UsageError."""
    if options is None or not options.targets:
        return here
    return RemoteSite(options.targets, AgentClient(options.agent, token) if options.agent else None)


@dataclass(frozen=True)
class LoadOptions:
    """What `lab compare` is told of load workers on other machines."""

    master: bool
    host: str
    port: int
    expected: int
    within_s: float

    def record(self, processes: int) -> LoadWorkersRecord | None:
        """Return whom to wait for, `None` for nobody; raises UsageError for options that don't fit together.

        Raises LabError when the port is taken.
        """
        if not self.master:
            if self.expected:
                raise UsageError("--expect-workers waits for load workers: say --load-master, too.")
            return None
        if not self.expected:
            raise UsageError("--load-master needs --expect-workers: how many load workers to wait for.")
        if processes > 1:
            raise UsageError(
                "With --load-master the processes are those of lab load-worker: leave out --processes."
            )
        is_loopback(self.host)  # or it is no host to listen on
        if port_taken(self.port, self.host):
            raise LabError(f"Port {self.port} is taken: choose another with --load-port.")
        return LoadWorkersRecord(self.host, self.port, self.expected, self.within_s)
