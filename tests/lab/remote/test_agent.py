"""What an agent answers, and what it refuses."""

import http.client
import json
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from contract.examples import Request
from lab.errors import LabError
from lab.measure.contract_check import ask
from lab.measure.reaper import Reaper
from lab.measure.served_stacks import ServedStacks, serving_stacks
from lab.remote.agent import Agent, AgentClient, answering
from lab.servers import HOST, Settings
from lab.stacks import find

TOKEN = "it-is-a-secret"  # noqa: S105 - of a test
STACK = "uvicorn/asgi"
Answer = tuple[int, dict[str, object]]


@pytest.fixture(scope="module")
def served(reaper: Reaper, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedStacks]:
    """Serve one stack."""
    with serving_stacks([find(STACK)], Settings(), reaper, tmp_path_factory.mktemp("logs")) as served:
        yield served


@pytest.fixture(scope="module")
def url(served: ServedStacks) -> Iterator[str]:
    """Let an agent answer beside it."""
    with answering(Agent(served, Settings()), TOKEN) as url:
        yield url


@pytest.fixture
def client(url: str) -> AgentClient:
    """Ask the agent with its token."""
    return AgentClient(url, TOKEN)


def asked(url: str, method: str, target: str, headers: dict[str, str] | None = None) -> Answer:
    """Send any request and return the status with the decoded answer."""
    given = {"Authorization": f"Bearer {TOKEN}"} if headers is None else headers
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
    assert asked(url, "GET", f"/restart?stack={STACK}")[0] == 404


def test_an_unknown_stack_is_400(url: str) -> None:
    """A stack that isn't served is wrong use, in one sentence."""
    status, told = asked(url, "POST", "/restart?stack=nginx/asgi")
    assert (status, str(told["detail"]).startswith("There is no served stack 'nginx/asgi'")) == (400, True)


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
    status, _ = asked(
        url, "POST", "/restart", {"Authorization": f"Bearer {TOKEN}", "Transfer-Encoding": "chunked"}
    )
    assert status == 400


@pytest.mark.parametrize("length", ["268435457", "9" * 5000])
def test_a_body_that_is_too_large_is_413(url: str, length: str) -> None:
    """It is refused by what it says of itself, before anything is read."""
    status, _ = asked(url, "POST", "/restart", {"Authorization": f"Bearer {TOKEN}", "Content-Length": length})
    assert status == 413


def test_a_broken_connection_is_no_traceback(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Who leaves in the middle of a body leaves no trace, and the next one is answered."""
    head = f"POST /restart HTTP/1.1\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: 9\r\n\r\nshort"
    raw(url, head.encode())
    assert asked(url, "GET", "/stacks")[0] == 200
    assert capfd.readouterr().err == ""


def test_it_says_who_is_served_where(client: AgentClient, served: ServedStacks) -> None:
    """Each stack comes with its URL and its record, and with the machine that all are on."""
    told = client.stacks()
    assert [(each.url, each.record.name) for each in told.stacks] == [(served.servers[STACK].url, STACK)]
    assert told.environment["cores"] == str(os.cpu_count())


def test_cpu_counts_up_with_requests(client: AgentClient, served: ServedStacks) -> None:
    """Between two readings the clocks went on by what the requests took; the agent's own is no part of it."""
    before = client.clocks()
    for _ in range(5):
        ask(served.servers[STACK].port, Request("GET", "/cpu?rounds=100000"))
    after = client.clocks()
    used = sum(after.stacks[STACK].cpu_s.values()) - sum(before.stacks[STACK].cpu_s.values())
    assert 0.01 < used < after.at - before.at
    assert after.machine == before.machine
    assert after.agent_s > before.agent_s


def test_clocks_weigh_nothing(client: AgentClient) -> None:
    """Footprints take long to read: they come only with the usage."""
    assert client.clocks().stacks[STACK].footprint is None
    footprint = client.usage().stacks[STACK].footprint
    assert footprint is not None
    assert footprint.pss_mib > 1
    assert footprint.threads >= 1


def test_a_restart_gives_another_process_at_the_same_url(client: AgentClient, served: ServedStacks) -> None:
    """The stack answers again, as another process."""
    before, pid = client.stacks().stacks[0].url, served.servers[STACK].pid
    again = client.restart(STACK)
    assert (again.url, served.servers[STACK].pid != pid) == (before, True)
    assert ask(served.servers[STACK].port, Request("GET", "/")).status == 200


def test_a_dead_stack_is_said_to_be_dead(client: AgentClient, served: ServedStacks) -> None:
    """What it used is gone with it: it is told as dead, and a restart brings it back."""
    served.servers[STACK].process.kill()
    served.servers[STACK].process.wait()
    assert client.clocks().stacks[STACK].alive is False
    client.restart(STACK)
    assert client.clocks().stacks[STACK].alive is True


def test_a_refusal_is_one_sentence(url: str) -> None:
    """Whoever asks with another token reads who refused and why."""
    with pytest.raises(LabError) as refused:
        AgentClient(url, "another").clocks()
    assert str(refused.value) == f"The agent at {url} refuses: The token is missing or another."


def test_nobody_there_is_one_sentence() -> None:
    """An agent that can't be reached is named."""
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(LabError, match=f"The agent at http://{HOST}:{port} doesn't answer"):
        AgentClient(f"http://{HOST}:{port}", TOKEN).clocks()


def test_a_taken_port_is_one_sentence(served: ServedStacks) -> None:
    """A port in use is named, with what to do."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(LabError, match=f"can't listen on {HOST}:{port}: .*; choose another --port"),
            answering(Agent(served, Settings()), TOKEN, port=port),
        ):
            pass
