"""HTTP around an agent: whom it refuses, and what it makes of odd requests."""

import http.client
import json
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from lab.errors import LabError
from lab.measure.reaper import Reaper
from lab.measure.served_stacks import ServedStacks
from lab.remote.agent import Agent, Query
from lab.remote.agent_server import answering
from lab.servers import HOST, Settings

TOKEN = "it-is-a-secret"  # noqa: S105 - of a test
BEARER = {"Authorization": f"Bearer {TOKEN}"}
Answer = tuple[int, dict[str, object]]


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Agent:
    """Return an agent beside nobody, with routes that mirror a body, fail, and break off."""
    agent = Agent(ServedStacks(Settings(), Reaper("nobody's"), tmp_path_factory.mktemp("logs")), Settings())
    agent.routes |= {
        ("POST", "/mirror"): lambda _query, body: body,
        ("GET", "/query"): lambda query, _body: dict(query),
        ("POST", "/failure"): failing(LabError("It can't be done.")),
        ("POST", "/fault"): failing(ZeroDivisionError()),
    }
    return agent


def failing(error: Exception) -> Callable[[Query, bytes], object]:
    """Return an answer that raises."""

    def answer(_query: Query, _body: bytes) -> object:
        raise error

    return answer


@pytest.fixture(scope="module")
def url(agent: Agent) -> Iterator[str]:
    """Let it answer."""
    with answering(agent, TOKEN) as url:
        yield url


def asked(url: str, method: str, target: str, headers: dict[str, str] | None = None) -> Answer:
    """Send any request and return the status with the decoded answer."""
    given = BEARER if headers is None else headers
    place = urlsplit(url)
    with closing(http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)) as connection:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in given.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def raw(url: str, sent: bytes) -> bytes:
    """Send bytes and return all that comes until the connection ends."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(4096), b""))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer \xe9\xff"},
    ],
)
@pytest.mark.parametrize("target", ["/usage", "/nowhere"])
def test_without_the_token_nothing_is_told(url: str, headers: dict[str, str], target: str) -> None:
    """A token that is missing or another is 401, whatever was asked for."""
    assert asked(url, "GET", target, headers) == (401, {"detail": "The token is missing or another."})


def test_an_unknown_path_is_404(url: str) -> None:
    """What isn't there is said in one sentence."""
    assert asked(url, "GET", "/nowhere") == (404, {"detail": "There is no GET /nowhere here."})


def test_a_known_path_with_another_method_is_404(url: str) -> None:
    """A restart must be asked for by POST: following a link changes nothing."""
    assert asked(url, "GET", "/restart?stack=uvicorn/asgi")[0] == 404


def test_an_unknown_stack_is_400(url: str) -> None:
    """A stack that isn't served is wrong use, in one sentence."""
    status, answer = asked(url, "POST", "/restart?stack=nginx/asgi")
    assert (status, str(answer["detail"]).startswith("There is no served stack 'nginx/asgi'")) == (400, True)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/usage",
        "/../../etc/passwd",
        "/%2e%2e/usage",
        "http://[",
        "/\xff".encode().decode("latin-1"),
    ],
)
def test_hostile_paths_are_unknown_ones(url: str, target: str) -> None:
    """Nothing but the routes is ever looked up."""
    sent = f"GET {target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\nconnection: close\r\n\r\n"
    assert raw(url, sent.encode("latin-1")).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "\xb2", ""])
def test_a_length_that_is_no_number_is_400(url: str, length: str) -> None:
    """A body whose end can't be known is refused, and the connection with it."""
    head = f"POST /restart HTTP/1.1\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: {length}\r\n\r\n"
    answer = raw(url, head.encode("latin-1") + b"GET /usage HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1


def test_a_chunked_body_is_400(url: str) -> None:
    """Its chunks would be taken for the next request."""
    status, _ = asked(url, "POST", "/restart", BEARER | {"Transfer-Encoding": "chunked"})
    assert status == 400


@pytest.mark.parametrize("length", ["268435457", "9" * 5000])
def test_a_body_that_is_too_large_is_413(url: str, length: str) -> None:
    """It is refused by what it says of itself, before anything is read."""
    status, _ = asked(url, "POST", "/restart", BEARER | {"Content-Length": length})
    assert status == 413


def test_who_has_no_token_hears_which_kind_is_wanted(url: str) -> None:
    """As RFC 6750, section 3, says."""
    answer = raw(url, b"GET /usage HTTP/1.1\r\nhost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"\r\nWWW-Authenticate: Bearer\r\n" in answer


def test_a_body_is_read_whole(url: str) -> None:
    """What is posted reaches its route, and bytes that this returns are the answer as they are."""
    body = json.dumps({"filler": "x" * 1_000_000}).encode()
    head = f"POST /mirror HTTP/1.1\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: {len(body)}\r\n\r\n"
    answered_head, _, content = raw(url, head.encode() + body).partition(b"\r\n\r\n")
    assert content == body
    assert b"\r\nContent-Type: application/json\r\n" in answered_head


def test_a_query_reaches_its_route(url: str) -> None:
    """What is named in the URL is decoded."""
    assert asked(url, "GET", "/query?stack=uvicorn%2Fasgi&empty=") == (
        200,
        {"stack": "uvicorn/asgi", "empty": ""},
    )


def test_what_cannot_be_done_is_500_in_one_sentence(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A person can mend it: there is no traceback."""
    assert asked(url, "POST", "/failure") == (500, {"detail": "It can't be done."})
    assert capfd.readouterr().err == ""


def test_a_fault_is_500_with_a_traceback(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever runs the agent reads why, whoever asked only that it was the agent."""
    status, answer = asked(url, "POST", "/fault")
    assert (status, "ZeroDivisionError" in str(answer["detail"])) == (500, False)
    assert "ZeroDivisionError" in caplog.text


def test_a_client_that_resets_leaves_no_traceback(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Locust is ended while it asks: that is no error, and the next one is answered."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        head = f"POST /mirror HTTP/1.1\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: 9\r\n\r\nshort"
        connection.sendall(head.encode())
    assert asked(url, "GET", "/stacks")[0] == 200
    assert capfd.readouterr().err == ""


def test_a_broken_connection_is_no_traceback(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Who leaves in the middle of a body leaves no trace, and the next one is answered."""
    head = f"POST /restart HTTP/1.1\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: 9\r\n\r\nshort"
    raw(url, head.encode())
    assert asked(url, "GET", "/stacks")[0] == 200
    assert capfd.readouterr().err == ""


def test_a_taken_port_is_one_sentence(agent: Agent) -> None:
    """A port in use is named, with what to do."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(LabError, match=f"can't listen on {HOST}:{port}: .*; choose another --port"),
            answering(agent, TOKEN, port=port),
        ):
            pass
