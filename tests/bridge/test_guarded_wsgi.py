"""A WSGI app behind the guard, without a server; what differs beside a2wsgi as it comes."""

import asyncio
import contextvars
import sys
import threading
from collections.abc import Callable, Iterable, Iterator

import a2wsgi
import pytest

from asgi_app.types import Handler, Message
from bridge.guarded_wsgi import AHEAD, App, AsASGI, NoAnswer
from contract.examples import Request
from tests.bridge.test_stock import told_by
from tests.clients import Connection, call_asgi, scope_of
from wsgi_app.types import Environ, StartResponse

PLAIN = [("content-type", "text/plain")]
UNTOUCHED = """
import json, threading
import bridge
print(json.dumps(threading.active_count()))
"""


def stock(app: App) -> Handler:
    """Return a2wsgi's own bridge."""
    return a2wsgi.WSGIMiddleware(app)  # type: ignore[arg-type, return-value] # a2wsgi spells environ and scope out


async def called(app: Handler, connection: Connection, request: Request | None = None) -> Connection:
    """Call an app with a request that may have a body of unknown length."""
    scope = scope_of(request or Request("GET", "/"))
    if connection.messages:
        scope["headers"].append((b"transfer-encoding", b"chunked"))
    await app(scope, connection.receive, connection.send)
    return connection


def body_of(app: Handler, *pieces: bytes) -> bytes:
    """Call an app with a body in pieces and return that of its answer."""
    last = len(pieces) - 1
    messages: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": number < last}
        for number, piece in enumerate(pieces)
    ]
    return asyncio.run(called(app, Connection(*messages))).answer.body


def reading(read: Callable[[Environ], object]) -> App:
    """Return an app that answers with what it reads, or with the error that reading raises."""

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        try:
            return [repr(read(environ)).encode()]
        except (IndexError, TypeError) as error:
            return [type(error).__name__.encode()]

    return app


class Endless:
    """An answer without end that counts its chunks and knows whether it was closed."""

    def __init__(self) -> None:
        self.made = 0
        self.closed = threading.Event()

    def __call__(self, environ: Environ, start_response: StartResponse) -> "Endless":
        """Answer with itself."""
        del environ
        start_response("200 OK", PLAIN)
        return self

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.made += 1
            yield b"chunk"

    def close(self) -> None:
        """Note that the server is done with it."""
        self.closed.set()


def test_importing_makes_no_thread() -> None:
    """A server that imports the guarded bridges before it forks has nothing that a fork would lose."""
    assert told_by(UNTOUCHED) == 1


@pytest.mark.parametrize(
    ("read", "from_stock", "from_guarded"),
    [
        (lambda environ: environ["wsgi.input"].readline(2), b"b''", b"b'on'"),
        (lambda environ: environ["wsgi.input"].read(None), b"TypeError", b"b'one\\ntwo'"),
        (lambda environ: environ["wsgi.input"].readlines(1), b"[b'one\\n']", b"[b'one\\n']"),
        (lambda environ: list(environ["wsgi.input"]), b"[b'one\\n', b'two']", b"[b'one\\n', b'two']"),
        (lambda environ: environ["wsgi.input"].read(5), b"b'one\\nt'", b"b'one\\nt'"),
    ],
    ids=["readline(n)", "read(None)", "readlines(hint)", "iteration", "read(n)"],
)
def test_body_can_be_read_as_pep_3333_has_it(
    read: Callable[[Environ], object], from_stock: bytes, from_guarded: bytes
) -> None:
    """Behind the guard wsgi.input is a file; a2wsgi's own returns too early or raises."""
    answers = [body_of(bridge(reading(read)), b"one", b"\ntwo") for bridge in (stock, AsASGI)]
    assert answers == [from_stock, from_guarded]


def test_lines_of_an_empty_body_are_none() -> None:
    """Behind a2wsgi an app that reads the lines of an empty body fails."""
    app = reading(lambda environ: environ["wsgi.input"].readlines())
    assert [body_of(bridge(app), b"") for bridge in (stock, AsASGI)] == [b"IndexError", b"[]"]


def test_body_without_length_ends_in_its_input() -> None:
    """The environ says that wsgi.input ends with the body, whether or not its length is known."""
    app = reading(lambda environ: environ["wsgi.input_terminated"])
    assert body_of(AsASGI(app), b"") == b"True"


def test_status_is_replaced_before_the_first_chunk() -> None:
    """PEP 3333, "The start_response() Callable": an app that gives exc_info before anything was sent has its way."""

    def app(_: Environ, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", PLAIN)
        try:
            raise ValueError  # noqa: TRY301 - what an app would catch
        except ValueError:
            start_response("503 Service Unavailable", PLAIN, sys.exc_info())
        yield b"sorry"

    statuses = [call_asgi(bridge(app), Request("GET", "/")).status for bridge in (stock, AsASGI)]
    assert statuses == [200, 503]


def test_exc_info_is_raised_after_the_first_chunk() -> None:
    """Once headers are sent the error is all that is left to tell."""

    def app(_: Environ, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", PLAIN)
        yield b"half"
        try:
            raise ValueError("midway")  # noqa: TRY301 - as above
        except ValueError:
            start_response("500 Internal Server Error", PLAIN, sys.exc_info())

    with pytest.raises(ValueError, match="midway"):
        asyncio.run(called(AsASGI(app), Connection()))


def test_app_that_starts_no_answer_is_an_error() -> None:
    """An app that calls start_response never is told from one that answers with an empty body."""
    with pytest.raises(NoAnswer, match="without calling start_response"):
        asyncio.run(called(AsASGI(lambda _environ, _start_response: []), Connection()))


def test_app_that_starts_its_answer_twice_is_an_error() -> None:
    """Only exc_info allows a second call."""

    def app(_: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        start_response("200 OK", PLAIN)
        return []

    with pytest.raises(NoAnswer, match="twice"):
        asyncio.run(called(AsASGI(app), Connection()))


def test_written_chunks_come_first() -> None:
    """What an app writes is sent before what it returns, headers before either."""

    def app(_: Environ, start_response: StartResponse) -> Iterable[bytes]:
        write = start_response("200 OK", PLAIN)
        write(b"written ")
        return [b"returned"]

    answer = call_asgi(AsASGI(app), Request("GET", "/"))
    assert (answer.body, answer.broke_off) == (b"written returned", False)


def test_writing_to_a_gone_client_raises() -> None:
    """An app that only writes has no iterator to close: the error tells it."""
    told = threading.Event()

    def app(_: Environ, start_response: StartResponse) -> Iterable[bytes]:
        write = start_response("200 OK", PLAIN)
        try:
            while True:
                write(b"chunk")
        except ConnectionResetError:
            told.set()
        return []

    asyncio.run(called(AsASGI(app), Connection(hangs_up=True)))
    assert told.is_set()


class One:
    """An answer of one chunk that knows its length."""

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[bytes]:
        yield b"chunk"


@pytest.mark.parametrize(
    ("chunks", "messages_left"),
    [([b"made", b"already"], 1), (One(), 1), (iter([b"one", b"by", b"one"]), 0)],
    ids=["list", "one", "iterator"],
)
def test_only_an_answer_in_pieces_is_listened_beside(chunks: Iterable[bytes], messages_left: int) -> None:
    """Where nothing can happen between two chunks nobody has to be asked whether the client is still there."""

    def app(_: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        return chunks

    connection = Connection({"type": "http.request"})
    asyncio.run(called(AsASGI(app), connection))
    assert len(connection.messages) == messages_left


def test_http_disconnect_closes_the_answer() -> None:
    """A server that says http.disconnect, and takes everything in silence, is heard."""
    answer = Endless()
    asyncio.run(called(AsASGI(answer), Connection(hangs_up=True)))
    assert answer.closed.is_set()


def test_http_disconnect_behind_an_unread_body_closes_the_answer() -> None:
    """A body that the app leaves unread doesn't hide that its client has gone."""
    answer = Endless()
    connection = Connection({"type": "http.request", "body": b"unread"}, hangs_up=True)
    asyncio.run(called(AsASGI(answer), connection))
    assert answer.closed.is_set()


def test_send_that_raises_closes_the_answer() -> None:
    """A server of ASGI 2.4 raises OSError instead: no error of the app, and the thread is free."""

    class Gone(Connection):
        async def send(self, message: Message) -> None:
            await super().send(message)
            raise BrokenPipeError

    answer = Endless()
    asyncio.run(called(AsASGI(answer), Gone()))
    assert answer.closed.is_set()


def test_refused_message_is_raised_when_the_thread_is_free() -> None:
    """What the server says against a message is what the call raises."""

    class Strict(Connection):
        async def send(self, message: Message) -> None:
            raise RuntimeError(f"no {message['type']} today")

    answer = Endless()
    with pytest.raises(RuntimeError, match=r"no http\.response\.start today"):
        asyncio.run(called(AsASGI(answer), Strict()))
    assert answer.closed.is_set()


def test_cancelled_call_closes_the_answer() -> None:
    """A server that cancels the call, as gunicorn does, gets the thread back."""
    answer = Endless()

    class Begun(Connection):
        begun = asyncio.Event()

        async def send(self, message: Message) -> None:
            await super().send(message)
            self.begun.set()

    async def cancel() -> bool:
        connection = Begun()
        call = asyncio.ensure_future(called(AsASGI(answer), connection))
        await connection.begun.wait()
        call.cancel()
        await asyncio.wait([call])
        return await asyncio.to_thread(answer.closed.wait, 15)

    assert asyncio.run(cancel())


def test_app_waits_for_a_slow_client() -> None:
    """A chunk is made only when fewer than ten are on their way, besides the one that is being sent."""
    answer = Endless()
    leads = []

    class Slow(Connection):
        async def send(self, message: Message) -> None:
            await super().send(message)
            await asyncio.sleep(0.001)
            leads.append(answer.made - len(self.sent))
            if len(self.sent) > 5 * AHEAD:
                self.gone.set()

    asyncio.run(called(AsASGI(answer), Slow()))
    assert max(leads) in range(AHEAD - 1, AHEAD + 2)


def test_contextvars_cross() -> None:
    """What the server's side sets the app's side reads."""
    name = contextvars.ContextVar("name", default="unset")

    async def outer() -> bytes:
        name.set("set")
        app = AsASGI(reading(lambda _: name.get()))
        return (await called(app, Connection())).answer.body

    assert asyncio.run(outer()) == b"'set'"
