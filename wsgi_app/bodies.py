"""Endpoints that read a request body."""

import hashlib
from collections.abc import Iterable

from contract import parameters, payloads
from wsgi_app import requests, responses
from wsgi_app.types import Environ, StartResponse


def echo(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """POST /echo: the body as it came, with its content type."""
    media_type = requests.header(environ, "content-type") or payloads.BYTES
    body = b"".join(requests.body(environ, parameters.ECHO_LIMIT))
    return responses.answer(environ, start_response, body, media_type)


def upload(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """POST /upload: count and digest the body piece by piece, in constant memory."""
    count = 0
    digest = hashlib.sha256()
    for piece in requests.body(environ, parameters.UPLOAD_LIMIT):
        count += len(piece)
        digest.update(piece)
    body = payloads.receipt(count, digest.hexdigest())
    return responses.answer(environ, start_response, body, payloads.JSON)
