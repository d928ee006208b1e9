"""Where stacks run, and all that is asked about that: one protocol, whose local form starts servers here.

The form for servers that are up on another machine is `lab.remote.site`.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from contract.examples import Example, all_examples
from lab.measure.new_run import stack_record
from lab.measure.process_tree import tree
from lab.measure.process_usage import Clocks, read_clocks
from lab.measure.reaper import Reaper
from lab.measure.server_process import Serving, serving
from lab.servers import Settings
from lab.stacks import Stack
from loadtests.machine import machine_id
from records.run import StackRecord
from records.usage import Footprint


class Server(Protocol):
    """A stack that a site gives: it answers at its URL once it is ready."""

    @property
    def stack(self) -> Stack:
        """What is served."""

    @property
    def host(self) -> str:
        """Where it answers."""

    @property
    def port(self) -> int:
        """And at which port."""

    @property
    def url(self) -> str:
        """The base URL of both."""

    @property
    def command_line(self) -> str:
        """What it was started by, as one would type it."""

    @property
    def pid(self) -> int | None:
        """The pid of its first process, `None` of one that isn't seen from here."""

    def wait_until_ready(self) -> None:
        """Wait until it answers; raises ServerFailed when it doesn't in time."""

    def check_alive(self) -> None:
        """Raise ServerFailed when it has ended by itself."""

    def check_whole(self) -> None:
        """Raise ServerFailed when it is seen, at no cost to what is measured, that any part of it has ended."""

    def footprint(self) -> Footprint | None:
        """Return what its process tree holds, `None` when nobody tells."""


class Site(Protocol):
    """A place where stacks run."""

    @property
    def starts_early(self) -> bool:
        """Whether the next server may be started while another one warms up."""

    @property
    def machines(self) -> list[str]:
        """The machines whose busy seconds are read with the clocks, the lab's own among them."""

    def record(self, stack: Stack, settings: Settings) -> StackRecord:
        """Return a stack as it will run."""

    def environment(self, machine: dict[str, str]) -> dict[str, str]:
        """Return what is known of where a run is made, `machine` being known of this one."""

    def examples(self) -> Iterable[Example]:
        """Return the contract's examples with the answers that are right when they are asked from here."""

    def serving(
        self, stack: Stack, settings: Settings, log_path: Path, *, together: bool = False
    ) -> AbstractContextManager[Server]:
        """Give a stack, as if nobody had asked it before; `together` with others, each waits for its turn.

        It isn't awaited: call `wait_until_ready`.
        """

    def meter(
        self, servers: Sequence[Server], generator: int = 0, *, once: bool = False
    ) -> Callable[[], Clocks]:
        """Return what reads the clocks of servers, of the load generator with that pid, of lab and machines.

        Process trees are looked up anew at each reading, or only `once`. Reading raises ServerFailed when there is no
        telling.
        """


@dataclass(frozen=True)
class LocalSite:
    """This machine: each server is a process of the lab, held to its cores and ended with its trial."""

    reaper: Reaper
    cores: Sequence[int] = ()

    starts_early = True

    @property
    def machines(self) -> list[str]:
        """This machine."""
        return [machine_id()]

    def record(self, stack: Stack, settings: Settings) -> StackRecord:
        """Return a stack as these settings have it run."""
        return stack_record(stack, settings)

    def environment(self, machine: dict[str, str]) -> dict[str, str]:
        """Return what is known of this machine: nothing else matters."""
        return machine

    def examples(self) -> Iterator[Example]:
        """Return the examples as they are: apps see the lab at loopback."""
        return all_examples()

    @contextmanager
    def serving(
        self, stack: Stack, settings: Settings, log_path: Path, *, together: bool = False
    ) -> Iterator[Serving]:
        """Start a server, and end it; several that start together use all cores until each is ready."""
        every = sorted({*self.cores, *os.sched_getaffinity(0)}) if self.cores else []
        with serving(
            stack,
            settings,
            self.reaper,
            log_path=log_path,
            cores=every if together else self.cores,
            held_to=self.cores if together else (),
        ) as server:
            yield server

    def meter(
        self, servers: Sequence[Server], generator: int = 0, *, once: bool = False
    ) -> Callable[[], Clocks]:
        """Return what reads the clocks of this machine's processes."""

        def trees() -> tuple[list[list[int]], list[int]]:
            first = [server.pid for server in servers]
            return [tree(pid) if pid else [] for pid in first], tree(generator) if generator else []

        first = trees()
        return lambda: read_clocks(*(first if once else trees()))
