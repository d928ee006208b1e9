"""What a request says, read from the scope."""

from collections.abc import AsyncIterator, Mapping

from asgi_app.types import Receive, Scope
from contract import parameters, problems


def path(scope: Scope) -> str:
    """Return the decoded path (ASGI HTTP specification: the server percent-decoded it as UTF-8)."""
    decoded: str = scope["path"]
    return decoded


def query(scope: Scope) -> parameters.Query:
    """Return the parsed query."""
    return parameters.parse(scope["query_string"])


def header(scope: Scope, name: str) -> str | None:
    """Return the value of a header, `None` where it didn't come."""
    key = name.encode("latin-1")
    values = [value.decode("latin-1") for raw_name, value in scope["headers"] if raw_name == key]
    return ",".join(values) if values else None


def headers(scope: Scope) -> Mapping[str, str]:
    """Return the headers by lower-case name; repeated ones are joined with a comma."""
    values: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        values[name] = f"{values[name]},{value}" if name in values else value
    return dict(sorted(values.items()))


def description(scope: Scope) -> Mapping[str, object]:
    """Return the request in words that both interfaces share."""
    client = scope.get("client")
    return {
        "method": scope["method"],
        "path": path(scope),
        "query": scope["query_string"].decode("latin-1"),
        "headers": headers(scope),
        "client": client and {"host": client[0], "port": client[1]},
        "http_version": scope["http_version"],
    }


async def body(scope: Scope, receive: Receive, limit: int) -> AsyncIterator[bytes]:
    """Read the body piece by piece, up to `limit` bytes.

    An http.request event carries each piece as it came, of a chunked body too, and says whether more follow.
    Raises `Problem`: 413 above the limit, 400 when the body ends early.
    """
    parameters.content_length(header(scope, "content-length") or None, limit)
    count = 0
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise problems.broken_body()
        piece = event.get("body", b"")
        count += len(piece)
        if count > limit:
            raise problems.too_large(limit)
        more = event.get("more_body", False)
        yield piece
