"""A WebSocket client that can say anything: frames of its own making on a raw socket, wsproto to understand."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, Pong, TextMessage

from lab.servers import HOST

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FIN, RSV1, RSV2, RSV3 = 0x80, 0x40, 0x20, 0x10
MASK = b"\x37\xfa\x21\x3d"  # RFC 6455, section 5.7
HANDSHAKE = {
    "Host": "lab",
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",  # RFC 6455, section 1.3
}
ACCEPTED = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
WITHIN_S = 15

Heard = tuple[str, str | bytes | int]
"""What came: ("text", "a"), ("bytes", b"a"), ("ping", b""), ("pong", b"") or ("close", 1000), 1005 for no code."""


def frame(opcode: int, payload: bytes = b"", *, flags: int = FIN, masked: bool = True) -> bytes:
    """Return a frame (RFC 6455, section 5.2), whether or not it is one that may be sent."""
    head, length = bytes([flags | opcode]), len(payload)
    bit = 0x80 if masked else 0
    if length < 126:
        head += bytes([bit | length])
    else:
        head += (
            struct.pack("!BH", bit | 126, length)
            if length < 65_536
            else struct.pack("!BQ", bit | 127, length)
        )
    return head + MASK + _masked(payload) if masked else head + payload


def _masked(payload: bytes) -> bytes:
    length = len(payload)
    mask = (MASK * (length // 4 + 1))[:length]
    return (int.from_bytes(payload) ^ int.from_bytes(mask)).to_bytes(length)


def close(code: int | None = None, reason: bytes = b"") -> bytes:
    """Return a close frame."""
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason)


class Client:
    """A connection to a server."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self._understood = Connection(ConnectionType.CLIENT)
        self._events: Iterator[Event] = iter(())

    def ask(self, target: str, **headers: str) -> tuple[int, dict[str, str]]:
        """Send a handshake and return status and headers of the answer; a header that is empty is left out."""
        named = {**HANDSHAKE, **{name.replace("_", "-"): value for name, value in headers.items()}}
        lines = [f"{name}: {value}\r\n" for name, value in named.items() if value]
        self.line.sendall(f"GET {target} HTTP/1.1\r\n{''.join(lines)}\r\n".encode())
        came = b""
        while b"\r\n\r\n" not in came:
            piece = self.line.recv(4096)
            assert piece, came
            came += piece
        head, _, rest = came.partition(b"\r\n\r\n")
        status, *fields = head.decode().split("\r\n")
        if rest:
            self._understood.receive_data(rest)
            self._events = self._understood.events()
        pairs = [field.partition(":") for field in fields]
        return int(status.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}

    def say(self, *frames: bytes) -> None:
        """Send frames in one piece."""
        self.line.sendall(b"".join(frames))

    def hear(self) -> Heard | None:
        """Return the next message or control frame, `None` when the server has closed the connection."""
        texts, pieces = list[str](), list[bytes]()
        while (event := self._next()) is not None:
            match event:
                case TextMessage():
                    texts.append(event.data)
                    if event.message_finished:
                        return "text", "".join(texts)
                case BytesMessage():
                    pieces.append(bytes(event.data))
                    if event.message_finished:
                        return "bytes", b"".join(pieces)
                case Ping() | Pong():
                    return type(event).__name__.lower(), bytes(event.payload)
                case CloseConnection():
                    return "close", int(event.code)
        return None

    def _next(self) -> Event | None:
        while (event := next(self._events, None)) is None:
            try:
                piece = self.line.recv(1 << 20)
            except ConnectionResetError:
                return None
            if not piece:
                return None
            self._understood.receive_data(piece)
            self._events = self._understood.events()
        return event

    def hear_all(self) -> list[Heard]:
        """Return all that comes until the server closes the connection."""
        return list(iter(self.hear, None))


@contextmanager
def connected(port: int) -> Iterator[Client]:
    """Connect to a server of this machine."""
    with socket.create_connection((HOST, port), timeout=WITHIN_S) as line:
        yield Client(line)


@contextmanager
def opened(port: int, target: str = "/ws/echo", **headers: str) -> Iterator[Client]:
    """Open a WebSocket."""
    with connected(port) as client:
        status, came = client.ask(target, **headers)
        assert (status, came["sec-websocket-accept"]) == (101, ACCEPTED)
        yield client
