"""Answers, as PEP 3333 wants them: start_response first, then an iterable of bytes."""

from collections.abc import Iterable
from functools import cache, lru_cache
from http import HTTPStatus

from contract import payloads, problems
from wsgi_app.types import Environ, Headers, StartResponse

INTERFACE = ("x-lab-interface", "wsgi")


def answer(
    environ: Environ,
    start_response: StartResponse,
    body: bytes,
    media_type: str = payloads.TEXT,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Headers = (),
) -> Iterable[bytes]:
    """Answer with a whole body and its length."""
    start_response(status_line(status), [*ready_headers(media_type, len(body), headers)])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def problem(environ: Environ, start_response: StartResponse, problem: problems.Problem) -> Iterable[bytes]:
    """Answer with a problem details object."""
    return answer(
        environ,
        start_response,
        problem.document(),
        problems.MEDIA_TYPE,
        status=problem.status,
        headers=problem.headers,
    )


def stream(
    environ: Environ,
    start_response: StartResponse,
    chunks: Iterable[bytes],
    media_type: str = payloads.TEXT,
    *,
    headers: Headers = (),
) -> Iterable[bytes]:
    """Answer with chunks, each sent when it is made.

    The server takes the next chunk when the last one is written, and calls `close` on the generator when the
    client has gone (PEP 3333, "Middleware Handling of Block Boundaries" and "close").
    """
    start_response(status_line(HTTPStatus.OK), [*ready_headers(media_type, None, headers)])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else chunks


@cache
def status_line(status: HTTPStatus) -> str:
    """Return the status with its phrase, as start_response takes it."""
    return f"{status.value} {status.phrase}"


@lru_cache
def ready_headers(media_type: str, length: int | None, headers: Headers) -> Headers:
    """Return all headers of an answer, and keep them for the next one like it.

    A server may change the list that it is given (PEP 3333, "The start_response() Callable"): each has its own.
    """
    sized = () if length is None else (("content-length", str(length)),)
    return ("content-type", media_type), *sized, INTERFACE, *headers
