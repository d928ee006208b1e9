"""Answers, as ASGI wants them: a start event first, then body events."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterable
from contextlib import aclosing
from functools import lru_cache
from http import HTTPStatus

from asgi_app.types import Message, Receive, Scope, Send
from contract import payloads, problems

GONE = frozenset({"http.disconnect", "websocket.disconnect"})
INTERFACE = (b"x-lab-interface", b"asgi")


class BrokenStream(Exception):
    """A stream failed after its answer had begun: only the server can break the connection now."""


async def answer(
    scope: Scope,
    send: Send,
    body: bytes,
    media_type: str = payloads.TEXT,
    *,
    status: int = HTTPStatus.OK,
    headers: Iterable[tuple[str, str]] = (),
) -> None:
    """Answer with a whole body and its length."""
    fields = described(media_type, len(body))
    if headers:
        fields += encoded(headers)
    try:
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send({"type": "http.response.body", "body": b"" if scope.get("method") == "HEAD" else body})
    except OSError:
        return  # the client has gone (ASGI HTTP specification, "Disconnected Client")


async def problem(scope: Scope, send: Send, problem: problems.Problem) -> None:
    """Answer with a problem details object."""
    await answer(
        scope,
        send,
        problem.document(),
        problems.MEDIA_TYPE,
        status=problem.status,
        headers=problem.headers,
    )


async def stream(
    scope: Scope,
    receive: Receive,
    send: Send,
    chunks: AsyncGenerator[bytes, None],
    media_type: str = payloads.TEXT,
    *,
    headers: Iterable[tuple[str, str]] = (),
) -> None:
    """Answer with chunks, each sent when it is made.

    `send` returns when the server can take more, and says nothing of a client that has gone: http.disconnect
    does (ASGI HTTP specification, "Disconnect"), so the stream listens while it sends.
    """
    await send(
        {
            "type": "http.response.start",
            "status": HTTPStatus.OK,
            "headers": [*encoded([("content-type", media_type), *headers]), INTERFACE],
        }
    )
    if scope["method"] == "HEAD":
        await send({"type": "http.response.body"})
        return
    await while_connected(receive, _send_all(send, chunks))


async def while_connected(receive: Receive, work: Coroutine[None, None, None]) -> None:
    """Do what sends until it is done or the client has gone; raises BrokenStream when it fails."""
    sending = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_client_gone(receive))
    try:
        await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        sending.cancel()
        leaving.cancel()
        await asyncio.wait((sending, leaving))
    for task in (sending, leaving):
        if not task.cancelled() and (error := task.exception()):
            raise BrokenStream("the stream failed after its answer had begun") from error


async def _send_all(send: Send, chunks: AsyncGenerator[bytes, None]) -> None:
    async with aclosing(chunks):
        async for chunk in chunks:
            if not await taken(send, {"type": "http.response.body", "body": chunk, "more_body": True}):
                return
    await taken(send, {"type": "http.response.body"})


async def taken(send: Send, message: Message) -> bool:
    """Send a message when the server can take it; tell whether the client was still there."""
    try:
        await send(message)
    except OSError:
        return False  # the client has gone (ASGI HTTP specification, "Disconnected Client")
    return True


async def _client_gone(receive: Receive) -> None:
    while (await receive())["type"] not in GONE:
        pass


@lru_cache
def described(media_type: str, length: int) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers that describe a whole body, kept for the next one like it."""
    return *encoded([("content-type", media_type), ("content-length", str(length))]), INTERFACE


def encoded(headers: Iterable[tuple[str, str]]) -> tuple[tuple[bytes, bytes], ...]:
    """Return headers as ASGI takes them: byte strings."""
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers)
