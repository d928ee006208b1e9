"""Requests and answers over real sockets."""

import socket
import time
from contextlib import suppress

import pytest

from lab.http_client.answer import Answer
from lab.http_client.connection import Connection
from lab.http_client.exchange import ask, frames, open_websocket, read_answer
from lab.http_client.websocket import WebSocket
from lab.servers import HOST
from tests.lab.http_client.listening import Then, accepting, listening, saying, serving, wait_for_the_end
from tests.live.frames import PING, PONG, TEXT, frame

SHORTLY_S = 0.05
A_WHILE_S = 0.5  # in which a server that is there has said what it says
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"


def asked(content: bytes, then: Then = "close", method: str = "GET", within_s: float = 5) -> Answer:
    """Return what the client makes of an answer."""
    with saying(content, then) as port, Connection(HOST, port, within_s) as connection:
        return ask(connection, method, "/")


def test_request_goes_in_one_piece() -> None:
    """Head and body."""
    said: list[bytes] = []
    with listening(said) as port, Connection(HOST, port, SHORTLY_S) as connection:
        ask(connection, "POST", "/echo", [("Content-Length", "2")], b"hi")
    assert said == [b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\nhi"]


def test_answer_is_over_with_its_own_end() -> None:
    """Nobody waits for a connection that is kept open."""
    answer = asked(HEAD + b"hi", "silence")
    assert (answer.status, answer.body, answer.ended) == (200, b"hi", "whole")


def test_answer_to_head_has_no_body() -> None:
    """Its length is another answer's (RFC 9110, section 9.3.2)."""
    answer = asked(HEAD, "silence", "HEAD")
    assert (answer.status, answer.body, answer.ended) == (200, b"", "whole")


@pytest.mark.parametrize(
    ("content", "then", "ended", "why"),
    [
        (b"", "close", "closed", "the connection was closed"),
        (b"", "reset", "reset", "[Errno 104] Connection reset by peer"),
        (
            b"SSH-2.0-OpenSSH\r\n\r\n",
            "silence",
            "malformed",
            "illegal status line: bytearray(b'SSH-2.0-OpenSSH')",
        ),
    ],
)
def test_no_answer_says_why(content: bytes, then: Then, ended: str, why: str) -> None:
    """A closed or reset connection, or something else than HTTP."""
    answer = asked(content, then)
    assert (answer.nothing, answer.ended, answer.why) == (True, ended, why)


def test_silence_is_no_answer() -> None:
    """It has taken as long as it was waited for."""
    answer = asked(b"", "silence", within_s=SHORTLY_S)
    assert (answer.nothing, answer.ended, answer.took_s >= SHORTLY_S) == (True, "silent", True)


@pytest.mark.parametrize(("then", "ended"), [("close", "closed"), ("reset", "reset"), ("silence", "silent")])
def test_what_was_received_of_a_broken_answer_is_kept(then: Then, ended: str) -> None:
    """Half a body is half a body."""
    answer = asked(HEAD + b"h", then, within_s=A_WHILE_S)
    assert (answer.status, answer.body, answer.ended) == (200, b"h", ended)


def test_trickle_does_not_outlast_its_deadline() -> None:
    """A byte now and then is no silence, but the whole answer has a time."""

    def gone(line: socket.socket) -> bool:
        try:
            return not line.recv(65_536)
        except TimeoutError:
            return False

    def serve(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        line.settimeout(SHORTLY_S / 5)
        with suppress(BrokenPipeError, ConnectionResetError):
            while not gone(line):
                line.sendall(b".")

    with serving(serve) as port, Connection(HOST, port, 5) as connection:
        began_s = time.monotonic()
        answer = ask(connection, "GET", "/", within_s=A_WHILE_S)
        assert time.monotonic() - began_s >= A_WHILE_S
    assert (answer.ended, len(answer.pieces) > 1) == ("silent", True)


def test_early_answer_to_a_large_request_is_read() -> None:
    """A server that refuses without reading has answered, though sending broke."""

    def serve(line: socket.socket) -> None:
        line.recv(1)
        line.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")

    with serving(serve) as port, Connection(HOST, port, 5) as connection:
        answer = ask(connection, "POST", "/", body=bytes(64_000_000))
    assert (answer.status, answer.ended) == (413, "whole")


def test_answers_on_one_connection_are_read_one_by_one() -> None:
    """A connection that is kept alive serves again."""

    def serve(line: socket.socket) -> None:
        for body in (b"ab", b"cd"):
            line.recv(65_536)
            line.sendall(HEAD + body)

    with serving(serve) as port, Connection(HOST, port, 5) as connection:
        assert [ask(connection, "GET", "/").body for _ in range(2)] == [b"ab", b"cd"]


def test_raw_bytes_are_answered_too() -> None:
    """What is sent needn't be what the client would make of it."""
    with saying(HEAD + b"hi") as port, Connection(HOST, port, 5) as connection:
        connection.send(b"GET / HTTP/1.0\nodd header\n\n")
        assert read_answer(connection).body == b"hi"


def test_websocket_is_opened_and_heard() -> None:
    """The handshake, then a text each way, with a ping among them."""
    said: list[bytes] = []

    def serve(line: socket.socket) -> None:
        line.sendall(accepting(line.recv(65_536)))
        said.append(line.recv(65_536))
        line.sendall(frame(PING, b"x", masked=False) + frame(TEXT, b"hi", masked=False))
        wait_for_the_end(line)

    websocket = WebSocket("/ws")
    with serving(serve) as port, Connection(HOST, port, 5) as connection:
        answer = open_websocket(connection, websocket)
        assert (answer.status, websocket.open) == (101, True)
        connection.send(websocket.say("ho"))
        heard = frames(connection, websocket)
        assert [(each.kind, each.data, each.text) for each in (next(heard), next(heard))] == [
            ("ping", b"x", ""),
            ("text", b"", "hi"),
        ]
    assert said[0][0] & 0x0F == TEXT


def test_ping_is_answered_before_more_is_heard() -> None:
    """The pong goes out when the frames that came with the ping have been taken."""

    def serve(line: socket.socket) -> None:
        line.sendall(accepting(line.recv(65_536)) + frame(PING, b"x", masked=False))
        line.sendall(frame(TEXT, b"%d" % (line.recv(65_536)[0] & 0x0F), masked=False))

    websocket = WebSocket("/ws")
    with serving(serve) as port, Connection(HOST, port, 5) as connection:
        open_websocket(connection, websocket)
        assert [each.text for each in frames(connection, websocket)] == ["", str(PONG)]


def test_refused_websocket_has_its_answer() -> None:
    """To its end, as any other."""
    websocket = WebSocket("/ws")
    with saying(HEAD + b"no", "silence") as port, Connection(HOST, port, 5) as connection:
        answer = open_websocket(connection, websocket)
    assert (answer.status, answer.body, answer.ended) == (200, b"no", "whole")
    assert (websocket.open, websocket.refused) == (False, True)


@pytest.mark.parametrize(("then", "ended"), [("close", "closed"), ("reset", "reset"), ("silence", "silent")])
def test_websocket_without_an_answer_is_not_open(then: Then, ended: str) -> None:
    """It ends as any other answer does."""
    websocket = WebSocket("/ws")
    with saying(b"", then) as port, Connection(HOST, port, A_WHILE_S) as connection:
        assert open_websocket(connection, websocket).ended == ended
    assert (websocket.open, websocket.refused) == (False, False)


@pytest.mark.parametrize("then", ["close", "reset", "silence"])
def test_frames_end_with_the_connection(then: Then) -> None:
    """Or when nobody says anything any more."""
    websocket = WebSocket("/ws")
    answer = accepting(websocket.handshake)
    with saying(answer, then) as port, Connection(HOST, port, A_WHILE_S) as connection:
        open_websocket(connection, websocket)
        assert (websocket.open, list(frames(connection, websocket))) == (True, [])
