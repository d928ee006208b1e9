"""What locust loads: `locust -f loadtests/locustfile.py --scenario slow-io --level 50 -H http://127.0.0.1:8000`.

With `--window` it measures once and writes `--result`; without, it goes on until it is stopped.
"""

import json
import os
import time
from argparse import ArgumentParser
from pathlib import Path

import gevent
from locust import events
from locust.env import Environment

from loadtests.recorder import Recorder
from loadtests.scenarios import CALIBRATIONS, SCENARIOS, Level
from loadtests.users import Places, ScenarioUser, on_request

ALL = {**SCENARIOS, **CALIBRATIONS}
SHORTEST_WARM_UP_S = 0.3
LONGEST_WARM_UP_S = 10.0
ANNOUNCED_S = 0.03  # how long before it opens the window is announced


def add_arguments(parser: ArgumentParser) -> None:
    """Add the lab's own arguments to locust's."""
    lab = parser.add_argument_group("the lab")
    lab.add_argument("--scenario", default="baseline", choices=list(ALL))
    lab.add_argument("--level", type=int, help="one of the scenario's levels; its last by default")
    lab.add_argument("--window", type=float, default=0.0, help="seconds to measure; 0: until stopped")
    lab.add_argument("--result", default="", help="write what was measured to this file, then exit")
    lab.add_argument("--announce", default="", help="write to this file when the window opens")


def prepare(environment: Environment, **_: object) -> None:
    """Read the level from the arguments and ready the users for it."""
    options = environment.parsed_options
    if options is None:
        raise SystemExit("start this file with the locust command")
    level = chosen_level(options.scenario, options.level)
    ScenarioUser.places = Places(level)
    ScenarioUser.recorder = Recorder()
    options.num_users = options.num_users or level.users
    options.spawn_rate = options.spawn_rate or options.num_users
    events.request.add_listener(on_request)
    events.test_start.add_listener(begin)


def chosen_level(scenario: str, value: int | None) -> Level:
    """Return the level asked for, the last by default; exit with the choices when there is none such."""
    levels = ALL[scenario].levels
    found = {level.value: level for level in levels}.get(levels[-1].value if value is None else value)
    if found is None:
        choices = ", ".join(str(level.value) for level in levels)
        raise SystemExit(f"{scenario} has no level {value}: choose one of {choices}")
    return found


def begin(environment: Environment, **_: object) -> None:
    """Start the schedule of open loops and, if asked to measure, the window."""
    ScenarioUser.started_at = time.monotonic()
    if environment.parsed_options and environment.parsed_options.window:
        gevent.spawn(measure, environment)


def measure(environment: Environment) -> None:
    """Warm up, open the window, close it, write the result; then leave without waiting for anybody."""
    options = environment.parsed_options
    recorder = ScenarioUser.recorder
    assert options is not None  # noqa: S101 - begin() has looked
    warm_up(recorder, options.num_users)
    opens_at = time.monotonic() + ANNOUNCED_S
    closes_at = opens_at + options.window
    recorder.open(opens_at, closes_at)
    if options.announce:
        announcement = {"opens_at": opens_at, "closes_at": closes_at}
        Path(options.announce).write_text(json.dumps(announcement) + "\n")
    sleep_until(opens_at)
    cpu_at_opening_s = time.process_time()
    sleep_until(closes_at)
    finish(recorder, options.result, time.process_time() - cpu_at_opening_s)
    if environment.runner and not options.result:
        environment.runner.quit()


def warm_up(recorder: Recorder, users: int) -> None:
    """Wait until every user of a closed loop has been answered once: a queue has then filled up.

    At least half a second, at most ten: a stack that is too slow for that is measured as it is.
    """
    started_at = time.monotonic()
    while (elapsed := time.monotonic() - started_at) < LONGEST_WARM_UP_S:
        closed = [lane for lane in recorder.lanes if lane.flow.rate_per_s is None]
        settled = len(recorder.lanes) >= users and all(lane.answers for lane in closed)
        if settled and elapsed >= SHORTEST_WARM_UP_S:
            return
        gevent.sleep(0.02)


def sleep_until(moment: float) -> None:
    """Let the users run until a moment of the monotonic clock."""
    while (left_s := moment - time.monotonic()) > 0:
        gevent.sleep(left_s)


def finish(recorder: Recorder, result: str, cpu_s: float) -> None:
    """Write the result in one piece and leave at once: who still waits has been counted as censored."""
    report = {**recorder.close(), "cpu_s": cpu_s}
    if not result:
        return
    partial = Path(result + ".partial")
    partial.write_text(json.dumps(report))
    partial.replace(result)
    os._exit(0)


events.init_command_line_parser.add_listener(add_arguments)
events.init.add_listener(prepare)
