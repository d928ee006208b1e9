"""Request bodies over real sockets."""

import socket
from contextlib import closing

import pytest

from lab.servers import HOST
from tests.live.conftest import Serve

CHUNKED = (
    b"POST /echo HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    b"5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n"
)


@pytest.mark.parametrize(
    "stack",
    [
        "gunicorn-sync/wsgi",
        "gunicorn-gthread/wsgi",
        "uvicorn/asgi",
        "gunicorn-asgi/asgi",
        "uvicorn/wsgi-bridged",
        "uvicorn/wsgi-guarded",
        "gunicorn-sync/asgi-guarded",
        "gunicorn-gthread/asgi-guarded",
    ],
)
def test_chunked_body_arrives(serve: Serve, stack: str) -> None:
    """A body without a declared length arrives whole."""
    with closing(socket.create_connection((HOST, serve(stack).port), timeout=15)) as connection:
        connection.sendall(CHUNKED)
        received = b""
        while not received.endswith(b"firstsecond") and (piece := connection.recv(4096)):
            received += piece
    assert received.endswith(b"\r\n\r\nfirstsecond")
