"""Streams over real sockets: each chunk alone, and none after the client has gone."""

import select
import socket
from contextlib import closing
from pathlib import Path

import pytest

from contract.examples import Request
from lab.measure.contract_check import ask
from lab.measure.reaper import Reaper
from lab.measure.server_process import serving
from lab.servers import HOST, Settings
from lab.stacks import DEFAULT_STACKS, find
from tests.live.conftest import Serve

SLOW_STREAM = b"GET /stream?chunks=1000&interval=%s&size=16 HTTP/1.1\r\nHost: lab\r\n\r\n"


def first_chunk(port: int, interval: bytes) -> socket.socket:
    """Ask for a long stream and return the connection once its first chunk is there."""
    connection = socket.create_connection((HOST, port), timeout=15)
    connection.sendall(SLOW_STREAM % interval)
    received = b""
    while b"chunk 1 " not in received:
        received += connection.recv(4096)
    return connection


@pytest.mark.parametrize("stack", [*DEFAULT_STACKS, "uvicorn/wsgi-guarded", "gunicorn-gthread/asgi-guarded"])
def test_first_chunk_comes_alone(serve: Serve, stack: str) -> None:
    """A chunk is on the wire before the next one is made."""
    with closing(first_chunk(serve(stack).port, b"5")) as connection:
        select.select([connection], [], [], 0.2)  # the chunk's own end may come in a second packet
        connection.settimeout(0)
        try:
            rest = connection.recv(4096)
        except BlockingIOError:
            rest = b""
        assert b"chunk 2 " not in rest


@pytest.mark.parametrize("stack", ["gunicorn-sync/wsgi", "gunicorn-gthread/wsgi"])
def test_wsgi_stream_of_a_gone_client_frees_its_slot(reaper: Reaper, tmp_path: Path, stack: str) -> None:
    """The only slot of a server answers again once the client of an endless stream has left."""
    only_one = Settings(threads=1)
    with serving(find(stack), only_one, reaper, log_path=tmp_path / "log") as server:
        server.wait_until_ready()
        first_chunk(server.port, b"0.05").close()
        assert ask(server.port, Request("GET", "/")).status == 200


@pytest.mark.parametrize("stack", ["uvicorn/asgi", "gunicorn-asgi/asgi"])
def test_asgi_stream_of_a_gone_client_ends(reaper: Reaper, tmp_path: Path, stack: str) -> None:
    """A server with nothing left in progress ends when asked to, without being killed."""
    with serving(find(stack), Settings(), reaper, log_path=tmp_path / "log") as server:
        server.wait_until_ready()
        first_chunk(server.port, b"5").close()
        server.process.terminate()
        assert server.process.wait(timeout=15) in {0, -15}
