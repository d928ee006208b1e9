"""Endpoints that answer at once."""

import time
from collections.abc import Iterable, Iterator

from contract import parameters, payloads
from wsgi_app import requests, responses
from wsgi_app.types import Environ, StartResponse

IMPORTED_AT = payloads.now()


def hello(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /: a constant text."""
    return responses.answer(environ, start_response, payloads.HELLO)


def greet(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /hello?name=: a greeting in UTF-8."""
    name = parameters.NAME.read(requests.query(environ))
    return responses.answer(environ, start_response, payloads.greeting(name))


def json(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /json: a fixed document."""
    return responses.answer(environ, start_response, payloads.document(), payloads.JSON)


def inspect(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /inspect: what the app was told, in common words and in its own."""
    body = payloads.inspection(requests.description(environ), environ)
    return responses.answer(environ, start_response, body, payloads.JSON)


def lifespan(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /lifespan: PEP 3333 has no start-up event; importing the module is all there is."""
    body = payloads.start("import", IMPORTED_AT)
    return responses.answer(environ, start_response, body, payloads.JSON)


def failure(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /failure?when=: raise before the answer starts, or in its midst."""
    when = parameters.WHEN.read(requests.query(environ))
    if when == "before":
        raise RuntimeError("asked to fail before the answer")
    return responses.stream(environ, start_response, _breaking_off())


def _breaking_off() -> Iterator[bytes]:
    yield payloads.BEFORE_FAILURE
    time.sleep(payloads.SECONDS_BEFORE_FAILURE)
    raise RuntimeError("asked to fail during the answer")
