"""A locust user that records nothing of its own; writes how often it was answered (`make bench-load`)."""

import json
import os
import time
from argparse import ArgumentParser
from pathlib import Path

import gevent
from locust import FastHttpUser, events, task
from locust.env import Environment

WARM_UP_S = 0.5


class BareUser(FastHttpUser):
    """Asks for / again and again."""

    @task
    def hello(self) -> None:
        """Ask."""
        self.client.get("/")


def add_arguments(parser: ArgumentParser) -> None:
    """Add what to measure for how long."""
    parser.add_argument("--window", type=float, default=2.0)
    parser.add_argument("--result", default="bare.json")
    for ignored in ("--announce", "--hold"):
        parser.add_argument(ignored, default="")


def begin(environment: Environment, **_: object) -> None:
    """Measure once the users are up."""
    gevent.spawn(measure, environment)


def measure(environment: Environment) -> None:
    """Count locust's own requests over the window, write how many were answered, leave."""
    options = environment.parsed_options
    gevent.sleep(WARM_UP_S)
    before, opened_at = environment.stats.total.num_requests, time.monotonic()
    gevent.sleep(options.window if options else 0)
    answers, closed_at = environment.stats.total.num_requests - before, time.monotonic()
    flow = {"answers": answers, "errors": {}, "censored": 0, "complete": {}, "unanswered": {}}
    report = {"opened_at": opened_at, "closed_at": closed_at, "parts": [[{"flows": {"traffic": flow}}]]}
    partial = Path(f"{options.result if options else ''}.partial")
    partial.write_text(json.dumps(report))
    partial.replace(partial.with_suffix(""))
    os._exit(0)


events.init_command_line_parser.add_listener(add_arguments)  # type: ignore[no-untyped-call] # locust's
events.test_start.add_listener(begin)  # type: ignore[no-untyped-call] # locust's
