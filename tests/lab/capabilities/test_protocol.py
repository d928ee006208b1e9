"""The questions about the protocol, asked of servers that say exactly what a test wants."""

import socket

import pytest

from lab.capabilities.findings import Finding, no, yes
from lab.capabilities.protocol import answers_half_closed, speaks_http2, speaks_websocket
from lab.capabilities.served_experiment import ServedExperiment
from lab.http_client.connection import Connection
from lab.servers import HOST
from tests.lab.http_client.listening import accepting, saying, serving, wait_for_the_end
from tests.live.frames import TEXT, frame


class Elsewhere(ServedExperiment):
    """A served experiment whose server is somebody else's."""

    def __init__(self, port: int) -> None:
        self.port = port

    def connected(self, within_s: float = 5.0) -> Connection:
        """Connect to that server; it may take as long as it needs."""
        return Connection(HOST, self.port, max(within_s, 5.0))

    def number(self) -> str:
        """Return a number that nobody counts."""
        return "1"


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", no("the upgrade was answered with HTTP/1.1 403 Forbidden")),
        (b"HTTP/1.1 200\r\n\r\n", no("the upgrade was answered with HTTP/1.1 200")),
        (b"", no("the upgrade was answered with nothing")),
        (b"SSH-2.0-OpenSSH\r\n\r\n", no("the upgrade was answered with an answer that isn't HTTP")),
        (
            b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
            no(
                "the upgrade was answered with HTTP/1.1 101 Switching Protocols, but missing Connection header"
            ),
        ),
    ],
)
def test_refused_upgrade_is_told(content: bytes, finding: Finding) -> None:
    """By the line that the server answered, and what is wrong with a 101."""
    with saying(content) as port:
        assert speaks_websocket(Elsewhere(port)) == finding


@pytest.mark.parametrize(
    ("text", "finding"),
    [(b"hello", yes("101, and the echo came")), (b"hi", no("101, and the echo did not come"))],
)
def test_echo_is_waited_for(text: bytes, finding: Finding) -> None:
    """Nothing else than what was said is one."""

    def serve(line: socket.socket) -> None:
        line.sendall(accepting(line.recv(65_536)))
        line.recv(65_536)
        line.sendall(frame(TEXT, text, masked=False))

    with serving(serve) as port:
        assert speaks_websocket(Elsewhere(port)) == finding


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (bytes((0, 0, 0, 4, 0, 0, 0, 0, 0)), yes("SETTINGS came back over cleartext")),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", no("the preface was answered with b'HTTP/1.1 400'")),
        (b"", no("the preface got no answer")),
    ],
)
def test_preface_is_answered_with_settings(content: bytes, finding: Finding) -> None:
    """Or with something else (RFC 9113, section 3.4)."""
    with saying(content) as port:
        assert speaks_http2(Elsewhere(port)) == finding


def test_half_closed_client_is_answered() -> None:
    """The server hears that nothing more will come, and answers."""

    def serve(line: socket.socket) -> None:
        asked = wait_for_the_end(line)
        assert asked == b"GET /wait?number=1&seconds=0.2 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with serving(serve) as port:
        assert answers_half_closed(Elsewhere(port)) == yes("the client got 200")
