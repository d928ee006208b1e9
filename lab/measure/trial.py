"""One trial: a fresh server, a load, and what both cost over exactly one window."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.judge.reading import Reading, Usage
from lab.measure import sampling
from lab.measure.conversation import broken_promises
from lab.measure.leash import Leash
from lab.measure.load import Generator, Order, Window
from lab.measure.plan import Task
from lab.measure.process import Serving, serving
from lab.run import Commands
from lab.servers import Settings
from lab.stacks import Stack

CHECK_EVERY_S = 0.25


@dataclass(frozen=True)
class Measured:
    """What a trial brought in, and how to repeat it."""

    reading: Reading
    commands: Commands


@dataclass(frozen=True)
class Bench:
    """The place where stacks are checked and measured."""

    settings: Settings
    leash: Leash
    generator: Generator
    server_cores: list[int]
    logs: Path

    def check(self, stack: Stack) -> list[str]:
        """Return each way in which a stack breaks the contract; raises ServerFailed."""
        log_path = self.logs / f"{file_name(stack.name)}.contract.log"
        with serving(stack, self.settings, self.leash, log_path=log_path, cores=self.server_cores) as server:
            server.wait_until_ready()
            return list(broken_promises(server))

    def measure(self, task: Task) -> Measured:
        """Measure one trial; raises ServerFailed or LoadFailed."""
        level = f"{task.scenario.name}-{task.level.value}-{task.repetition}"
        stem = self.logs / f"{level}.{file_name(task.stack.name)}"
        with serving(
            task.stack,
            self.settings,
            self.leash,
            log_path=Path(f"{stem}.server.log"),
            cores=self.server_cores,
        ) as server:
            server.wait_until_ready()
            order = Order(task.scenario.name, task.level.value, task.window_s, server.url)
            commands = Commands(str(server.command), str(order.by_hand()))
            with self.generator.loading(order, stem) as load:
                window = load.window(server.check_whole)
                usage = watch(server, window)
                memory_mib = sampling.memory_mib(server.pid)
                reading = Reading(load.report(), usage, memory_mib)
        return Measured(reading, commands)


def watch(server: Serving, window: Window) -> list[Usage]:
    """Return the CPU that was used in the window, read every second and at its end."""
    wait_until(window.opens_at, server.check_whole)
    meter = sampling.Meter.started(server.pid)
    usage = []
    moment = window.opens_at
    while moment < window.closes_at:
        moment = min(moment + 1, window.closes_at)
        wait_until(moment, server.check_whole)
        usage.append(meter.read())
    return usage


def wait_until(moment: float, check: Callable[[], None]) -> None:
    """Sleep until a moment of the monotonic clock, calling `check` now and then."""
    while (left_s := moment - time.monotonic()) > 0:
        time.sleep(min(left_s, CHECK_EVERY_S))
        check()


def file_name(stack_name: str) -> str:
    """Return a stack's name as part of a file name."""
    return stack_name.replace("/", "+")
