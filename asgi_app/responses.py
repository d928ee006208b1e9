"""Answers, as ASGI wants them: a start event first, then body events."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from functools import lru_cache
from http import HTTPStatus

from asgi_app.types import EncodedHeaders, Headers, Message, Receive, Scope, Send
from contract import payloads, problems

GONE = frozenset({"http.disconnect", "websocket.disconnect"})
INTERFACE = ("x-lab-interface", "asgi")


class BrokenStream(Exception):
    """A stream failed after its answer had begun: only the server can break the connection now."""


async def answer(
    scope: Scope,
    send: Send,
    body: bytes,
    media_type: str = payloads.TEXT,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Headers = (),
) -> None:
    """Answer with a whole body and its length."""
    fields = ready_headers(media_type, len(body), headers)
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
    headers: Headers = (),
) -> None:
    """Answer with chunks, each sent when it is made.

    `send` returns when the server can take more, and says nothing of a client that has gone: http.disconnect
    does (ASGI HTTP specification, "Disconnect"), so the stream listens while it sends.
    """
    fields = ready_headers(media_type, None, headers)
    start = {"type": "http.response.start", "status": HTTPStatus.OK, "headers": fields}
    if not await send_if_connected(send, start):
        return
    if scope["method"] == "HEAD":
        await send_if_connected(send, {"type": "http.response.body"})
        return
    await while_connected(receive, _send_all(send, chunks))


async def while_connected(receive: Receive, work: Coroutine[None, None, None]) -> None:
    """Do what sends until it is done or the client has gone; raises BrokenStream when it fails."""
    sending = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_until_client_gone(receive))
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
            event = {"type": "http.response.body", "body": chunk, "more_body": True}
            if not await send_if_connected(send, event):
                return
    await send_if_connected(send, {"type": "http.response.body"})


async def send_if_connected(send: Send, message: Message) -> bool:
    """Send a message when the server can take it; tell whether the client was still there."""
    try:
        await send(message)
    except OSError:
        return False  # the client has gone (ASGI HTTP specification, "Disconnected Client")
    return True


async def _until_client_gone(receive: Receive) -> None:
    while (await receive())["type"] not in GONE:
        pass


@lru_cache
def ready_headers(media_type: str, length: int | None, headers: Headers) -> EncodedHeaders:
    """Return all headers of an answer, and keep them for the next one like it."""
    sized = () if length is None else (("content-length", str(length)),)
    return encoded((("content-type", media_type), *sized, INTERFACE, *headers))


def encoded(headers: Headers) -> EncodedHeaders:
    """Return headers as ASGI takes them: byte strings."""
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers)
