"""A connection to a server: every piece that is received carries its time, and every exit closes the socket."""

import socket
import time
from types import TracebackType
from typing import Self

from lab.http_client.piece import Piece

READ_BYTES = 65_536


class Connection:
    """A TCP connection on which any bytes may be sent; what is sent leaves at once.

    `within_s` bounds connecting, each sending, and each silence that is waited for without a moment of its own.
    All methods raise OSError when the connection breaks, and its TimeoutError when the time is over.
    """

    def __init__(self, host: str, port: int, within_s: float) -> None:
        self._within_s = within_s
        self._socket = socket.create_connection((host, port), timeout=within_s)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def send(self, data: bytes) -> float:
        """Send bytes as they are; return when that began, in seconds of time.monotonic."""
        began_s = time.monotonic()
        self._socket.settimeout(self._within_s)
        self._socket.sendall(data)
        return began_s

    def finish_sending(self) -> None:
        """Say that nothing more will be sent (shutdown(2)), and go on receiving."""
        self._socket.shutdown(socket.SHUT_WR)

    def receive(self, until_s: float | None = None) -> Piece | None:
        """Return what is received next, without any bytes once the server has closed the connection.

        `None` when a moment of time.monotonic comes first; where none is given a silence raises TimeoutError.
        """
        left_s = self._within_s if until_s is None else max(0.0, until_s - time.monotonic())
        self._socket.settimeout(left_s)
        try:
            data = self._socket.recv(READ_BYTES)
        except (TimeoutError, BlockingIOError):
            if until_s is None:
                raise
            return None
        return Piece(time.monotonic(), data)

    def first_bytes(self) -> bytes:
        """Return what is received next, nothing when nothing is in time or the connection breaks."""
        try:
            piece = self.receive()
        except OSError:
            return b""
        return piece.data if piece else b""

    def close(self) -> None:
        """Close the connection; where bytes of the server are still unread it is reset."""
        self._socket.close()
