"""Bytes as they went over a wire."""

from typing import NamedTuple


class Piece(NamedTuple):
    """Bytes, and when they were received: seconds of time.monotonic. None at all: the connection was closed."""

    at_s: float
    data: bytes
