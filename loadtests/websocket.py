"""A WebSocket whose messages are all alike: what comes back is compared with what must, and only else parsed.

Parsing each echo takes a client longer than a fast server takes to make it.
"""

import socket
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

MESSAGE = frozenset({Opcode.TEXT, Opcode.CONT})
AT_ONCE = 262_144  # bytes that are read at a time


class EchoSocket:
    """A WebSocket to whoever echoes: `count` messages of `size` bytes at a time. Raises OSError when it breaks."""

    def __init__(self, host: str, target: str, count: int, size: int, within_s: float) -> None:
        message = Frame(Opcode.TEXT, b"*" * size)
        self._payload = bytes(message.data) * count
        self._messages = message.serialize(mask=True) * count
        self._expected = message.serialize(mask=False) * count
        self._protocol = ClientProtocol(parse_uri(f"ws{host.removeprefix('http')}{target}"))
        self._parses = False
        place = urlsplit(host)
        self._line = socket.create_connection((place.hostname or "", place.port or 80), timeout=within_s)
        try:
            self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection without a word."""
        self._line.close()

    def echo(self) -> int:
        """Send the messages and wait until all have come back; return how many bytes came."""
        self._line.sendall(self._messages)
        received = b"" if self._parses else self._read(len(self._expected))
        if received != self._expected:
            self._parses = True  # from the first ping of the server on
            self._understand(received)
        return len(self._expected)

    def _open(self) -> None:
        self._protocol.send_request(self._protocol.connect())
        self._line.sendall(b"".join(self._protocol.data_to_send()))
        while self._protocol.state is State.CONNECTING and self._protocol.handshake_exc is None:
            if piece := self._line.recv(AT_ONCE):
                self._protocol.receive_data(piece)
            else:
                self._protocol.receive_eof()
        if self._protocol.handshake_exc is not None:
            raise ConnectionError(str(self._protocol.handshake_exc))
        self._protocol.events_received()

    def _read(self, count: int) -> bytes:
        received = self._received()
        while len(received) < count:
            received += self._received()
        return received

    def _understand(self, received: bytes) -> None:
        """Read on until all messages have come, answering what else the server says."""
        payload = b""
        while True:
            if received:
                self._protocol.receive_data(received)
            events = [event for event in self._protocol.events_received() if isinstance(event, Frame)]
            payload += b"".join(event.data for event in events if event.opcode in MESSAGE)
            self._line.sendall(b"".join(self._protocol.data_to_send()))
            if self._protocol.parser_exc is not None:
                raise ConnectionError(str(self._protocol.parser_exc))
            if len(payload) >= len(self._payload):
                break
            received = self._received()
        if payload != self._payload:
            raise ConnectionError("what came back isn't what was sent")

    def _received(self) -> bytes:
        piece = self._line.recv(AT_ONCE)
        if not piece:
            raise ConnectionError("the server closed the connection")
        return piece
