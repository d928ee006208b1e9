"""The client that sees every byte, against sockets that say exactly what a test wants."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lab.capabilities.wire import Answer, chunked, connected, head


@contextmanager
def saying(content: bytes, *, then_close: bool = True) -> Iterator[int]:
    """Listen once: read a request, say this, and close or stay silent; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = threading.Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(content)
                if not then_close:
                    done.wait(5)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            done.set()
            thread.join()


def asked(content: bytes, *, then_close: bool = True) -> Answer:
    """Return what the client makes of an answer."""
    with saying(content, then_close=then_close) as port, connected(port, within_s=0.3) as wire:
        return wire.request("GET", "/")


def test_whole_answer_is_whole() -> None:
    """Status, headers and body, to the end that Content-Length says."""
    answer = asked(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Lab: 1\r\n\r\nhi")
    assert (answer.status, answer.body, answer.whole, answer.headers["x-lab"]) == (200, b"hi", True, "1")


def test_chunks_come_one_by_one_with_trailers() -> None:
    """A chunked body ends with its last chunk; fields behind it are trailers."""
    answer = asked(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx-lab: behind\r\n\r\n"
    )
    assert (answer.body, answer.whole, answer.trailers) == (b"hi", True, {"x-lab": "behind"})


@pytest.mark.parametrize(
    "content",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
    ],
)
def test_answer_without_its_end_is_not_whole(content: bytes) -> None:
    """A connection that closes too soon is seen as such."""
    answer = asked(content)
    assert (answer.status, answer.body, answer.whole, str(answer)) == (200, b"hi", False, "200, broken off")


def test_closed_connection_is_no_answer() -> None:
    """Nothing but a closed connection."""
    assert str(asked(b"")) == "no answer, but a closed connection"


def test_silence_is_no_answer_in_time() -> None:
    """Nobody says anything."""
    assert str(asked(b"", then_close=False)).startswith("no answer within 0.")


def test_interim_answers_are_noted() -> None:
    """100 comes before the answer itself (RFC 9110, section 15.2)."""
    answer = asked(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"
    )
    assert (answer.interim, answer.status) == ([100], 413)


def test_head_and_chunks_are_what_the_rfc_says() -> None:
    """A request head ends with an empty line, a chunked body with an empty chunk (RFC 9112, section 7.1)."""
    assert head("GET", "/x", (("A", "b"),)) == b"GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\nA: b\r\n\r\n"
    assert chunked(b"hello") == b"5\r\nhello\r\n0\r\n\r\n"
