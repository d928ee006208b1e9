"""A client on a raw socket: it sends a request, a slow one if asked, hears the answer out or hangs up midway."""

import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

from lab.servers import HOST
from lab.trace.request import Request, veiled
from lab.trace.wire import Heads, Wire, on_the_wire

SILENT_S = 15.0  # longer than any endpoint waits; nobody is waited for longer
READ_BYTES = 65536


@dataclass(frozen=True)
class Part:
    """Bytes to send, when (seconds after the first ones), and how they are told."""

    due_s: float
    data: bytes
    details: dict[str, object]


def converse(port: int, request: Request) -> Wire:
    """Hold one conversation over HTTP and return what passed on the wire."""
    wire = Wire()
    with socket.create_connection((HOST, port), timeout=SILENT_S) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.sent("connect")
        try:
            _talk(sock, wire, request, list(parts(request, port)))
        except TimeoutError:
            wire.sent("gave up", silent_s=SILENT_S)
        except OSError as error:
            wire.came("reset", error=type(error).__name__)
    return wire


def _talk(sock: socket.socket, wire: Wire, request: Request, to_send: list[Part]) -> None:
    heads = Heads()
    began_s = time.monotonic()
    gone_s = began_s + request.hang_up_after_s if request.hang_up_after_s is not None else None
    while True:
        if to_send and time.monotonic() >= began_s + to_send[0].due_s:
            part = to_send.pop(0)
            wire.sent("bytes", **part.details)
            sock.sendall(part.data)
            continue
        if gone_s is not None and time.monotonic() >= gone_s:
            wire.sent("hang up", after_s=request.hang_up_after_s)
            return
        until_s = [gone_s] if gone_s is not None else []
        until_s += [began_s + to_send[0].due_s] if to_send else []
        if not readable(sock, min(until_s, default=None)):
            continue
        data = sock.recv(READ_BYTES)
        if not data:
            wire.came("closed")
            return
        lines, body = heads.feed(data)
        wire.came_bytes(lines, body, len(data))


def readable(sock: socket.socket, until_s: float | None) -> bool:
    """Wait for bytes up to a moment of time.monotonic; raises TimeoutError in a silence without one."""
    wait_s = SILENT_S if until_s is None else max(0.0, until_s - time.monotonic())
    ready = bool(select.select([sock], [], [], wait_s)[0])
    if not ready and until_s is None:
        raise TimeoutError
    return ready


def parts(request: Request, port: int) -> Iterator[Part]:
    """Yield the request's head, with a body that is sent at once, or the head and then the body's pieces."""
    headers = request.sent_headers(port)
    start = f"{request.method} {request.target} HTTP/1.1"
    head = "".join(f"{line}\r\n" for line in (start, *(f"{n}: {v}" for n, v in headers), "")).encode(
        "latin-1"
    )
    told = [start, *(f"{n}: {v}" for n, v in veiled(headers))]
    pieces = request.body_pieces()
    if request.pieces == 1:
        yield Part(0.0, head + request.body, on_the_wire(len(head + request.body), told, request.body))
        return
    yield Part(0.0, head, on_the_wire(len(head), told))
    for number, piece in enumerate(pieces, start=1):
        yield Part(number * request.interval_s, piece, on_the_wire(len(piece), (), piece))
