"""What the contract check makes of answers, those that are none included."""

import socket

import pytest

from contract.examples import Request
from lab.measure.contract_check import ask, refusal
from tests.lab.http_client.listening import Then, accepting, listening, saying, serving, wait_for_the_end

ROOT = Request("GET", "/")
HEAD = b"HTTP/1.1 200 OK\r\nX-Lab: 1\r\nx-lab: 2\r\nContent-Length: 2\r\n\r\n"
SHORTLY_S = 0.05


def test_answer_is_the_contracts() -> None:
    """Status, headers in lower case with all their values, body, and that it is whole."""
    with saying(HEAD + b"hi", "silence") as port:
        answer = ask(port, ROOT)
    assert (answer.status, answer.body, answer.broke_off) == (200, b"hi", False)
    assert answer.headers == (("x-lab", "1"), ("x-lab", "2"), ("content-length", "2"))


@pytest.mark.parametrize(
    ("request_", "lines"),
    [
        (ROOT, ["GET / HTTP/1.1", "Host: 127.0.0.1:{port}", "Accept-Encoding: identity"]),
        (
            Request("POST", "/echo", {"content-type": "a/b"}, b"hi"),
            [
                "POST /echo HTTP/1.1",
                "Host: 127.0.0.1:{port}",
                "Accept-Encoding: identity",
                "Content-Length: 2",
                "content-type: a/b",
            ],
        ),
        (
            Request("PUT", "/", {"host": "lab"}),
            ["PUT / HTTP/1.1", "Accept-Encoding: identity", "Content-Length: 0", "host: lab"],
        ),
    ],
    ids=["GET", "with a body", "with an empty body"],
)
def test_request_has_the_headers_it_needs(request_: Request, lines: list[str]) -> None:
    """What is given stands for what is needed; an answer may not be encoded."""
    said: list[bytes] = []
    with listening(said) as port, pytest.raises(TimeoutError):
        ask(port, request_, within_s=SHORTLY_S)
    head = "\r\n".join([*lines, "", ""]).format(port=port).encode()
    assert said == [head + request_.body]


@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize(
    "content", [HEAD + b"h", HEAD.replace(b"Content-Length: 2", b"Transfer-Encoding: chunked") + b"zz"]
)
def test_answer_that_breaks_off_says_so(content: bytes, then: Then) -> None:
    """With what was received of its body: it differs from what the contract wants, and nothing worse."""
    with saying(content, then) as port:
        answer = ask(port, ROOT)
    assert (answer.status, answer.broke_off, answer.body) == (
        200,
        True,
        b"h" if content.endswith(b"h") else b"",
    )


@pytest.mark.parametrize(
    ("content", "then", "why"),
    [
        (b"", "close", "no HTTP answer: the connection was closed"),
        (b"HTTP/1.1 200", "close", "no HTTP answer: the connection was closed"),
        (b"", "reset", "[Errno 104] Connection reset by peer"),
        (
            b"SSH-2.0-OpenSSH\r\n\r\n",
            "close",
            "no HTTP answer: illegal status line: bytearray(b'SSH-2.0-OpenSSH')",
        ),
        (
            b"HTTP/1.1 999999 No\r\n\r\n",
            "close",
            "no HTTP answer: illegal status line: bytearray(b'HTTP/1.1 999999 No')",
        ),
        (
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "close",
            "no HTTP answer: illegal header line: bytearray(b'no colon')",
        ),
    ],
)
def test_no_answer_is_an_error_that_says_why(content: bytes, then: Then, why: str) -> None:
    """Whoever checks a contract goes on with the next request."""
    with saying(content, then) as port, pytest.raises(ConnectionError) as raised:
        ask(port, ROOT)
    assert str(raised.value) == why


@pytest.mark.parametrize("content", [b"", HEAD[:20], HEAD + b"h"])
def test_answer_that_is_not_over_in_time_is_none(content: bytes) -> None:
    """Whatever was received until then."""
    with saying(content, "silence") as port, pytest.raises(TimeoutError):
        ask(port, ROOT, within_s=SHORTLY_S)


def test_accepted_websocket_is_not_refused() -> None:
    """101, with the proof that the key was read."""

    def serve(line: socket.socket) -> None:
        line.sendall(accepting(line.recv(65_536)))
        wait_for_the_end(line)

    with serving(serve) as port:
        assert refusal(port, "/ws") is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"HTTP/1.1 403 No way\r\nContent-Length: 0\r\n\r\n", "403 Forbidden"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", "200 OK"),
        (b"HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n", "799"),
        (
            b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "101 Switching Protocols, but missing Connection header",
        ),
        (b"", "no answer (no HTTP answer: the connection was closed)"),
    ],
)
def test_refused_websocket_is_told_by_what_was_answered(content: bytes, says: str) -> None:
    """Its status by its usual name, or why there is none."""
    with saying(content) as port:
        assert refusal(port, "/ws") == says
