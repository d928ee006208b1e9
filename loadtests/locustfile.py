"""What locust loads: `locust -f loadtests/locustfile.py --scenario slow-io --level 50 -H http://127.0.0.1:8000`.

With `--dashboard-setup` it is a dashboard: all stacks at once, driven by hand in locust's web UI
(`loadtests/dashboard`). With `--window` it measures once and writes `--result`; without, it goes on until it is
stopped. With `--processes N` the users are shared out over N processes that keep one schedule
(`loadtests/coordination.py`), with `--master` and `--worker` over several machines (`loadtests/remote_workers.py`).
"""

import json
import sys
import time
import uuid
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path

import gevent
import msgspec
from locust import events
from locust.env import Environment
from locust.runners import MasterRunner, Runner, WorkerRunner

from loadtests import coordination, remote_workers
from loadtests.calibrations import CALIBRATIONS, FLAT_OUT
from loadtests.dashboard.manual_flows import kinds_of_work
from loadtests.level_run import LevelRun
from loadtests.scenarios import SCENARIOS, Level
from loadtests.users import ScenarioUser, on_request

DASHBOARD_SETUP = "--dashboard-setup"
ALL = {**SCENARIOS, **CALIBRATIONS, FLAT_OUT.name: FLAT_OUT}


def add_arguments(parser: ArgumentParser) -> None:
    """Add the lab's own arguments to locust's; the scenario stands in the form of its web UI, too."""
    lab = parser.add_argument_group("the lab")
    by_hand = DASHBOARD_SETUP in sys.argv
    parser.add_argument(
        "--scenario",
        default="slow-io" if by_hand else "baseline",
        choices=kinds_of_work() if by_hand else list(ALL),
        help="what users send",
    )
    lab.add_argument(DASHBOARD_SETUP, default="", help="a file that names the stacks of a dashboard")
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
    lab.add_argument("--expected", type=int, default=1, help="set by a master: how many it waited for")
    lab.add_argument("--ticket", default="", help="set by a master: which load this is")
    lab.add_argument(
        "--clocks", type=json.loads, default={}, help="set by a master: how far each worker's clock is ahead"
    )
    lab.add_argument("--tell", default="", help="of a worker: append what it does to this file")


def prepare(environment: Environment, runner: Runner | None = None, **_: object) -> None:
    """Read the level from the arguments and ready the users for it; a remote worker hears of it later."""
    options = environment.parsed_options
    if options is None:
        raise SystemExit("start this file with the locust command")
    if options.dashboard_setup:
        from loadtests.dashboard.install import install  # noqa: PLC0415 - each trial loads this file, none a page

        install(environment, Path(options.dashboard_setup))
        return
    ScenarioUser.level_run = level_run = make_level_run(options, options.host)
    remotely = remote_workers.is_remote(runner, options)
    parts = options.expect_workers if remotely else options.processes or 1
    if parts > 1 and level_run.measures_ceiling and not remotely:
        raise SystemExit(f"{options.scenario} measures a ceiling while it warms up: it needs one process")
    if options.num_users:
        level_run.users = min(level_run.users, options.num_users)
    options.num_users = options.num_users or -(-level_run.users // parts) * parts
    options.spawn_rate = options.spawn_rate or options.num_users
    events.request.add_listener(on_request)
    events.test_start.add_listener(partial(begin, tell=options.tell))
    if remotely and isinstance(runner, MasterRunner):
        gevent.spawn(remote_workers.count_workers, runner, options.announce)
    elif remotely and isinstance(runner, WorkerRunner):
        remote_workers.attend(runner, options.tell)


def make_level_run(options: Namespace, host: str | None) -> LevelRun:
    """Return the run of the level that the arguments describe."""
    level = chosen_level(options.scenario, options.level)
    return LevelRun(level, options.targets.split(",") if options.targets else [host or ""], options.seed)


def chosen_level(scenario: str, value: str) -> Level:
    """Return the level asked for, the last by default; exit with the choices when there is none such."""
    levels = ALL[scenario].levels
    level = {str(each.value): each for each in levels}.get(value or str(levels[-1].value))
    if level is None:
        choices = ", ".join(str(level.value) for level in levels)
        raise SystemExit(f"{scenario} has no level {value}: choose one of {choices}")
    return level


def begin(environment: Environment, tell: str = "", **_: object) -> None:
    """Start the schedule of open loops and, if asked to measure, the window."""
    options, runner = environment.parsed_options, environment.runner
    if options is None or runner is None:
        return
    if isinstance(runner, MasterRunner):
        take_charge(runner, options)
    level_run = ScenarioUser.level_run
    if isinstance(runner, WorkerRunner):
        ScenarioUser.level_run = level_run = take_part(runner, options, environment.host)
        remote_workers.say(tell, f"{options.scenario}@{options.level}: {level_run.users} users")
        gevent.spawn(remote_workers.say_when_open, tell, level_run)
    level_run.started_at = options.started_at or time.monotonic()
    if isinstance(runner, WorkerRunner):
        level_run.started_at += remote_workers.ahead_s(runner, options)
    if options.window:
        gevent.spawn(coordination.part_of(runner), runner, level_run, options)


def take_charge(runner: MasterRunner, options: Namespace) -> None:
    """Decide as a master who takes part, and when the schedule begins."""
    options.ticket = uuid.uuid4().hex
    options.parts = options.expected = runner.worker_count
    if remote_workers.is_remote(runner, options):
        options.expected = options.expect_workers
        options.clocks = msgspec.to_builtins(remote_workers.meet(runner))
        options.parts = len(options.clocks)
        if options.window:
            remote_workers.stay_as_shared(runner)
    options.started_at = time.monotonic() + coordination.HEAD_START_S


def take_part(runner: WorkerRunner, options: Namespace, host: str | None) -> LevelRun:
    """Return a worker's share of the load; one worker alone measures a ceiling, for the others would change it."""
    level_run = make_level_run(options, host)
    rank = remote_workers.rank(runner, options) if options.clocks else runner.worker_index
    if rank is None or (level_run.measures_ceiling and rank):
        level_run.share_nothing()
    elif not level_run.measures_ceiling:
        level_run.share(rank, options.parts)
    return level_run


events.init_command_line_parser.add_listener(add_arguments)
events.init.add_listener(prepare)
