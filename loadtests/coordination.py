"""Who opens the window and writes the result: a process alone, or a master with workers.

Workers are processes of the same machine (`--processes`) or of others (`--worker`, `loadtests/remote_workers.py`).
They tell the master when their users are warm; it names one window for all; each sends its part when that has closed.
Parts are kept side by side: whoever reads the result adds them up (`records/load.py`). The window is named in the
master's clock, which other machines translate.

A worker that says nothing in time is lost: the result says so and has the parts of the others.
"""

import logging
import os
import signal
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import gevent
import msgspec
from gevent.event import AsyncResult
from gevent.queue import Empty, Queue
from locust.runners import STATE_MISSING, STATE_RUNNING, MasterRunner, Runner, WorkerRunner

from loadtests import remote_workers, worker_usage
from loadtests.level_run import CEILING_S, LevelRun
from loadtests.worker_messages import decode_message, send
from records.load import (
    LoadReading,
    TargetReading,
    Window,
    WorkerClock,
    WorkerPart,
    WorkerReading,
    WorkerUsage,
    WorkerWindow,
)

HEAD_START_S = 0.2  # for workers to have their users before the schedule begins
SHORTEST_WARM_UP_S = 0.1
ANNOUNCED_S = 0.02  # how long before it opens the window is announced
CLOCKS_READ_S = 0.005
"""Encoding waits so long, for the lab reads the CPU clocks when the window closes; where it is late they count it."""
SAYS_WITHIN_S = 5.0  # that it is warm, after the longest warm-up; its part, after the window
LEAVES_WITHIN_S = 5.0
LISTENS_S = 0.25

WARM, WINDOW, PART = "lab-warm", "lab-window", "lab-part"

Inbox: TypeAlias = Queue[tuple[str, str, WorkerPart]]
"""Of each message its kind, the worker that sent it, and what it said."""


def part_of(runner: Runner) -> Callable[[Any, LevelRun, Namespace], None]:
    """Return what a process does to measure."""
    if isinstance(runner, MasterRunner):
        return lead
    return follow if isinstance(runner, WorkerRunner) else measure_alone


def measure_alone(runner: Runner, level_run: LevelRun, options: Namespace) -> None:
    """Warm up, open the window, close it, write the result."""
    warm_up(level_run, options.warm_up)
    stand_by(options.hold)
    opens_at, closes_at = level_run.window_from(time.monotonic() + ANNOUNCED_S, options.window)
    level_run.open(opens_at, closes_at)
    announce(level_run, options, opens_at, closes_at)
    finish(runner, options, LoadReading(opens_at, closes_at, [targets_of(level_run)]))


def lead(runner: MasterRunner, level_run: LevelRun, options: Namespace) -> None:
    """Wait until every worker is warm, name the window, collect the parts."""
    inbox: Inbox = Queue()
    for kind in (WARM, PART):
        runner.register_message(
            kind, lambda msg, **_: inbox.put((msg.type, msg.node_id, decode_message(msg, WorkerPart)))
        )
    longest_s = max(options.warm_up, SHORTEST_WARM_UP_S) + CEILING_S + SAYS_WITHIN_S
    gather_parts(runner, inbox, WARM, options, time.monotonic() + longest_s)
    stand_by(options.hold)
    opens_at, closes_at = level_run.window_from(time.monotonic() + HEAD_START_S, options.window)
    send(runner, WINDOW, WorkerWindow(options.ticket, opens_at, closes_at))
    announce(level_run, options, opens_at, closes_at)
    parts = gather_parts(runner, inbox, PART, options, closes_at + SAYS_WITHIN_S)
    if not parts:
        logging.getLogger(__name__).error("every worker of the load was lost")
        os._exit(1)
    clocks = remote_workers.clocks_of(options)
    if clocks:
        remote_workers.send_home(runner)
    workers = [worker_reading(clocks[who], part.usage) for who, part in parts.items() if part.usage]
    lost = max(options.parts, options.expected) - len(parts)
    targets = [part.targets for part in parts.values()]
    finish(runner, options, LoadReading(opens_at, closes_at, targets, workers, lost))


def follow(runner: WorkerRunner, level_run: LevelRun, options: Namespace) -> None:
    """Warm up, wait for the window, send what was recorded in it; then another machine's worker waits for its end."""
    ahead_s = remote_workers.ahead_s(runner, options)
    news: AsyncResult[WorkerWindow] = AsyncResult()

    def note(msg: Any, **_: object) -> None:
        window = decode_message(msg, WorkerWindow)
        if window.ticket == options.ticket:
            news.set(window)

    runner.register_message(WINDOW, note)
    fill(runner, level_run)
    warm_up(level_run, options.warm_up)
    send(runner, WARM, WorkerPart(options.ticket))
    window = news.get()
    opens_at, closes_at = window.opens_at + ahead_s, window.closes_at + ahead_s
    level_run.open(opens_at, closes_at)
    watching = gevent.spawn(worker_usage.watch_clocks, opens_at, closes_at)
    targets = targets_of(level_run)
    if not options.clocks:
        send(runner, PART, WorkerPart(options.ticket, targets))
        return
    send(runner, PART, WorkerPart(options.ticket, targets, worker_usage.usage(watching.get())))
    gevent.sleep(LEAVES_WITHIN_S)
    os._exit(0)


def gather_parts(
    runner: MasterRunner, inbox: Inbox, kind: str, options: Namespace, until: float
) -> dict[str, WorkerPart]:
    """Return by worker what each sent of one kind for this load: an earlier one's workers may still be about.

    Those whose heart stands still, or who are too late, aren't among them.
    """
    parts: dict[str, WorkerPart] = {}
    while len(parts) < options.parts and time.monotonic() < until:
        try:
            message, who, part = inbox.get(timeout=LISTENS_S)
        except Empty:
            alive = {client.id for client in runner.clients.all if client.state != STATE_MISSING}
            if not alive - parts.keys():
                break
            continue
        if message == kind and part.ticket == options.ticket:
            parts[who] = part
    return parts


def worker_reading(clock: WorkerClock, usage: WorkerUsage) -> WorkerReading:
    """Return what the result says of a worker on another machine."""
    return WorkerReading(name=clock.name, clock_error_s=clock.error_s, **msgspec.structs.asdict(usage))


def fill(runner: WorkerRunner, level_run: LevelRun) -> None:
    """Add the users whose places were left, when the master shared them out among more workers than it waited for."""
    while runner.worker_state != STATE_RUNNING:
        gevent.sleep(0.005)
    vacancies = level_run.users - len(level_run.lanes)
    if vacancies > 0:
        runner.spawn_users({runner.user_classes[0].__name__: vacancies})


def warm_up(level_run: LevelRun, longest_s: float) -> None:
    """Wait until every user of a closed loop has been answered once, then measure the ceiling where one is needed."""
    started_at = time.monotonic()
    while (elapsed := time.monotonic() - started_at) < max(longest_s, SHORTEST_WARM_UP_S):
        if level_run.settled() and elapsed >= SHORTEST_WARM_UP_S:
            break
        gevent.sleep(0.01)
    if level_run.measures_ceiling:
        began_at, before = time.monotonic(), level_run.ceiling_answers()
        gevent.sleep(CEILING_S)
        level_run.ceiling_per_s = (level_run.ceiling_answers() - before) / (time.monotonic() - began_at)


def stand_by(hold: str) -> None:
    """Wait while a file exists: somebody else is still getting ready."""
    while hold and os.path.exists(hold):  # noqa: PTH110 - asked often
        gevent.sleep(0.01)


def targets_of(level_run: LevelRun) -> list[TargetReading]:
    """Return what was recorded of each target, once the window has closed."""
    sleep_until(level_run.closes_at + CLOCKS_READ_S)
    return [
        TargetReading(recorder.close(), level_run.ceiling_per_s, level_run.was_settled)
        for recorder in level_run.recorders
    ]


def announce(level_run: LevelRun, options: Namespace, opens_at: float, closes_at: float) -> None:
    """Say when the window opens and closes, and with which round of turns it begins, to whoever listens."""
    if options.announce:
        window = Window(opens_at, closes_at, level_run.round_at(opens_at))
        Path(options.announce).write_bytes(msgspec.json.encode(window) + b"\n")


def sleep_until(moment: float) -> None:
    """Let the users run until a moment of the monotonic clock."""
    while (left_s := moment - time.monotonic()) > 0:
        gevent.sleep(left_s)


def finish(runner: Runner, options: Namespace, reading: LoadReading) -> None:
    """Write the result in one piece and leave at once: who still waits has been counted as censored.

    Whoever listens to what is announced reads this process's clocks, perhaps late: for that it stands still until it
    is killed, and so do workers of this machine.
    """
    if not options.result:
        runner.quit()
        return
    partial = Path(options.result + ".partial")
    partial.write_bytes(msgspec.json.encode(reading))
    partial.replace(options.result)
    if options.announce and not remote_workers.is_remote(runner, options):
        stand_still()
    if not isinstance(runner, MasterRunner):
        os._exit(0)
    runner.quit()


def stand_still() -> NoReturn:
    """Let no greenlet run any more, and wait to be killed."""
    while True:
        signal.pause()
