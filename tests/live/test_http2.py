"""HTTP/2 over cleartext: several requests on one connection, and whether the server works on them side by side."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded

from contract.examples import all_examples
from lab.measure.contract_check import broken_promises
from lab.measure.server_process import Serving
from lab.servers import HOST
from lab.stacks import find
from tests.live.conftest import Serve

SERVERS = ("gunicorn-gthread-h2/wsgi", "gunicorn-asgi-h2/asgi", "uvicorn-h2/asgi")
SIDE_BY_SIDE = (
    "gunicorn-asgi-h2/asgi",
    "gunicorn-asgi-h2/wsgi-bridged",
    "uvicorn-h2/asgi",
    "uvicorn-h2/wsgi-bridged",
)
ONE_BY_ONE = ("gunicorn-gthread-h2/wsgi", "gunicorn-gthread-h2/asgi-bridged")
SLOW, SLOW_S = "/sleep?seconds=0.3", 0.3
WITHIN_S = 15


@dataclass
class Answer:
    """What came on a stream: data in the pieces of its frames."""

    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces)


class Client:
    """One connection that speaks HTTP/2 from its first byte (RFC 9113, section 3.3)."""

    def __init__(self, line: socket.socket) -> None:
        self.answers: dict[str, Answer] = {}
        self.ended: list[str] = []
        self._line = line
        self._names: dict[int, str] = {}
        self._connection = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self._connection.initiate_connection()

    def ask(self, **targets: str) -> None:
        """Ask for each target on a stream of its own, all in one piece; the answer goes by the name."""
        for name, target in targets.items():
            stream = self._connection.get_next_available_stream_id()
            self._names[stream] = name
            self.answers[name] = Answer()
            asked = {":method": "GET", ":path": target, ":scheme": "http", ":authority": "lab"}
            self._connection.send_headers(stream, list(asked.items()), end_stream=True)
        self._line.sendall(self._connection.data_to_send())

    def wait(self) -> list[str]:
        """Read until every answer has ended; return their names in the order in which they did."""
        while len(self.ended) < len(self.answers):
            received = self._line.recv(65_536)
            assert received, self.ended
            for event in self._connection.receive_data(received):
                match event:
                    case ResponseReceived():
                        self._of(event.stream_id).headers = {str(n): str(v) for n, v in event.headers}
                    case DataReceived():
                        self._of(event.stream_id).pieces.append(event.data)
                    case StreamEnded():
                        self.ended.append(self._names[event.stream_id])
            self._line.sendall(self._connection.data_to_send())
        return self.ended

    def _of(self, stream: int) -> Answer:
        return self.answers[self._names[stream]]


@contextmanager
def connected(server: Serving) -> Iterator[Client]:
    """Connect to a server."""
    with socket.create_connection((HOST, server.port), timeout=WITHIN_S) as line:
        yield Client(line)


@pytest.fixture
def server(serve: Serve, stack: str) -> Serving:
    """Return the running stack that a test names, if it is installed."""
    if why := find(stack).missing():
        pytest.skip(why)
    return serve(stack)


@pytest.mark.parametrize("stack", SERVERS)
def test_prior_knowledge_is_served(server: Serving) -> None:
    """A request over HTTP/2 gets the answer that it gets over HTTP/1.1, and the app is told the version."""
    with connected(server) as client:
        client.ask(hello="/", told="/inspect")
        client.wait()
    hello, told = client.answers["hello"], json.loads(client.answers["told"].body)
    assert (hello.headers[":status"], hello.body) == ("200", b"Hello from the bare interface!")
    assert hello.headers["x-lab-interface"] == server.stack.app.speaks
    assert told["request"]["http_version"] == "2"


@pytest.mark.parametrize("stack", SERVERS)
def test_the_contract_holds_over_http_1(server: Serving) -> None:
    """A server that speaks both answers HTTP/1.1 as the lab's load asks it to."""
    assert list(broken_promises(server, all_examples())) == []


@pytest.mark.parametrize("stack", SIDE_BY_SIDE)
def test_streams_run_side_by_side(server: Serving) -> None:
    """A fast request overtakes the slow one before it: on event loops, and on a bridge's pool of threads."""
    with connected(server) as client:
        client.ask(slow=SLOW, fast="/")
        assert client.wait() == ["fast", "slow"]


@pytest.mark.parametrize("stack", SIDE_BY_SIDE)
def test_waits_of_several_streams_overlap(server: Serving) -> None:
    """Five waits on one connection take less than half of what they would one after the other."""
    began_at = time.monotonic()
    with connected(server) as client:
        client.ask(**dict.fromkeys("abcde", SLOW))
        client.wait()
    assert SLOW_S <= time.monotonic() - began_at < 5 * SLOW_S / 2


@pytest.mark.parametrize("stack", ONE_BY_ONE)
def test_streams_of_a_threaded_worker_wait_for_each_other(server: Serving) -> None:
    """One thread serves a connection: its streams are multiplexed on the wire, and answered one after the other."""
    began_at = time.monotonic()
    with connected(server) as client:
        client.ask(slow=SLOW, slower=SLOW, fast="/")
        assert client.wait() == ["slow", "slower", "fast"]
    assert time.monotonic() - began_at >= 2 * SLOW_S


@pytest.mark.parametrize("stack", ONE_BY_ONE)
def test_connections_to_a_threaded_worker_do_not(server: Serving) -> None:
    """On another connection the fast request has a thread of its own, and is answered first."""
    with connected(server) as waiting, connected(server) as other:
        waiting.ask(slow="/sleep?seconds=2")
        began_at = time.monotonic()
        other.ask(fast="/")
        other.wait()
        assert time.monotonic() - began_at < 1


@pytest.mark.parametrize("stack", SERVERS)
def test_a_stream_comes_chunk_by_chunk(server: Serving) -> None:
    """Each chunk is a frame of data of its own, sent when it is made."""
    with connected(server) as client:
        client.ask(stream="/stream?chunks=3&interval=0.05&size=8")
        client.wait()
    pieces = [piece for piece in client.answers["stream"].pieces if piece]
    assert pieces == [b"chunk 1\n", b"chunk 2\n", b"chunk 3\n"]


@pytest.mark.parametrize("stack", SERVERS)
def test_no_connection_header_gets_through(server: Serving) -> None:
    """HTTP/2 has no hop-by-hop headers (RFC 9113, section 8.2.2): where there is no upgrade none is named."""
    with connected(server) as client:
        client.ask(socket="/ws/echo")
        client.wait()
    headers = client.answers["socket"].headers
    assert headers[":status"] == ("501" if server.stack.app.speaks == "wsgi" else "426")
    assert {"connection", "upgrade"} & set(headers) == set()
