"""The witness of ASGI: every step, in order, and nothing changed by it."""

import asyncio

import pytest

from asgi_app.types import Message, Receive, Scope, Send
from contract.examples import Request
from tests.clients import Connection, call_asgi, scope_of
from tests.tracing.conftest import Journal
from tracing import TracedASGI, asgi_app


def steps(journal: Journal) -> list[tuple[str, str]]:
    """Return the steps and who they went to."""
    return [(line["step"], line["target"]) for line in journal()]


def test_a_request_step_by_step(written: Journal) -> None:
    """The server calls once, the app sends its events and returns."""
    answer = call_asgi(asgi_app, Request("GET", "/"))
    assert answer.body == b"Hello from the bare interface!"
    assert steps(written) == [
        ("scope", "app"),
        ("send", "server"),
        ("sent", "app"),
        ("send", "server"),
        ("sent", "app"),
        ("return", "server"),
    ]


def test_events_are_told_whole_but_for_bodies(written: Journal) -> None:
    """A body is shown by its size and first bytes."""
    call_asgi(asgi_app, Request("GET", "/"))
    start, body = [line["details"] for line in written() if line["step"] == "send"]
    assert start["event"]["status"] == 200
    assert ["b'x-lab-interface'", "b'asgi'"] in start["event"]["headers"]
    assert body == {
        "event": {"type": "http.response.body"},
        "bytes": 30,
        "first": "b'Hello from the bare interface!'",
    }


def test_receive_is_asked_and_answered(written: Journal) -> None:
    """Listening and hearing are two steps: time passes between them."""
    call_asgi(asgi_app, Request("POST", "/upload", body=b"nine here"))
    heard = [line for line in written() if line["step"] in {"receive", "received"}]
    assert [(line["step"], line["target"]) for line in heard] == [("receive", "server"), ("received", "app")]
    assert heard[1]["details"] == {"event": {"type": "http.request"}, "bytes": 9, "first": "b'nine here'"}


def test_lifespan_is_traced(written: Journal) -> None:
    """The server's own life has its steps, too."""
    connection = Connection({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    asyncio.run(asgi_app({"type": "lifespan", "state": {}}, connection.receive, connection.send))
    assert [line["details"]["event"]["type"] for line in written() if "event" in line["details"]] == [
        "lifespan.startup",
        "lifespan.startup.complete",
        "lifespan.shutdown",
        "lifespan.shutdown.complete",
    ]


def test_websocket_texts_are_told_by_their_size(written: Journal) -> None:
    """Text and bytes of a WebSocket are payloads, as bodies are."""

    async def repeats(scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        await send({"type": "websocket.send", "text": (await receive())["text"]})

    connection = Connection({"type": "websocket.receive", "text": "grüß dich", "bytes": None})
    asyncio.run(TracedASGI(repeats)({"type": "websocket"}, connection.receive, connection.send))
    assert connection.sent == [{"type": "websocket.send", "text": "grüß dich"}]
    assert [line["details"].get("bytes") for line in written()] == [None, None, 11, 11, None, None]


def test_a_cancelled_listener_is_told(written: Journal) -> None:
    """An app that stops listening, as a stream does at its end, is seen to."""
    call_asgi(asgi_app, Request("GET", "/stream?chunks=1&interval=0&size=1"))
    assert ("receive cancelled", "server") in steps(written)


def test_a_cancelled_call_is_told(written: Journal) -> None:
    """A server that cancels the app's task leaves a trace."""

    async def cancel() -> None:
        connection = Connection()
        task = asyncio.create_task(
            asgi_app(scope_of(Request("GET", "/sleep?seconds=9")), connection.receive, connection.send)
        )
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert steps(written) == [("scope", "app"), ("cancelled", "server")]


def test_failures_of_app_and_of_send_go_on(written: Journal) -> None:
    """What send raises is told, and what the app raises of it."""

    async def sends(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def gone(message: Message) -> None:
        raise BrokenPipeError(message["type"])

    with pytest.raises(BrokenPipeError):
        asyncio.run(TracedASGI(sends)({"type": "http"}, Connection().receive, gone))
    assert steps(written)[-2:] == [("send raised", "app"), ("raise", "server")]


def test_secrets_never_reach_the_journal(written: Journal) -> None:
    """Neither those of the scope's headers nor those that the app sets."""

    async def sets(scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        assert (b"cookie", b"hush") in scope["headers"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", b"hush")]})

    scope = scope_of(Request("GET", "/", headers={"cookie": "hush", "authorization": "hush"}))
    connection = Connection()
    asyncio.run(TracedASGI(sets)(scope, connection.receive, connection.send))
    assert "hush" not in str(written())


def test_lines_name_the_task(written: Journal) -> None:
    """Each step says in which task of the loop it ran."""

    async def call() -> None:
        connection = Connection()
        scope = scope_of(Request("GET", "/"))
        await asyncio.create_task(asgi_app(scope, connection.receive, connection.send), name="mine")

    asyncio.run(call())
    assert {line["task"] for line in written()} == {"mine"}
