"""Who opens the window and writes the result: a process alone, or a master with workers.

Workers are processes of the same machine (`--processes`) or of others (`--worker`, `loadtests/remote_workers.py`).
They tell the master when their users are warm; it names one window for all; each sends its part when that has closed.
Parts are kept side by side: whoever reads the result adds them up (`records/load.py`). The window is named in the
master's clock, which other machines translate.

A worker that says nothing in time is lost: the result says so and has the parts of the others.
"""

import json
import logging
import os
import time
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import gevent
from gevent.event import AsyncResult
from gevent.queue import Empty, Queue
from locust.runners import STATE_MISSING, STATE_RUNNING, MasterRunner, Runner, WorkerRunner

from loadtests import remote_workers, worker_usage
from loadtests.level_run import CEILING_S, LevelRun

HEAD_START_S = 0.2  # for workers to have their users before the schedule begins
SHORTEST_WARM_UP_S = 0.1
ANNOUNCED_S = 0.02  # how long before it opens the window is announced
CLOCKS_READ_S = 0.005
"""Encoding waits so long, for the lab reads the CPU clocks when the window closes."""
SAYS_WITHIN_S = 5.0  # that it is warm, after the longest warm-up; its part, after the window
LEAVES_WITHIN_S = 5.0
LISTENS_S = 0.25

WARM, WINDOW, PART = "lab-warm", "lab-window", "lab-part"

Part = list[Mapping[str, object]]
Told = Mapping[str, Any]


def part_of(runner: Runner) -> Callable[[Any, LevelRun, Namespace], None]:
    """Return what a process does to measure."""
    if isinstance(runner, MasterRunner):
        return lead
    return follow if isinstance(runner, WorkerRunner) else measure_alone


def measure_alone(runner: Runner, level_run: LevelRun, options: Namespace) -> None:
    """Warm up, open the window, close it, write the result."""
    warm_up(level_run, options.warm_up)
    stand_by(options.hold)
    window = level_run.window_from(time.monotonic() + ANNOUNCED_S, options.window)
    level_run.open(*window)
    announce(level_run, options, window)
    finish(runner, options, window, [{"part": part(level_run)}])


def lead(runner: MasterRunner, level_run: LevelRun, options: Namespace) -> None:
    """Wait until every worker is warm, name the window, collect the parts."""
    inbox: Queue[tuple[str, str, Told]] = Queue()
    for kind in (WARM, PART):
        runner.register_message(kind, lambda msg, **_: inbox.put((msg.type, msg.node_id, msg.data)))
    longest_s = max(options.warm_up, SHORTEST_WARM_UP_S) + CEILING_S + SAYS_WITHIN_S
    gathered(runner, inbox, WARM, options, time.monotonic() + longest_s)
    stand_by(options.hold)
    window = level_run.window_from(time.monotonic() + HEAD_START_S, options.window)
    runner.send_message(WINDOW, {"window": window, "ticket": options.ticket})
    announce(level_run, options, window)
    came = gathered(runner, inbox, PART, options, window[1] + SAYS_WITHIN_S)
    if not came:
        logging.getLogger(__name__).error("every worker of the load was lost")
        os._exit(1)
    if options.offsets:
        remote_workers.send_home(runner)
    finish(runner, options, window, [{**told, **options.offsets.get(who, {})} for who, told in came.items()])


def follow(runner: WorkerRunner, level_run: LevelRun, options: Namespace) -> None:
    """Warm up, wait for the window, send what was recorded in it; then another machine's worker waits for its end."""
    ahead_s = remote_workers.ahead_s(runner, options)
    named: AsyncResult[tuple[float, float]] = AsyncResult()
    runner.register_message(
        WINDOW, lambda msg, **_: named.set(msg.data["window"]) if ours(msg.data, options) else None
    )
    fill(runner, level_run)
    warm_up(level_run, options.warm_up)
    runner.send_message(WARM, {"ticket": options.ticket})
    opens_at, closes_at = named.get()
    window = opens_at + ahead_s, closes_at + ahead_s
    level_run.open(*window)
    watching = gevent.spawn(worker_usage.watched, *window)
    told = {"ticket": options.ticket, "part": part(level_run)}
    if not options.offsets:
        runner.send_message(PART, told)
        return
    runner.send_message(PART, {**told, "effort": worker_usage.effort(watching.get())})
    gevent.sleep(LEAVES_WITHIN_S)
    os._exit(0)


def ours(told: Told, options: Namespace) -> bool:
    """Tell whether a message is of this load: an earlier one's workers may still be about."""
    return bool(told["ticket"] == options.ticket)


def gathered(
    runner: MasterRunner, inbox: "Queue[tuple[str, str, Told]]", kind: str, options: Namespace, until: float
) -> dict[str, Told]:
    """Return by worker what each sent of one kind, without those whose heart stands still or who are too late."""
    found: dict[str, Told] = {}
    while len(found) < options.parts and time.monotonic() < until:
        try:
            came, who, told = inbox.get(timeout=LISTENS_S)
        except Empty:
            alive = {client.id for client in runner.clients.all if client.state != STATE_MISSING}
            if not alive - found.keys():
                break
            continue
        if came == kind and ours(told, options):
            found[who] = {name: value for name, value in told.items() if name != "ticket"}
    return found


def fill(runner: WorkerRunner, level_run: LevelRun) -> None:
    """Add the users whose places were left, when the master shared them out among more workers than it waited for."""
    while runner.worker_state != STATE_RUNNING:
        gevent.sleep(0.005)
    left = level_run.users - len(level_run.lanes)
    if left > 0:
        runner.spawn_users({runner.user_classes[0].__name__: left})


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


def part(level_run: LevelRun) -> Part:
    """Return what was recorded of each target, once the window has closed."""
    sleep_until(level_run.closes_at + CLOCKS_READ_S)
    told = {"ceiling_per_s": level_run.ceiling_per_s, "settled": level_run.was_settled}
    return [{**recorder.close(), **told} for recorder in level_run.recorders]


def announce(level_run: LevelRun, options: Namespace, window: tuple[float, float]) -> None:
    """Say when the window opens and closes, and with which round of turns it begins, to whoever listens."""
    if options.announce:
        announcement = {
            "opens_at": window[0],
            "closes_at": window[1],
            "first_round": level_run.round_at(window[0]),
        }
        Path(options.announce).write_text(json.dumps(announcement) + "\n")


def sleep_until(moment: float) -> None:
    """Let the users run until a moment of the monotonic clock."""
    while (left_s := moment - time.monotonic()) > 0:
        gevent.sleep(left_s)


def finish(runner: Runner, options: Namespace, window: tuple[float, float], came: Sequence[Told]) -> None:
    """Write the result in one piece and leave at once: who still waits has been counted as censored."""
    if not options.result:
        runner.quit()
        return
    result = {
        "opened_at": window[0],
        "closed_at": window[1],
        "parts": [told["part"] for told in came],
        "workers": [remote_workers.told_of(told) for told in came if "effort" in told],
        "lost": max(options.parts, options.expected) - len(came),
    }
    partial = Path(options.result + ".partial")
    partial.write_text(json.dumps(result))
    partial.replace(options.result)
    if not isinstance(runner, MasterRunner):
        os._exit(0)
    runner.quit()
