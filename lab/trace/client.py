"""A client that sends a request, a slow one if asked, hears the answer out or hangs up midway."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lab.http_client.connection import Connection
from lab.http_client.request import head
from lab.servers import HOST
from lab.trace.request import Request
from lab.trace.wire import Heads, Wire, on_the_wire, request_lines

SILENT_S = 15.0  # longer than any endpoint waits; nobody is waited for longer


@dataclass(frozen=True)
class Part:
    """Bytes to send, when (seconds after the first ones), and how they are told."""

    due_s: float
    data: bytes
    details: dict[str, object]


def converse(port: int, request: Request) -> Wire:
    """Hold one conversation over HTTP and return what passed on the wire."""
    wire = Wire()
    with connected(port, wire) as connection:
        _talk(connection, wire, request, deque(parts(request, port)))
    return wire


@contextmanager
def connected(port: int, wire: Wire) -> Iterator[Connection]:
    """Connect, and note what ends the conversation before its time."""
    with Connection(HOST, port, SILENT_S) as connection:
        wire.sent("connect")
        try:
            yield connection
        except TimeoutError:
            wire.sent("gave up", silent_s=SILENT_S)
        except OSError as error:
            wire.received("reset", error=type(error).__name__)


def _talk(connection: Connection, wire: Wire, request: Request, to_send: deque[Part]) -> None:
    heads = Heads(request.method)
    began_s = time.monotonic()
    gone_s = began_s + request.hang_up_after_s if request.hang_up_after_s is not None else None
    while True:
        now_s = time.monotonic()
        if to_send and now_s >= began_s + to_send[0].due_s:
            part = to_send.popleft()
            wire.sent("bytes", **part.details)
            connection.send(part.data)
            continue
        if gone_s is not None and now_s >= gone_s:
            wire.sent("hang up", after_s=request.hang_up_after_s)
            return
        due_s = began_s + to_send[0].due_s if to_send else None
        piece = connection.receive(earliest(gone_s, due_s))
        if piece and not piece.data:
            wire.received("closed", piece.at_s)
            return
        if piece:
            lines, body = heads.feed(piece.data)
            wire.came_bytes(lines, body, len(piece.data), piece.at_s)


def earliest(*moments: float | None) -> float | None:
    """Return the first of the moments that there are."""
    return min((moment for moment in moments if moment is not None), default=None)


def parts(request: Request, port: int) -> Iterator[Part]:
    """Yield the request's head, with a body that is sent at once, or the head and then the body's pieces."""
    start = head(request.method, request.target, request.sent_headers(port))
    lines = request_lines(start)
    if request.pieces == 1:
        whole = start + request.body
        yield Part(0.0, whole, on_the_wire(len(whole), lines, request.body))
        return
    yield Part(0.0, start, on_the_wire(len(start), lines))
    for number, piece in enumerate(request.body_pieces(), start=1):
        yield Part(number * request.interval_s, piece, on_the_wire(len(piece), (), piece))
