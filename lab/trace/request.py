"""What the client is to send, checked before any server starts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from contract import payloads
from lab.errors import UsageError
from lab.servers import HOST
from records.trace import Asked

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
LIKE = "for example --header 'Accept: text/plain'"
SLOWLY = re.compile(r"([1-9]\d{0,3})x(\d+(?:\.\d+)?)")

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """A request and how it is sent: the body in so many pieces, an interval apart.

    `hang_up_after_s` counts from the first byte sent. `texts` makes it a WebSocket conversation.
    """

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    pieces: int = 1
    interval_s: float = 0.0
    hang_up_after_s: float | None = None
    texts: Sequence[str] | None = None

    @property
    def asked(self) -> Asked:
        """The record of it, without secrets."""
        return Asked(
            self.method,
            self.target,
            veiled(self.headers),
            len(self.body),
            self.pieces,
            self.interval_s,
            self.hang_up_after_s,
            None if self.texts is None else list(self.texts),
        )

    def sent_headers(self, port: int) -> Headers:
        """Return all headers: those given, and those that a request needs and weren't.

        The connection is to end with the answer, so that its last byte is beyond doubt.
        """
        needed = [("host", f"{HOST}:{port}"), ("user-agent", "lab-trace"), ("connection", "close")]
        if self.body:
            needed.append(("content-length", str(len(self.body))))
        names = {name.lower() for name, _ in self.headers}
        return [*(pair for pair in needed if pair[0] not in names), *self.headers]

    def body_pieces(self) -> list[bytes]:
        """Return the body in as many pieces as asked, none of them empty."""
        size = -(-len(self.body) // self.pieces) or 1
        return [self.body[start : start + size] for start in range(0, len(self.body), size)]


def request(
    path: str,
    *,
    method: str | None = None,
    data: str | None = None,
    headers: Sequence[str] = (),
    slow_body: str | None = None,
    hang_up_after_s: float | None = None,
    texts: Sequence[str] | None = None,
) -> Request:
    """Return the request that was asked for; raises UsageError where it can't be one."""
    body = (data or "").encode("utf-8", "surrogateescape")
    if slow_body is not None and not body:
        raise UsageError("--slow-body needs a body: give one with --data.")
    if texts is not None and (body or method not in {None, "GET"}):
        raise UsageError("A WebSocket begins with a GET without a body: leave out --method and --data.")
    chosen = method or ("POST" if data is not None else "GET")
    if not TOKEN.fullmatch(chosen):
        raise UsageError(f"{chosen!r} is no method: one is like GET or POST (RFC 9110, section 9.1).")
    pieces, interval_s = slowness(slow_body) if slow_body is not None else (1, 0.0)
    fields = [header(line) for line in headers]
    return Request(chosen, target(path), fields, body, pieces, interval_s, hang_up_after_s, texts)


def target(path: str) -> str:
    """Return a path with its query as it goes on the wire; raises UsageError for anything else."""
    if not path.startswith("/"):
        raise UsageError(f"A path begins with a slash: did you mean /{path.lstrip('.')}?")
    if any(c.isspace() or not c.isprintable() for c in path):
        raise UsageError(f"{path!r} has a space or a control character in it: percent-encode it, as %20.")
    return quote(path.partition("#")[0], safe="/?&=%:@!$'()*+,;~[]-._|^{}\"<>\\`")


def header(line: str) -> tuple[str, str]:
    """Return a header's name and value; raises UsageError where a line isn't one."""
    name, colon, value = line.partition(":")
    if not colon or not TOKEN.fullmatch(name):
        raise UsageError(f"{shortly(name)!r} begins no header: a name, a colon and a value, {LIKE}.")
    value = value.strip(" \t")
    if any(c in "\r\n\0" or ord(c) > 255 for c in value):  # noqa: PLR2004 - latin-1 ends there
        raise UsageError(f"The value of {name} has a line break or a character beyond latin-1 in it.")
    return name, value


def slowness(text: str) -> tuple[int, float]:
    """Return pieces and seconds between them, of a text like 3x0.1."""
    slow = SLOWLY.fullmatch(text)
    if not slow:
        raise UsageError(
            f"{text!r} isn't PIECESxSECONDS: 3x0.1 sends three pieces, a tenth of a second apart."
        )
    return int(slow[1]), float(slow[2])


def veiled(headers: Headers) -> list[tuple[str, str]]:
    """Return headers with the values of secret ones redacted."""
    return [(n, payloads.REDACTED if payloads.SECRET.search(n) else v) for n, v in headers]


def shortly(text: str, most: int = 30) -> str:
    """Return as much of a text as doesn't tell a secret that was put in the wrong place."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
