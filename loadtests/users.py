"""The locust user: it takes a place in the level's flows and sends what that flow says."""

import time
from collections.abc import Mapping
from itertools import cycle
from typing import Any, ClassVar

from geventhttpclient import HTTPClient
from locust import FastHttpUser, task
from locust.exception import StopUser

from loadtests import schedule
from loadtests.clock import Alarm
from loadtests.recorder import Lane, Recorder
from loadtests.scenarios import Flow, Level

LONGEST_WAIT_S = 120  # for one answer: longer than any window, so that only the recorder gives up


class Places:
    """Hands each new user its flow and its index in that flow; more users than places start over."""

    def __init__(self, level: Level) -> None:
        self._next = cycle([(flow, i) for flow in level.flows for i in range(flow.users)])

    def take(self) -> Lane:
        """Return a lane in the next place."""
        flow, index = next(self._next)
        return Lane(flow, index)


class ScenarioUser(FastHttpUser):
    """A user of whichever flow it is placed in; `locustfile` sets the class attributes."""

    places: ClassVar[Places]
    recorder: ClassVar[Recorder]
    started_at: ClassVar[float]
    network_timeout = connection_timeout = LONGEST_WAIT_S

    def on_start(self) -> None:
        """Take a place."""
        self.alarm = Alarm()
        self.lane = self.places.take()
        self.recorder.join(self.lane)

    def on_stop(self) -> None:
        """Give the alarm back."""
        self.alarm.close()

    @task
    def send_for_ever(self) -> None:
        """Send request after request until the window closes."""
        lane = self.lane
        flow = lane.flow
        ask = self._ask_for_stream if flow.chunks else self._ask
        self.recorder.due(lane, schedule.first_firing(flow, lane.index, self.started_at))
        while True:
            self.alarm.sleep_until(lane.due_at)
            ask(flow)
            if time.monotonic() >= self.recorder.closes_at:
                raise StopUser

    def _ask(self, flow: Flow) -> None:
        self.recorder.sent(self.lane, time.monotonic())
        self.client.get(flow.target, name=flow.name, context={"lane": self.lane})

    def _ask_for_stream(self, flow: Flow) -> None:
        """Read line by line: the client's own line reader sees each chunk when it comes."""
        lane, recorder = self.lane, self.recorder
        sent_at = time.monotonic()
        recorder.sent(lane, sent_at)
        error: Exception | None = None
        length = lines = 0
        try:
            response = self._stream_client.get(flow.target)
            while line := response.readline(b"\n"):
                recorder.chunk(lane, time.monotonic())
                length, lines = length + len(line), lines + 1
            if (response.status_code, lines) != (200, flow.chunks):
                error = OSError(f"status {response.status_code} with {lines} chunks")
        except (OSError, ValueError) as broken:  # HTTPParseError is a ValueError
            error = broken
        self.environment.events.request.fire(
            request_type="GET",
            name=flow.name,
            response_time=(time.monotonic() - sent_at) * 1000,
            response_length=length,
            exception=error,
            context={"lane": lane},
        )

    @property
    def _stream_client(self) -> HTTPClient:
        if "_made_stream_client" not in self.__dict__:
            self._made_stream_client = HTTPClient.from_url(
                self.host or "", network_timeout=LONGEST_WAIT_S, connection_timeout=LONGEST_WAIT_S
            )
        return self._made_stream_client


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
        now = time.monotonic()
        ScenarioUser.recorder.answered(lane, now, response_time / 1000, error, closes=closes)
