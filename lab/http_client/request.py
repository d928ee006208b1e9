"""A request as the bytes that go to a server, odd ones too: nothing here judges what it is given."""

from collections.abc import Sequence

from lab.servers import HOST

Headers = Sequence[tuple[str, str]]


def head(method: str, target: str, headers: Headers = ()) -> bytes:
    """Return a request's head (RFC 9112, sections 2.1 and 3); a Host is added where there is none (section 3.2)."""
    fields = [f"{name}: {value}" for name, value in complete_headers(headers, [("Host", HOST)])]
    return "\r\n".join([f"{method} {target} HTTP/1.1", *fields, "", ""]).encode("latin-1")


def complete_headers(headers: Headers, needed: Headers) -> list[tuple[str, str]]:
    """Return the needed headers that weren't given, then those that were: nothing is sent twice."""
    names = {name.lower() for name, _ in headers}
    return [*((name, value) for name, value in needed if name.lower() not in names), *headers]


def chunked(*pieces: bytes) -> bytes:
    """Return a body in chunks (RFC 9112, section 7.1)."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
