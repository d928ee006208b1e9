"""Raw bytes and their times, over real sockets."""

import os
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from lab.http_client.connection import Connection
from lab.servers import HOST
from tests.lab.http_client.listening import listening, saying, serving, wait_for_the_end

SHORTLY_S = 0.05


@pytest.fixture(autouse=True)
def _nothing_stays_open() -> Iterator[None]:
    """Hold every test to closing each socket."""
    before = open_files()
    yield
    assert open_files() == before


def open_files() -> int:
    """Return how many files and sockets this process has open."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - numbers, not files of ours


def test_pieces_carry_their_times() -> None:
    """A piece that is received later has a later time, between asking and having it."""
    more = threading.Event()

    def serve(line: socket.socket) -> None:
        line.sendall(b"one")
        more.wait(5)
        line.sendall(b"two")

    with serving(serve) as port, Connection(HOST, port, 5) as connection:
        began_s = time.monotonic()
        pieces = [connection.receive()]
        more_at_s = time.monotonic()
        more.set()
        pieces += [connection.receive(), connection.receive()]
    (first_s, first), (second_s, second), (end_s, end) = filter(None, pieces)
    assert [first, second, end] == [b"one", b"two", b""]
    assert began_s <= first_s <= more_at_s <= second_s <= end_s <= time.monotonic()


def test_sending_tells_when_it_began() -> None:
    """Any bytes may be sent."""
    said: list[bytes] = []
    with listening(said) as port, Connection(HOST, port, 5) as connection:
        before_s = time.monotonic()
        assert before_s <= connection.send(b"\0\xff") <= time.monotonic()
    assert said == [b"\0\xff"]


def test_half_closed_connection_still_receives() -> None:
    """The server hears the end, and answers."""
    with (
        serving(lambda line: line.sendall(wait_for_the_end(line).upper())) as port,
        Connection(HOST, port, 5) as connection,
    ):
        connection.send(b"all")
        connection.finish_sending()
        assert connection.first_bytes() == b"ALL"


def test_nothing_before_a_moment_is_none() -> None:
    """Whoever has something else to do by then does it; a moment that is over is looked at once."""
    with saying(b"", "silence") as port, Connection(HOST, port, 5) as connection:
        until_s = time.monotonic() + SHORTLY_S
        assert connection.receive(until_s) is None
        assert time.monotonic() >= until_s
        assert connection.receive(until_s) is None


def test_silence_without_a_moment_is_an_error() -> None:
    """It has taken too long."""
    with (
        saying(b"", "silence") as port,
        Connection(HOST, port, SHORTLY_S) as connection,
        pytest.raises(TimeoutError),
    ):
        connection.receive()


def test_first_bytes_are_none_in_a_silence() -> None:
    """Nobody said anything."""
    with saying(b"", "silence") as port, Connection(HOST, port, SHORTLY_S) as connection:
        assert connection.first_bytes() == b""


def test_first_bytes_are_none_of_a_broken_connection() -> None:
    """A reset says nothing, either."""
    with saying(b"", "reset") as port, Connection(HOST, port, 5) as connection:
        connection.send(b"x")
        assert connection.first_bytes() == b""


def test_refused_connection_leaves_no_socket() -> None:
    """Nobody listens there: an error, and nothing to close."""
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        Connection(HOST, port, 5)


def test_connection_that_breaks_at_once_leaves_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """An option that can't be set any more closes what was opened."""
    with saying(b"") as port, socket.create_connection((HOST, port)) as line:
        broken = _Broken(line.family, line.type, fileno=os.dup(line.fileno()))
        monkeypatch.setattr(socket, "create_connection", lambda *_, **__: broken)
        with pytest.raises(OSError, match="gone"):
            Connection(HOST, port, 5)
        line.sendall(b"x")
    assert broken.fileno() == -1


class _Broken(socket.socket):
    def setsockopt(self, *_: object) -> None:
        raise OSError("gone")


def test_connection_is_closed_whatever_is_raised() -> None:
    """An error of whoever uses it is no reason to keep it open."""
    with listening([]) as port:
        connection = Connection(HOST, port, 5)
        with pytest.raises(ZeroDivisionError), connection:
            raise ZeroDivisionError
        with pytest.raises(OSError, match="Bad file descriptor"):
            connection.send(b"x")
