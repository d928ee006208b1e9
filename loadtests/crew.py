"""Who opens the window and writes the result: a process alone, or a master with the workers of `--processes`.

Workers tell the master when their users are warm; it names one window for all; each sends its part when that has
closed. Parts are kept side by side: whoever reads the result adds them up (`lab/judge/reading.py`).
"""

import json
import os
import time
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gevent
from gevent.event import AsyncResult
from gevent.queue import Queue
from locust.runners import MasterRunner, Runner, WorkerRunner

from loadtests.stage import CEILING_S, Stage

HEAD_START_S = 0.2  # for workers to have their users before the schedule begins
SHORTEST_WARM_UP_S = 0.1
ANNOUNCED_S = 0.02  # how long before it opens the window is announced
CLOCKS_READ_S = 0.005
"""Encoding waits so long, for the lab reads the CPU clocks when the window closes."""

WARM, WINDOW, PART = "lab-warm", "lab-window", "lab-part"

Part = list[Mapping[str, object]]


def part_of(runner: Runner) -> Callable[[Any, Stage, Namespace], None]:
    """Return what a process does to measure."""
    if isinstance(runner, MasterRunner):
        return lead
    return follow if isinstance(runner, WorkerRunner) else measure_alone


def measure_alone(runner: Runner, stage: Stage, options: Namespace) -> None:
    """Warm up, open the window, close it, write the result."""
    warm_up(stage, options.warm_up)
    stand_by(options.hold)
    window = stage.window_from(time.monotonic() + ANNOUNCED_S, options.window)
    stage.open(*window)
    announce(stage, options, window)
    finish(runner, options, window, [part(stage)])


def lead(runner: MasterRunner, stage: Stage, options: Namespace) -> None:
    """Wait until every worker is warm, name the window, collect the parts."""
    inbox: Queue[tuple[str, Any]] = Queue()
    for kind in (WARM, PART):
        runner.register_message(kind, lambda msg, **_: inbox.put((msg.type, (msg.data or {}).get("part"))))
    count = options.parts
    gathered(inbox, WARM, count)
    stand_by(options.hold)
    window = stage.window_from(time.monotonic() + HEAD_START_S, options.window)
    runner.send_message(WINDOW, {"window": window})
    announce(stage, options, window)
    finish(runner, options, window, gathered(inbox, PART, count))


def follow(runner: WorkerRunner, stage: Stage, options: Namespace) -> None:
    """Warm up, wait for the window, send what was recorded in it."""
    window: AsyncResult[tuple[float, float]] = AsyncResult()
    runner.register_message(WINDOW, lambda msg, **_: window.set(msg.data["window"]))
    warm_up(stage, options.warm_up)
    runner.send_message(WARM)
    stage.open(*window.get())
    runner.send_message(PART, {"part": part(stage)})


def gathered(inbox: "Queue[tuple[str, Any]]", kind: str, count: int) -> list[Any]:
    """Return what so many workers sent of one kind."""
    found: list[Any] = []
    while len(found) < count:
        came, data = inbox.get()
        if came == kind:
            found.append(data)
    return found


def warm_up(stage: Stage, longest_s: float) -> None:
    """Wait until every user of a closed loop has been answered once, then measure the ceiling where one is needed."""
    started_at = time.monotonic()
    while (elapsed := time.monotonic() - started_at) < max(longest_s, SHORTEST_WARM_UP_S):
        if stage.settled() and elapsed >= SHORTEST_WARM_UP_S:
            break
        gevent.sleep(0.01)
    if stage.measures_ceiling:
        began_at, before = time.monotonic(), stage.ceiling_answers()
        gevent.sleep(CEILING_S)
        stage.ceiling_per_s = (stage.ceiling_answers() - before) / (time.monotonic() - began_at)


def stand_by(hold: str) -> None:
    """Wait while a file exists: somebody else is still getting ready."""
    while hold and os.path.exists(hold):  # noqa: PTH110 - asked often
        gevent.sleep(0.01)


def part(stage: Stage) -> Part:
    """Return what was recorded of each target, once the window has closed."""
    sleep_until(stage.closes_at + CLOCKS_READ_S)
    told = {"ceiling_per_s": stage.ceiling_per_s, "settled": stage.was_settled}
    return [{**recorder.close(), **told} for recorder in stage.recorders]


def announce(stage: Stage, options: Namespace, window: tuple[float, float]) -> None:
    """Say when the window opens and closes, and with which round of turns it begins, to whoever listens."""
    if options.announce:
        announcement = {
            "opens_at": window[0],
            "closes_at": window[1],
            "first_round": stage.round_at(window[0]),
        }
        Path(options.announce).write_text(json.dumps(announcement) + "\n")


def sleep_until(moment: float) -> None:
    """Let the users run until a moment of the monotonic clock."""
    while (left_s := moment - time.monotonic()) > 0:
        gevent.sleep(left_s)


def finish(runner: Runner, options: Namespace, window: tuple[float, float], parts: list[Part]) -> None:
    """Write the result in one piece and leave at once: who still waits has been counted as censored."""
    if not options.result:
        runner.quit()
        return
    partial = Path(options.result + ".partial")
    partial.write_text(json.dumps({"opened_at": window[0], "closed_at": window[1], "parts": parts}))
    partial.replace(options.result)
    if not isinstance(runner, MasterRunner):
        os._exit(0)
    runner.quit()
