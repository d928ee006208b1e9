"""The client's side: what it did with its socket and when, without secrets."""

import time
from collections.abc import Iterable, Sequence

from contract import payloads
from lab.http_client.answer_parser import AnswerParser
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
        """Note what goes to the server now."""
        self._note("client", "server", step, details)

    def received(self, step: str, at_s: float | None = None, **details: object) -> None:
        """Note what came from the server, at a moment of time.monotonic or just now."""
        self._note("server", "client", step, details, at_s)

    def came_bytes(self, head: Sequence[str], body: bytes, size: int, at_s: float | None = None) -> None:
        """Note bytes that came; the reads after many are added up into one."""
        self._reads += 1
        if self._reads <= MOST_READS or head:
            self.received("bytes", at_s, **on_the_wire(size, head, body))
            return
        last = self.events.pop() if self._reads > MOST_READS + 1 else None
        before = last.details if last else {"bytes": 0, "reads": 0}
        self.received("bytes", at_s, bytes=before["bytes"] + size, reads=before["reads"] + 1)

    @property
    def now_ms(self) -> float:
        """Milliseconds since the zero of the trace."""
        return self.ms(time.monotonic())

    def ms(self, at_s: float) -> float:
        """Return a moment of time.monotonic in milliseconds since the zero of the trace."""
        return round((at_s - self.began_s) * 1000, 4)

    def _note(
        self, source: Lane, target: Lane, step: str, details: dict[str, object], at_s: float | None = None
    ) -> None:
        at_ms = self.now_ms if at_s is None else self.ms(at_s)
        self.events.append(Event(at_ms, source, target, step, details))


class Heads:
    """Takes the heads of an answer apart from its body, as pieces come; h11 knows where they end.

    A line is held back until it is whole: half of a secret is one, too.
    """

    def __init__(self, method: str = "GET") -> None:
        self._parser = AnswerParser(method)
        self._fed_bytes = 0
        self._rest = b""
        self._veiling = False

    def feed(self, data: bytes) -> tuple[list[str], bytes]:
        """Return the lines that are whole now, without secrets, and what of the body came."""
        self._parser.receive(data)
        size = max(0, self._parser.head_bytes - self._fed_bytes)
        self._fed_bytes += len(data)
        *lines, self._rest = (self._rest + data[:size]).split(b"\n")
        texts = [line.rstrip(b"\r").decode("latin-1") for line in lines]
        return [self._veiled(text) for text in texts if text], data[size:]

    def _veiled(self, line: str) -> str:
        if line[0] not in " \t":  # else it goes on with the header before (RFC 9112, section 5.2)
            self._veiling = is_secret(line)
            return veiled_line(line)
        return payloads.REDACTED if self._veiling else line


def request_lines(head: bytes) -> list[str]:
    """Return the lines of a request's head, without secrets."""
    start, *headers = head.decode("latin-1").split("\r\n")[:-2]
    return [start, *map(veiled_line, headers)]


def veiled_line(line: str) -> str:
    """Return a header's line, its value redacted where its name promises a secret."""
    return f"{line.partition(':')[0]}: {payloads.REDACTED}" if is_secret(line) else line


def is_secret(line: str) -> bool:
    """Tell whether a header's line holds a secret."""
    return payloads.SECRET.search(line.partition(":")[0]) is not None


def on_the_wire(size: int, head: Iterable[str] = (), body: bytes = b"") -> dict[str, object]:
    """Return the details of bytes: how many, the lines of a head among them, and how the body begins."""
    lines = list(head)
    return {
        "bytes": size,
        **({"head": lines} if lines else {}),
        **({"first": repr(body[:FIRST_BYTES]), "body_bytes": len(body)} if body else {}),
    }
