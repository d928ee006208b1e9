"""An ASGI app as WSGI, over a2wsgi, guarded.

a2wsgi leaves the app's task waiting for ever when the server closes an answer early, and the server's thread when
the app ends without a last body event. Here each of the two learns of the other's end.
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

import a2wsgi

from asgi_app.types import Handler, Message, Receive, Scope, Send
from bridge.lifespan import Lifespan
from bridge.once import Once
from wsgi_app.types import Environ, StartResponse

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import ASGIApp

log = logging.getLogger(__name__)

T = TypeVar("T")

ENDLESS = str(2**62)  # bytes: more than any body has


class Unanswered(Exception):
    """The app ended before its answer did: it raised, or sent no last body event."""


class ClientGone(OSError):
    """Nobody takes what the app sends (ASGI HTTP specification, "Disconnected Client")."""


class AsWSGI:
    """An ASGI app as a WSGI app: the server's threads wait for one event loop in a thread of its own.

    The loop is made at the first call, in the worker that serves it, and the app's lifespan begins before that call
    is answered. A call raises `StartupFailed` where it didn't begin well, and iterating raises `Unanswered`.
    """

    def __init__(self, app: Handler) -> None:
        self._app = app
        self._lifespan = Once(self._begin_lifespan)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333, "The Application/Framework Side")."""
        lifespan = self._lifespan()
        lifespan.check()
        answer = Exchange(self._app, lifespan).answer(environ, start_response)
        next(answer, None)
        return answer

    def _begin_lifespan(self) -> Lifespan:
        lifespan = Lifespan(self._app)
        lifespan.begin()
        return lifespan


class Exchange:
    """One request: a thread of the server asks, a task on the event loop answers."""

    __slots__ = (
        "_abandoned", "_app", "_chunked", "_complete", "_ended", "_failure", "_lifespan", "_over", "_read", "_receive",
        "_send", "_started", "_waiting",
    )  # fmt: skip

    def __init__(self, app: Handler, lifespan: Lifespan) -> None:
        self._app = app
        self._lifespan = lifespan
        self._chunked = False  # the body has no declared length
        self._read = False  # the body, to its end
        self._started = self._complete = False  # the answer
        self._ended = False  # the app
        self._abandoned = False  # by the server's thread
        self._failure: BaseException | None = None
        self._over = asyncio.Event()  # there is nobody to answer any more
        self._waiting: set[asyncio.Task[Any]] = set()  # for the server's thread

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
        """Yield b"" when the answer has begun, then the answer; raises `Unanswered` when the app breaks it off.

        Granian wants the headers when it has called the app, not with the first chunk as PEP 3333 has it ("The
        start_response() Callable"). A server that closes the iterator early has lost its client ("Specification
        Details").
        """
        has_begun = False
        loop = self._lifespan.loop
        adapter = a2wsgi.ASGIMiddleware(cast("ASGIApp", self._serve), loop=loop)
        try:
            for chunk in adapter(self._with_length(environ), start_response):  # type: ignore[arg-type] # spelt out there
                if chunk and self._failure is None:
                    if not has_begun:
                        has_begun = True
                        yield b""
                    yield chunk
        finally:
            if not self._ended:
                loop.call_soon_threadsafe(self._leave)
        if self._failure is not None:
            raise Unanswered("the app ended before its answer did") from self._failure

    def _with_length(self, environ: Environ) -> Environ:
        """Return the environ; a2wsgi reads no more than the length that it declares, so a chunked body gets one."""
        if environ.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" not in environ:
            return environ
        self._chunked = True
        return {**environ, "CONTENT_LENGTH": ENDLESS}

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        try:
            await self._app(self._complete_scope(scope), self.receive, self.send)
            if not (self._complete or self._abandoned):
                await self._fail(RuntimeError("the app returned without a last body event"))
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - raised in the server's thread
            await self._fail(error)
        finally:
            self._ended = True
            self._leave()  # whatever tasks the app has left behind
            del self._receive, self._send  # a2wsgi's hold this exchange: a cycle would wait for the collector

    def _complete_scope(self, scope: Scope) -> Scope:
        environ = scope["wsgi_environ"]
        scope["state"] = self._lifespan.state.copy()
        if self._chunked:
            scope["headers"] = [field for field in scope["headers"] if field[0] != b"content-length"]
        if (target := environ.get("RAW_URI", "")).startswith("/"):
            scope["raw_path"] = target.partition("?")[0].encode("latin-1")
        return scope

    async def receive(self) -> Message:
        """Give the app the body piece by piece, then http.disconnect when there is nobody to answer any more."""
        if self._read or self._complete or self._abandoned:
            await self._over.wait()
            return {"type": "http.disconnect"}
        try:
            message = await self._await_server(self._receive())
        except ClientGone:
            return {"type": "http.disconnect"}
        if message["more_body"] and not message["body"]:  # the end of the file, before that of the length
            if self._chunked:
                message = {"type": "http.request", "body": b"", "more_body": False}
            else:
                self._over.set()
                message = {"type": "http.disconnect"}
        self._read = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Hand on what the app sends; raises `ClientGone` when nobody takes it."""
        if self._abandoned:
            raise ClientGone("the client has gone")
        if self._complete or (message["type"] == "http.response.body") > self._started:
            raise RuntimeError(f"{message['type']} sent before the answer began, or after its end")
        self._started = True
        await self._await_server(self._send(message))
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._complete = True
            self._free()

    async def _await_server(self, call: Awaitable[T]) -> T:
        """Await what the server's thread does for the app; raises `ClientGone` when the thread leaves."""
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        cancelled = task.cancelling()
        self._waiting.add(task)
        try:
            return await call
        except asyncio.CancelledError:
            if (self._abandoned or self._complete) and task.uncancel() <= cancelled:
                raise ClientGone("the client has gone") from None
            raise
        finally:
            self._waiting.discard(task)

    async def _fail(self, error: BaseException) -> None:
        """Let the server's thread raise, or log what nobody would be told."""
        if not (self._complete or self._abandoned):
            self._failure = error
            with suppress(ClientGone):
                await self._await_server(self._send({"type": "http.response.body"}))  # ends a2wsgi's wait
        elif not isinstance(error, ClientGone):
            log.error("the app failed after its answer", exc_info=error)

    def _leave(self) -> None:
        self._abandoned = True
        self._free()

    def _free(self) -> None:
        """Free the app from waiting for a thread that has left, or that waits for the app to end."""
        self._over.set()
        for task in self._waiting:
            task.cancel()
