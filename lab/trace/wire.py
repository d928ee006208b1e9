"""The client's side: what it did with its socket and when, without secrets."""

import time
from collections.abc import Iterable, Sequence

from contract import payloads
from records.trace import Event, Lane

FIRST_BYTES = 60  # of a body are shown
MOST_READS = 300  # are told each; those after them are added up


class Wire:
    """Notes of one connection; `began_s` is the zero of the trace, in seconds of time.monotonic."""

    def __init__(self) -> None:
        self.began_s = time.monotonic()
        self.events: list[Event] = []
        self._reads = 0

    def sent(self, step: str, **details: object) -> None:
        """Note what went to the server."""
        self._note("client", "server", step, details)

    def came(self, step: str, **details: object) -> None:
        """Note what came from the server."""
        self._note("server", "client", step, details)

    def came_bytes(self, head: Sequence[str], body: bytes, size: int) -> None:
        """Note bytes that came; the reads after many are added up into one."""
        self._reads += 1
        if self._reads <= MOST_READS or head:
            self.came("bytes", **on_the_wire(size, head, body))
            return
        last = self.events.pop() if self._reads > MOST_READS + 1 else None
        before = last.details if last else {"bytes": 0, "reads": 0}
        self.came("bytes", bytes=before["bytes"] + size, reads=before["reads"] + 1)

    @property
    def now_ms(self) -> float:
        """Milliseconds since the zero of the trace."""
        return self.ms(time.monotonic())

    def ms(self, at_s: float) -> float:
        """Return a moment of time.monotonic in milliseconds since the zero of the trace."""
        return round((at_s - self.began_s) * 1000, 4)

    def _note(self, source: Lane, target: Lane, step: str, details: dict[str, object]) -> None:
        self.events.append(Event(self.now_ms, source, target, step, details))


class Heads:
    """Takes the head of an answer apart from its body, as pieces come (RFC 9112, section 2.1).

    A line is held back until it is whole: half of a secret is one, too.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._in_head = True
        self._interim = False
        self._veiling = False

    def feed(self, data: bytes) -> tuple[list[str], bytes]:
        """Return the lines that are whole now, without secrets, and what of the body came."""
        lines: list[str] = []
        self._rest += data
        while self._in_head and b"\n" in self._rest:
            line, _, self._rest = self._rest.partition(b"\n")
            text = line.rstrip(b"\r").decode("latin-1")
            if text:
                self._interim = self._interim or text.startswith(("HTTP/1.1 100", "HTTP/1.1 103"))
                lines.append(self._veiled(text))
            else:
                self._in_head, self._interim = self._interim, False
        if self._in_head:
            return lines, b""
        body, self._rest = self._rest, b""
        return lines, body

    def _veiled(self, line: str) -> str:
        if line[0] not in " \t":  # else it goes on with the header before (section 5.2)
            self._veiling = bool(payloads.SECRET.search(line.partition(":")[0]))
            return f"{line.partition(':')[0]}: {payloads.REDACTED}" if self._veiling else line
        return payloads.REDACTED if self._veiling else line


def on_the_wire(size: int, head: Iterable[str] = (), body: bytes = b"") -> dict[str, object]:
    """Return the details of bytes: how many, the lines of a head among them, and how the body begins."""
    lines = list(head)
    return {
        "bytes": size,
        **({"head": lines} if lines else {}),
        **({"first": repr(body[:FIRST_BYTES]), "body_bytes": len(body)} if body else {}),
    }
