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

from loadtests import client_behaviours
from loadtests.http_client import LoadClients
from loadtests.level_run import LevelRun
from loadtests.recorder import Lane, Recorder
from loadtests.timer import Timer
from loadtests.websocket import EchoSocket


class LaneUser(FastHttpUser):
    """A user in a lane, with what the ways of talking need; the lane's recorder hears of what it sends."""

    abstract = True
    network_timeout = connection_timeout = client_behaviours.LONGEST_WAIT_S
    lane: Lane | None
    recorder: Recorder
    websocket: EchoSocket | None = None

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        agent = self.client.client
        agent.clientpool = LoadClients(**agent.clientpool.client_args)

    @cached_property
    def timer(self) -> Timer:
        """What wakes it."""
        return Timer()

    @cached_property
    def stream_client(self) -> HTTPClient:
        """What it reads streams with."""
        return client_behaviours.streaming_client(self.host or "")

    def on_stop(self) -> None:
        """Give the timer back, and close the connections that it kept."""
        if "timer" in self.__dict__:
            self.timer.close()
        if "stream_client" in self.__dict__:
            self.stream_client.close()
        if self.websocket is not None:
            self.websocket.close()
        self.client.client.close()


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
        talk = client_behaviours.BEHAVIOURS[lane.flow.behaviour]
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
