"""Endpoints that read a request body."""

import hashlib

from asgi_app import requests, responses
from asgi_app.types import Receive, Scope, Send
from contract import parameters, payloads


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """POST /echo: the body as it came, with its content type."""
    media_type = requests.header(scope, "content-type") or payloads.BYTES
    body = b"".join([piece async for piece in requests.body(scope, receive, parameters.ECHO_LIMIT)])
    await responses.answer(scope, send, body, media_type)


async def upload(scope: Scope, receive: Receive, send: Send) -> None:
    """POST /upload: count and digest the body piece by piece, in constant memory."""
    count = 0
    digest = hashlib.sha256()
    async for piece in requests.body(scope, receive, parameters.UPLOAD_LIMIT):
        count += len(piece)
        digest.update(piece)
    body = payloads.receipt(count, digest.hexdigest())
    await responses.answer(scope, send, body, payloads.JSON)
