"""A client that speaks WebSocket: it says its texts in turn, then takes its leave."""

import time
from collections import deque

from lab.http_client.connection import Connection
from lab.http_client.piece import Piece
from lab.http_client.request import Headers
from lab.http_client.websocket import Frame, WebSocket
from lab.servers import HOST
from lab.trace.client import connected, earliest
from lab.trace.request import Request
from lab.trace.wire import FIRST_BYTES, Heads, Wire, on_the_wire, request_lines

REPLY_WITHIN_S = 1.0  # to each text: an app needn't answer
OWN_HEADERS = {"host", "connection", "upgrade", "sec-websocket-key", "sec-websocket-version"}


def converse(port: int, request: Request) -> Wire:
    """Hold one conversation over a WebSocket, or hear why there is none, and return what passed on the wire."""
    wire = Wire()
    with connected(port, wire) as connection:
        Conversation(connection, wire, request, port).hold()
    return wire


class Conversation:
    """The client's state: what it has to say, and until when it waits for a reply."""

    def __init__(self, connection: Connection, wire: Wire, request: Request, port: int) -> None:
        self.connection = connection
        self.wire = wire
        self.request = request
        self.socket = WebSocket(request.target, extra_headers(request.headers), HOST, port)
        self.heads = Heads()
        self.texts = deque(request.texts or ())
        self.over = False
        self.speaks_at_s = 0.0
        after_s = request.hang_up_after_s
        self.gone_s = None if after_s is None else time.monotonic() + after_s

    def hold(self) -> None:
        """Talk until the server closes the connection, or the client hangs up."""
        self.ask()
        while not self.over:
            if self.gone_s is not None and time.monotonic() >= self.gone_s:
                self.wire.sent("hang up", after_s=self.request.hang_up_after_s)
                return
            if self.socket.open and time.monotonic() >= self.speaks_at_s:
                self.speak()
            moment = self.speaks_at_s if self.socket.open else None
            if piece := self.connection.receive(earliest(self.gone_s, moment)):
                self.hear(piece)

    def ask(self) -> None:
        """Send the opening handshake (RFC 6455, section 4.1)."""
        data = self.socket.handshake
        self.wire.sent("bytes", **on_the_wire(len(data), request_lines(data)))
        self.connection.send(data)

    def speak(self) -> None:
        """Say the next text, or after the last one that it is over (RFC 6455, section 5.5.1)."""
        if self.texts:
            text = self.texts.popleft()
            self.send(Frame("text", text), self.socket.say(text))
            self.speaks_at_s = time.monotonic() + REPLY_WITHIN_S
        else:
            self.send(Frame("close", code=1000), self.socket.close(1000))

    def send(self, frame: Frame, data: bytes) -> None:
        """Send a frame."""
        self.wire.sent("bytes", bytes=len(data), frames=[describe_frame(frame)])
        self.connection.send(data)

    def hear(self, piece: Piece) -> None:
        """Note what came and act on it: the next text after a reply, what the protocol asks for, or leave."""
        if not piece.data:
            self.wire.received("closed", piece.at_s)
            self.over = True
            return
        self.socket.receive(piece)
        frames = self.socket.frames_received()
        lines, body = self.heads.feed(piece.data)
        details = on_the_wire(len(piece.data), lines, b"" if frames else body)
        names = {"frames": [describe_frame(frame) for frame in frames]} if frames else {}
        self.wire.received("bytes", piece.at_s, **details, **names)
        if any(frame.last and frame.kind in {"text", "binary"} for frame in frames):
            self.speaks_at_s = 0.0
        for reply in self.socket.replies():
            self.send(reply.frame, reply.data)
        if self.socket.refused:
            self.wire.sent("leave")
            self.over = True


def extra_headers(headers: Headers) -> Headers:
    """Return the headers that aren't the handshake's own."""
    return [(name, value) for name, value in headers if name.lower() not in OWN_HEADERS]


def describe_frame(frame: Frame) -> str:
    """Return what a frame is and says."""
    match frame.kind:
        case "text":
            return f"text frame {frame.text[:FIRST_BYTES]!r}"
        case "binary":
            return f"binary frame {frame.data[:FIRST_BYTES]!r}"
        case "close":
            return f"close frame {frame.code} {frame.text}".strip()
        case _:
            return f"{frame.kind} frame"
