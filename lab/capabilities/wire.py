"""A client that sees every byte: HTTP/1.1 over a raw socket, with the moment at which each piece came (h11)."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import h11

from lab.servers import HOST

ANSWERS_WITHIN_S = 4.0
PIECE = 65_536


@dataclass
class Answer:
    """What came back: every piece of the body with the second at which it came, and how it ended.

    `whole` is false when the end was missing, `closed` true when the connection ended instead; `interim` has the
    statuses of 1xx answers before it.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    trailers: dict[str, str] = field(default_factory=dict)
    pieces: list[tuple[float, bytes]] = field(default_factory=list)
    interim: list[int] = field(default_factory=list)
    whole: bool = False
    closed: bool = False
    took_s: float = 0.0

    @property
    def body(self) -> bytes:
        """The body as far as it came."""
        return b"".join(piece for _, piece in self.pieces)

    @property
    def nothing(self) -> bool:
        """Whether no answer came at all."""
        return not self.status

    def __str__(self) -> str:
        """Say what it was, in a few words."""
        if self.nothing and self.closed:
            return "no answer, but a closed connection"
        if self.nothing:
            return f"no answer within {self.took_s:.1f} s"
        return f"{self.status}{'' if self.whole else ', broken off'}"


class Wire:
    """A connection to a server."""

    def __init__(self, port: int, within_s: float = ANSWERS_WITHIN_S) -> None:
        self.within_s = within_s
        self.socket = socket.create_connection((HOST, port), timeout=within_s)

    def send(self, content: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(content)

    def leave(self) -> None:
        """Close the connection."""
        self.socket.close()

    def finish_sending(self) -> None:
        """Say that nothing more will be sent (shutdown(2)), and go on reading."""
        self.socket.shutdown(socket.SHUT_WR)

    def request(
        self, method: str, target: str, body: bytes = b"", headers: tuple[tuple[str, str], ...] = ()
    ) -> Answer:
        """Send a request in one piece and read the answer to its end."""
        sized = (("Content-Length", str(len(body))),) if body else ()
        self.send(head(method, target, (*sized, *headers)) + body)
        return self.answer(method)

    def answer(self, method: str = "GET") -> Answer:
        """Read an answer to its end, to a broken connection, or until nobody has said anything for too long."""
        reader = h11.Connection(h11.CLIENT)
        reader.send(h11.Request(method=method, target="/", headers=[("Host", HOST)]))
        reader.send(h11.EndOfMessage())
        began, came = time.monotonic(), Answer()
        try:
            for event in self._events(reader):
                _take(event, came)
                if isinstance(event, h11.EndOfMessage):
                    came.whole = True
                    break
        except TimeoutError:
            pass
        except (OSError, h11.RemoteProtocolError):
            came.closed = True
        came.took_s = time.monotonic() - began
        return came

    def first_bytes(self, count: int = PIECE) -> bytes:
        """Return what comes first, nothing when nothing comes in time."""
        try:
            return self.socket.recv(count)
        except OSError:
            return b""

    def _events(self, reader: h11.Connection) -> Iterator[object]:
        while True:
            event = reader.next_event()
            if event is h11.NEED_DATA:
                reader.receive_data(self.socket.recv(PIECE))
            elif event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                raise ConnectionError
            else:
                yield event


@contextmanager
def connected(port: int, within_s: float = ANSWERS_WITHIN_S) -> Iterator[Wire]:
    """Connect, and close the connection at the end."""
    wire = Wire(port, within_s)
    try:
        yield wire
    finally:
        wire.leave()


def head(method: str, target: str, headers: tuple[tuple[str, str], ...] = ()) -> bytes:
    """Return the head of a request."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {HOST}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode()


def chunked(*pieces: bytes) -> bytes:
    """Return a chunked body (RFC 9112, section 7.1)."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _take(event: object, came: Answer) -> None:
    if isinstance(event, h11.InformationalResponse):
        came.interim.append(event.status_code)
    elif isinstance(event, h11.Response):
        came.status, came.headers = event.status_code, _named(event)
    elif isinstance(event, h11.Data):
        came.pieces.append((time.monotonic(), bytes(event.data)))
    elif isinstance(event, h11.EndOfMessage):
        came.trailers = _named(event)


def _named(event: h11.Response | h11.EndOfMessage) -> dict[str, str]:
    return {name.decode().lower(): value.decode() for name, value in event.headers}
