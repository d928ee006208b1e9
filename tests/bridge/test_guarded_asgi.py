"""An ASGI app behind the guard, without a server; what differs beside a2wsgi as it comes."""

import asyncio
import io
import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import a2wsgi
import pytest

from asgi_app.types import Handler, Message, Receive, Scope, Send
from bridge.guarded_asgi import AsWSGI, ClientGone, Unanswered
from bridge.lifespan import StartupFailed
from contract.examples import Request
from tests.bridge.test_stock import told_by
from tests.clients import call_wsgi, environ_of

WITHIN_S = 15
START: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
BEGUN_ONCE = """
import json, threading
import asgi_app

begun = []

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        begun.append(True)
    await answer(scope, receive, send)

answer, asgi_app.app = asgi_app.app, app
import bridge
from contract.examples import Request
from tests.clients import call_wsgi

statuses = []
start = threading.Barrier(4)

def ask():
    start.wait(10)
    statuses.append(call_wsgi(bridge.asgi_as_wsgi_guarded, Request("GET", "/")).status)

threads = [threading.Thread(target=ask) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(10)
print(json.dumps({"begun": len(begun), "statuses": statuses}))
"""
AT_EXIT = """
import json
from bridge.guarded_asgi import AsWSGI
from contract.examples import Request
from tests.clients import call_wsgi

heard = []

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        heard.append((await receive())["type"])
        await send({"type": "lifespan.startup.complete"})
        heard.append((await receive())["type"])
        await send({"type": "lifespan.shutdown.complete"})
        print(json.dumps(heard))
    else:
        heard.append(scope["type"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body"})

call_wsgi(AsWSGI(app), Request("GET", "/"))
"""


def answering(told: Callable[[Scope], object]) -> Handler:
    """Return an app without lifespan that tells something of its scope."""

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError
        await send(START)
        await send({"type": "http.response.body", "body": repr(told(scope)).encode()})

    return app


def stock(app: Handler) -> Callable[..., Iterable[bytes]]:
    """Return a2wsgi's own bridge."""
    return a2wsgi.ASGIMiddleware(app)  # type: ignore[arg-type] # a2wsgi spells environ and scope out


def told_of(app: Handler, environ: dict[str, Any]) -> list[bytes]:
    """Return the chunks that an app behind the guard answers to an environ of its own."""
    return list(AsWSGI(app)(environ, lambda *_: lambda _: None))


def received(environ: dict[str, Any], count: int) -> list[Message]:
    """Return the first messages that an app behind the guard receives."""
    messages: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            messages.extend([await receive() for _ in range(count)])
            await send(START)
            await send({"type": "http.response.body"})

    told_of(app, environ)
    return messages


def environ_with(body: bytes, **variables: str) -> dict[str, Any]:
    """Return the environ of an upload."""
    return {**environ_of(Request("POST", "/")), "wsgi.input": io.BytesIO(body), **variables}


class Listener:
    """An app that streams until something ends it, and keeps what did."""

    def __init__(self) -> None:
        self.ended: BaseException | Message | None = None
        self.done = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for ever."""
        if scope["type"] != "http":
            return
        try:
            await self.stream(receive, send)
        except OSError as error:
            self.ended = error
        finally:
            self.done.set()

    async def stream(self, receive: Receive, send: Send) -> None:
        """Send for ever, deaf to what could be received."""
        del receive
        await send(START)
        while True:
            await send({"type": "http.response.body", "body": b"chunk", "more_body": True})


def left(listener: Listener) -> object:
    """Close the answer of a listener after its first chunk, as a server does, and return what that ended."""
    chunks = iter(AsWSGI(listener)(environ_of(Request("GET", "/")), lambda *_: lambda _: None))
    assert next(chunks) == b"chunk"
    chunks.close()  # type: ignore[attr-defined] # it is a generator
    assert listener.done.wait(WITHIN_S)
    return listener.ended


def test_first_requests_of_many_threads_begin_one_lifespan() -> None:
    """Four threads that ask at once wait for one startup, on one event loop."""
    assert told_by(BEGUN_ONCE) == {"begun": 1, "statuses": [200, 200, 200, 200]}


def test_lifespan_ends_with_the_process() -> None:
    """An exit in order is the app's shutdown."""
    assert told_by(AT_EXIT) == ["lifespan.startup", "http", "lifespan.shutdown"]


def test_app_without_lifespan_is_served() -> None:
    """ASGI lifespan specification, "Scope": an app that raises on it is to be served without."""
    assert call_wsgi(AsWSGI(answering(lambda _: 1)), Request("GET", "/")).body == b"1"


def test_each_request_has_a_copy_of_the_state() -> None:
    """What a request adds to its state no other one sees."""
    app = AsWSGI(answering(lambda scope: scope["state"].setdefault("n", len(scope["state"]))))
    assert [call_wsgi(app, Request("GET", "/")).body for _ in range(2)] == [b"0", b"0"]


def test_app_that_fails_to_start_answers_nobody() -> None:
    """Each call raises the reason that the app gave."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    guarded = AsWSGI(app)
    for _ in range(2):
        with pytest.raises(StartupFailed, match="startup failed: no database"):
            guarded(environ_of(Request("GET", "/")), lambda *_: lambda _: None)


@pytest.mark.parametrize(("bridge", "told"), [(stock, b"None"), (AsWSGI, b"b'/a%2Fb'")])
def test_raw_path_is_what_the_server_was_sent(
    bridge: Callable[[Handler], Callable[..., Iterable[bytes]]], told: bytes
) -> None:
    """Where a server keeps the target as it came, as gunicorn does, the scope tells its path undecoded."""
    environ = {**environ_of(Request("GET", "/a%2Fb?c")), "RAW_URI": "/a%2Fb?c"}
    chunks = bridge(answering(lambda scope: scope.get("raw_path")))(environ, lambda *_: lambda _: None)
    assert b"".join(chunks) == told


def test_declared_body_is_received_whole() -> None:
    """A body of the declared length ends with its last byte."""
    (message,) = received(environ_with(b"body", CONTENT_LENGTH="4"), 1)
    assert message == {"type": "http.request", "body": b"body", "more_body": False}


def test_body_that_ends_early_is_a_disconnect() -> None:
    """A body shorter than declared is followed by http.disconnect, as often as the app asks."""
    messages = received(environ_with(b"half", CONTENT_LENGTH="8"), 3)
    assert [message["type"] for message in messages] == ["http.request", "http.disconnect", "http.disconnect"]


def test_body_of_unknown_length_ends_with_its_input() -> None:
    """A chunked body is over where the server says that its input is."""
    pieces = received(environ_with(b"chunked", HTTP_TRANSFER_ENCODING="chunked"), 2)
    assert [(piece["body"], piece["more_body"]) for piece in pieces] == [(b"chunked", True), (b"", False)]


def test_body_of_unknown_length_declares_none() -> None:
    """The length that a2wsgi needs to be told isn't told to the app."""
    app = answering(lambda scope: [name for name, _ in scope["headers"]])
    told = told_of(app, environ_with(b"chunked", HTTP_TRANSFER_ENCODING="chunked"))
    assert told == [b"[b'host', b'transfer-encoding']"]


def test_sending_to_nobody_raises() -> None:
    """ASGI HTTP specification, "Disconnected Client": send() raises OSError."""
    assert isinstance(left(Listener()), ClientGone)


def test_receiving_from_nobody_is_a_disconnect() -> None:
    """An app that listens while it waits is told at once that its client has gone."""

    class Waiting(Listener):
        async def stream(self, receive: Receive, send: Send) -> None:
            listening = asyncio.create_task(self.listen(receive))
            with suppress(ClientGone):
                await super().stream(receive, send)
            await listening

        async def listen(self, receive: Receive) -> None:
            await receive()
            self.ended = await receive()

    assert left(Waiting()) == {"type": "http.disconnect"}


def test_cancelling_is_left_to_the_app() -> None:
    """An app that gives up a receive() of its own is cancelled there, and answers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await receive()
            with suppress(TimeoutError):
                await asyncio.wait_for(receive(), 0.01)
            await send(START)
            await send({"type": "http.response.body", "body": b"answer"})

    assert told_of(app, environ_of(Request("GET", "/"))) == [b"answer"]


@pytest.mark.parametrize("early", [True, False], ids=["from the start", "after the answer"])
def test_answered_app_receives_a_disconnect(*, early: bool) -> None:
    """An app that waits for http.disconnect gets it with its answer; behind a2wsgi it would keep the thread."""

    async def listen(receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            listening = asyncio.create_task(listen(receive)) if early else None
            await send(START)
            await send({"type": "http.response.body", "body": b"answer"})
            await (listening or listen(receive))

    assert told_of(app, environ_of(Request("GET", "/"))) == [b"answer"]


@pytest.mark.parametrize(
    "messages",
    [[], [START], [START, {"type": "http.response.body", "body": b"half", "more_body": True}]],
    ids=["nothing", "headers", "half"],
)
def test_app_that_returns_early_is_an_error(messages: list[Message]) -> None:
    """The server's thread isn't kept waiting: it raises, whatever the app had sent."""

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        for message in messages if scope["type"] == "http" else ():
            await send(message)

    with pytest.raises(Unanswered):
        told_of(app, environ_of(Request("GET", "/")))


@pytest.mark.parametrize("error", [ConnectionRefusedError("no upstream"), asyncio.CancelledError()])
def test_app_that_raises_is_an_error_of_its_own(error: BaseException) -> None:
    """An OSError of the app isn't taken by the server for one of its socket: it is the cause of another error."""

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        if scope["type"] == "http":
            raise error

    with pytest.raises(Unanswered) as raised:
        told_of(app, environ_of(Request("GET", "/")))
    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    "messages",
    [
        [{"type": "http.response.body", "body": b"headless"}],
        [START, {"type": "http.response.body"}, {"type": "http.response.body"}],
    ],
    ids=["before the start", "after the end"],
)
def test_sending_out_of_turn_raises(messages: list[Message]) -> None:
    """A body without headers, and anything after the last body event, is refused rather than waited for."""
    raised = []

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        for message in messages if scope["type"] == "http" else ():
            try:
                await send(message)
            except RuntimeError as error:
                raised.append(str(error))

    with suppress(Unanswered):
        told_of(app, environ_of(Request("GET", "/")))
    assert raised == ["http.response.body sent before the answer began, or after its end"]


def test_failure_after_the_answer_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """An answer that is complete stays so; the error goes to the log."""

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send(START)
            await send({"type": "http.response.body", "body": b"answer"})
            raise ValueError("too late")

    with caplog.at_level(logging.ERROR):
        assert told_of(app, environ_of(Request("GET", "/"))) == [b"answer"]
    assert [record.getMessage() for record in caplog.records] == ["the app failed after its answer"]
