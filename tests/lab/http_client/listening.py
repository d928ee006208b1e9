"""Servers that say exactly what a test wants, over real sockets."""

import socket
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Literal

from websockets.utils import accept_key

from lab.servers import HOST

Then = Literal["close", "reset", "silence"]
WITHIN_S = 5


@contextmanager
def serving(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve one connection, which is closed afterwards; yield the port, and raise what serving raised."""
    with socket.create_server((HOST, 0)) as listener, ThreadPoolExecutor(1) as threads:
        listener.settimeout(WITHIN_S)
        served = threads.submit(_accept, listener, serve)
        yield listener.getsockname()[1]
        served.result()


def _accept(listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    line, _ = listener.accept()
    with line:
        line.settimeout(WITHIN_S)
        serve(line)


@contextmanager
def saying(content: bytes, then: Then = "close") -> Iterator[int]:
    """Read a request, say this, and close, reset, or be silent until the client has gone; yield the port."""

    def serve(line: socket.socket) -> None:
        line.recv(65_536)
        line.sendall(content)
        if then == "reset":
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if then == "silence":
            wait_for_the_end(line)

    with serving(serve) as port:
        yield port


@contextmanager
def listening(said: list[bytes]) -> Iterator[int]:
    """Say nothing and keep what is said until the client has gone; yield the port."""
    with serving(lambda line: said.append(wait_for_the_end(line))) as port:
        yield port


def wait_for_the_end(line: socket.socket) -> bytes:
    """Wait until the client has gone; return what it said meanwhile."""
    said = b""
    with suppress(ConnectionResetError):
        while piece := line.recv(65_536):
            said += piece
    return said


def accepting(handshake: bytes) -> bytes:
    """Return the answer that accepts a WebSocket's handshake (RFC 6455, section 4.2.2)."""
    fields = dict(line.split(b": ", 1) for line in handshake.split(b"\r\n")[1:-2])
    key = {name.lower(): value for name, value in fields.items()}[b"sec-websocket-key"].decode()
    upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return f"{upgrade}Sec-WebSocket-Accept: {accept_key(key)}\r\n\r\n".encode()
