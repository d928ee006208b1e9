"""Workers on other machines: how a master meets them, whose clock is how far ahead, and how they leave.

Locust's own distributed mode carries it all (https://docs.locust.io/en/stable/running-distributed.html, "Communicating
across nodes"). Each load has a master and workers of its own: a worker leaves when the master says so, or has said
nothing for a while, and whoever started it starts the next one.
"""

import os
import socket
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import gevent
import locust.runners
import msgspec
import zmq
from locust.runners import MasterRunner, Runner, WorkerRunner

from loadtests.clock_sync import Exchange, offset
from loadtests.level_run import LevelRun
from loadtests.worker_messages import decode_message, send
from records.load import ClockAnswer, ClockQuestion, WorkerClock, WorkersArrived

CLOCK, OVER = "lab-clock", "lab-over"
TRIES = 10
TRY_AGAIN_S = 0.02
MEETS_WITHIN_S = 5.0
GONE_AFTER_S = 5  # without a heartbeat of the master; locust's own minute would outlast many trials
SENT_WITHIN_S = 0.03
COUNTED_EVERY_S = 0.05


def is_remote(runner: Runner | None, options: Namespace) -> bool:
    """Tell whether this is a master or a worker of several machines."""
    return isinstance(runner, MasterRunner | WorkerRunner) and not options.processes


def attend(runner: WorkerRunner, tell: str) -> None:
    """Answer the master's questions for the time, leave when it says so or has gone."""
    locust.runners.MASTER_HEARTBEAT_TIMEOUT = GONE_AFTER_S
    runner.last_heartbeat_timestamp = time.time()
    runner.register_message(CLOCK, lambda msg, **_: answer_time(runner, msg))
    runner.register_message(OVER, lambda **_: os._exit(0))
    say(tell, "connected")


def answer_time(runner: WorkerRunner, message: Any) -> None:
    """Answer what the monotonic clock shows here, and whose it is."""
    question = decode_message(message, ClockQuestion)
    send(runner, CLOCK, ClockAnswer(question.asked_at, time.monotonic(), socket.gethostname()))


def say(tell: str, what: str) -> None:
    """Append a line about what this worker does to a file, if anybody wants to know."""
    if tell:
        with Path(tell).open("a") as file:
            file.write(what + "\n")


def say_when_open(tell: str, level_run: LevelRun) -> None:
    """Say that the window has been named."""
    level_run.opened.wait()
    say(tell, "measuring")


def count_workers(runner: MasterRunner, announce: str) -> None:
    """Say how many workers have come, each time that changes, until the load begins."""
    announced = -1
    while announce and not runner.target_user_count:
        if (count := len(runner.clients.ready)) != announced:
            announced = count
            Path(announce).write_bytes(msgspec.json.encode(WorkersArrived(count)) + b"\n")
        gevent.sleep(COUNTED_EVERY_S)


def meet(runner: MasterRunner) -> dict[str, WorkerClock]:
    """Return of each worker that answers its name, how many seconds its clock is ahead, and how sure that is."""
    exchanges: dict[str, list[Exchange]] = {}
    names: dict[str, str] = {}

    def note(msg: Any, **_: object) -> None:
        answer = decode_message(msg, ClockAnswer)
        exchange = Exchange(answer.asked_at, answer.shows, time.monotonic())
        exchanges.setdefault(msg.node_id, []).append(exchange)
        names[msg.node_id] = answer.name

    runner.register_message(CLOCK, note)
    present = [client.id for client in runner.clients.ready]
    until = time.monotonic() + MEETS_WITHIN_S
    while time.monotonic() < until and any(len(exchanges.get(who, [])) < TRIES for who in present):
        for who in present:
            send(runner, CLOCK, ClockQuestion(time.monotonic()), client_id=who)
            gevent.sleep(TRY_AGAIN_S / len(present))
    offsets = {who: offset(exchanges[who]) for who in present if who in exchanges}
    return {who: WorkerClock(names[who], each.ahead_s, each.error_s) for who, each in offsets.items()}


def rank(runner: WorkerRunner, options: Namespace) -> int | None:
    """Return which of the workers this one is, `None` for one that came too late to be met."""
    workers = list(options.clocks)
    return workers.index(runner.client_id) if runner.client_id in workers else None


def clocks_of(options: Namespace) -> dict[str, WorkerClock]:
    """Return the clock of each worker of other machines, as the master has met it."""
    return msgspec.convert(options.clocks, type=dict[str, WorkerClock])


def ahead_s(runner: WorkerRunner, options: Namespace) -> float:
    """Return how far the own clock is ahead of the master's: 0 on the same machine."""
    clock = clocks_of(options).get(runner.client_id)
    return clock.ahead_s if clock else 0.0


def stay_as_shared(runner: MasterRunner) -> None:
    """Let no worker that comes or goes later change who has which users: locust would share them out anew."""
    vars(runner)["start"] = lambda *_, **__: None


def send_home(runner: MasterRunner) -> None:
    """Let the workers leave, and take in no new one: the next load's master is another."""
    runner.send_message(OVER)
    gevent.sleep(SENT_WITHIN_S)
    runner.server.socket.unbind(runner.server.socket.getsockopt_string(zmq.LAST_ENDPOINT))
