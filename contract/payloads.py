"""What the endpoints answer with: pure work, shared by both apps. The waiting is theirs."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache

TEXT = "text/plain; charset=utf-8"
JSON = "application/json"
BYTES = "application/octet-stream"
EVENTS = "text/event-stream"

SUBPROTOCOL = "lab.echo"  # that /ws/echo speaks with whoever offers it
HELLO = b"Hello from the bare interface!"
PIECE = 64 * 1024  # bytes that /bytes sends and /upload reads at a time
BEFORE_FAILURE = b"This answer breaks off after this line.\n"
SECONDS_BEFORE_FAILURE = 0.05

SECRET = re.compile(r"authorization|cookie|token|secret|password|session|api[-_]?key", re.IGNORECASE)
REDACTED = "[redacted]"
DEEPEST_VIEW = 6  # levels of nesting that a native view shows


def greeting(name: str) -> bytes:
    """Return the greeting of `name` in UTF-8."""
    return f"Hello, {name}!".encode()


def document() -> bytes:
    """Return the fixed JSON document, serialised anew each time as a real answer would be."""
    return as_json(
        {
            "message": HELLO.decode(),
            "specifications": {"wsgi": "PEP 3333", "asgi": "ASGI 3"},
            "numbers": list(range(10)),
            "nothing": None,
        }
    )


def as_json(value: object) -> bytes:
    """Return `value` as compact UTF-8 JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def burn(rounds: int) -> bytes:
    """Work `rounds` steps of a linear congruential generator in pure Python, holding the GIL.

    The JSON answer carries the last value: whoever knows the closed form can tell that all steps were done.
    """
    value = 0
    for _ in range(rounds):
        value = (value * 1_103_515_245 + 12_345) % 2_147_483_648
    return as_json({"rounds": rounds, "value": value})


def chunk(number: int, size: int) -> bytes:
    """Return chunk `number` of a stream: exactly `size` bytes, the last of them a newline."""
    return f"chunk {number} ".encode().ljust(size - 1, b".")[: size - 1] + b"\n"


def event(number: int) -> bytes:
    """Return server-sent event `number` (WHATWG HTML, section 9.2.5)."""
    return f"id: {number}\ndata: event {number}\n\n".encode()


def tick(number: int) -> str:
    """Return tick `number` of the clock."""
    return f"tick {number}"


def pieces(size: int) -> Iterator[bytes]:
    """Make `size` bytes in pieces of up to 64 KiB; the byte at offset n is n modulo 256."""
    whole, rest = divmod(size, PIECE)
    for _ in range(whole):
        yield _piece()
    if rest:
        yield _piece()[:rest]


@cache
def _piece() -> bytes:
    return bytes(range(256)) * (PIECE // 256)


def receipt(count: int, sha256: str) -> bytes:
    """Return what /upload answers: how many bytes came, and their digest in hexadecimal."""
    return as_json({"bytes": count, "sha256": sha256})


def slept(seconds: float) -> bytes:
    """Return what the sleeping endpoints answer."""
    return as_json({"slept_seconds": seconds})


def accepted(seconds: float) -> bytes:
    """Return what POST /background answers."""
    return as_json({"accepted_seconds": seconds})


def jobs(began: int, finished: int) -> bytes:
    """Return what GET /background answers: the jobs of this process."""
    return as_json({"began": began, "finished": finished})


def start(started_by: str, started_at: str) -> bytes:
    """Return what /lifespan answers: "lifespan" or "import", and when (ISO 8601, UTC)."""
    return as_json({"started_by": started_by, "started_at": started_at})


def now() -> str:
    """Return the time in ISO 8601, UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def inspection(request: Mapping[str, object], native: Mapping[str, object]) -> bytes:
    """Return what /inspect answers: the request in common words, and the environ or scope itself.

    Secrets in either are redacted by the name they go under.
    """
    return as_json({"request": view(request), "native": view(native)})


def view(value: object, depth: int = DEEPEST_VIEW) -> object:
    """Return a copy of `value` that JSON can carry: bytes as their literal, objects as their type's name."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes) or depth == 0:
        return repr(value) if isinstance(value, bytes) else "…"
    if isinstance(value, Mapping):
        return {_text(k): _veiled(k, v, depth) for k, v in value.items()}
    if isinstance(value, list | tuple) and len(value) == 2:  # noqa: PLR2004 - a header's name and value
        return [view(value[0], depth - 1), _veiled(value[0], value[1], depth)]
    if isinstance(value, list | tuple):
        return [view(item, depth - 1) for item in value]
    return f"<{type(value).__module__}.{type(value).__qualname__}>"


def _veiled(name: object, value: object, depth: int) -> object:
    if SECRET.search(_text(name)):
        return REDACTED
    return view(value, depth - 1)


def _text(name: object) -> str:
    return name.decode("latin-1") if isinstance(name, bytes) else str(name)
