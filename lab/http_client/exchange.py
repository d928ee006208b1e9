"""Requests and their answers, and WebSockets, on a connection."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from lab.http_client.answer import Answer, AnswerReader
from lab.http_client.connection import Connection
from lab.http_client.piece import Piece
from lab.http_client.request import Headers, head
from lab.http_client.websocket import Frame, WebSocket


def ask(
    connection: Connection,
    method: str,
    target: str,
    headers: Headers = (),
    body: bytes = b"",
    *,
    within_s: float | None = None,
) -> Answer:
    """Send a request in one piece and read its answer, all of it `within_s` seconds where that is given."""
    until_s = None if within_s is None else time.monotonic() + within_s
    with suppress(BrokenPipeError, ConnectionResetError):  # refused early: the answer is waiting
        connection.send(head(method, target, headers) + body)
    return read_answer(connection, method, until_s=until_s)


def read_answer(connection: Connection, method: str = "GET", *, until_s: float | None = None) -> Answer:
    """Read an answer to its end, or until the connection breaks.

    It is given up at a moment of time.monotonic, else when nothing was received for as long as the connection waits.
    """
    reader = AnswerReader(method)
    return _received(connection, reader, reader.receive, until_s)


def open_websocket(connection: Connection, websocket: WebSocket, *, within_s: float | None = None) -> Answer:
    """Send the handshake and read its answer as any other; `websocket.open` tells whether it opened one."""
    until_s = None if within_s is None else time.monotonic() + within_s
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.send(websocket.handshake)
    return _received(connection, websocket.reader, websocket.receive, until_s)


def frames(connection: Connection, websocket: WebSocket) -> Iterator[Frame]:
    """Yield what the server says, answering what must be, until it is silent or the connection ends."""
    with suppress(OSError):
        while True:
            yield from websocket.frames_received()
            for reply in websocket.replies():
                connection.send(reply.data)
            piece = connection.receive()
            if piece is None or not piece.data:
                return
            websocket.receive(piece)


def _received(
    connection: Connection, reader: AnswerReader, receive: Callable[[Piece], None], until_s: float | None
) -> Answer:
    began_s = time.monotonic()
    try:
        while reader.parser.ended is None and (piece := connection.receive(until_s)):
            receive(piece)
        answer = reader.answer()
    except TimeoutError:
        answer = reader.answer()
    except OSError as error:
        answer = reader.answer("reset", str(error))
    return replace(answer, took_s=time.monotonic() - began_s)
