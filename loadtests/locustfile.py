"""What locust loads: `locust -f loadtests/locustfile.py --scenario slow-io --level 50 -H http://127.0.0.1:8000`.

With `--lineup` it is a dashboard: all stacks at once, driven by hand in locust's web UI (`loadtests/dashboard`). With
`--window` it measures once and writes `--result`; without, it goes on until it is stopped. With `--processes N`
the users are shared out over N processes that keep one schedule (`loadtests/crew.py`).
"""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path

import gevent
from locust import events
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from loadtests import crew
from loadtests.calibrations import CALIBRATIONS, FLAT_OUT
from loadtests.dashboard.install import install
from loadtests.dashboard.work import kinds_of_work
from loadtests.scenarios import SCENARIOS, Level
from loadtests.stage import Stage
from loadtests.users import ScenarioUser, on_request

LINEUP = "--lineup"
ALL = {**SCENARIOS, **CALIBRATIONS, FLAT_OUT.name: FLAT_OUT}


def add_arguments(parser: ArgumentParser) -> None:
    """Add the lab's own arguments to locust's; the scenario stands in the form of its web UI, too."""
    lab = parser.add_argument_group("the lab")
    by_hand = LINEUP in sys.argv
    parser.add_argument(
        "--scenario",
        default="slow-io" if by_hand else "baseline",
        choices=kinds_of_work() if by_hand else list(ALL),
        help="what users send",
    )
    lab.add_argument(LINEUP, default="", help="a file that names the stacks of a dashboard")
    lab.add_argument("--level", default="", help="one of the scenario's levels; its last by default")
    lab.add_argument(
        "--targets", default="", help="base URLs, comma-separated, for levels whose targets take turns"
    )
    lab.add_argument("--seed", type=int, default=0, help="of random arrivals and of the order of turns")
    lab.add_argument("--window", type=float, default=0.0, help="seconds to measure; 0: until stopped")
    lab.add_argument(
        "--warm-up", type=float, default=10.0, help="seconds to wait at most until queues are full"
    )
    lab.add_argument("--result", default="", help="write what was measured to this file, then exit")
    lab.add_argument("--announce", default="", help="write to this file when the window opens")
    lab.add_argument("--hold", default="", help="open no window while this file exists")
    lab.add_argument(
        "--started-at", type=float, default=0.0, help="set by a master: one clock for all workers"
    )
    lab.add_argument("--parts", type=int, default=1, help="set by a master: how many workers share the users")


def prepare(environment: Environment, **_: object) -> None:
    """Read the level from the arguments and ready the users for it."""
    options = environment.parsed_options
    if options is None:
        raise SystemExit("start this file with the locust command")
    if options.lineup:
        install(environment, Path(options.lineup))
        return
    level = chosen_level(options.scenario, options.level)
    hosts = options.targets.split(",") if options.targets else [options.host or ""]
    ScenarioUser.stage = stage = Stage(level, hosts, options.seed)
    parts = options.processes or 1
    if parts > 1 and stage.measures_ceiling:
        raise SystemExit(f"{options.scenario} measures a ceiling while it warms up: it needs one process")
    if options.num_users:
        stage.users = min(stage.users, options.num_users)
    options.num_users = options.num_users or -(-stage.users // parts) * parts
    options.spawn_rate = options.spawn_rate or options.num_users
    events.request.add_listener(on_request)
    events.test_start.add_listener(begin)


def chosen_level(scenario: str, value: str) -> Level:
    """Return the level asked for, the last by default; exit with the choices when there is none such."""
    levels = ALL[scenario].levels
    found = {str(level.value): level for level in levels}.get(value or str(levels[-1].value))
    if found is None:
        choices = ", ".join(str(level.value) for level in levels)
        raise SystemExit(f"{scenario} has no level {value}: choose one of {choices}")
    return found


def begin(environment: Environment, **_: object) -> None:
    """Start the schedule of open loops and, if asked to measure, the window."""
    options, runner, stage = environment.parsed_options, environment.runner, ScenarioUser.stage
    if options is None or runner is None:
        return
    if isinstance(runner, MasterRunner):
        options.started_at = time.monotonic() + crew.HEAD_START_S
        options.parts = runner.worker_count
    stage.started_at = options.started_at or time.monotonic()
    if isinstance(runner, WorkerRunner):
        stage.share(runner.worker_index, options.parts)
    if options.window:
        gevent.spawn(crew.part_of(runner), runner, stage, options)


events.init_command_line_parser.add_listener(add_arguments)
events.init.add_listener(prepare)
