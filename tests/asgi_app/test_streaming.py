"""Answers in pieces: made when sent, stopped when nobody listens."""

import asyncio
from collections.abc import AsyncGenerator
from typing import NamedTuple

import pytest

import asgi_app
from asgi_app import responses
from asgi_app.types import Message, Scope
from contract import payloads
from contract.examples import Request
from tests.clients import Connection, call_asgi, scope_of

DEADLINE_S = 10
GET = scope_of(Request("GET", "/"))
HEAD = scope_of(Request("HEAD", "/"))


class Chunks:
    """Makes numbered chunks, without end unless told, and notes what it made and whether it was closed."""

    def __init__(self, last: int | None = None) -> None:
        self.last = last
        self.made = 0
        self.closed = False

    async def make(self) -> AsyncGenerator[bytes, None]:
        """Make the next chunk when it is asked for."""
        try:
            while self.made != self.last:
                self.made += 1
                yield b"chunk"
        finally:
            self.closed = True


class Waiting(Connection):
    """A connection whose client stays and reads: it tells when the app listens, and when it stops to."""

    def __init__(self) -> None:
        super().__init__()
        self.listening = asyncio.Event()
        self.stopped_listening = False

    async def receive(self) -> Message:
        """Wait for ever, and note the end of the waiting."""
        self.listening.set()
        try:
            return await super().receive()
        finally:
            self.stopped_listening = True


class Aftermath(NamedTuple):
    """What a stream leaves behind at the moment when it returns."""

    closed: bool
    tasks: int


def running_tasks() -> int:
    """Return how many tasks of this loop there are beside the caller's."""
    return len(asyncio.all_tasks()) - 1


def run_stream(scope: Scope, connection: Connection, chunks: Chunks) -> Aftermath:
    """Stream chunks to a connection."""

    async def stream() -> Aftermath:
        async with asyncio.timeout(DEADLINE_S):
            await responses.stream(scope, connection.receive, connection.send, chunks.make())
        return Aftermath(chunks.closed, running_tasks())

    return asyncio.run(stream())


def test_a_whole_stream_is_sent_chunk_by_chunk() -> None:
    """Each chunk goes out in an event of its own, and an empty one ends the answer."""
    connection = Connection()
    assert run_stream(GET, connection, Chunks(last=3)) == Aftermath(closed=True, tasks=0)
    assert connection.sent[1:] == [
        *[{"type": "http.response.body", "body": b"chunk", "more_body": True}] * 3,
        {"type": "http.response.body"},
    ]


def test_a_stream_has_no_length() -> None:
    """The start event has the type and the interface, then the headers asked for, and no content-length."""
    connection = Connection()

    async def stream() -> None:
        chunks = Chunks(last=0).make()
        await responses.stream(
            GET, connection.receive, connection.send, chunks, "text/x-lab", headers=(("x-lab", "1"),)
        )

    asyncio.run(stream())
    assert connection.answer.headers == (
        ("content-type", "text/x-lab"),
        ("x-lab-interface", "asgi"),
        ("x-lab", "1"),
    )


def test_a_chunk_is_made_when_the_last_one_is_sent() -> None:
    """While the server still holds a chunk back, the next one isn't made."""
    chunks = Chunks(last=3)
    made_when_sent: list[int] = []

    class Noting(Connection):
        async def send(self, message: Message) -> None:
            made_when_sent.append(chunks.made)
            await super().send(message)

    run_stream(GET, Noting(), chunks)
    assert made_when_sent == [0, 1, 2, 3, 3]


def test_a_client_that_has_gone_stops_the_stream() -> None:
    """A stream without end is over once its client has gone: the generator is closed, no end is sent."""
    connection = Connection(hangs_up=True)
    assert run_stream(GET, connection, Chunks()) == Aftermath(closed=True, tasks=0)
    assert connection.answer.broke_off


def test_a_client_that_leaves_later_stops_the_stream_then() -> None:
    """A stream that hangs on its third chunk, because nobody reads it, ends when the client leaves."""

    class Leaving(Connection):
        async def send(self, message: Message) -> None:
            await super().send(message)
            if len(self.sent) == 4:
                self.gone.set()
                await asyncio.Event().wait()

    connection = Leaving()
    assert run_stream(GET, connection, chunks := Chunks(last=1000)) == Aftermath(closed=True, tasks=0)
    assert chunks.made == 3
    assert connection.answer.body == b"chunkchunkchunk"
    assert connection.answer.broke_off


def test_a_request_body_that_is_left_over_is_no_disconnect() -> None:
    """Events of a body that nobody read don't stop the stream."""
    left_over = {"type": "http.request", "body": b"left over"}
    connection = Connection(left_over, left_over)
    run_stream(GET, connection, Chunks(last=3))
    assert connection.answer.body == b"chunkchunkchunk"
    assert not connection.answer.broke_off


def test_head_makes_no_chunk() -> None:
    """The answer to HEAD has the headers and an empty body, and no chunk is made for it."""
    connection = Connection()
    assert run_stream(HEAD, connection, chunks := Chunks()) == Aftermath(closed=False, tasks=0)
    assert connection.sent[1:] == [{"type": "http.response.body"}]
    assert chunks.made == 0


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_that_never_heard_the_start_is_no_failure(
    method: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that says by OSError that the client has gone is asked nothing more, and nothing is logged."""
    sent: list[str] = []

    async def send(message: Message) -> None:
        sent.append(message["type"])
        raise ConnectionResetError

    scope = scope_of(Request(method, "/stream?chunks=3&interval=0&size=1"))
    asyncio.run(asgi_app.app(scope, Connection().receive, send))
    assert (sent, caplog.records) == (["http.response.start"], [])


def test_cancelling_the_app_cancels_both_of_its_tasks() -> None:
    """A server that gives a request up leaves no task behind: neither the sender nor the listener."""

    async def cancelled() -> tuple[Waiting, int, int]:
        connection = Waiting()
        scope = scope_of(Request("GET", "/stream?chunks=1000&interval=5&size=1"))
        answering = asyncio.ensure_future(asgi_app.app(scope, connection.receive, connection.send))
        async with asyncio.timeout(DEADLINE_S):
            await connection.listening.wait()
            tasks = running_tasks()
            answering.cancel()
            with pytest.raises(asyncio.CancelledError):
                await answering
        return connection, tasks, running_tasks()

    connection, tasks, tasks_left = asyncio.run(cancelled())
    assert (tasks, tasks_left) == (3, 0)
    assert connection.stopped_listening
    assert connection.answer.broke_off


@pytest.mark.parametrize(
    "target",
    ["/stream?chunks=1000&interval=5&size=8", "/events?count=1000&interval=5", "/bytes?size=1073741824"],
)
def test_an_endpoint_stops_when_its_client_has_gone(target: str) -> None:
    """A stream that would go on for long is over when nobody listens."""
    connection = Connection(hangs_up=True)

    async def call() -> None:
        async with asyncio.timeout(DEADLINE_S):
            await asgi_app.app(scope_of(Request("GET", target)), connection.receive, connection.send)

    asyncio.run(call())
    assert connection.answer.status == 200
    assert connection.answer.broke_off


def test_an_endpoint_makes_its_chunks_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second chunk of /stream isn't made while the server still holds the first."""
    made: list[int] = []
    sent: list[list[int]] = []

    def noted(number: int, size: int) -> bytes:
        made.append(number)
        return b"x" * size

    class Noting(Connection):
        async def send(self, message: Message) -> None:
            sent.append(list(made))
            await super().send(message)

    monkeypatch.setattr(payloads, "chunk", noted)
    connection = Noting()
    scope = scope_of(Request("GET", "/stream?chunks=2&interval=0&size=1"))
    asyncio.run(asgi_app.app(scope, connection.receive, connection.send))
    assert sent == [[], [1], [1, 2], [1, 2]]


def test_the_last_chunk_is_not_waited_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between three chunks there are two waits: none before the first, none after the last."""
    waits: list[float] = []
    real_sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        if seconds:
            waits.append(seconds)
        await real_sleep(0)

    monkeypatch.setattr(asyncio, "sleep", noted)
    answer = call_asgi(asgi_app.app, Request("GET", "/stream?chunks=3&interval=5&size=1"))
    assert answer.body == b"\n\n\n"
    assert waits == [5.0, 5.0]
