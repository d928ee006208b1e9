"""What each step of a trace is called, what it says, and where the specs describe it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from records.trace import Event

Details = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """How a step is told: its label on the arrow, what it says beside it, and what it means."""

    label: Callable[[Details], str]
    says: Callable[[Details], str]
    means: str
    section: str


def step_of(event: Event) -> Step:
    """Return how a step is told; one that is unknown is told by its name."""
    return STEPS.get(event.step) or Step(lambda _: event.step, str, "", "")


def label(event: Event) -> str:
    """Return what stands on the arrow."""
    return visible(step_of(event).label(event.details))


def says(event: Event) -> str:
    """Return what stands beside it."""
    return visible(step_of(event).says(event.details))


def lines(event: Event) -> list[str]:
    """Return what can be opened below it: heads and headers, line by line."""
    event_headers = event.details.get("event", {}).get("headers", [])
    headers = [*event.details.get("headers", []), *event_headers]
    return [
        visible(line) for line in [*event.details.get("head", []), *(header_line(pair) for pair in headers)]
    ]


def header_line(pair: Sequence[object]) -> str:
    """Return a header as one line, its bytes without their quotes."""
    return ": ".join(plain(part) for part in pair)


def plain(value: object) -> str:
    """Return a value without the quotes of a bytes literal."""
    text = str(value)
    quoted = len(text) > 2 and text[0] == "b" and text[1] == text[-1] and text[1] in "'\""  # noqa: PLR2004
    return text[2:-1] if quoted else text


def visible(text: str) -> str:
    """Return a text in which whatever could steer a terminal is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def counted(number: object, noun: str) -> str:
    """Return a number of things: 1 byte, 2 bytes."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}" if isinstance(number, int) else f"? {noun}s"


def _size(details: Details) -> str:
    return counted(details.get("bytes"), "byte")


def _first(details: Details) -> str:
    return str(details.get("first", "")) if details.get("bytes") else ""


def _nothing(_: Details) -> str:
    return ""


def _error(details: Details) -> str:
    return str(details.get("error", ""))


def _called(text: str) -> Callable[[Details], str]:
    return lambda _: text


def _wire(details: Details) -> str:
    if details.get("frames"):
        return ", ".join([*details.get("head", [])[:1], *details["frames"]])
    reads = f"in {details['reads']:,} reads" if "reads" in details else ""
    return ", ".join(
        part for part in (*details.get("head", [])[:1], str(details.get("first", "")), reads) if part
    )


def _event(details: Details) -> str:
    return str(details.get("event", {}).get("type", "?"))


def _event_says(details: Details) -> str:
    event = details.get("event", {})
    parts = [str(event[key]) for key in ("status", "code") if key in event]
    if "bytes" in details:
        parts.append(_size(details))
        parts.append(_first(details))
    elif event.get("type") == "http.response.body":
        parts.append("no bytes")
    if event.get("more_body"):
        parts.append("more to come")
    return ", ".join(part for part in parts if part)


def _sent(details: Details) -> str:
    return f"send {_event(details)}"


def _read(details: Details) -> str:
    size = details.get("asked")
    return f"{details.get('method', 'read')}({'' if size is None else size})"


def _got(details: Details) -> str:
    return _size(details) if details.get("bytes") else "end of body"


def _started(details: Details) -> str:
    error = f", exc_info {details['exc_info']}" if "exc_info" in details else ""
    return f"{details.get('status', '?')}, {counted(len(details.get('headers', [])), 'header')}{error}"


def _environ(details: Details) -> str:
    return counted(len(details.get("environ", {})), "key")


def _scope(details: Details) -> str:
    scope = details.get("scope", {})
    return f"{scope.get('type', '?')}, {counted(len(scope), 'key')}"


def _closed(details: Details) -> str:
    return "" if details.get("heard") else "the iterable has none"


def _silence(details: Details) -> str:
    return f"after {details.get('silent_s', 0):g} s of silence"


def _left(details: Details) -> str:
    return f"after {details.get('after_s', 0):g} s"


STEPS: Mapping[str, Step] = {
    "connect": Step(
        _called("connects"), _nothing, "The client opens a TCP connection.", "RFC 9112, section 9"
    ),
    "bytes": Step(_size, _wire, "Bytes that went over the wire.", "RFC 9112; RFC 6455, section 5"),
    "closed": Step(_called("closes"), _nothing, "The server closes the connection.", "RFC 9112, section 9.6"),
    "leave": Step(_called("closes"), _nothing, "The client has its answer.", "RFC 9112, section 9.6"),
    "hang up": Step(_called("hangs up"), _left, "The client leaves midway.", "RFC 9112, section 9.6"),
    "reset": Step(_called("resets"), _error, "The connection broke.", "RFC 9112, section 9.5"),
    "gave up": Step(_called("gives up"), _silence, "Nothing came any more.", "RFC 9112, section 9.5"),
    "environ": Step(
        _called("app(environ, start_response)"),
        _environ,
        "The app is called once for each request, and its thread is taken until close.",
        "PEP 3333, The Application/Framework Side",
    ),
    "start_response": Step(
        _called("start_response()"),
        _started,
        "The app names status and headers; they are sent with the first item.",
        "PEP 3333, The start_response() Callable",
    ),
    "write": Step(
        _called("write()"), _size, "The old way to send a piece.", "PEP 3333, The write() Callable"
    ),
    "read": Step(
        _read,
        _nothing,
        "The app waits for the body, holding its thread.",
        "PEP 3333, Input and Error Streams",
    ),
    "got": Step(_got, _first, "What reading gave.", "PEP 3333, Input and Error Streams"),
    "next": Step(
        _called("next()"),
        _nothing,
        "The server pulls: the app runs until its next item.",
        "PEP 3333, Buffering and Streaming",
    ),
    "item": Step(_size, _first, "A piece of the answer.", "PEP 3333, Buffering and Streaming"),
    "end": Step(_called("StopIteration"), _nothing, "No more items.", "PEP 3333, Buffering and Streaming"),
    "close": Step(
        _called("close()"),
        _closed,
        "The server is done, in good order or because the client has gone.",
        "PEP 3333, Specification Details",
    ),
    "scope": Step(
        _called("app(scope, receive, send)"),
        _scope,
        "The app is called once for each connection or request, as a task of the event loop.",
        "ASGI, Applications",
    ),
    "receive": Step(
        _called("await receive()"), _nothing, "The app listens; the loop serves others.", "ASGI, Applications"
    ),
    "received": Step(_event, _event_says, "What it hears.", "ASGI HTTP; WebSocket; Lifespan"),
    "receive cancelled": Step(
        _called("stops listening"), _nothing, "The task that listened was cancelled.", "ASGI, Applications"
    ),
    "send": Step(
        _sent, _event_says, "The app says something when it wants to.", "ASGI HTTP; WebSocket; Lifespan"
    ),
    "sent": Step(
        _called("goes on"), _nothing, "send returned: the server can take more.", "ASGI, Applications"
    ),
    "send raised": Step(
        _called("send raises"),
        _error,
        "The client has gone.",
        "ASGI HTTP, Disconnected Client - send exception",
    ),
    "return": Step(
        _called("returns"),
        lambda details: str(details.get("iterable", "")),
        "The app returns.",
        "PEP 3333; ASGI, Applications",
    ),
    "raise": Step(
        _called("raises"), _error, "The app failed.", "PEP 3333, Error Handling; ASGI, Applications"
    ),
    "cancelled": Step(
        _called("is cancelled"), _nothing, "The server ended the app's task.", "ASGI, Applications"
    ),
}
