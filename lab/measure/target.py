"""Stacks that run elsewhere: measured at their URLs, metered by the agent beside them where there is one."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from lab.addresses import address, base_url, is_own_address
from lab.errors import LabError, UsageError
from lab.measure.new_run import stack_record
from lab.measure.process_tree import tree
from lab.measure.process_usage import Clocks, cpu_times
from lab.measure.readiness import interface_of, wait_for
from lab.measure.server_process import READY_WITHIN_S, ServerFailed
from lab.remote.agent_client import AgentClient
from lab.servers import Settings
from lab.stacks import Stack
from loadtests.machine import busy_s, machine_id
from records.agent import AgentStack
from records.run import Options, StackRecord
from records.usage import CpuSeconds, Footprint, UsageReport


class Elsewhere:
    """Where stacks run that aren't started here: their URLs by name, and who tells what they use.

    Raises LabError when the agent doesn't answer, UsageError when it doesn't serve one of them.
    """

    def __init__(self, targets: Mapping[str, str], agent: AgentClient | None = None) -> None:
        self._targets = targets
        self._agent = agent
        self._residents: dict[str, AgentStack] = {}
        self._environment: dict[str, str] = {}
        self.machine = ""
        if agent:
            self.machine = agent.clocks().machine
            told = agent.stacks()
            self._residents = {each.record.name: each for each in told.stacks}
            self._environment = told.environment
            for name in targets:
                if name not in self._residents:
                    serves = ", ".join(self._residents)
                    raise UsageError(f"The agent doesn't serve {name}: it serves {serves}.")

    def record(self, stack: Stack, settings: Settings) -> StackRecord:
        """Return a stack as its agent says that it runs; without one as these settings would have it run."""
        if stack.original in self._residents:
            return self._residents[stack.original].record
        told = f"started elsewhere, answers at {self._targets[stack.original]}"
        return msgspec.structs.replace(stack_record(stack, settings), command=told, skipped=None)

    def environment(self) -> dict[str, str]:
        """Return what is known of where they run, under names that don't clash with those of this machine."""
        told = {f"server's {k}": v for k, v in self._environment.items() if not k.endswith(" cores")}
        targets = ", ".join(f"{name}={url}" for name, url in self._targets.items())
        return {"server cores": "elsewhere", "targets": targets, **told}

    @contextmanager
    def target(self, stack: Stack, settings: Settings) -> Iterator["Target"]:
        """Give a stack as a target, started anew where there is an agent."""
        host, port = address(self._targets[stack.original])
        command = self.record(stack, settings).command
        yield Target(stack, host, port, command, self)

    def restart(self, stack: Stack) -> None:
        """Have a stack started anew, if anybody can; raises ServerFailed when it doesn't start."""
        if self._agent:
            with told_as_failure():
                self._agent.restart(stack.original)

    def footprint(self, stack: Stack) -> Footprint | None:
        """Return what a stack holds, `None` when nobody tells."""
        if self._agent is None:
            return None
        with told_as_failure():
            return self._agent.usage().stacks[stack.original].footprint

    def meter(self, targets: Sequence["Target"], generator: int) -> Callable[[], Clocks]:
        """Return what reads the clocks of targets, by the agent's own clock, and those of this machine.

        Busy seconds of two machines are added up; of one where the agent is on this machine. Where nobody tells
        what a target uses and it runs on this machine, nothing is known of what else does.
        """

        def read() -> Clocks:
            told = self._clocks() if self._agent else None
            now, lab = time.monotonic(), time.process_time()
            used, busy = cpu_times(tree(generator) if generator else []), busy_s()
            if told is None:
                unknown = any(is_own_address(target.host) for target in targets)
                return Clocks(now, [None] * len(targets), used, lab, None if unknown else busy)
            servers = [self._times(told, target.stack) for target in targets]
            there_s = told.machine_s if told.machine != machine_id() else 0.0
            return Clocks(told.at, servers, used, lab + told.agent_s, busy + there_s)

        return read

    def _clocks(self) -> UsageReport:
        assert self._agent is not None  # noqa: S101 - meter() asked
        with told_as_failure():
            return self._agent.clocks()

    def _times(self, told: UsageReport, stack: Stack) -> CpuSeconds:
        used = told.stacks[stack.original]
        if not used.alive:
            raise ServerFailed(f"{stack.name} ended by itself where its agent runs.", [])
        return used.cpu_s


@dataclass(frozen=True)
class Target:
    """A stack that runs elsewhere and answers at `url`."""

    stack: Stack
    host: str
    port: int
    command: str
    elsewhere: Elsewhere

    @property
    def url(self) -> str:
        """The base URL."""
        return base_url(self.host, self.port)

    def check_alive(self) -> None:
        """Do nothing: what it answers tells, and its agent when the clocks are read."""

    def check_whole(self) -> None:
        """Do nothing: what it answers tells, and its agent when the clocks are read."""

    def hold(self, cores: Sequence[int]) -> None:
        """Leave it on its cores: they are another machine's."""

    def wait_until_ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Have it started anew, and ask until the app answers; raises ServerFailed without an answer in time."""
        self.elsewhere.restart(self.stack)
        speaks = wait_for(lambda: interface_of(self.port, self.host), within_s)
        if speaks is None:
            raise ServerFailed(f"{self.stack.name} gave no answer at {self.url} within {within_s:g} s.", [])
        if speaks != self.stack.app.speaks:
            says = f"What answers at {self.url} speaks {speaks}: it isn't {self.stack.original}."
            raise ServerFailed(says, [])

    def footprint(self) -> Footprint | None:
        """Return what its process tree holds, `None` when nobody tells."""
        return self.elsewhere.footprint(self.stack)


def elsewhere_of(options: Options, token: str) -> Elsewhere | None:
    """Return where the stacks of a run are, `None` when they are started here."""
    if not options.targets:
        return None
    return Elsewhere(options.targets, AgentClient(options.agent, token) if options.agent else None)


def recorded(stack: Stack, settings: Settings, elsewhere: Elsewhere | None) -> StackRecord:
    """Return a stack as it will run, here or elsewhere."""
    return elsewhere.record(stack, settings) if elsewhere else stack_record(stack, settings)


@contextmanager
def told_as_failure() -> Iterator[None]:
    """Let an agent that doesn't do its part fail the trial, not the run."""
    try:
        yield
    except LabError as error:
        raise ServerFailed(str(error), []) from error
