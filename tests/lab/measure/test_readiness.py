"""Waiting until something is ready, and asking whether it is."""

import socket
from itertools import count

import pytest

from lab.measure.readiness import answer_at, interface_of, wait_for
from lab.measure.server_process import free_port
from lab.servers import HOST
from tests.lab.http_client.listening import listening, saying

HEAD = b"HTTP/1.1 200 OK\r\nX-Lab-Interface: wsgi\r\nContent-Length: 2\r\n\r\n"


def test_it_looks_until_something_is_seen() -> None:
    """What is seen first that is true is what comes back."""
    looks = count()
    assert wait_for(lambda: next(looks) == 3, 60.0)
    assert next(looks) == 4


def test_what_is_not_seen_in_time_is_given_up() -> None:
    """There is one look at least, and what it saw is told."""
    assert wait_for(lambda: "", 0.0) == ""
    assert wait_for(lambda: None, 0.05) is None


def test_what_has_ended_is_not_waited_for() -> None:
    """The check raises before anybody looks."""

    def check() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        wait_for(lambda: pytest.fail("looked"), 60.0, check)


def test_whole_answer_is_ready() -> None:
    """An app says by a header which interface it speaks."""
    with saying(HEAD + b"hi", "silence") as port:
        answer = answer_at(HOST, port)
    assert answer is not None
    assert (answer.status, answer.body) == (200, b"hi")
    with saying(HEAD + b"hi", "silence") as port:
        assert interface_of(port) == "wsgi"


def test_app_of_somebody_else_speaks_none() -> None:
    """Whatever answers there, it isn't one of the lab's."""
    with saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "silence") as port:
        assert interface_of(port) is None


@pytest.mark.parametrize("content", [HEAD, HEAD + b"h", b"SSH-2.0-OpenSSH\r\n\r\n", b""])
def test_broken_answer_is_none(content: bytes) -> None:
    """A server that breaks off isn't ready."""
    with saying(content, "close") as port:
        assert answer_at(HOST, port) is None


def test_nobody_and_silence_are_no_answer() -> None:
    """Neither a port without a listener nor a listener that says nothing is ready."""
    assert answer_at(HOST, free_port()) is None
    with socket.create_server((HOST, 0)) as silent:
        assert answer_at(HOST, silent.getsockname()[1], within_s=0.05) is None


def test_question_names_the_host_that_it_goes_to() -> None:
    """Whoever serves several names, or refuses foreign ones, is asked by the right one."""
    said: list[bytes] = []
    with listening(said) as port:
        assert answer_at(HOST, port, "/page", within_s=0.05) is None
    assert said == [f"GET /page HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode()]
