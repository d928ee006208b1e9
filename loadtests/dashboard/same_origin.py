"""Who may use locust's web UI: pages of its own address alone.

Locust answers every site (Access-Control-Allow-Origin: *). Here another site may neither read nor change anything: not
by a request of its own (Origin, RFC 6454), nor by a name of its own that leads to this machine (Host), nor by the
clicks of somebody who sees a page in a frame there (X-Frame-Options, RFC 7034).
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from werkzeug.sansio.utils import host_is_trusted

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

READING = {"GET", "HEAD"}


def own_pages_only(application: Application, names: set[str]) -> Application:
    """Return the application behind the guard; `names` are the hosts that it may be called by, all when empty.

    They are names alone: at which port it is called is its caller's business, who may have a tunnel.
    """

    def guarded(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        origin = environ.get("HTTP_ORIGIN")
        unknown = bool(names) and not host_is_trusted(host, names)
        foreign = origin is not None and urlsplit(origin).netloc != host
        if unknown or (foreign and environ["REQUEST_METHOD"] not in READING):
            status = HTTPStatus.FORBIDDEN
            start_response(f"{status} {status.phrase}", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"Only pages of this address may do that.\n"]

        def start(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
            fields = [
                (name, value) for name, value in headers if not name.lower().startswith("access-control-")
            ]
            return start_response(status, [*fields, ("X-Frame-Options", "DENY")], *rest)

        return application(environ, start)

    return guarded
