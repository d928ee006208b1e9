"""A WebSocket's client (RFC 6455) without I/O, on websockets' ClientProtocol.

Section 4.1: the handshake is a request, and is answered by 101 with the proof that its key was read.
Section 5.4: a message may come in fragments. Section 5.5: a ping is answered by a pong, a close by a close.
Section 7.1.7: who is sent what isn't WebSocket says so in a close frame, and listens no longer.

The handshake's answer is read by h11 first, so that a refusal is an answer like any other.
"""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from websockets.client import ClientProtocol
from websockets.frames import Close, CloseCode, Opcode
from websockets.frames import Frame as WireFrame
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI

from lab.http_client.answer import AnswerReader
from lab.http_client.piece import Piece
from lab.http_client.request import Headers, head
from lab.servers import HOST

Kind = Literal["text", "binary", "ping", "pong", "close"]


@dataclass(frozen=True)
class Frame:
    """A frame of a message, which `last` ends, or a control frame; a close has its code, and its reason as `text`."""

    kind: Kind
    text: str = ""
    data: bytes = b""
    last: bool = True
    code: int = 0


@dataclass(frozen=True)
class Reply:
    """A frame that the protocol asks the client to send, and its bytes."""

    frame: Frame
    data: bytes


class WebSocket:
    """The client's side: its handshake, what it hears, and the bytes of what it says.

    `headers` are sent beside those of the handshake. `reader` has the answer to it.
    """

    def __init__(self, target: str, headers: Headers = (), host: str = HOST, port: int = 80) -> None:
        self.reader = AnswerReader()
        uri = WebSocketURI(secure=False, host=host, port=port, path=target, query="")
        self._protocol = ClientProtocol(uri, max_size=None)
        self.handshake = head("GET", target, [*self._protocol.connect().headers.raw_items(), *headers])
        self._protocol.available_subprotocols = offered_subprotocols(headers) or None
        self._head = b""
        self._switched = False
        self._frames: list[Frame] = []
        self._replies: list[Reply] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._message: Kind = "text"

    @property
    def open(self) -> bool:
        """Whether messages may be sent: the handshake is done, and no close frame was sent."""
        return self._protocol.state is State.OPEN

    @property
    def refused(self) -> bool:
        """Whether the handshake has its answer to the end, and is none (section 4.1)."""
        return self.reader.parser.ended == "whole" and self._protocol.state is State.CONNECTING

    @property
    def broken_handshake(self) -> str:
        """What is wrong with an answer of 101, empty where nothing is."""
        return str(self._protocol.handshake_exc or "")

    def receive(self, piece: Piece) -> None:
        """Take what was received; no bytes make it raise."""
        data = piece.data if self.reader.parser.ended else self._behind_the_answer(piece)
        if self._switched and data:
            self._protocol.receive_data(data)
            self._take_events()
            self._take_replies()

    def frames_received(self) -> list[Frame]:
        """Return the frames that were received since this was last asked."""
        frames, self._frames = self._frames, []
        return frames

    def replies(self) -> list[Reply]:
        """Return what is to be sent in answer to what was received since this was last asked."""
        replies, self._replies = self._replies, []
        return replies

    def say(self, text: str) -> bytes:
        """Return the bytes of a text in one frame, masked; only while it is open."""
        self._protocol.send_text(text.encode())
        return b"".join(self._protocol.data_to_send())

    def close(self, code: int = CloseCode.NORMAL_CLOSURE) -> bytes:
        """Return the bytes of a close frame; only while it is open."""
        self._protocol.send_close(code)
        return b"".join(self._protocol.data_to_send())

    def _behind_the_answer(self, piece: Piece) -> bytes:
        """Read on in the answer; return it with what follows it once it is 101, interim answers left out."""
        self._head += piece.data
        self.reader.receive(piece)
        parser = self.reader.parser
        self._switched = parser.status == HTTPStatus.SWITCHING_PROTOCOLS
        if self._switched:
            return self._head[parser.final_head_at :]
        if parser.status:
            self._head = b""
        return b""

    def _take_events(self) -> None:
        events = self._protocol.events_received()
        try:
            for event in events:
                if isinstance(event, WireFrame):
                    self._frames.append(self._frame(event))
        except UnicodeDecodeError:
            self._protocol.fail(CloseCode.INVALID_DATA)

    def _frame(self, frame: WireFrame) -> Frame:
        data = bytes(frame.data)
        if frame.opcode is Opcode.CLOSE:
            close = Close.parse(data)
            return Frame("close", close.reason, code=close.code)
        if frame.opcode in {Opcode.PING, Opcode.PONG}:
            return Frame(KINDS[frame.opcode], data=data)
        self._message = KINDS.get(frame.opcode, self._message)
        if self._message == "binary":
            return Frame("binary", data=data, last=frame.fin)
        return Frame("text", self._decoder.decode(data, final=frame.fin), last=frame.fin)

    def _take_replies(self) -> None:
        for data in filter(None, self._protocol.data_to_send()):  # none at all stand for a half-close
            kind = KINDS[Opcode(data[0] & OPCODE_BITS)]
            sent = self._protocol.close_sent
            self._replies.append(Reply(Frame(kind, code=sent.code if sent and kind == "close" else 0), data))


def offered_subprotocols(headers: Headers) -> list[Subprotocol]:
    """Return the subprotocols that headers offer (section 11.3.4)."""
    values = [value for name, value in headers if name.lower() == "sec-websocket-protocol"]
    return [Subprotocol(offer.strip()) for value in values for offer in value.split(",")]


OPCODE_BITS = 0x0F  # of a frame's first byte (section 5.2)
KINDS: Mapping[Opcode, Kind] = {
    Opcode.TEXT: "text",
    Opcode.BINARY: "binary",
    Opcode.CLOSE: "close",
    Opcode.PING: "ping",
    Opcode.PONG: "pong",
}
