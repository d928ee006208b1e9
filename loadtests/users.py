"""The locust user: it takes a place in the level's flows and sends what that flow says."""

import time
from collections.abc import Mapping
from typing import Any, ClassVar

import gevent
from gevent.event import Event
from locust import task
from locust.env import Environment
from locust.exception import StopUser

from loadtests import client_behaviours
from loadtests.lane_user import LaneUser
from loadtests.level_run import LevelRun


class ScenarioUser(LaneUser):
    """A user of whichever flow it is placed in; `locustfile` sets what is run."""

    level_run: ClassVar[LevelRun]

    def __init__(self, environment: Environment) -> None:
        self.lane = self.level_run.take_place()
        self.recorder = self.level_run.recorders[self.lane.target if self.lane else 0]
        if self.lane is not None:
            self.host = self.level_run.hosts[self.lane.target]
        super().__init__(environment)

    @task
    def send_for_ever(self) -> None:
        """Send request after request until the flow is over; without a place do nothing."""
        lane, level_run = self.lane, self.level_run
        if lane is None:
            Event().wait()
            return
        talk = client_behaviours.FUNCTIONS[lane.flow.behaviour]
        level_run.begin(lane)
        while not level_run.over(lane):
            self.timer.sleep_until(lane.due_at)
            talk(self, lane)
            if not lane.flow.ends:
                break
            if lane.times is None:
                # Who has been answered meanwhile reads first: no answer waits for the next question.
                gevent.sleep(0)
        raise StopUser


def on_request(
    response_time: float,
    exception: Exception | None,
    context: Mapping[str, Any],
    response: object = None,
    **_: object,
) -> None:
    """Record what locust measured of a request that one of our users sent (locust's `request` event)."""
    lane, recorder = context.get("lane"), context.get("recorder")
    if lane is not None and recorder is not None:
        error = None if exception is None else type(exception).__name__
        headers = getattr(response, "headers", None) or {}
        closes = str(headers.get("connection", "")).lower() == "close"
        recorder.answered(lane, time.monotonic(), response_time / 1000, error, closes=closes)
