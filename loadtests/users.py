"""The locust user: it takes a place in the level's flows and sends what that flow says."""

import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

import gevent
from gevent.event import Event
from geventhttpclient import HTTPClient
from locust import FastHttpUser, task
from locust.env import Environment
from locust.exception import StopUser

from loadtests import ways
from loadtests.clock import Alarm
from loadtests.recorder import Recorder
from loadtests.stage import Stage


class ScenarioUser(FastHttpUser):
    """A user of whichever flow it is placed in; `locustfile` sets the stage."""

    stage: ClassVar[Stage]
    network_timeout = connection_timeout = ways.LONGEST_WAIT_S

    def __init__(self, environment: Environment) -> None:
        self.lane = self.stage.take_place()
        if self.lane is not None:
            self.host = self.stage.hosts[self.lane.target]
        super().__init__(environment)

    @cached_property
    def alarm(self) -> Alarm:
        """What wakes it."""
        return Alarm()

    @cached_property
    def stream_client(self) -> HTTPClient:
        """What it reads streams with."""
        return ways.streaming_client(self.host or "")

    @property
    def recorder(self) -> Recorder:
        """What records its target."""
        return self.stage.recorders[self.lane.target if self.lane else 0]

    def on_stop(self) -> None:
        """Give the alarm back."""
        if "alarm" in self.__dict__:
            self.alarm.close()

    @task
    def send_for_ever(self) -> None:
        """Send request after request until the flow is over; without a place do nothing."""
        lane, stage = self.lane, self.stage
        if lane is None:
            Event().wait()
            return
        talk = ways.WAYS[lane.flow.way]
        stage.begin(lane)
        while not stage.over(lane):
            self.alarm.sleep_until(lane.due_at)
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
    lane = context.get("lane")
    if lane is not None:
        error = None if exception is None else type(exception).__name__
        headers = getattr(response, "headers", None) or {}
        closes = str(headers.get("connection", "")).lower() == "close"
        recorder = ScenarioUser.stage.recorders[lane.target]
        recorder.answered(lane, time.monotonic(), response_time / 1000, error, closes=closes)
