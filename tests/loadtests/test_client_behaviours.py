"""How users talk to a server that misbehaves; `tests/live/test_load.py` has them talk to real ones."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from loadtests.client_behaviours import FUNCTIONS, Exchange
from loadtests.recorder import Lane, Recorder
from loadtests.scenarios import BEHAVIOURS, SCENARIOS, Flow

HOST = "127.0.0.1"
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnone"
TWO_CHUNKS = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\na\n\r\n2\r\nb\n\r\n"
AT_ONCE = struct.pack("ii", 1, 0)  # struct linger: close() sends a reset


@contextmanager
def answering(answer: bytes, *, resets: bool = False) -> Iterator[str]:
    """Serve one connection: say `answer` to what comes and then no more; or reset it without a word."""
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                if resets:
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                else:
                    line.recv(65_536)
                    line.sendall(answer)
                    line.shutdown(socket.SHUT_WR)
                    while line.recv(65_536):
                        pass

        server = threading.Thread(target=serve)
        server.start()
        yield f"http://{HOST}:{listener.getsockname()[1]}"
        server.join()


def talked(way: str, host: str) -> tuple[Lane, list[dict[str, Any]]]:
    """Let one user talk to a server in a way; return its lane and the request events that it fired."""
    flow = Flow("traffic", "/", users=1, behaviour=way, chunks=3, piece=8)
    lane, recorder, fired = Lane(flow, 0), Recorder(), list[dict[str, Any]]()
    recorder.join(lane)
    recorder.open(time.monotonic(), time.monotonic() + 100)
    events = SimpleNamespace(request=SimpleNamespace(fire=lambda **event: fired.append(event)))
    user: Any = SimpleNamespace(
        host=host,
        recorder=recorder,
        websocket=None,
        environment=SimpleNamespace(events=events),
        timer=SimpleNamespace(sleep_until=lambda _: None),
    )
    FUNCTIONS[way](user, lane)
    return lane, fired


def test_every_behaviour_is_the_function_of_its_name() -> None:
    """No flow can name one that nobody knows, and a row is that of a function."""
    functions = {name: (each.__module__, each.__name__) for name, each in FUNCTIONS.items()}
    assert functions == {name: ("loadtests.client_behaviours", name) for name in BEHAVIOURS}


def test_every_way_is_used() -> None:
    """Each way belongs to some scenario."""
    levels = [level for scenario in SCENARIOS.values() for level in scenario.levels]
    assert {flow.behaviour for level in levels for flow in level.flows} == set(BEHAVIOURS)


def test_an_exchange_that_is_well_has_no_error() -> None:
    """What is expected and came is no error; what didn't is told."""
    came = Exchange()
    came.expect("status 200", ok=True)
    assert came.error is None
    came.expect("status 503", ok=False)
    assert str(came.error) == "status 503"


@pytest.mark.parametrize(
    "way",
    [
        "upload",
        "abandon",
        "download",
        "websocket",
    ],
)
def test_an_answer_that_is_an_error_is_told_as_one(way: str) -> None:
    """A 404 is no upload, no download, no stream and no WebSocket."""
    with answering(NOT_FOUND) as host:
        _, (event,) = talked(way, host)
    assert "404" in str(event["exception"])


def test_a_stream_that_breaks_before_it_is_left_is_an_error() -> None:
    """Two chunks of three and then the end is a server that broke, not a client that left."""
    with answering(TWO_CHUNKS) as host:
        _, (event,) = talked("abandon", host)
    assert event["exception"] is not None


@pytest.mark.parametrize("way", ["upload", "download", "abandon", "websocket"])
def test_no_answer_at_all_is_an_error(way: str) -> None:
    """A connection that is closed without a word fails the request, and nothing else."""
    with answering(b"") as host:
        _, (event,) = talked(way, host)
    assert event["exception"] is not None


def test_an_idle_connection_that_is_closed_is_not_held() -> None:
    """A server that closes with its answer holds nothing, and the user is told as answered."""
    with answering(NOT_FOUND) as host:
        lane, _ = talked("idle", host)
    assert (lane.holds, lane.answers) == (False, 1)


def test_a_silent_connection_that_is_reset_is_not_held() -> None:
    """A server that resets a connection ends it as one that closes it does."""
    with answering(b"", resets=True) as host:
        lane, _ = talked("silent", host)
    assert (lane.holds, lane.answers) == (False, 1)


def test_an_idle_user_that_gets_no_answer_gives_up() -> None:
    """Where the server closes without an answer nothing is held, and the user doesn't fail."""
    with answering(b"") as host:
        lane, _ = talked("idle", host)
    assert (lane.holds, lane.answers) == (False, 1)
