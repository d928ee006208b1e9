"""A client that speaks WebSocket (RFC 6455) on a raw socket: it says its texts in turn, then takes its leave."""

import select
import socket
import time
from collections.abc import Sequence

import wsproto
from wsproto import events
from wsproto.connection import ConnectionState
from wsproto.utilities import RemoteProtocolError

from lab.servers import HOST
from lab.trace.client import READ_BYTES, SILENT_S
from lab.trace.request import Request, veiled
from lab.trace.wire import FIRST_BYTES, Heads, Wire, on_the_wire

REPLY_WITHIN_S = 1.0  # to each text: an app needn't answer
OWN_HEADERS = {"host", "connection", "upgrade", "sec-websocket-key", "sec-websocket-version"}


def converse(port: int, request: Request) -> Wire:
    """Hold one conversation over a WebSocket, or hear why there is none, and return what passed on the wire."""
    wire = Wire()
    with socket.create_connection((HOST, port), timeout=SILENT_S) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.sent("connect")
        try:
            Conversation(sock, wire, request, port).hold()
        except TimeoutError:
            wire.sent("gave up", silent_s=SILENT_S)
        except OSError as error:
            wire.came("reset", error=type(error).__name__)
    return wire


class Conversation:
    """The client's state: what it has to say, and until when it waits for a reply."""

    def __init__(self, sock: socket.socket, wire: Wire, request: Request, port: int) -> None:
        self.sock = sock
        self.wire = wire
        self.request = request
        self.port = port
        self.speaking = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        self.heads = Heads()
        self.texts = list(request.texts or ())
        self.open = self.over = False
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
            if self.open and time.monotonic() >= self.speaks_at_s:
                self.speak()
            if self.readable():
                self.hear()

    def readable(self) -> bool:
        """Wait for bytes, or until it is time to speak or to leave; raises TimeoutError in a silence."""
        moments = [self.gone_s] if self.gone_s is not None else []
        moments += [self.speaks_at_s] if self.open else []
        wait_s = max(0.0, min(moments) - time.monotonic()) if moments else SILENT_S
        ready = bool(select.select([self.sock], [], [], wait_s)[0])
        if not ready and not moments:
            raise TimeoutError
        return ready

    def ask(self) -> None:
        """Send the opening handshake (RFC 6455, section 4.1)."""
        given = [(n.encode(), v.encode("latin-1")) for n, v in self.request.headers]
        extra = [(n, v) for n, v in given if n.decode().lower() not in OWN_HEADERS]
        host = f"{HOST}:{self.port}"
        data = self.speaking.send(events.Request(host=host, target=self.request.target, extra_headers=extra))
        lines = data.decode("latin-1").split("\r\n")
        start, *headers = [line for line in lines if line]
        pairs = veiled(
            [(name, value.strip()) for name, _, value in (line.partition(":") for line in headers)]
        )
        self.wire.sent("bytes", **on_the_wire(len(data), [start, *(f"{n}: {v}" for n, v in pairs)]))
        self.sock.sendall(data)

    def speak(self) -> None:
        """Say the next text, or after the last one that it is over (RFC 6455, section 5.5.1)."""
        if self.texts:
            text = self.texts.pop(0)
            self.say(events.TextMessage(data=text), f"text frame {text[:FIRST_BYTES]!r}")
            self.speaks_at_s = time.monotonic() + REPLY_WITHIN_S
        else:
            self.say(events.CloseConnection(code=1000), "close frame 1000")
            self.open = False

    def say(self, event: events.Event, told: str) -> None:
        """Send a frame."""
        data = self.speaking.send(event)
        self.wire.sent("bytes", bytes=len(data), frames=[told])
        self.sock.sendall(data)

    def hear(self) -> None:
        """Read what came and act on it."""
        data = self.sock.recv(READ_BYTES)
        if not data:
            self.wire.came("closed")
            self.over = True
            return
        lines, body = self.heads.feed(data)
        found = self.understood(data)
        frames = [name for name in (described(event) for event in found) if name]
        details = on_the_wire(len(data), lines, b"" if frames else body)
        self.wire.came("bytes", **details, **({"frames": frames} if frames else {}))
        for event in found:
            self.act(event)

    def understood(self, data: bytes) -> Sequence[events.Event]:
        """Return the events that the bytes complete; none of an answer that is no WebSocket's."""
        try:
            self.speaking.receive_data(data)
            return list(self.speaking.events())
        except RemoteProtocolError:
            return []

    def act(self, event: events.Event) -> None:
        """Do what an event asks for: a pong for a ping, the next text after a reply, a farewell in return."""
        if isinstance(event, events.AcceptConnection):
            self.open = True
        elif isinstance(event, events.Message) and event.message_finished:
            self.speaks_at_s = 0.0
        elif isinstance(event, events.Ping):
            self.say(event.response(), "pong frame")
        elif isinstance(event, events.CloseConnection) and self.speaking.state is not ConnectionState.CLOSED:
            self.say(event.response(), f"close frame {event.code}")
            self.open = False
        elif isinstance(event, events.RejectData) and event.body_finished:
            self.wire.sent("leave")
            self.over = True


def described(event: events.Event) -> str:
    """Return what a frame is and says, empty for what isn't one."""
    if isinstance(event, events.TextMessage):
        return f"text frame {event.data[:FIRST_BYTES]!r}"
    if isinstance(event, events.BytesMessage):
        return f"binary frame {bytes(event.data[:FIRST_BYTES])!r}"
    if isinstance(event, events.CloseConnection):
        return f"close frame {event.code} {event.reason or ''}".strip()
    return {events.Ping: "ping frame", events.Pong: "pong frame"}.get(type(event), "")
