"""One trial: a fresh server, a load, and what both cost over exactly one window; or several servers in turns."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from contract.examples import Request
from lab.errors import Cannot, TrialFailed
from lab.judge.reading import Aftermath, Reading, target_of
from lab.measure.contract_check import ask, broken_promises, refusal
from lab.measure.load_generator import Generator, Load, Order
from lab.measure.plan import Task
from lab.measure.prestart import Prestart
from lab.measure.process_usage import Clocks, read_clocks, tree
from lab.measure.reaper import Reaper
from lab.measure.server_process import Serving, serving
from lab.measure.target import Elsewhere, Target, recorded
from lab.servers import Settings
from lab.stacks import Stack
from loadtests.ceilings import queue_s
from loadtests.machine import machine_id
from loadtests.schedule import Turns, order
from records.load import Window
from records.run import Commands, LoadWorkersRecord
from records.usage import Usage

Served = Serving | Target

CHECK_EVERY_S = 0.25
HOPELESS_QUEUE_S = 4.5  # what takes longer to fill isn't waited for: its latencies are discarded as unsettled
SHORT_QUEUE_S = 0.5
UNFAIR = 1.5  # some servers answer the same users again before others: not all of them are waited for
ANSWERS_WITHIN_S = 1.0


@dataclass(frozen=True)
class Measured:
    """What a trial brought in, and how to repeat it."""

    reading: Reading
    commands: Commands


@dataclass(frozen=True)
class TrialRunner:
    """The place where stacks are checked and measured."""

    settings: Settings
    reaper: Reaper
    generator: Generator
    server_cores: list[int]
    logs: Path
    seed: int = 0
    processes: int = 1
    standby: Prestart = field(default_factory=Prestart)
    elsewhere: Elsewhere | None = None
    load_workers: LoadWorkersRecord | None = None
    say: Callable[[str], None] = print

    def check(self, stack: Stack) -> list[str]:
        """Return each way in which a stack breaks the contract; raises ServerFailed."""
        log_path = self.logs / f"{file_name(stack.original)}.contract.log"
        with self._served(stack, log_path, self.server_cores) as server:
            server.wait_until_ready()
            return list(broken_promises(server))

    def measure(self, block: Sequence[Task], following: Sequence[Task] = ()) -> list[Measured | TrialFailed]:
        """Measure a block: one trial, or several whose stacks take turns; return what came of each.

        While it warms up the server of the one `following` is started.
        """
        try:
            return list(self._in_turns(block) if block[0].level.turns else [self._alone(block[0], following)])
        except TrialFailed as failure:
            return [failure] * len(block)

    def _alone(self, task: Task, following: Sequence[Task]) -> Measured:
        with self.standby.server(task, self._server) as server:
            ask_for_websockets(server, task)
            before = server.footprint()
            wanted = self._order(task, [server])
            early = [each for each in following if not each.level.turns and not self.elsewhere][:1]
            with self.generator.loading(wanted, self._stem(task), held=bool(early)) as load:
                self._gather(load, server.check_whole)
                for each in early:
                    self.standby.prepare(each, self._server)
                load.may_open()
                window = load.window(server.check_whole)
                usage = watch(server, load, window)
                after = server.footprint()
                report = load.report()
            aftermath = outlast(server, task.scenario.aftermath_s)
            reading = Reading(
                target_of(report), usage, window.seconds, before, after, aftermath,
                report.workers, report.lost, self._machines,
            )  # fmt: skip
        return Measured(reading, Commands(str(server.command), str(wanted.by_hand())))

    def _in_turns(self, block: Sequence[Task]) -> list[Measured | TrialFailed]:
        results: dict[str, Measured | TrialFailed] = {}
        with ExitStack() as running:
            started = [(task, running.enter_context(self._server(task, self._all_cores))) for task in block]
            ready = []
            for task, server in started:
                try:
                    server.wait_until_ready()
                    server.hold(self.server_cores)
                    ready.append((task, server))
                except TrialFailed as failure:
                    results[task.stack.name] = failure
            if ready:
                results |= self._measured_in_turns(ready)
        return [results[task.stack.name] for task in block]

    def _measured_in_turns(self, ready: Sequence[tuple[Task, Served]]) -> dict[str, Measured | TrialFailed]:
        task, servers = ready[0][0], [server for _, server in ready]
        turns = Turns(len(servers), self.seed)
        before = [server.footprint() for server in servers]
        with self.generator.loading(self._order(task, servers), self._stem(task, "in-turns")) as load:
            self._gather(load, lambda: None)
            usage = watch_turns(servers, load, load.window(lambda: None), turns)
            after = [server.footprint() for server in servers]
            report = load.report()
        results: dict[str, Measured | TrialFailed] = {}
        for number, (each, server) in enumerate(ready):
            loaded_s = len(usage[number]) * turns.loaded_s
            reading = Reading(
                target_of(report, number), usage[number], loaded_s, before[number], after[number], None,
                report.workers, report.lost, self._machines,
            )  # fmt: skip
            by_hand = self._order(each, [server]).by_hand()
            try:
                server.check_whole()
                results[each.stack.name] = Measured(reading, Commands(str(server.command), str(by_hand)))
            except TrialFailed as failure:
                results[each.stack.name] = failure
        return results

    def _gather(self, load: Load, check: Callable[[], None]) -> None:
        if self.load_workers:
            load.gather(self.load_workers, check, self.say)

    @property
    def _machines(self) -> list[str]:
        """The machines whose busy seconds are read with the clocks."""
        there = self.elsewhere.machine if self.elsewhere else ""
        return [machine_id(), *([there] if there else [])]

    @property
    def _all_cores(self) -> list[int]:
        """The cores on which several servers may start at once; nothing is measured meanwhile."""
        return sorted({*self.server_cores, *os.sched_getaffinity(0)}) if self.server_cores else []

    def _server(self, task: Task, cores: Sequence[int] = ()) -> AbstractContextManager[Served]:
        log_path = Path(f"{self._stem(task)}.server.log")
        return self._served(task.stack, log_path, cores or self.server_cores)

    def _served(self, stack: Stack, log_path: Path, cores: Sequence[int]) -> AbstractContextManager[Served]:
        if self.elsewhere:
            return self.elsewhere.target(stack, self.settings)
        return serving(stack, self.settings, self.reaper, log_path=log_path, cores=cores)

    def _order(self, task: Task, servers: Sequence[Served]) -> Order:
        slots = recorded(task.stack, self.settings, self.elsewhere).slots_by_waiting
        longest_s = max(queue_s(flow, slots) for flow in task.level.flows)
        return Order(
            task.scenario.name,
            task.level.value,
            task.window_s,
            tuple(server.url for server in servers),
            seed=self.seed,
            warm_up_s=SHORT_QUEUE_S + UNFAIR * longest_s if longest_s <= HOPELESS_QUEUE_S else 0.0,
            processes=1 if any(flow.of_ceiling for flow in task.level.flows) else self.processes,
            load_workers=self.load_workers,
        )

    def _stem(self, task: Task, who: str = "") -> Path:
        level = f"{task.scenario.name}-{task.level.value}-{task.repetition}"
        return self.logs / f"{level}.{who or file_name(task.stack.name)}"


def ask_for_websockets(server: Served, task: Task) -> None:
    """Open each WebSocket that a level needs; raises `Cannot` with what was answered where there is none."""
    for flow in task.level.flows:
        if flow.behaviour == "websocket" and (answered := refusal(server.port, flow.target, server.host)):
            raise Cannot(f"asked for a WebSocket at {flow.target} it answered {answered}")


def meter(servers: Sequence[Served], generator: int = 0, *, once: bool = False) -> Callable[[], Clocks]:
    """Return what reads all clocks; process trees are looked up anew at each reading, or only `once`."""
    here = [server for server in servers if isinstance(server, Serving)]
    there = [server for server in servers if isinstance(server, Target)]
    if there:
        return there[0].elsewhere.meter(there, generator)

    def trees() -> tuple[list[list[int]], list[int]]:
        return [tree(server.pid) for server in here], tree(generator) if generator else []

    found = trees()
    return lambda: read_clocks(*(found if once else trees()))


def watch(server: Served, load: Load, window: Window) -> list[Usage]:
    """Return the CPU that was used in each second of the window, the last one as long as it is."""
    read = meter([server], load.pid)
    wait_until(window.opens_at, server.check_whole)
    before = read()
    usage = []
    moment = window.opens_at
    while moment < window.closes_at:
        moment = min(moment + 1, window.closes_at)
        wait_until(moment, server.check_whole)
        now = read()
        usage.append(now.since(before))
        before = now
    return usage


def watch_turns(servers: Sequence[Served], load: Load, window: Window, turns: Turns) -> list[list[Usage]]:
    """Return the CPU that was used in each turn of each server; nothing but reading clocks stands between turns."""
    usage: list[list[Usage]] = [[] for _ in servers]
    read = meter(servers, load.pid, once=True)
    wait_until(window.opens_at, lambda: None)
    before = read()
    rounds = round((window.closes_at - window.opens_at) / turns.round_s)
    for number in range(rounds):
        for place, server in enumerate(order(turns, window.first_round + number)):
            wait_until(window.opens_at + number * turns.round_s + (place + 1) * turns.turn_s, lambda: None)
            now = read()
            usage[server].append(now.since(before, server))
            before = now
    return usage


def outlast(server: Served, seconds: float) -> Aftermath | None:
    """Watch a server for so long after everybody has left, then see whether it still answers."""
    if not seconds:
        return None
    read = meter([server])
    began = read()
    wait_until(time.monotonic() + seconds, server.check_whole)
    used = read().since(began)
    held = server.footprint()
    return Aftermath(used.at, used.server, held, answered_ms(server))


def answered_ms(server: Served) -> float | None:
    """Return how long the server took to answer one request, `None` when it didn't."""
    asked_at = time.monotonic()
    try:
        ask(server.port, Request("GET", "/"), ANSWERS_WITHIN_S, server.host)
    except OSError:
        return None
    return (time.monotonic() - asked_at) * 1000


def wait_until(moment: float, check: Callable[[], None]) -> None:
    """Sleep until a moment of the monotonic clock, calling `check` now and then."""
    while (left_s := moment - time.monotonic()) > 0:
        time.sleep(min(left_s, CHECK_EVERY_S))
        check()


def file_name(stack_name: str) -> str:
    """Return a stack's name as part of a file name."""
    return stack_name.replace("/", "+")
