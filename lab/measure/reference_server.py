"""A server whose waiting times are known exactly: what the load generator is calibrated against.

`python -m lab.measure.reference_server PORT`. A thread serves each connection and sleeps by the kernel's clock, to some
0.1 ms; no event loop rounds its timers. Requests are whatever ends with an empty line.
"""

import itertools
import socketserver
import sys
import time
from collections.abc import Callable

FREEZE_EVERY_S = 5.0
FROZEN_S = 1.0
GAP_S = 0.02
CHUNKS = 50
FAST_S, SLOW_S = 0.01, 0.1  # one request in five is slow
ONE_IN = 5

HEAD = b"HTTP/1.1 200 OK\r\nx-lab-interface: asgi\r\n"
WHOLE = HEAD + b"content-length: 2\r\n\r\nok"
STREAM = HEAD + b"transfer-encoding: chunked\r\n\r\n"


class ReferenceHandler(socketserver.StreamRequestHandler):
    """Answers the requests of one connection, one after the other."""

    disable_nagle_algorithm = True
    turn = itertools.count()

    def handle(self) -> None:
        """Answer until the client leaves."""
        while request := self.rfile.readline():
            path = request.split()[1].decode()
            while self.rfile.readline() not in {b"\r\n", b""}:
                pass
            if path == "/gaps":
                self.stream()
            else:
                time.sleep(WAITS[path]())
                self.wfile.write(WHOLE)

    def stream(self) -> None:
        """Send chunks that are 20 ms apart by the clock, not by the sum of their sleeps."""
        self.wfile.write(STREAM)
        started_at = time.monotonic()
        for number in range(CHUNKS):
            time.sleep(max(0.0, started_at + number * GAP_S - time.monotonic()))
            self.wfile.write(b"2\r\n.\n\r\n")
        self.wfile.write(b"0\r\n\r\n")


def at_once() -> float:
    """Wait for nothing."""
    return 0.0


def fixed() -> float:
    """Wait 50 ms."""
    return 0.05


def bimodal() -> float:
    """Wait 10 ms, and every fifth time 100 ms."""
    return SLOW_S if next(ReferenceHandler.turn) % ONE_IN == 0 else FAST_S


def frozen() -> float:
    """Wait while the server is frozen: for the first second of every five of the monotonic clock."""
    phase = time.monotonic() % FREEZE_EVERY_S
    return max(0.0, FROZEN_S - phase)


class Server(socketserver.ThreadingTCPServer):
    """Listens on loopback."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024


WAITS: dict[str, Callable[[], float]] = {
    "/": at_once,
    "/fixed": fixed,
    "/bimodal": bimodal,
    "/frozen": frozen,
}

if __name__ == "__main__":
    with Server(("127.0.0.1", int(sys.argv[1])), ReferenceHandler) as server:
        server.serve_forever()
