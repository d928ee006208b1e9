"""What the stock bridges do badly, and the guarded ones well, behind real servers.

Each behaviour stands here twice. Where a stock row fails, a2wsgi has mended it: the guard may lose a part.
"""

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from contract.examples import Request
from lab.measure.contract_check import ask
from lab.measure.process_tree import tree
from lab.measure.process_usage import cpu_times
from lab.measure.reaper import Reaper
from lab.measure.server_process import Serving, serving
from lab.servers import HOST, Settings
from lab.stacks import find
from records.usage import cpu_s_since

Cross = Callable[..., Serving]

WITHIN_S = 15.0
NEVER_S = 0.7  # without an answer
WATCH_S = 0.5
SPINNING_S = 0.125  # of CPU: more than a server at rest uses in that time
CLIENTS = 10
ASGI_SERVERS = ("uvicorn", "gunicorn-asgi")
HALF = b"POST /upload HTTP/1.1\r\nHost: lab\r\nContent-Length: 200000\r\n\r\n" + bytes(100_000)
HALF_CHUNKED = (
    b"POST /upload HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n6\r\nsec"
)
CHUNKED = (
    b"POST /upload HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    b"5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n"
)


@pytest.fixture
def cross(reaper: Reaper, tmp_path: Path) -> Iterator[Cross]:
    """Return a function that serves an app of tests.live.crossing in place of a bridged stack's own."""
    with ExitStack() as open_servers:

        def give(name: str, app: str = "", *, threads: int = CLIENTS, awaited: bool = True) -> Serving:
            stack = find(name)
            target = f"tests.live.crossing:{app or stack.app.speaks}_{stack.app.bridge}"
            served = replace(stack, app=replace(stack.app, target=target))
            server = serving(served, Settings(threads=threads), reaper, log_path=tmp_path / "log")
            running = open_servers.enter_context(server)
            if awaited:
                running.wait_until_ready()
            return running

        yield give


def say_and_leave(port: int, request: bytes) -> None:
    """Send what there is of a request and hang up."""
    with closing(socket.create_connection((HOST, port), timeout=WITHIN_S)) as connection:
        connection.sendall(request)


def leave_streams(port: int) -> None:
    """Open as many streams as there are clients, then leave all of them after their first chunk."""
    with ExitStack() as open_streams:
        for _ in range(CLIENTS):
            connection = socket.create_connection((HOST, port), timeout=WITHIN_S)
            open_streams.enter_context(closing(connection))
            connection.sendall(b"GET /stream HTTP/1.1\r\nHost: lab\r\n\r\n")
            received = b""
            while b"chunk" not in received:
                received += connection.recv(4096)


def seen(port: int) -> dict[str, int]:
    """Return what the app says that it saw."""
    counts: dict[str, int] = json.loads(ask(port, Request("GET", "/")).body)
    return counts


def seen_once(port: int, what: str, count: int, within_s: float = WITHIN_S) -> bool:
    """Ask until the app saw something so many times; False when it didn't in time."""
    deadline = time.monotonic() + within_s
    while seen(port).get(what, 0) < count:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def spins(server: Serving, within_s: float) -> bool:
    """Tell whether a server uses an eighth of a second of CPU in time, while nobody asks it anything."""
    before, deadline = cpu_times(tree(server.pid)), time.monotonic() + within_s
    while time.monotonic() < deadline:
        if cpu_s_since(cpu_times(tree(server.pid)), before) > SPINNING_S:
            return True
        time.sleep(0.02)
    return False


def test_stock_wsgi_bridge_is_lost_with_its_clients(cross: Cross) -> None:
    """Ten clients that leave hold the ten threads of the pool: nobody is answered any more."""
    port = cross("uvicorn/wsgi-bridged").port
    leave_streams(port)
    with pytest.raises(TimeoutError):
        ask(port, Request("GET", "/"), NEVER_S)


@pytest.mark.parametrize("server", ASGI_SERVERS)
def test_guarded_wsgi_bridge_has_its_threads_back(cross: Cross, server: str) -> None:
    """After ten clients have left, ten requests that wait for each other are answered: no thread is busy."""
    port = cross(f"{server}/wsgi-guarded").port
    leave_streams(port)
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(lambda _: ask(port, Request("GET", "/meet")), range(CLIENTS)))
    assert [answer.status for answer in answers] == [200] * CLIENTS


@pytest.mark.parametrize(("app", "closed"), [("wsgi-bridged", False), ("wsgi-guarded", True)])
def test_wsgi_bridge_closes_the_iterators_of_gone_clients(cross: Cross, app: str, *, closed: bool) -> None:
    """PEP 3333, "Specification Details": close() must be called on an early disconnect; a2wsgi calls it never."""
    port = cross(f"uvicorn/{app}", threads=CLIENTS + 1).port
    leave_streams(port)
    assert seen_once(port, "closed", CLIENTS, WITHIN_S if closed else NEVER_S) is closed


@pytest.mark.parametrize("server", ASGI_SERVERS)
@pytest.mark.parametrize(("app", "told"), [("wsgi-bridged", False), ("wsgi-guarded", True)])
def test_wsgi_bridge_tells_of_an_aborted_upload(cross: Cross, server: str, app: str, *, told: bool) -> None:
    """Half a body raises in an app behind the guard; from a2wsgi it looks like a whole, shorter one."""
    port = cross(f"{server}/{app}").port
    say_and_leave(port, HALF)
    deadline = time.monotonic() + WITHIN_S
    while not (counts := seen(port)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [what == "read error" for what in counts] == [told]


@pytest.mark.parametrize(("app", "told"), [("asgi-bridged", False), ("asgi-guarded", True)])
def test_asgi_bridge_ends_the_streams_of_gone_clients(cross: Cross, app: str, *, told: bool) -> None:
    """A stream behind the guard ends with its client; behind a2wsgi it waits in send() for ever."""
    port = cross(f"gunicorn-gthread/{app}").port
    leave_streams(port)
    assert seen_once(port, "closed", CLIENTS, WITHIN_S if told else NEVER_S) is told


@pytest.mark.parametrize(("app", "lost"), [("asgi-bridged", True), ("asgi-guarded", False)])
def test_asgi_bridge_after_an_aborted_upload(cross: Cross, app: str, *, lost: bool) -> None:
    """Behind the guard the app is told and the server rests; behind a2wsgi it reads nothing, as fast as it can."""
    server = cross(f"gunicorn-gthread/{app}")
    say_and_leave(server.port, HALF)
    assert seen_once(server.port, "read error", 1, NEVER_S if lost else WITHIN_S) is not lost
    assert spins(server, WITHIN_S if lost else WATCH_S) is lost


@pytest.mark.parametrize(("app", "read"), [("asgi-bridged", "read 0"), ("asgi-guarded", "read 11")])
def test_asgi_bridge_reads_a_chunked_body(cross: Cross, app: str, read: str) -> None:
    """A body without a declared length arrives whole behind the guard, and not at all behind a2wsgi."""
    port = cross(f"gunicorn-gthread/{app}").port
    with closing(socket.create_connection((HOST, port), timeout=WITHIN_S)) as connection:
        connection.sendall(CHUNKED)
        while connection.recv(4096):
            pass
    assert seen(port) == {read: 1}


def test_guarded_asgi_bridge_tells_of_an_aborted_chunked_upload(cross: Cross) -> None:
    """A chunked body that breaks off isn't taken for one that ended."""
    port = cross("gunicorn-gthread/asgi-guarded").port
    say_and_leave(port, HALF_CHUNKED)
    assert seen_once(port, "read error", 1)


@pytest.mark.parametrize(
    ("app", "state", "shut_down"), [("asgi-bridged", None, False), ("asgi-guarded", {"started": True}, True)]
)
def test_asgi_bridge_runs_the_lifespan(
    cross: Cross, app: str, state: dict[str, bool] | None, *, shut_down: bool
) -> None:
    """Behind the guard startup comes before the first request, which sees its state, and shutdown at the end."""
    server = cross(f"gunicorn-gthread/{app}")
    assert json.loads(ask(server.port, Request("GET", "/state")).body) == state
    server.process.terminate()
    server.process.wait(WITHIN_S)
    assert server.log_path is not None
    assert ("the app was shut down" in server.log_path.read_text()) is shut_down


def test_stock_asgi_bridge_hangs_on_an_app_that_answers_nothing(cross: Cross) -> None:
    """An app that returns without sending anything keeps its client waiting, and a thread."""
    port = cross("gunicorn-gthread/asgi-bridged", "silent").port
    with pytest.raises(TimeoutError):
        ask(port, Request("GET", "/nothing"), NEVER_S)


def test_guarded_asgi_bridge_answers_for_an_app_that_does_not(cross: Cross) -> None:
    """An app that returns without sending anything is a 500."""
    assert (
        ask(cross("gunicorn-gthread/asgi-guarded", "silent").port, Request("GET", "/nothing")).status == 500
    )


def test_stock_asgi_bridge_never_breaks_half_an_answer_off(cross: Cross) -> None:
    """An app that returns midway keeps its client waiting; now and then it answers as if half were all."""
    port = cross("gunicorn-gthread/asgi-bridged", "breaks_off").port
    with suppress(TimeoutError):
        answer = ask(port, Request("GET", "/half"), NEVER_S)
        assert (answer.body, answer.broke_off) == (b"half", False)


def test_guarded_asgi_bridge_breaks_half_an_answer_off(cross: Cross) -> None:
    """An app that returns midway has its connection broken: the client can tell that it isn't all."""
    answer = ask(cross("gunicorn-gthread/asgi-guarded", "breaks_off").port, Request("GET", "/half"))
    assert (answer.body, answer.broke_off) == (b"half", True)


def test_stock_asgi_bridge_serves_what_never_started(cross: Cross) -> None:
    """An app whose startup would fail is never asked, and serves."""
    port = cross("gunicorn-gthread/asgi-bridged", "fails_to_start").port
    assert ask(port, Request("GET", "/")).status == 200


def test_guarded_asgi_bridge_serves_nothing_without_startup(cross: Cross) -> None:
    """An app whose startup failed is a 500 for everybody, and its reason stands in the log."""
    server = cross("gunicorn-gthread/asgi-guarded", "fails_to_start", awaited=False)
    assert [first_status(server), ask(server.port, Request("GET", "/")).status] == [500, 500]
    assert server.log_path is not None
    assert "lifespan startup failed: the database is away" in server.log_path.read_text()


def first_status(server: Serving) -> int:
    """Ask until the server answers, whatever it says."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        server.check_alive()
        with suppress(ConnectionRefusedError):
            return ask(server.port, Request("GET", "/")).status
        time.sleep(0.01)
    raise AssertionError("no answer")
