"""Endpoints that answer in pieces."""

import time
from collections.abc import Iterable, Iterator

from contract import parameters, payloads
from wsgi_app import requests, responses
from wsgi_app.types import Environ, StartResponse


def stream(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /stream?chunks=&interval=&size=: numbered chunks, each sent when it is made."""
    query = requests.query(environ)
    count = parameters.CHUNKS.read(query)
    interval = parameters.INTERVAL.read(query)
    size = parameters.CHUNK_SIZE.read(query)
    chunks = (payloads.chunk(number, size) for number in range(1, count + 1))
    return responses.stream(environ, start_response, _with_pauses(chunks, interval))


def events(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /events?count=&interval=: server-sent events from Last-Event-ID + 1."""
    query = requests.query(environ)
    count = parameters.COUNT.read(query)
    interval = parameters.INTERVAL.read(query)
    first = parameters.LAST_EVENT_ID.parse(requests.header(environ, "last-event-id") or "0") + 1
    chunks = (payloads.event(number) for number in range(first, first + count))
    return responses.stream(
        environ,
        start_response,
        _with_pauses(chunks, interval),
        payloads.EVENTS,
        headers=(("cache-control", "no-store"),),
    )


def bytes_(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /bytes?size=: that many bytes in constant memory; a slow reader holds the next piece back."""
    size = parameters.SIZE.read(requests.query(environ))
    return responses.stream(
        environ,
        start_response,
        _with_pauses(payloads.pieces(size), 0),
        payloads.BYTES,
        headers=(("content-length", str(size)),),
    )


def _with_pauses(chunks: Iterable[bytes], interval: float) -> Iterator[bytes]:
    for number, chunk in enumerate(chunks):
        if number:
            time.sleep(interval)
        yield chunk
