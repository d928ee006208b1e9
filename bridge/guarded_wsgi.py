"""A WSGI app as ASGI, over a2wsgi, guarded.

A thread of a2wsgi's pool isn't told that its client has gone, and waits for ever once nobody takes its chunks. Here
a2wsgi's queue has no end, so that no thread waits for it: the guard holds the app back, and lets go of it as soon as
the client has left.
"""

import asyncio
import io
import threading
from collections.abc import Callable, Iterable, Iterator, Sized
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, cast

import a2wsgi

from asgi_app.types import Message, Receive, Scope, Send
from bridge.once import Once
from bridge.stock import pool_size
from wsgi_app.types import Environ, StartResponse

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from a2wsgi.wsgi_typing import WSGIApp

App = Callable[[Environ, StartResponse], Iterable[bytes]]
Write = Callable[[bytes], object]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

AHEAD = 10  # chunks that an app may be ahead of its client, as in a2wsgi
DECLARING = {"HTTP/1.0", "HTTP/1.1"}  # say in their headers whether a body follows
DISCONNECT: Message = {"type": "http.disconnect"}


class NoAnswer(Exception):
    """The app called start_response not at all, or twice."""


class AsASGI:
    """A WSGI app as an ASGI app; each request takes a thread of the pool (LAB_BRIDGE_POOL, 10).

    The pool is made at the first call, in the worker that serves it. A call raises what the app raises, and `NoAnswer`.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._adapter = Once(self._make_adapter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one scope (ASGI, "Applications")."""
        adapter = self._adapter()
        if scope["type"] != "http":
            await adapter(scope, receive, send)  # type: ignore[arg-type] # a2wsgi spells the scope out
            return
        client = Client(receive, send)
        CLIENT.set(client)
        try:
            await adapter(scope, receive, client.send)  # type: ignore[arg-type] # as above
        finally:
            client.leave()
        if client.error:
            raise client.error

    def _make_adapter(self) -> a2wsgi.WSGIMiddleware:
        app = cast("WSGIApp", self._answer)
        return a2wsgi.WSGIMiddleware(app, workers=pool_size(), send_queue_size=0)

    def _answer(self, environ: Environ, start_response: Callable[..., Write]) -> Iterable[bytes]:
        client = CLIENT.get()
        environ["wsgi.input"] = body(environ, client)
        environ["wsgi.input_terminated"] = True
        start = Start(start_response, client)
        chunks = self._app(environ, start)
        if is_whole(chunks):
            start.commit()
            return chunks
        return until_gone(chunks, start, client)


class Client:
    """Who is answered, as the event loop and a thread of the pool both see it.

    `is_over` tells the thread to stop; `error` is why the server didn't take a message.
    """

    __slots__ = ("_loop", "_next", "_receive", "_room", "_send", "_unread", "error", "is_over")

    def __init__(self, receive: Receive, send: Send) -> None:
        self.is_over = False
        self.error: Exception | None = None
        self._receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._next: asyncio.Future[Message] | None = None  # message of the server, asked for
        self._unread: Message | None = None
        self._room: threading.Semaphore | None = None  # there once it is watched

    async def send(self, message: Message) -> None:
        """Send a message, or drop it once the client has gone.

        It never raises: a2wsgi's thread and the task that sends for it would wait for each other.
        """
        if not self.is_over:
            try:
                await self._send(message)
            except OSError:  # the client has gone (ASGI HTTP specification, "Disconnected Client")
                self.leave()
            except Exception as error:  # noqa: BLE001 - raised again once the thread is free
                self.error = error
                self.leave()
        if self._room:
            self._room.release()

    def leave(self) -> None:
        """Let go of the thread, on the event loop: the client has gone, or the request is over."""
        self.is_over = True
        if self._next:
            self._next.cancel()
        if self._room:
            self._room.release()

    def watch(self) -> None:
        """Listen for http.disconnect from now on; for the thread to call."""
        if self._room is None:
            self._room = threading.Semaphore(AHEAD)
            self._loop.call_soon_threadsafe(self._listen)

    def hold_back(self) -> None:
        """Wait until fewer than AHEAD chunks are on their way; for the thread to call after each chunk."""
        if self._room and not self.is_over:
            self._room.acquire()

    def next_message(self) -> Message:
        """Return the next piece of the body, or http.disconnect; for the thread to call."""
        return asyncio.run_coroutine_threadsafe(self._read(), self._loop).result()

    async def _read(self) -> Message:
        while self._unread is None and not self.is_over:
            self._listen()
            if self._next:
                await asyncio.wait([self._next])
        message, self._unread = self._unread, None
        if self._room:
            self._listen()
        return message or DISCONNECT

    def _listen(self) -> None:
        if self._next is None and not self.is_over:
            self._next = self._loop.create_task(self._ask())
            self._next.add_done_callback(self._take_message)

    async def _ask(self) -> Message:
        return await self._receive()  # granian's awaitable is neither a coroutine nor a future

    def _take_message(self, receiving: "asyncio.Future[Message]") -> None:
        self._next = None
        if receiving.cancelled():
            return
        if receiving.exception() or receiving.result()["type"] == "http.disconnect":
            self.leave()
            return
        self._unread = receiving.result()
        if self._room and not self._unread.get("more_body", False):
            self._listen()  # nothing but http.disconnect can follow


CLIENT: ContextVar[Client] = ContextVar("CLIENT")
"""Of the request in progress: a2wsgi's thread works in a copy of the context that calls it."""


class Start:
    """start_response, which keeps the headers until the first chunk (PEP 3333, "The start_response() Callable").

    Till then an app may replace them, giving `exc_info`; afterwards that is raised.
    """

    __slots__ = ("_client", "_head", "_start_response", "_write")

    def __init__(self, start_response: Callable[..., Write], client: Client) -> None:
        self._start_response = start_response
        self._client = client
        self._head: tuple[str, list[tuple[str, str]]] | None = None
        self._write: Write | None = None

    def __call__(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None, /
    ) -> Write:
        """Keep status and headers, in place of those that were kept."""
        if exc_info and exc_info[1] and self._write:
            raise exc_info[1].with_traceback(exc_info[2])
        if self._head and not exc_info:
            raise NoAnswer("the app called start_response twice, the second time without exc_info")
        self._head = status, headers
        return self.write

    def commit(self) -> Write:
        """Send the headers, unless they were sent; raises `NoAnswer` where there are none."""
        if self._write is None:
            if self._head is None:
                raise NoAnswer("the app answered without calling start_response")
            self._write = self._start_response(*self._head)
        return self._write

    def write(self, chunk: bytes) -> None:
        """Send a chunk, the headers before the first; raises OSError once the client has gone."""
        self._client.watch()
        if self._client.is_over:
            raise ConnectionResetError("the client has gone")
        self.commit()(chunk)
        self._client.hold_back()


def is_whole(chunks: Iterable[bytes]) -> bool:
    """Tell whether nothing can happen between the chunks: they are made already, or there is one at most.

    A length that an iterable tells is right (PEP 3333, "Specification Details").
    """
    return type(chunks) is list or (isinstance(chunks, Sized) and len(chunks) <= 1)


def until_gone(chunks: Iterable[bytes], start: Start, client: Client) -> Iterator[bytes]:
    """Yield chunks until the client has gone, then close them either way (PEP 3333, "Specification Details")."""
    client.watch()
    try:
        for chunk in chunks:
            if chunk and not client.is_over:
                start.commit()
                yield chunk
                client.hold_back()
            if client.is_over:
                return
        start.commit()
    finally:
        if close := getattr(chunks, "close", None):
            close()


def body(environ: Environ, client: Client) -> io.BufferedIOBase:
    """Return wsgi.input with all methods that PEP 3333 asks of it ("Input and Error Streams")."""
    has_body = environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ
    if has_body or environ["SERVER_PROTOCOL"] not in DECLARING:
        return io.BufferedReader(Pieces(client))
    return io.BytesIO()


class Pieces(io.RawIOBase):
    """A request body as it comes; reading raises OSError when the client goes before its end."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._piece = memoryview(b"")
        self._more = True

    def readable(self) -> bool:
        """Tell a reader that it may."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Put what there is of the body, at least a byte, into a buffer; 0 at its end."""
        while not self._piece and self._more:
            message = self._client.next_message()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError("the client has gone before the end of its body")
            self._piece = memoryview(message.get("body", b""))
            self._more = message.get("more_body", False)
        room = memoryview(buffer).cast("B")
        count = min(len(room), len(self._piece))
        room[:count] = self._piece[:count]
        self._piece = self._piece[count:]
        return count
