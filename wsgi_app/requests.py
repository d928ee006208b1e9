"""What a request says, read from the environ."""

from collections.abc import Iterator, Mapping

from contract import parameters, payloads, problems
from wsgi_app.types import Environ


def path(environ: Environ) -> str:
    """Return the decoded path (PEP 3333, "Unicode Issues": the environ holds bytes as latin-1)."""
    raw: str = environ.get("PATH_INFO", "")
    return raw.encode("latin-1").decode("utf-8", "replace")


def query(environ: Environ) -> parameters.Query:
    """Return the parsed query."""
    return parameters.parse(environ.get("QUERY_STRING", "").encode("latin-1"))


def header(environ: Environ, name: str) -> str | None:
    """Return the value of a header, `None` where it didn't come."""
    return headers(environ).get(name)


def headers(environ: Environ) -> Mapping[str, str]:
    """Return the headers by lower-case name; the server joined repeated ones with a comma."""
    found = {}
    for key, value in environ.items():
        if key.startswith("HTTP_") or (key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value):
            found[key.removeprefix("HTTP_").lower().replace("_", "-")] = value
    return dict(sorted(found.items()))


def told(environ: Environ) -> Mapping[str, object]:
    """Return what the app was told of the request, in words that both interfaces share."""
    client = environ.get("REMOTE_ADDR")
    return {
        "method": environ["REQUEST_METHOD"],
        "path": path(environ),
        "query": environ.get("QUERY_STRING", ""),
        "headers": headers(environ),
        "client": {"host": client, "port": int(environ.get("REMOTE_PORT") or 0)} if client else None,
        "http_version": environ["SERVER_PROTOCOL"].removeprefix("HTTP/").replace("2.0", "2"),
    }


def body(environ: Environ, limit: int) -> Iterator[bytes]:
    """Read the body piece by piece, up to `limit` bytes.

    PEP 3333 knows only bodies of a declared length; a chunked one ends where the server says end of file.
    Raises `Problem`: 413 above the limit, 400 when the body ends early.
    """
    declared = parameters.content_length(environ.get("CONTENT_LENGTH") or None, limit)
    if declared is None:
        declared = limit + 1 if "HTTP_TRANSFER_ENCODING" in environ else 0
    came = 0
    while came < declared:
        piece = environ["wsgi.input"].read(min(payloads.PIECE, declared - came))
        if not piece:
            break
        came += len(piece)
        yield piece
    if came > limit:
        raise problems.too_large(limit)
    if came < declared <= limit:
        raise problems.broken_body()
