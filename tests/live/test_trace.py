"""Requests traced through real servers."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from lab.errors import LabError
from lab.measure.reaper import Reaper
from lab.servers import Settings
from lab.stacks import Stack, find
from lab.trace import run
from lab.trace.request import Request, request
from lab.trace.run import DEFAULT_STACKS, trace, trace_stack
from records.trace import Event, StackTrace
from tests.live.processes import lab

STREAM = "/stream?chunks=3&interval=0.02&size=16"
LONG_STREAM = "/stream?chunks=100&interval=0.05&size=16"
NOTHING_LEFT: list[str] = []


class Tracing:
    """Traces on one server after the other; what was traced already isn't again."""

    def __init__(self, reaper: Reaper, folder: Path) -> None:
        self.reaper = reaper
        self.folder = folder
        self._traces: dict[str, StackTrace] = {}

    def __call__(self, stack: str | Stack, asked: Request) -> StackTrace:
        """Return a request's trace on a stack."""
        chosen = find(stack) if isinstance(stack, str) else stack
        key = f"{chosen} {asked}"
        if key not in self._traces:
            notes = self.folder / str(len(self._traces))
            self._traces[key] = trace_stack(chosen, asked, Settings(), self.reaper, notes)
        return self._traces[key]


@pytest.fixture(scope="module")
def tracing(reaper: Reaper, tmp_path_factory: pytest.TempPathFactory) -> Tracing:
    """Return a function that traces."""
    return Tracing(reaper, tmp_path_factory.mktemp("traces"))


def between(found: StackTrace, source: str, target: str) -> list[str]:
    """Return the steps that passed from one lane to another."""
    return [event.step for event in found.events if (event.source, event.target) == (source, target)]


def wire(events: Sequence[Event]) -> list[Event]:
    """Return the steps on the wire."""
    return [event for event in events if not event.call]


def heard(found: StackTrace, source: str = "server") -> list[str]:
    """Return the types of the events that were received."""
    return [
        event.details["event"]["type"]
        for event in found.events
        if event.step == "received" and event.source == source
    ]


def text(found: StackTrace) -> str:
    """Return everything that is known of a trace."""
    return msgspec.json.encode(found).decode()


PULLED = ["environ", "next", "next", "next", "next", "close"]


def test_wsgi_stream_is_pulled(tracing: Tracing) -> None:
    """A thread server calls the app, pulls each chunk and closes."""
    found = tracing("gunicorn-gthread/wsgi", request(STREAM))
    assert between(found, "server", "app") == PULLED
    assert between(found, "app", "server") == ["start_response", "return", *["item"] * 3, "end"]
    assert len({event.where for event in found.events if event.call}) == 1
    assert found.life == []
    assert found.unfinished == NOTHING_LEFT


def test_asgi_stream_is_pushed(tracing: Tracing) -> None:
    """An event loop calls the app once; the app sends when it likes, and listens beside."""
    found = tracing("uvicorn/asgi", request(STREAM))
    sent = [e.details["event"]["type"] for e in found.events if e.step == "send"]
    assert sent == ["http.response.start", *["http.response.body"] * 4]
    assert len({event.where.thread for event in found.events if event.where}) == 1
    assert len({event.where.task for event in found.events if event.where}) == 3
    assert found.unfinished == NOTHING_LEFT


def test_lifespan_surrounds_the_request(tracing: Tracing) -> None:
    """The app hears of its start before the client connects, of its end afterwards."""
    found = tracing("uvicorn/asgi", request(STREAM))
    types = [e.details["event"]["type"] for e in found.life if "event" in e.details]
    assert types == [
        "lifespan.startup",
        "lifespan.startup.complete",
        "lifespan.shutdown",
        "lifespan.shutdown.complete",
    ]
    assert found.life[0].at_ms < 0 < found.watched_ms < found.life[-1].at_ms


def test_wsgi_bridged_shows_both_layers(tracing: Tracing) -> None:
    """The bridge pulls from the app in a thread and sends from the loop."""
    found = tracing("uvicorn/wsgi-bridged", request(STREAM))
    assert between(found, "bridge", "app") == PULLED
    assert between(found, "bridge", "server") == ["send"] * 5 + ["return"]
    threads = {(e.interface, e.where.thread.partition("_")[0]) for e in found.events if e.where}
    assert threads == {("asgi", "MainThread"), ("wsgi", "WSGI")}


def test_asgi_bridged_shows_both_layers(tracing: Tracing) -> None:
    """The server pulls from the bridge, into which the app pushes from a loop in another thread."""
    found = tracing("gunicorn-gthread/asgi-bridged", request(STREAM))
    assert between(found, "server", "bridge")[:2] == ["environ", "next"]
    assert between(found, "app", "bridge").count("send") == 5
    assert {e.interface for e in found.events if e.where and e.where.task} == {"asgi"}


def test_wsgi_guarded_shows_both_layers(tracing: Tracing) -> None:
    """The guard pulls from the app as any server does, and listens to its own while it sends."""
    record = tracing("uvicorn/wsgi-guarded", request(STREAM))
    assert record.lanes == ["client", "server", "bridge", "app"]
    assert between(record, "bridge", "app") == PULLED
    assert between(record, "bridge", "server").count("send") == 5
    assert heard(record)[0] == "http.request"
    assert record.unfinished == NOTHING_LEFT


def test_asgi_guarded_shows_both_layers(tracing: Tracing) -> None:
    """The server pulls from the guard, behind which the app has a lifespan and hears of its answer's end."""
    record = tracing("gunicorn-gthread/asgi-guarded", request(STREAM))
    assert record.lanes == ["client", "server", "bridge", "app"]
    assert between(record, "server", "bridge")[:2] == ["environ", "next"]
    assert between(record, "app", "bridge").count("send") == 5
    assert heard(record, "bridge")[-1] == "http.disconnect"
    assert {(event.source, event.target) for event in record.life} == {("bridge", "app"), ("app", "bridge")}
    assert record.unfinished == NOTHING_LEFT


def test_a_guarded_app_is_closed_after_the_client_left(tracing: Tracing) -> None:
    """Where a2wsgi lets the app run on the guard closes it: close comes, the end doesn't."""
    record = tracing("uvicorn/wsgi-guarded", request(LONG_STREAM, hang_up_after_s=0.1))
    steps = [event.step for event in record.events]
    assert steps.index("hang up") < steps.index("close")
    assert "end" not in steps
    assert record.unfinished == NOTHING_LEFT


@pytest.mark.parametrize("stack", DEFAULT_STACKS)
def test_readiness_is_not_traced(tracing: Tracing, stack: str) -> None:
    """One request is: the call that asked whether the server is there isn't seen."""
    found = tracing(stack, request(STREAM))
    called = [event for event in found.events if event.step in {"environ", "scope"}]
    assert len(called) == len(found.lanes) - 2
    assert "HTTP/1.1 200 OK" in text(found)
    assert wire(found.events)[-1].step == "closed"


def test_a_slow_body_is_waited_for_in_a_read(tracing: Tracing) -> None:
    """WSGI has a thread stand still until the whole piece that it asked for has come."""
    found = tracing("gunicorn-gthread/wsgi", request("/upload", data="nine here", slow_body="3x0.05"))
    steps = [event.step for event in found.events]
    read, got = steps.index("read"), steps.index("got")
    assert steps[read + 1 : got].count("bytes") == 3
    assert found.events[got].details["bytes"] == 9


def test_a_slow_body_comes_in_events(tracing: Tracing) -> None:
    """ASGI hands over each piece as it comes, and the loop is free between them."""
    found = tracing("uvicorn/asgi", request("/upload", data="nine here", slow_body="3x0.05"))
    pieces = [e.details["bytes"] for e in found.events if e.step == "received"]
    assert pieces == [3, 3, 3]
    assert heard(found) == ["http.request"] * 3


@pytest.mark.parametrize("stack", ["uvicorn/wsgi-bridged", "gunicorn-gthread/asgi-bridged"])
def test_a_slow_body_goes_through_a_bridge(tracing: Tracing, stack: str) -> None:
    """Both layers read."""
    found = tracing(stack, request("/upload", data="nine here", slow_body="3x0.05"))
    steps = [event.step for event in found.events]
    assert {"read", "got", "receive", "received"} <= set(steps)
    assert "HTTP/1.1 200 OK" in text(found)


def test_a_listening_app_hears_that_the_client_left(tracing: Tracing) -> None:
    """Over uvicorn http.disconnect follows the hang-up, and the call ends long before its stream would."""
    found = tracing("uvicorn/asgi", request(LONG_STREAM, hang_up_after_s=0.1))
    steps = [event.step for event in found.events]
    assert steps.index("hang up") < max(n for n, step in enumerate(steps) if step == "received")
    assert heard(found)[-1] == "http.disconnect"
    assert steps[-1] == "return"


def test_a_generator_is_closed_after_the_client_left(tracing: Tracing) -> None:
    """Over gthread the next chunks tell: close comes, the end doesn't."""
    found = tracing("gunicorn-gthread/wsgi", request(LONG_STREAM, hang_up_after_s=0.1))
    steps = [event.step for event in found.events]
    assert steps.index("hang up") < steps.index("close")
    assert "end" not in steps


def test_an_app_that_runs_on_is_told(tracing: Tracing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a2wsgi the app isn't told that the client left: its call goes on while anybody watches."""
    monkeypatch.setattr(run, "SETTLED_WITHIN_S", 0.5)
    monkeypatch.setattr(run, "GRACE_S", 0.1)
    found = tracing("uvicorn/wsgi-bridged", request(LONG_STREAM, hang_up_after_s=0.1))
    assert len(found.unfinished) == 2
    assert "http.disconnect" not in heard(found)


def talkative() -> Stack:
    """Return uvicorn with an app that speaks WebSocket."""
    stack = find("uvicorn/asgi")
    return replace(stack, app=replace(stack.app, target="tests.live.talkative:app"))


def test_a_websocket_conversation(tracing: Tracing) -> None:
    """The handshake, each text and each reply, and the end are events of one scope."""
    found = tracing(talkative(), request("/ws", texts=["hi", "ho"]))
    assert heard(found) == [
        "websocket.connect",
        "websocket.receive",
        "websocket.receive",
        "websocket.disconnect",
    ]
    frames = [(e.source, e.details["frames"]) for e in wire(found.events) if "frames" in e.details]
    assert frames == [
        ("client", ["text frame 'hi'"]),
        ("server", ["text frame 'HI'"]),
        ("client", ["text frame 'ho'"]),
        ("server", ["text frame 'HO'"]),
        ("client", ["close frame 1000"]),
        ("server", ["close frame 1000"]),
    ]


def test_a_websocket_that_is_left_midway(tracing: Tracing) -> None:
    """Without a farewell the app is told 1006 or 1005: the connection broke."""
    found = tracing(talkative(), request("/ws", texts=["hi", "wait"], hang_up_after_s=0.0))
    assert wire(found.events)[-1].step == "hang up"
    assert found.unfinished == NOTHING_LEFT


STATUSES = {
    "gunicorn-gthread/wsgi": "HTTP/1.1 404 Not Found",
    "uvicorn/wsgi-bridged": "HTTP/1.1 403 Forbidden",
    "gunicorn-gthread/asgi-bridged": "HTTP/1.1 404 Not Found",
}


@pytest.mark.parametrize("stack", STATUSES)
def test_a_refused_websocket_shows_what_came_back(tracing: Tracing, stack: str) -> None:
    """No WSGI app speaks it: the answer's head is there, and the client leaves."""
    found = tracing(stack, request("/nowhere", texts=["hi"]))
    heads = [e.details["head"][0] for e in found.events if e.source == "server" and "head" in e.details]
    assert heads == [STATUSES[stack]]
    assert wire(found.events)[-1].step in {"leave", "closed"}


@pytest.mark.parametrize("stack", ["uvicorn/wsgi-bridged", "gunicorn-gthread/asgi-bridged"])
def test_secrets_stay_secret(tracing: Tracing, stack: str) -> None:
    """Not in the environ, not in the scope, not on the wire, not in the command."""
    names = ("Authorization", "Cookie", "Proxy-Authorization", "X-Api-Key")
    found = tracing(stack, request("/", headers=[f"{name}: hush-hush" for name in names]))
    assert "hush" not in text(found)
    assert text(found).lower().count("cookie") >= len(found.lanes) - 1


def test_a_cookie_that_is_set_stays_secret(tracing: Tracing) -> None:
    """Neither in the event nor in the head that came back."""
    found = tracing(talkative(), request("/ws", texts=[]))
    assert "set-cookie: [redacted]" in text(found)
    assert "hush" not in text(found)


def test_a_server_that_does_not_start_is_one_sentence() -> None:
    """It says which, and what the server said last."""
    stack = find("uvicorn/asgi")
    missing = replace(stack, app=replace(stack.app, target="tests.live.talkative:missing"))
    with pytest.raises(
        LabError, match=r"uvicorn/asgi ended by itself with exit code \d\. It said last: .*missing"
    ):
        trace([missing], request("/"), Settings(), lambda _: None)


def test_the_command_prints_json_and_leaves_nothing(tmp_path: Path) -> None:
    """Machines get the whole trace, a page is written, and no server outlives the command."""
    options = ["--stack", "uvicorn/asgi", "--json", "--html", str(tmp_path / "trace.html")]
    with lab(tmp_path, "trace", "/", *options) as command:
        command.end()
        assert command.left_behind() == []
        assert command.says == "starting uvicorn/asgi\n"
    assert [stack["stack"] for stack in json.loads(command.prints)["stacks"]] == ["uvicorn/asgi"]
    assert (tmp_path / "trace.html").read_text().startswith("<!doctype html>")
