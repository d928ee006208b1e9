"""What a request says, read from the environ."""

from collections.abc import Iterator, Mapping

from contract import parameters, payloads, problems
from wsgi_app.types import Environ

UNPREFIXED = ("CONTENT_TYPE", "CONTENT_LENGTH")  # as CGI has them; empty where the header didn't come


def path(environ: Environ) -> str:
    """Return the decoded path (PEP 3333, "Unicode Issues": the environ holds bytes as latin-1)."""
    raw: str = environ.get("PATH_INFO", "")
    return raw.encode("latin-1").decode("utf-8", "replace")


def query(environ: Environ) -> parameters.Query:
    """Return the parsed query."""
    return parameters.parse(environ.get("QUERY_STRING", "").encode("latin-1"))


def header(environ: Environ, name: str) -> str | None:
    """Return the value of a header, `None` where it didn't come."""
    key = name.upper().replace("-", "_")
    return (environ.get(key) or None) if key in UNPREFIXED else environ.get(f"HTTP_{key}")


def headers(environ: Environ) -> Mapping[str, str]:
    """Return the headers by lower-case name; the server joined repeated ones with a comma."""
    values: dict[str, str] = {}
    for key, value in environ.items():
        if key.startswith("HTTP_") or (key in UNPREFIXED and value):
            values[key.removeprefix("HTTP_").lower().replace("_", "-")] = value
    return dict(sorted(values.items()))


def description(environ: Environ) -> Mapping[str, object]:
    """Return the request in words that both interfaces share."""
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
    length = parameters.content_length(header(environ, "content-length") or None, limit)
    if length is None:
        length = limit + 1 if "HTTP_TRANSFER_ENCODING" in environ else 0
    count = 0
    while count < length:
        piece = environ["wsgi.input"].read(min(payloads.PIECE, length - count))
        if not piece:
            break
        count += len(piece)
        yield piece
    if count > limit:
        raise problems.too_large(limit)
    if count < length <= limit:
        raise problems.broken_body()
