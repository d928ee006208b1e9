"""Errors as `application/problem+json` (RFC 9457).

A handler raises a `Problem` before it starts its answer; the application layer turns it into a response.
Both apps raise the same problems, so both answer the same bytes.
"""

import json
from collections.abc import Iterable
from http import HTTPStatus

MEDIA_TYPE = "application/problem+json"
LONGEST_ECHO = 100  # characters of what came that an error repeats


class Problem(Exception):
    """A request that can't be answered as asked.

    `headers` are (name, value) pairs that the answer must carry; `members` are the extension members of
    RFC 9457, section 3.2.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        **members: str | int | None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = tuple(headers)
        self.members = members

    def document(self) -> bytes:
        """Return the problem details object (RFC 9457, section 3.1) as UTF-8 JSON."""
        members = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            **self.members,
        }
        return json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")


def bad_parameter(name: str, bounds: str, text: str | None) -> Problem:
    """Say which parameter is wrong, what it may be and what came (`None`: nothing)."""
    excerpt = None if text is None else _shortened(text)
    return Problem(
        HTTPStatus.BAD_REQUEST,
        f"{name} must be {bounds}; {'nothing came' if excerpt is None else f'{excerpt!r} came'}.",
        parameter=name,
        bounds=bounds,
        came=excerpt,
    )


def unknown_path(path: str) -> Problem:
    """Say that nothing is served at `path`."""
    return Problem(HTTPStatus.NOT_FOUND, f"Nothing is served at {_shortened(path)!r}.")


def method_not_allowed(method: str, allowed: Iterable[str]) -> Problem:
    """Say which methods the path takes, in `Allow` too (RFC 9110, section 15.5.6)."""
    allow = ", ".join(sorted(allowed))
    return Problem(
        HTTPStatus.METHOD_NOT_ALLOWED,
        f"{_shortened(method)} isn't served here, {allow} is.",
        headers=[("allow", allow)],
    )


def upgrade_required() -> Problem:
    """Ask for a WebSocket, naming it in `Upgrade` as 426 must (RFC 9110, sections 7.8 and 15.5.22)."""
    return Problem(
        HTTPStatus.UPGRADE_REQUIRED,
        "This is a WebSocket: ask for it with the headers of RFC 6455, section 4.1.",
        headers=[("connection", "upgrade"), ("upgrade", "websocket")],
    )


def no_upgrade() -> Problem:
    """Say why a WSGI app has no WebSocket; 426 would promise that an upgrade helps, and `Upgrade` isn't its to send."""
    return Problem(
        HTTPStatus.NOT_IMPLEMENTED,
        "A WebSocket takes over the connection, and PEP 3333 gives an app one request and one answer to it: "
        "the ASGI app has this endpoint.",
    )


def too_large(limit: int) -> Problem:
    """Say that a request body holds more than `limit` bytes."""
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The body may hold up to {limit} bytes.",
        limit=limit,
    )


def broken_body() -> Problem:
    """Say that the request body ended before its declared length."""
    return Problem(HTTPStatus.BAD_REQUEST, "The body ended before its declared length.")


def internal_error() -> Problem:
    """Say that the app failed, and nothing of why: the traceback is for the log."""
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The app failed before it answered; its log says why.",
    )


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_ECHO else text[: LONGEST_ECHO - 1] + "…"
