"""A locust user in a lane: its clients, its timer, and the recorder that hears of what it sends."""

from functools import cached_property

from geventhttpclient import HTTPClient
from locust import FastHttpUser
from locust.env import Environment

from loadtests.http_client import LONGEST_WAIT_S, LoadClients, streaming_client
from loadtests.recorder import Lane, Recorder
from loadtests.timer import Timer
from loadtests.websocket import EchoSocket


class LaneUser(FastHttpUser):
    """A user in a lane, with what all behaviours need; the lane's recorder hears of what it sends."""

    abstract = True
    network_timeout = connection_timeout = LONGEST_WAIT_S
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
        return streaming_client(self.host or "")

    def on_stop(self) -> None:
        """Give the timer back, and close the connections that it kept."""
        if "timer" in self.__dict__:
            self.timer.close()
        if "stream_client" in self.__dict__:
            self.stream_client.close()
        if self.websocket is not None:
            self.websocket.close()
        self.client.client.close()
