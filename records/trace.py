"""A trace: what traced apps write down, and one time line for each stack, in the words of the specs."""

from typing import Any, Literal

import msgspec

from records.types import Interface

SCHEMA = 1

Lane = Literal["client", "server", "bridge", "app"]


class Where(msgspec.Struct, frozen=True):
    """Who ran a step: a process, a thread of it, and an asyncio task where an event loop ran it."""

    pid: int
    thread: str
    thread_id: int
    task: str | None = None


class JournalLine(msgspec.Struct, frozen=True):
    """A line that a traced app wrote; `at_s` is of time.monotonic."""

    at_s: float
    source: Lane
    target: Lane
    interface: Interface
    step: str
    call: str
    pid: int
    thread: str
    thread_id: int
    task: str | None
    details: dict[str, Any]


class Event(msgspec.Struct, frozen=True):
    """One step: what passed from one lane to another, in milliseconds since the client connected.

    `interface` is that of the call (`call`, by name) that it belongs to; both are empty on the wire.
    """

    at_ms: float
    source: Lane
    target: Lane
    step: str
    details: dict[str, Any] = {}
    interface: Interface | Literal[""] = ""
    call: str = ""
    where: Where | None = None


class Asked(msgspec.Struct, frozen=True):
    """What the client does: the request with secrets redacted, and how it behaves."""

    method: str
    target: str
    headers: list[tuple[str, str]] = []
    body_bytes: int = 0
    pieces: int = 1
    interval_s: float = 0.0
    hang_up_after_s: float | None = None
    texts: list[str] | None = None  # said over a WebSocket


class StackTrace(msgspec.Struct, frozen=True):
    """What happened on one stack; `life` is the server's own (lifespan), `unfinished` are calls that never ended."""

    stack: str
    command: str
    lanes: list[Lane]
    events: list[Event]
    life: list[Event] = []
    unfinished: list[str] = []
    watched_ms: float = 0.0


class Trace(msgspec.Struct, frozen=True):
    """One request on several stacks."""

    asked: Asked
    stacks: list[StackTrace]
    environment: dict[str, str] = {}
    started: str = ""
    schema: int = SCHEMA
