"""The bytes of an answer, parsed by h11 as they are received, without I/O.

RFC 9110, section 15.2: any number of interim answers (1xx) stand before the final one; 101 is final.
RFC 9112, section 6.3: where a body ends depends on the method, the status and the framing headers.
RFC 9112, section 8: an answer without that end is incomplete, even where the connection was closed in good order.
"""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Literal

import h11

from lab.servers import HOST

Ended = Literal["whole", "closed", "malformed"]
Head = h11.InformationalResponse | h11.Response
Event = Head | h11.Data | h11.EndOfMessage

LARGEST_HEAD_BYTES = 1_048_576
CLOSED = "the connection was closed"
EMPTY_LINE = re.compile(rb"\n\r?\n")


class AnswerParser:
    """Parses the bytes of one answer as they are received; no bytes make it raise.

    `head_bytes` counts those that belong to heads, interim ones included, `final_head_at` those of interim heads.
    `ended` is `None` as long as more is awaited, `status` is 0 before the final head.
    """

    def __init__(self, method: str = "GET") -> None:
        self.ended: Ended | None = None
        self.why = ""
        self.status = 0
        self.head_bytes = 0
        self.final_head_at = 0
        self._received_bytes = 0
        self._in_head = True
        self._tail = b"\n"  # as if a line had ended before the first one
        self._h11 = h11.Connection(h11.CLIENT, LARGEST_HEAD_BYTES)
        upgrade = [("Host", HOST), ("Upgrade", "any")]  # else h11 refuses to hear of a 101
        self._h11.send(h11.Request(method=method, target="/", headers=upgrade))
        self._h11.send(h11.EndOfMessage())

    def receive(self, data: bytes) -> list[Event]:
        """Return what these bytes complete; no bytes say that the connection was closed."""
        self._received_bytes += len(data)
        events: list[Event] = []
        if self.ended is None:
            self._h11.receive_data(data)
            events = list(self._events(closed=not data))
        if self._in_head:
            self._measure_unfinished_head(data)
        return events

    def _events(self, *, closed: bool) -> Iterator[Event]:
        while self.ended is None:
            try:
                event = self._h11.next_event()
            except h11.RemoteProtocolError as error:
                self.ended, self.why = ("closed", CLOSED) if closed else ("malformed", str(error))
                return
            if event is h11.NEED_DATA:
                return
            if event is h11.PAUSED or isinstance(event, h11.EndOfMessage):
                self.ended = (
                    "whole"  # h11 pauses after 101, and after 2xx to CONNECT: what follows isn't HTTP
                )
            if isinstance(event, Head):
                self._end_head(event)
            if isinstance(event, Event):
                yield event

    def _end_head(self, event: Head) -> None:
        self.head_bytes = self._received_bytes - len(self._h11.trailing_data[0])
        if is_final(event):
            self._in_head, self.status = False, event.status_code
        else:
            self.final_head_at = self.head_bytes

    def _measure_unfinished_head(self, data: bytes) -> None:
        """Count all as its bytes; what isn't HTTP has a head up to its first empty line."""
        self.head_bytes = self._received_bytes
        recent = self._tail + data
        recent_at = self._received_bytes - len(recent)
        self._tail = recent[-2:]
        if self.ended == "malformed" and (
            end := EMPTY_LINE.search(recent, max(0, self.final_head_at - 1 - recent_at))
        ):
            self.head_bytes = recent_at + end.end()
            self._in_head = False


def is_final(event: Head) -> bool:
    """Tell whether no other head follows this one."""
    return isinstance(event, h11.Response) or event.status_code == HTTPStatus.SWITCHING_PROTOCOLS
