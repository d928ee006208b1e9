"""From what each side noted to one time line."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

import msgspec

from lab.trace.wire import Wire
from records.trace import Event, JournalLine, Lane, Where

LAST_STEPS = {"wsgi": {"close", "raise"}, "asgi": {"return", "raise", "cancelled"}}


def read_journal(path: Path) -> list[JournalLine]:
    """Return the lines that are whole, in the order of time."""
    if not path.exists():
        return []
    whole = path.read_bytes().rpartition(b"\n")[0].splitlines()
    decoder = msgspec.json.Decoder(JournalLine)
    return sorted((decoder.decode(line) for line in whole), key=lambda line: line.at_s)


def lifespan_of(lines: Sequence[JournalLine]) -> list[JournalLine]:
    """Return the lines of the server's own life (ASGI lifespan), from its start to its end."""
    names = {line.call for line in lines if scope_type(line) == "lifespan"}
    return [line for line in lines if line.call in names]


def calls_since(lines: Sequence[JournalLine], began_s: float) -> list[JournalLine]:
    """Return the lines of calls that began then or later, and aren't the server's own life."""
    first = {line.call: line.at_s for line in reversed(lines)}
    life = {line.call for line in lifespan_of(lines)}
    return [line for line in lines if line.call not in life and first[line.call] >= began_s]


def unfinished(lines: Sequence[JournalLine]) -> list[str]:
    """Return the names of calls without an end: return, raise or cancel for ASGI, close for WSGI."""
    ended = {line.call for line in lines if line.step in LAST_STEPS[line.interface]}
    return [name for name in dict.fromkeys(line.call for line in lines) if name not in ended]


def time_line(lines: Sequence[JournalLine], wire: Wire) -> list[Event]:
    """Return the steps of all sides in the order of time, in milliseconds since the client connected."""
    steps = [event for line in lines for event in events_of(line, wire)]
    return sorted([*wire.events, *steps], key=lambda event: event.at_ms)


def events_of(line: JournalLine, wire: Wire) -> Iterator[Event]:
    """Yield a line as an event."""
    where = Where(line.pid, line.thread, line.thread_id, line.task)
    yield Event(
        wire.ms(line.at_s),
        line.source,
        line.target,
        line.step,
        line.details,
        line.interface,
        line.call,
        where,
    )


def scope_type(line: JournalLine) -> str:
    """Return the type of the scope that a line is about, empty for other steps."""
    scope = line.details.get("scope")
    return str(scope.get("type", "")) if line.step == "scope" and isinstance(scope, dict) else ""


LANES = get_args(Lane)


def lanes_of(lines: Sequence[JournalLine], *, bridged: bool) -> list[Lane]:
    """Return the lanes from left to right; a bridge has one, whether or not anything passed through it."""
    sides = {lane for line in lines for lane in (line.source, line.target)}
    return [lane for lane in LANES if lane != "bridge" or bridged or lane in sides]
