"""How users talk to a server, each way a function: one request, from sending to the end of its answer."""

import http.client
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from loadtests.http_client import LONGEST_WAIT_S
from loadtests.recorder import Lane
from loadtests.scenarios import BEHAVIOURS
from loadtests.websocket import EchoSocket

if TYPE_CHECKING:
    from loadtests.lane_user import LaneUser

SMALL_BUFFER = 65_536  # of a slow reader's socket: what the kernel takes in nobody has read
BROKEN = (OSError, ValueError, http.client.HTTPException)  # geventhttpclient's HTTPParseError is a ValueError


@dataclass
class Exchange:
    """What came of a request: bytes read, and what was wrong."""

    length: int = 0
    error: Exception | None = None

    def expect(self, what: str, *, ok: bool) -> None:
        """Note an error unless all is well."""
        if not ok:
            self.error = OSError(what)


@contextmanager
def exchange(user: "LaneUser", lane: Lane) -> Iterator[Exchange]:
    """Time a request and fire locust's event for it, whatever came of it."""
    sent_at = time.monotonic()
    user.recorder.sent(lane, sent_at)
    outcome = Exchange()
    try:
        yield outcome
    except BROKEN as broken:
        outcome.error = broken
    user.environment.events.request.fire(
        request_type=lane.flow.method,
        name=lane.flow.row or lane.flow.name,
        response_time=(time.monotonic() - sent_at) * 1000,
        response_length=outcome.length,
        exception=outcome.error,
        context={"lane": lane, "recorder": user.recorder},
    )


def ask(user: "LaneUser", lane: Lane) -> None:
    """Ask on the user's kept connection, through locust's own client; where the server has closed it, on a new one."""
    user.recorder.sent(lane, time.monotonic())
    user.client.get(
        lane.flow.target,
        name=lane.flow.row or lane.flow.name,
        context={"lane": lane, "recorder": user.recorder},
    )


def connect(user: "LaneUser", lane: Lane) -> None:
    """Ask on a connection of its own."""
    user.recorder.sent(lane, time.monotonic())
    headers = {"Connection": "close"}
    name = lane.flow.row or lane.flow.name
    user.client.get(
        lane.flow.target, name=name, headers=headers, context={"lane": lane, "recorder": user.recorder}
    )


def stream(user: "LaneUser", lane: Lane) -> None:
    """Read a stream line by line: the client's own line reader sees each chunk when it comes."""
    lines = 0
    with exchange(user, lane) as outcome:
        response = user.stream_client.get(lane.flow.target)
        while line := response.readline(b"\n"):
            user.recorder.chunk(lane, time.monotonic())
            outcome.length, lines = outcome.length + len(line), lines + 1
        whole = (response.status_code, lines) == (200, lane.flow.chunks)
        outcome.expect(f"status {response.status_code} with {lines} chunks", ok=whole)


def upload(user: "LaneUser", lane: Lane) -> None:
    """Send a body slowly: a piece after each pause, by the clock."""
    flow = lane.flow
    with exchange(user, lane) as outcome, connection(user) as line:
        line.putrequest("POST", flow.target)
        line.putheader("content-length", str(flow.chunks * flow.piece))
        line.endheaders()
        started_at = time.monotonic()
        for number in range(1, flow.chunks + 1):
            user.timer.sleep_until(started_at + number * flow.every_s)
            line.send(bytes(flow.piece))
        with line.getresponse() as response:
            outcome.length = len(response.read())
            outcome.expect(f"status {response.status}", ok=response.status == http.client.OK)


def download(user: "LaneUser", lane: Lane) -> None:
    """Read a large body slowly: a piece after each pause."""
    flow, recorder = lane.flow, user.recorder
    with exchange(user, lane) as outcome, answer(user, flow.target) as response:
        outcome.expect(f"status {response.status}", ok=response.status == http.client.OK)
        while piece := response.read(flow.piece):
            now = time.monotonic()
            if not outcome.length:
                recorder.chunk(lane, now)
            outcome.length += len(piece)
            recorder.received(lane, now, len(piece))
            user.timer.sleep_until(now + flow.every_s)


def idle(user: "LaneUser", lane: Lane) -> None:
    """Ask once, then keep the connection and say nothing until the server closes it.

    Whatever becomes of it counts as one answer: that it stands or, where it is refused, reset or closed before it
    does, that there is none to hold.
    """
    with suppress(*BROKEN), connection(user) as line:
        line.request("GET", lane.flow.target)
        with line.getresponse() as response:
            response.read()
        if line.sock is not None:  # the server hasn't closed it with its answer
            hold(user, lane, line.sock)
    user.recorder.holds(lane, open_=False)


def silent(user: "LaneUser", lane: Lane) -> None:
    """Connect and never say anything. It counts as `idle` does: once, whether or not the connection ever stood."""
    with suppress(*BROKEN), connection(user) as line:
        hold(user, lane, line.sock)
    user.recorder.holds(lane, open_=False)


def hold(user: "LaneUser", lane: Lane, line: socket.socket) -> None:
    """Stand by until the server closes the connection; raises OSError when it resets it."""
    user.recorder.holds(lane, open_=True)
    line.settimeout(None)
    line.recv(1)


def abandon(user: "LaneUser", lane: Lane) -> None:
    """Leave a stream after its first chunks."""
    with exchange(user, lane) as outcome, answer(user, lane.flow.target) as response:
        chunks = 0
        while chunks < lane.flow.chunks and (chunk := response.readline()):
            chunks, outcome.length = chunks + 1, outcome.length + len(chunk)
            user.recorder.chunk(lane, time.monotonic())
        whole = (response.status, chunks) == (http.client.OK, lane.flow.chunks)
        outcome.expect(f"status {response.status} with {chunks} chunks", ok=whole)


def websocket(user: "LaneUser", lane: Lane) -> None:
    """Send messages on the user's kept WebSocket and wait until all have come back; a broken one isn't kept."""
    flow = lane.flow
    with exchange(user, lane) as outcome:
        if user.websocket is None:
            user.websocket = EchoSocket(user.host or "", flow.target, flow.chunks, flow.piece, LONGEST_WAIT_S)
        try:
            outcome.length = user.websocket.echo()
        except BaseException:
            user.websocket.close()
            user.websocket = None
            raise


@contextmanager
def connection(user: "LaneUser") -> Iterator[http.client.HTTPConnection]:
    """Connect, with a kernel buffer that takes in little ahead of its reader; close the connection at the end."""
    host = urlsplit(user.host or "")
    with closing(http.client.HTTPConnection(host.hostname or "", host.port, timeout=LONGEST_WAIT_S)) as line:
        line.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        line.sock.settimeout(LONGEST_WAIT_S)
        line.sock.connect((line.host, line.port))
        yield line


@contextmanager
def answer(user: "LaneUser", target: str) -> Iterator[http.client.HTTPResponse]:
    """Ask on a connection of its own. Both are closed: the last answer of a connection takes over its socket."""
    with connection(user) as line:
        line.request("GET", target)
        with line.getresponse() as response:
            yield response


FUNCTIONS: dict[str, Callable[["LaneUser", Lane], None]] = {name: globals()[name] for name in BEHAVIOURS}
"""What each behaviour does: the function of its name."""
