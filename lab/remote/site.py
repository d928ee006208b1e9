"""A site of stacks that aren't started here: asked at their URLs, metered by the agent beside them if there is one."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from contract.examples import Example, all_examples, from_afar
from lab.addresses import address, base_url, is_own_address
from lab.errors import LabError, UsageError
from lab.measure.new_run import stack_record
from lab.measure.process_tree import tree
from lab.measure.process_usage import Clocks, cpu_times
from lab.measure.readiness import interface_of, wait_for
from lab.measure.server_process import READY_WITHIN_S, ServerFailed
from lab.measure.site import Server
from lab.remote.agent_client import AgentClient
from lab.servers import Settings
from lab.stacks import Stack
from loadtests.machine import busy_s, machine_id
from records.agent import AgentStack
from records.run import StackRecord
from records.usage import Footprint, UsageReport


class RemoteSite:
    """Stacks at their URLs, by name, and the agent that tells what they use and starts them anew.

    Raises LabError when the agent doesn't answer, UsageError when it doesn't serve one of them.
    """

    starts_early = False  # it would end the one that is measured, or take its cores

    def __init__(self, targets: Mapping[str, str], agent: AgentClient | None = None) -> None:
        self._targets = targets
        self._agent = agent
        self._served: dict[str, AgentStack] = {}
        self._environment: dict[str, str] = {}
        self._latest: UsageReport | None = None
        self.machines = [machine_id()]
        if agent:
            answer = agent.stacks()
            self.machines.append(agent.clocks().machine)
            self._environment = answer.environment
            self._served = {each.record.name: each for each in answer.stacks}
            self._refuse_others()

    def _refuse_others(self) -> None:
        for name in self._targets:
            if name not in self._served:
                serves = ", ".join(self._served)
                raise UsageError(f"The agent doesn't serve {name}: it serves {serves}.")

    def record(self, stack: Stack, settings: Settings) -> StackRecord:
        """Return a stack as its agent says that it runs; without one as these settings would have it run."""
        if stack.original in self._served:
            return self._served[stack.original].record
        command = f"started elsewhere, answers at {self._targets[stack.original]}"
        return msgspec.structs.replace(stack_record(stack, settings), command=command, skipped=None)

    def environment(self, machine: dict[str, str]) -> dict[str, str]:
        """Return what is known of this machine and of where they run, under names that don't clash."""
        servers = {f"server's {k}": v for k, v in self._environment.items() if not k.endswith(" cores")}
        targets = ", ".join(f"{name}={url}" for name, url in self._targets.items())
        return machine | {"server cores": "elsewhere", "targets": targets, **servers}

    def examples(self) -> Iterator[Example]:
        """Return the examples without the address at which apps see the lab: it can't be known beforehand."""
        return map(from_afar, all_examples())

    @contextmanager
    def serving(
        self,
        stack: Stack,
        settings: Settings,
        log_path: Path,  # noqa: ARG002 - it is logged where it runs
        *,
        together: bool = False,  # noqa: ARG002 - it has its cores, whoever else is up
    ) -> Iterator["RemoteServer"]:
        """Give a stack, which is started anew where there is an agent."""
        host, port = address(self._targets[stack.original])
        yield RemoteServer(stack, host, port, self.record(stack, settings).command, self)

    def restart(self, stack: Stack) -> None:
        """Have a stack started anew, if anybody can; raises ServerFailed when it doesn't start."""
        self._latest = None
        if self._agent:
            with agent_failing_the_trial():
                self._agent.restart(stack.original)

    def check(self, stack: Stack) -> None:
        """Raise ServerFailed when the agent said, as it was asked last, that a stack has ended."""
        if self._latest and not self._latest.stacks[stack.original].alive:
            raise ServerFailed(f"{stack.name} ended by itself where its agent runs.", [])

    def report(self) -> UsageReport | None:
        """Return every clock as the agent tells it, `None` without one."""
        if self._agent is None:
            return None
        with agent_failing_the_trial():
            self._latest = self._agent.clocks()
        return self._latest

    def footprint(self, stack: Stack) -> Footprint | None:
        """Return what a stack holds, `None` when nobody tells."""
        if self._agent is None:
            return None
        with agent_failing_the_trial():
            return self._agent.usage().stacks[stack.original].footprint

    def meter(
        self, servers: Sequence[Server], generator: int = 0, *, once: bool = False
    ) -> Callable[[], Clocks]:
        """Return what reads the clocks of servers, by the agent's own clock, and those of this machine.

        Busy seconds of two machines are added up; of one where the agent is on this machine. Where nobody tells
        what a server uses and it runs on this machine, nothing is known of what else does.
        """
        first = tree(generator) if generator else []

        def read() -> Clocks:
            report = self.report()
            now, lab, busy = time.monotonic(), time.process_time(), busy_s()
            used = cpu_times(first if once or not generator else tree(generator))
            if report is None:
                unknown = any(is_own_address(server.host) for server in servers)
                return Clocks(now, [None] * len(servers), used, lab, None if unknown else busy)
            cpu_s = [report.stacks[server.stack.original].cpu_s for server in servers]
            there_s = report.machine_s if report.machine != machine_id() else 0.0
            return Clocks(report.at, cpu_s, used, lab + report.agent_s, busy + there_s)

        return read


@dataclass(frozen=True)
class RemoteServer:
    """A stack that answers at `url`, and what its site knows of it."""

    stack: Stack
    host: str
    port: int
    command_line: str
    site: RemoteSite
    pid: None = None

    @property
    def url(self) -> str:
        """The base URL."""
        return base_url(self.host, self.port)

    def wait_until_ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Have it started anew, and ask until the app answers; raises ServerFailed without an answer in time."""
        self.site.restart(self.stack)
        speaks = wait_for(lambda: interface_of(self.port, self.host), within_s)
        if speaks is None:
            raise ServerFailed(f"{self.stack.name} gave no answer at {self.url} within {within_s:g} s.", [])
        if speaks != self.stack.app.speaks:
            says = f"What answers at {self.url} speaks {speaks}: it isn't {self.stack.original}."
            raise ServerFailed(says, [])

    def check_alive(self) -> None:
        """Raise ServerFailed when its agent, asked now, says that it has ended."""
        self.site.report()
        self.check_whole()

    def check_whole(self) -> None:
        """Raise ServerFailed when its agent said so as the clocks were read last: it isn't asked under load."""
        self.site.check(self.stack)

    def footprint(self) -> Footprint | None:
        """Return what its process tree holds, `None` when nobody tells."""
        return self.site.footprint(self.stack)


@contextmanager
def agent_failing_the_trial() -> Iterator[None]:
    """Let an agent that doesn't do its part fail the trial, not the run."""
    try:
        yield
    except LabError as error:
        raise ServerFailed(str(error), []) from error
