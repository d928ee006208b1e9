"""A server that resets its first connection at a moment that a test names, and serves those after it.

At that moment the client is held up until the reset has arrived, as on a busy machine now and then.
"""

import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

import gevent.socket
import pytest
from websockets.frames import Frame, Opcode
from websockets.utils import accept_key

HOST = "127.0.0.1"
WITHIN_S = 30.0
AT_ONCE = struct.pack("ii", 1, 0)  # struct linger: close() sends a reset
LINES, SIZE = 3, 8  # of an answer, and of each message that is echoed

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n"
LINE, END = b"2\r\na\n\r\n", b"0\r\n\r\n"
ECHO = Frame(Opcode.TEXT, b"*" * SIZE).serialize(mask=False) * LINES


@dataclass(frozen=True)
class Moment:
    """Before which call of an operation of its socket a client is reset: the first is 1.

    Before that the server says something `unasked`, and what `says` makes of each of so many `requests`.
    """

    operation: str
    call: int
    says: Callable[[bytes], bytes] = bytes
    requests: int = 0
    unasked: bytes = b""


class Server:
    """Resets its first connection when its moment has come, where it has one, and answers every other request."""

    def __init__(self, listener: socket.socket, moment: Moment | None) -> None:
        self._listener = self._line = listener
        self._moment = moment
        self._due = threading.Event()
        self.host = f"http://{HOST}:{listener.getsockname()[1]}"

    def reset(self, client: Any) -> None:
        """Reset the first connection, and wait until its client's socket knows."""
        self._due.set()
        poll = select.poll()
        poll.register(client.fileno(), 0)  # that it has ended is told unasked
        assert poll.poll(WITHIN_S * 1000), "no reset came"

    def serve(self) -> None:
        """Serve one connection after the other until it is stopped."""
        with suppress(OSError):
            if self._moment is not None:
                self._begin(self._accepted(), self._moment)
            while True:
                self._answer(self._accepted())

    def stop(self) -> None:
        """Wait for no client any longer."""
        for line in (self._listener, self._line):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _accepted(self) -> socket.socket:
        self._line, _ = self._listener.accept()
        self._line.settimeout(WITHIN_S)
        return self._line

    def _begin(self, line: socket.socket, moment: Moment) -> None:
        with line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            line.sendall(moment.unasked)
            for _ in range(moment.requests):
                line.sendall(moment.says(line.recv(65_536)))
            assert self._due.wait(WITHIN_S)

    def _answer(self, line: socket.socket) -> None:
        with line, suppress(OSError):
            while request := line.recv(65_536):
                line.sendall(answer(request))


@contextmanager
def serving(moment: Moment | None = None) -> Iterator[Server]:
    """Serve on a free port until the end, when nothing of the server is open any more."""
    with socket.create_server((HOST, 0)) as listener:
        server = Server(listener, moment)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            server.stop()
            thread.join()


@contextmanager
def resetting(moment: Moment) -> Iterator[Server]:
    """Serve, and hold up the first client at the moment of its reset."""
    with serving(moment) as server, held_up(moment, server.reset):
        yield server


@contextmanager
def held_up(moment: Moment, act: Callable[[Any], None]) -> Iterator[None]:
    """Let the sockets of gevent, which a load has, do something before a call."""
    calls = count(1)

    def held(original: Callable[..., object]) -> Callable[..., object]:
        def call(line: Any, *arguments: Any) -> object:
            if next(calls) == moment.call:
                if moment.operation == "connect":
                    begin(line, original, arguments)
                act(line)
            return original(line, *arguments)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in OPERATIONS[moment.operation]:
            patch.setattr(gevent.socket.socket, name, held(getattr(gevent.socket.socket, name)))
        yield


def begin(line: Any, connect: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    """Connect without waiting until the connection stands."""
    within_s = line.gettimeout()
    line.settimeout(0)
    with suppress(BlockingIOError):
        connect(line, *arguments)
    line.settimeout(within_s)


@contextmanager
def refusing() -> Iterator[str]:
    """Hold a port on which nobody listens: the kernel resets who connects."""
    with socket.socket() as nobody:
        nobody.bind((HOST, 0))
        yield f"http://{HOST}:{nobody.getsockname()[1]}"


def accepted(request: bytes) -> bytes:
    """Return the head that opens a WebSocket, nothing for a request that wants none (RFC 6455, section 4.2.2)."""
    fields = dict(line.partition(b": ")[::2] for line in request.split(b"\r\n"))
    key = fields.get(b"Sec-WebSocket-Key")
    if key is None:
        return b""
    digest = accept_key(key.decode()).encode()
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return head + b"Sec-WebSocket-Accept: " + digest + b"\r\n\r\n"


def begun(request: bytes) -> bytes:
    """Return the head of an answer and its first line, or an open WebSocket."""
    return accepted(request) or HEAD + b"\r\n" + LINE


def begun_last(request: bytes) -> bytes:
    """Return the head and first line of an answer after which the connection is over, or an open WebSocket."""
    return accepted(request) or HEAD + b"connection: close\r\n\r\n" + LINE


def answer(request: bytes) -> bytes:
    """Return a whole answer: an open WebSocket, an echo, or three lines; nothing to a piece of a body."""
    if request.startswith((b"GET", b"POST")):
        return accepted(request) or HEAD + b"\r\n" + LINE * LINES + END
    return ECHO if request.startswith(b"\x81") else b""


OPERATIONS = {"connect": ("connect",), "sendall": ("sendall",), "recv": ("recv", "recv_into")}
MOMENTS = {
    "connecting": Moment("connect", 1),
    "sending": Moment("sendall", 1),
    "reading": Moment("recv", 1),
    "midway": Moment("recv", 2, begun, 1),
    "midway of the last": Moment("recv", 2, begun_last, 1),
}
