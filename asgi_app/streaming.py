"""Endpoints that answer in pieces."""

import asyncio
from collections.abc import AsyncGenerator, Iterable

from asgi_app import requests, responses
from asgi_app.types import Receive, Scope, Send
from contract import parameters, payloads


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /stream?chunks=&interval=&size=: numbered chunks, each sent when it is made."""
    query = requests.query(scope)
    count = parameters.CHUNKS.read(query)
    interval = parameters.INTERVAL.read(query)
    size = parameters.CHUNK_SIZE.read(query)
    chunks = (payloads.chunk(number, size) for number in range(1, count + 1))
    await responses.stream(scope, receive, send, _with_pauses(chunks, interval))


async def events(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /events?count=&interval=: server-sent events from Last-Event-ID + 1."""
    query = requests.query(scope)
    count = parameters.COUNT.read(query)
    interval = parameters.INTERVAL.read(query)
    first = parameters.LAST_EVENT_ID.parse(requests.header(scope, "last-event-id") or "0") + 1
    chunks = (payloads.event(number) for number in range(first, first + count))
    await responses.stream(
        scope,
        receive,
        send,
        _with_pauses(chunks, interval),
        payloads.EVENTS,
        headers=(("cache-control", "no-store"),),
    )


async def bytes_(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /bytes?size=: that many bytes in constant memory; a slow reader holds the next piece back."""
    size = parameters.SIZE.read(requests.query(scope))
    await responses.stream(
        scope,
        receive,
        send,
        _with_pauses(payloads.pieces(size), 0),
        payloads.BYTES,
        headers=(("content-length", str(size)),),
    )


async def _with_pauses(chunks: Iterable[bytes], interval: float) -> AsyncGenerator[bytes, None]:
    for number, chunk in enumerate(chunks):
        if number:
            await asyncio.sleep(interval)
        yield chunk
