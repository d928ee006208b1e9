"""One trial: a fresh server, a load, and what both cost over exactly one window; or several servers in turns."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from contract.examples import Request
from lab.errors import Cannot, TrialFailed
from lab.judge.reading import Aftermath, Reading, target_of
from lab.measure.contract_check import ask, broken_promises, refusal
from lab.measure.load_generator import Generator, Load, LoadSpec
from lab.measure.plan import Task
from lab.measure.prestart import Prestart
from lab.measure.site import Server, Site
from lab.measure.window_usage import Read, usage_afterwards, usage_by_second, usage_by_turn
from lab.servers import Settings
from lab.stacks import Stack
from loadtests.ceilings import queue_s
from loadtests.schedule import Turns
from records.run import Commands, LoadWorkersRecord

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
    """What checks and measures the stacks of a site."""

    settings: Settings
    site: Site
    generator: Generator
    logs: Path
    seed: int = 0
    processes: int = 1
    prestart: Prestart = field(default_factory=Prestart)
    load_workers: LoadWorkersRecord | None = None
    say: Callable[[str], None] = print

    def check(self, stack: Stack) -> list[str]:
        """Return each way in which a stack breaks the contract; raises ServerFailed."""
        log_path = self.logs / f"{file_name(stack.original)}.contract.log"
        with self.site.serving(stack, self.settings, log_path) as server:
            server.wait_until_ready()
            return list(broken_promises(server, self.site.examples()))

    def measure(self, block: Sequence[Task], following: Sequence[Task] = ()) -> list[Measured | TrialFailed]:
        """Measure a block: one trial, or several whose stacks take turns; return what became of each.

        While it warms up the server of the one `following` is started.
        """
        try:
            return list(self._in_turns(block) if block[0].level.turns else [self._alone(block[0], following)])
        except TrialFailed as failure:
            return [failure] * len(block)

    def _alone(self, task: Task, following: Sequence[Task]) -> Measured:
        with self.prestart.server(task, self._server) as server:
            ask_for_websockets(server, task)
            before = server.footprint()
            spec = self._spec(task, [server])
            prestarted = self._prestarted(following)
            with self.generator.loading(spec, self._stem(task), held=bool(prestarted)) as load:
                self._gather(load, server.check_whole)
                for each in prestarted:
                    self.prestart.prepare(each, self._server)
                load.may_open()
                window = load.window(server.check_whole)
                usage = usage_by_second(self.site.meter([server], load.pid), server.check_whole, window)
                after = server.footprint()
                report = load.report()
            aftermath = outlast(self.site.meter([server]), server, task.scenario.aftermath_s)
            reading = Reading(
                target_of(report), usage, window.seconds, before, after, aftermath,
                report.workers, report.lost, self.site.machines,
            )  # fmt: skip
        return Measured(reading, Commands(server.command_line, str(spec.by_hand())))

    def _in_turns(self, block: Sequence[Task]) -> list[Measured | TrialFailed]:
        results: dict[str, Measured | TrialFailed] = {}
        with ExitStack() as running:
            starting = [(task, running.enter_context(self._server(task, together=True))) for task in block]
            ready = []
            for task, server in starting:
                try:
                    server.wait_until_ready()
                    ready.append((task, server))
                except TrialFailed as failure:
                    results[task.stack.name] = failure
            if ready:
                results |= self._measured_in_turns(ready)
        return [results[task.stack.name] for task in block]

    def _measured_in_turns(self, ready: Sequence[tuple[Task, Server]]) -> dict[str, Measured | TrialFailed]:
        task, servers = ready[0][0], [server for _, server in ready]
        turns = Turns(len(servers), self.seed)
        before = [server.footprint() for server in servers]
        with self.generator.loading(self._spec(task, servers), self._stem(task, "in-turns")) as load:
            self._gather(load, lambda: None)
            window = load.window(lambda: None)
            usage = usage_by_turn(self.site.meter(servers, load.pid, once=True), window, turns)
            after = [server.footprint() for server in servers]
            report = load.report()
        results: dict[str, Measured | TrialFailed] = {}
        for number, (each, server) in enumerate(ready):
            loaded_s = len(usage[number]) * turns.loaded_s
            reading = Reading(
                target_of(report, number), usage[number], loaded_s, before[number], after[number], None,
                report.workers, report.lost, self.site.machines,
            )  # fmt: skip
            by_hand = self._spec(each, [server]).by_hand()
            try:
                server.check_whole()
                results[each.stack.name] = Measured(reading, Commands(server.command_line, str(by_hand)))
            except TrialFailed as failure:
                results[each.stack.name] = failure
        return results

    def _gather(self, load: Load, check: Callable[[], None]) -> None:
        if self.load_workers:
            load.gather(self.load_workers, check, self.say)

    def _prestarted(self, following: Sequence[Task]) -> list[Task]:
        alone = [task for task in following if not task.level.turns]
        return alone[:1] if self.site.starts_early else []

    def _server(self, task: Task, *, together: bool = False) -> AbstractContextManager[Server]:
        log_path = Path(f"{self._stem(task)}.server.log")
        return self.site.serving(task.stack, self.settings, log_path, together=together)

    def _spec(self, task: Task, servers: Sequence[Server]) -> LoadSpec:
        slots = self.site.record(task.stack, self.settings).slots_by_waiting
        longest_s = max(queue_s(flow, slots) for flow in task.level.flows)
        return LoadSpec(
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


def ask_for_websockets(server: Server, task: Task) -> None:
    """Open each WebSocket that a level needs; raises `Cannot` with what was answered where there is none."""
    for flow in task.level.flows:
        if flow.behaviour == "websocket" and (answer := refusal(server.port, flow.target, server.host)):
            raise Cannot(f"asked for a WebSocket at {flow.target} it answered {answer}")


def outlast(read: Read, server: Server, seconds: float) -> Aftermath | None:
    """Watch a server for so long after everybody has left, then see whether it still answers."""
    if not seconds:
        return None
    used = usage_afterwards(read, server.check_whole, seconds)
    footprint = server.footprint()
    return Aftermath(used.at, used.server, footprint, answered_ms(server))


def answered_ms(server: Server) -> float | None:
    """Return how long the server took to answer one request, `None` when it didn't."""
    asked_at = time.monotonic()
    try:
        ask(server.port, Request("GET", "/"), ANSWERS_WITHIN_S, server.host)
    except OSError:
        return None
    return (time.monotonic() - asked_at) * 1000


def file_name(stack_name: str) -> str:
    """Return a stack's name as part of a file name."""
    return stack_name.replace("/", "+")
